"""Keys: the newest seals everything, an old one may go, and without a key nothing can be read."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any, cast

import pytest
from sqlalchemy import LargeBinary, select, update

from storage import rotation
from storage.database import Database
from storage.people import people
from storage.rotation import load_vault, rotate, sealed_columns
from storage.schema import metadata
from storage.sealed import SealError, Vault, new_secret_key
from storage.sealed import vault as vault_table
from tests.privacy.conftest import found_chicago, volunteers
from tests.talk import Office

OLD, NEW = new_secret_key(), new_secret_key()
WORDS = ("Xochiquetzal", "+13125550187", "60608")


def load(database: Database, *keys: str) -> Vault:
    return database.run_now(lambda connection: Vault.load(connection, keys))


@pytest.fixture
def under_old_key(database_url: str) -> Any:
    """A registered volunteer, whose messages are kept, sealed under the old key."""
    database = Database(database_url)
    office = Office(database)
    database.run_now(lambda connection: connection.execute(vault_table.delete()))
    office.desk = type(office.desk)(load(database, OLD), office.desk.policy)
    database.run_now(found_chicago)
    volunteers(office.texter("+13125550187"), name="Xochiquetzal").says("persona")
    yield office
    database.close_now()


def silent(_column: str, _done: int) -> None:
    """Nobody watches."""


def values(office: Office) -> list[bytes]:
    """Every sealed value there is."""
    return [
        value
        for column in sealed_columns()
        for value in office.database.read_now(
            lambda c, column=column: list(c.scalars(select(column).where(column.is_not(None))))  # type: ignore[misc]
        )
    ]


def test_everything_is_sealed_anew_and_nothing_is_lost(under_old_key: Office) -> None:
    office = under_old_key
    vault = load(office.database, NEW, OLD)
    number = len(values(office))

    done = rotate(office.database, vault, silent)

    assert done.is_complete
    assert done.resealed == number > 20
    alone = load(office.database, NEW)
    assert all(alone.reseal("any", "any", 1, value) is None for value in values(office))
    office.desk = type(office.desk)(alone, office.desk.policy)
    ana = office.texter("+13125550187")
    ana.says("mis datos").hears("Xochiquetzal")


def test_doing_it_again_changes_nothing(under_old_key: Office) -> None:
    vault = load(under_old_key.database, NEW, OLD)
    rotate(under_old_key.database, vault, silent)
    before = values(under_old_key)

    done = rotate(under_old_key.database, vault, silent)

    assert (done.resealed, values(under_old_key)) == (0, before)


def test_a_value_that_changes_meanwhile_is_not_overwritten(under_old_key: Office) -> None:
    """Somebody gives a new name as their old one is being sealed anew."""
    office = under_old_key
    both = load(office.database, NEW, OLD)
    [person] = office.rows(people)
    renamed = both.seal("people", "name", person.id, "Otra")

    class Slow:
        def reseal(self, table: str, column: str, row: int, sealed: bytes) -> bytes | None:
            if (table, column) == ("people", "name"):
                rename = update(people).values(name=renamed)
                office.database.run_now(lambda connection: connection.execute(rename))
            return both.reseal(table, column, row, sealed)

    rotate(office.database, cast("Vault", Slow()), silent)

    assert office.rows(people)[0].name == renamed


def test_a_process_that_still_seals_with_the_old_key_is_found_out(under_old_key: Office) -> None:
    office = under_old_key
    old, both = office.desk.vault, load(office.database, NEW, OLD)
    [person] = office.rows(people)

    def goes_on(column: str, _done: int) -> None:
        if column == "people.name":
            sealed = old.seal("people", "name", person.id, "Xochiquetzal")
            office.database.run_now(lambda c: c.execute(update(people).values(name=sealed)))

    done = rotate(office.database, both, goes_on)

    assert done.restless
    assert not done.is_complete


def test_what_no_key_opens_is_kept_and_named(under_old_key: Office) -> None:
    office = under_old_key
    [person] = office.rows(people)
    lost = bytearray(person.name)
    lost[-1] ^= 1
    office.database.run_now(lambda c: c.execute(update(people).values(name=bytes(lost))))

    done = rotate(office.database, load(office.database, NEW, OLD), silent)

    assert (done.unreadable, done.where) == (1, ["people.name"])
    assert office.rows(people)[0].name == bytes(lost)


def test_the_old_key_then_opens_nothing(under_old_key: Office) -> None:
    office = under_old_key
    rotate(office.database, load(office.database, NEW, OLD), silent)
    office.database.run_now(lambda connection: rotation.keep_only(connection, [NEW]))

    with pytest.raises(SealError, match="another key"):
        load(office.database, OLD)
    assert len(office.rows(vault_table)) == 1


def test_hashes_outlive_a_rotation(under_old_key: Office) -> None:
    before = under_old_key.desk.vault.index("sms", "+13125550187")
    load(under_old_key.database, NEW, OLD)

    assert load(under_old_key.database, NEW).index("sms", "+13125550187") == before


def test_every_binary_column_is_sealed_or_a_hash() -> None:
    hashes = {"lookup", "wrapped"}
    sealed = set(sealed_columns())
    open_ones = [
        str(column)
        for table in metadata.sorted_tables
        for column in table.columns
        if isinstance(column.type, LargeBinary)
        and column not in sealed
        and column.name not in hashes
    ]
    assert open_ones == [], 'say "sealed …" in the comment of the column'


def test_every_sealed_value_has_one_number_to_be_bound_to() -> None:
    for column in sealed_columns():
        [key] = column.table.primary_key.columns
        assert key.type.python_type is int, column


def test_the_file_shows_nothing_without_the_key(tmp_path: Path, sqlite_url: str) -> None:
    database = Database(sqlite_url)
    office = Office(database)
    database.run_now(found_chicago)
    volunteers(office.texter("+13125550187"), name="Xochiquetzal")
    database.close_now()

    everything = b"".join(path.read_bytes() for path in tmp_path.iterdir() if path.is_file())
    for word in WORDS[:2]:
        assert word.encode() not in everything
        assert word.encode("utf-16-le") not in everything
    with closing(sqlite3.connect(sqlite_url.removeprefix("sqlite:///"))) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_a_key_that_still_seals_something_may_not_be_missing(under_old_key: Office) -> None:
    database = under_old_key.database
    load(database, NEW, OLD)  # whoever starts with both may forget to rotate

    with pytest.raises(SealError, match="lacks the key"):
        database.run_now(lambda connection: load_vault(connection, [NEW]))

    both = database.run_now(lambda connection: load_vault(connection, [NEW, OLD]))
    assert rotate(database, both, silent).is_complete
    database.run_now(lambda connection: load_vault(connection, [NEW]))
