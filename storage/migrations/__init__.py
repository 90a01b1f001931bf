"""Bringing a database up to date: one lock, one transaction, every revision that is missing.

Revisions are in versions/, written by hand, forward only: the way back is a backup.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from sqlalchemy import URL, Connection, create_engine, func, inspect, select, text

from storage.database import database_url
from storage.holds import lock_number
from storage.sqlite import create_privately, sqlite_engine

_HERE = Path(__file__).parent


class NewerDatabaseError(Exception):
    """The database was made by a newer Enlace; run that one, or restore a backup."""

    def __str__(self) -> str:
        return str(self.__doc__)


def upgrade(url: str) -> None:
    """Safe when several processes start at once: one works, the others wait and find it done.

    Nothing is kept of an upgrade that fails.
    """
    parsed = database_url(url)
    if parsed.get_backend_name() == "sqlite":
        create_privately(parsed)
    if _is_up_to_date(parsed):
        return
    with _transaction(parsed, "BEGIN EXCLUSIVE") as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(select(func.pg_advisory_xact_lock(lock_number("migrate"))))
        _refuse_newer(connection)
        _run(connection)
        if connection.dialect.name == "sqlite":
            _check_references(connection)


def current(url: str) -> str | None:
    """The revision that the database is at; None when it is empty or not there at all."""
    parsed = database_url(url)
    if parsed.get_backend_name() == "sqlite" and not Path(str(parsed.database)).exists():
        return None
    with _transaction(parsed, "BEGIN") as connection:
        return _revision(connection)


def is_current(connection: Connection) -> bool:
    return _revision(connection) == max(_known())


def _is_up_to_date(url: URL) -> bool:
    """What most starts find: they need neither Alembic, which takes its time, nor the lock."""
    with _transaction(url, "BEGIN") as connection:
        return is_current(connection)


def _run(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_HERE))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    revision: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return revision


@cache
def _known() -> frozenset[str]:
    """Each file is named after its revision, and they count up."""
    files = (_HERE / "versions").glob("[0-9]*_*.py")
    return frozenset(file.name.partition("_")[0] for file in files)


@contextmanager
def _transaction(url: URL, sqlite_begin: str) -> Iterator[Connection]:
    if url.get_backend_name() == "sqlite":
        # References are off, and checked at the end: tables may be rebuilt under them.
        engine = sqlite_engine(url, sqlite_begin, "foreign_keys=OFF", "busy_timeout=60000")
    else:
        engine = create_engine(url, hide_parameters=True)
    try:
        with engine.begin() as connection:
            yield connection
    finally:
        engine.dispose()


def _refuse_newer(connection: Connection) -> None:
    revision = _revision(connection)
    if revision is not None and revision not in _known():
        raise NewerDatabaseError


def _check_references(connection: Connection) -> None:
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
    if broken:
        tables = ", ".join(sorted({row[0] for row in broken}))
        raise RuntimeError(f"The upgrade was undone: it would break references in {tables}.")
