"""A prepared statement does on the driver what SQLAlchemy would, and fails in the same way."""

from collections.abc import Sequence
from datetime import UTC, datetime

import psycopg
import pytest
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    Float,
    LargeBinary,
    MetaData,
    String,
    Table,
    bindparam,
    func,
    select,
    text,
    update,
)
from sqlalchemy.exc import IntegrityError

from storage.database import Database, Instant, insert
from storage.faults import is_id_collision, is_lost
from storage.prepared import Prepared
from tests.storage.conftest import counters
from tests.storage.units import numbers, value_of

NOW = datetime(2026, 11, 21, 17, 30, 5, 123456, tzinfo=UTC)
notes = Table(
    "notes",
    MetaData(),
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("at", Instant),
    Column("sealed", LargeBinary),
    Column("urgent", Boolean, nullable=False),
    Column("text", String),
    Column("north", Float),
)
titles = Table(
    "titles",
    MetaData(),
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("title", String, nullable=False, unique=True),
)

ADD = Prepared(insert(counters))
ADD_NEW = Prepared(insert(counters).on_conflict_do_nothing())
FIND = Prepared(select(counters.c.value, counters.c.note).where(counters.c.id == bindparam("row")))
ABOVE = Prepared(
    select(counters.c.id).where(counters.c.value > bindparam("least")).order_by(counters.c.id)
)
NOTED = Prepared(
    select(func.coalesce(counters.c.note, "none")).where(
        counters.c.id == bindparam("row"), counters.c.value != 99
    )
)
CHANGE = Prepared(update(counters).where(counters.c.id == bindparam("row")))


def add_three(connection: Connection) -> None:
    ADD.write_now(connection, [{"id": number, "value": number * 10} for number in (1, 2, 3)])


def test_rows_are_written_and_found(database: Database) -> None:
    database.run_now(add_three)
    assert database.read_now(lambda c: FIND.first(c, {"row": 2})) == (20, None)
    assert database.read_now(lambda c: FIND.first(c, {"row": 9})) is None
    assert database.read_now(lambda c: ABOVE.all(c, {"least": 10})) == [(2,), (3,)]
    assert database.read_now(lambda c: ABOVE.all(c, {"least": 99})) == []


def test_values_in_the_statement_itself_count(database: Database) -> None:
    database.run_now(add_three)
    assert database.read_now(lambda c: NOTED.first(c, {"row": 1})) == ("none",)


def test_one_of_many_and_none_of_many(database: Database) -> None:
    database.run_now(lambda c: ADD.write_now(c, []))
    database.run_now(lambda c: ADD.write_now(c, [{"id": 1, "value": 0}]))
    assert database.read_now(numbers) == [1]


def test_the_count_tells_whether_a_row_was_written(database: Database) -> None:
    def unit(connection: Connection) -> int:
        return ADD_NEW.run(connection, {"id": 1, "value": 7})

    assert [database.run_now(unit) for _ in range(2)] == [1, 0]


def test_of_many_each_tells_whether_it_was_written(database: Database) -> None:
    add = Prepared(insert(titles).on_conflict_do_nothing(index_elements=[titles.c.title]))

    def unit(connection: Connection) -> list[list[int]]:
        titles.create(connection)
        lists = ("a",), ("a", "b", "a", "c"), ("b", "c"), ("d", "e", "f"), ()
        ids = iter(range(1, 20))
        return [
            add.run_each(connection, [{"id": next(ids), "title": title} for title in of_one])
            for of_one in lists
        ]

    assert database.run_now(unit) == [[1], [0, 1, 0, 1], [0, 0], [1, 1, 1], []]


def test_an_update_changes_the_columns_that_it_is_given(database: Database) -> None:
    database.run_now(add_three)
    database.run_now(lambda c: CHANGE.run(c, {"row": 1, "note": "uno"}))
    database.run_now(lambda c: CHANGE.run(c, {"row": 1, "value": 11, "note": "once"}))
    assert database.read_now(lambda c: FIND.first(c, {"row": 1})) == (11, "once")
    assert database.read_now(value_of(2)) == 20


def test_values_come_back_as_they_went_in(database: Database) -> None:
    row = {
        "id": 1,
        "at": NOW,
        "sealed": b"\x00\xff",
        "urgent": True,
        "text": "ñandú 🐦",
        "north": 41.85,
    }
    empty = {"id": 2, "at": None, "sealed": None, "urgent": False, "text": None, "north": None}
    add, everything = Prepared(insert(notes)), Prepared(select(notes).order_by(notes.c.id))

    def unit(connection: Connection) -> Sequence[tuple[object, ...]]:
        notes.create(connection)
        add.write_now(connection, [row, empty])
        return everything.all(connection, {})

    found = database.run_now(unit)
    assert found == [tuple(row.values()), tuple(empty.values())]
    assert found[0][3] is True
    assert found[1][3] is False


def test_a_taken_key_is_the_same_error_and_does_not_quote_the_row(database: Database) -> None:
    database.run_now(add_three)
    with pytest.raises(IntegrityError) as caught:
        database.run_now(lambda c: ADD.run(c, {"id": 1, "value": 0, "note": "secreto"}))
    assert is_id_collision(caught.value)
    assert "secreto" not in str(caught.value)


def test_a_refused_row_of_many_leaves_none(database: Database) -> None:
    with pytest.raises(IntegrityError):
        database.run_now(
            lambda c: ADD.write_now(c, [{"id": 1, "value": 1}, {"id": 2, "value": -1}])
        )
    assert database.read_now(numbers) == []


@pytest.mark.postgres
async def test_a_connection_that_breaks_costs_only_a_second_run(
    postgresql: Database, postgres_url: str
) -> None:
    runs: list[Exception] = []

    def unit(connection: Connection) -> None:
        if not runs:
            _cut_off(connection, postgres_url)
        try:
            ADD.run(connection, {"id": 1, "value": 5})
        except Exception as error:
            runs.append(error)
            raise

    await postgresql.run(unit)
    assert [is_lost(error) for error in runs] == [True]
    assert await postgresql.read(value_of(1)) == 5


def _cut_off(connection: Connection, url: str) -> None:
    pid = connection.execute(text("SELECT pg_backend_pid()")).scalar_one()
    with psycopg.connect(url, autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
