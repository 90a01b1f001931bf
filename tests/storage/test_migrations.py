"""Migrations: what they make is what the code declares, on both databases."""

import importlib
import pkgutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, insert, inspect, text

import storage
import storage.migrations
from storage import departures
from storage.database import Database, metadata
from storage.migrations import NewerDatabaseError, current, is_current, upgrade
from storage.people import people

NOW = datetime(2026, 11, 21, 17, 30, tzinfo=UTC)

for module in pkgutil.iter_modules(storage.__path__):
    importlib.import_module(f"storage.{module.name}")


@pytest.fixture
def migrated(database_url: str) -> Iterator[Database]:
    opened = Database(database_url)
    yield opened
    opened.close_now()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/empty.db"
    url: str = request.getfixturevalue("empty_postgres_url")
    return url


def test_the_migrated_schema_is_the_declared_one(migrated: Database) -> None:
    def differences(connection: Connection) -> list[object]:
        options = {"compare_type": True, "compare_server_default": True}
        context = MigrationContext.configure(connection, opts=options)
        return list(compare_metadata(context, metadata))

    assert migrated.read_now(differences) == []


def test_files_are_named_after_their_revisions_which_count_up() -> None:
    scripts = ScriptDirectory(str(Path(storage.migrations.__file__).parent))
    revisions = [script.revision for script in scripts.walk_revisions()]
    assert revisions == sorted(revisions, reverse=True)
    for script in scripts.walk_revisions():
        assert Path(script.path).name.startswith(f"{script.revision}_")


def test_checks_and_keys_are_named_and_migrated_as_declared(migrated: Database) -> None:
    """What Alembic doesn't compare: the migration against `create_all` in the same database."""

    def fingerprint(connection: Connection, schema: str | None) -> dict[str, object]:
        look = inspect(connection)
        return {
            table: (
                sorted(
                    (check["name"], " ".join(check["sqltext"].split()))
                    for check in look.get_check_constraints(table, schema=schema)
                ),
                look.get_pk_constraint(table, schema=schema),
                sorted(
                    (key["name"], key["constrained_columns"], key["options"])
                    for key in look.get_foreign_keys(table, schema=schema)
                ),
                sorted(
                    (column["name"], str(column["type"]), column["nullable"], column["default"])
                    for column in look.get_columns(table, schema=schema)
                ),
            )
            for table in metadata.tables
        }

    def compare(connection: Connection) -> tuple[object, object]:
        by_migration = fingerprint(connection, None)
        if connection.dialect.name == "postgresql":
            connection.execute(text("CREATE SCHEMA declared"))
            connection.execute(text("SET LOCAL search_path TO declared"))
            metadata.create_all(connection, checkfirst=False)
            return by_migration, fingerprint(connection, "declared")
        metadata.drop_all(connection)
        metadata.create_all(connection)
        return by_migration, fingerprint(connection, None)

    by_migration, by_declaration = migrated.run_now(compare)
    assert by_migration == by_declaration


def test_an_upgrade_is_current_and_doing_it_again_changes_nothing(empty_url: str) -> None:
    assert current(empty_url) is None
    upgrade(empty_url)
    revision = current(empty_url)
    assert revision is not None
    upgrade(empty_url)
    assert current(empty_url) == revision
    database = Database(empty_url)
    assert database.read_now(is_current)
    database.close_now()


def test_an_empty_database_is_not_current(empty_url: str) -> None:
    database = Database(empty_url)
    assert not database.read_now(is_current)
    database.close_now()


def test_asking_for_the_revision_makes_no_file(tmp_path: Path) -> None:
    assert current(f"sqlite:///{tmp_path}/none.db") is None
    assert list(tmp_path.iterdir()) == []


def test_processes_that_upgrade_at_once_do_it_once(empty_url: str) -> None:
    source = "import sys; from storage.migrations import upgrade; upgrade(sys.argv[1])"
    started = [
        subprocess.Popen([sys.executable, "-c", source, empty_url], cwd=Path(__file__).parents[2])
        for _ in range(3)
    ]
    assert [process.wait(60) for process in started] == [0, 0, 0]
    assert current(empty_url) is not None


def test_a_database_of_a_newer_version_is_refused_in_one_line(
    migrated: Database, database_url: str
) -> None:
    migrated.run_now(lambda c: c.execute(text("UPDATE alembic_version SET version_num = '9999'")))
    with pytest.raises(NewerDatabaseError, match="newer"):
        upgrade(database_url)


def test_an_upgrade_that_fails_leaves_nothing(empty_url: str) -> None:
    """A table of the last step is there already, with another shape."""
    database = Database(empty_url)
    database.run_now(lambda c: c.execute(text("CREATE TABLE vault (unrelated INTEGER)")))
    with pytest.raises(Exception, match="vault"):
        upgrade(empty_url)
    tables = database.read_now(lambda c: inspect(c).get_table_names())
    assert tables == ["vault"]
    database.close_now()


def test_who_had_stopped_before_departures_were_kept_is_seen_to_after_the_upgrade(
    empty_url: str,
) -> None:
    def as_before(connection: Connection) -> None:
        connection.execute(text("DROP TABLE departures"))
        connection.execute(text("UPDATE alembic_version SET version_num = '0016'"))
        common = {"language": "es", "created_at": NOW, "seen_at": NOW}
        rows = [(1, "out"), (2, "in")]
        connection.execute(
            insert(people),
            [common | {"id": row, "handle": f"V-{row}", "consent": act} for row, act in rows],
        )

    upgrade(empty_url)
    database = Database(empty_url)
    database.run_now(as_before)
    upgrade(empty_url)

    assert database.read_now(departures.waiting) == [1]
    database.close_now()
