"""Writes that wait: each turn's in its order, and whoever looks finds them written."""

from collections.abc import Callable

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, bindparam, delete, select, update

from storage import later
from storage.database import Database, insert
from storage.prepared import Prepared
from tests.storage.conftest import counters

ADD = Prepared(insert(counters))
SET = Prepared(update(counters).where(counters.c.id == bindparam("row")))
DROP = Prepared(delete(counters).where(counters.c.id == bindparam("row")))
VALUE = select(counters.c.value).where(counters.c.id == bindparam("row"))
READ = Prepared(VALUE)
READ_AS_REFERENCE = Prepared(VALUE, reference=True)


def waiting(database: Database, unit: Callable[[Connection, later.Later], object]) -> None:
    def run(connection: Connection) -> None:
        writes = later.begin(connection)
        try:
            unit(connection, writes)
            writes.write()
        finally:
            writes.close()

    database.run_now(run)


def add(connection: Connection, number: int, value: int) -> None:
    ADD.write(connection, {"id": number, "value": value})


def values(database: Database) -> dict[int, int]:
    rows = select(counters.c.id, counters.c.value)
    return database.read_now(lambda c: {row.id: row.value for row in c.execute(rows)})


def test_where_nothing_waits_a_write_is_at_once(database: Database) -> None:
    def unit(connection: Connection) -> None:
        add(connection, 1, 10)
        assert READ_AS_REFERENCE.first(connection, {"row": 1}) == (10,)

    database.run_now(unit)


def test_whoever_looks_finds_it_written(database: Database) -> None:
    def unit(connection: Connection, writes: later.Later) -> None:
        add(connection, 1, 10)
        assert READ_AS_REFERENCE.first(connection, {"row": 1}) is None
        assert READ.first(connection, {"row": 1}) == (10,)
        add(connection, 2, 20)
        assert connection.scalar(VALUE, {"row": 2}) == 20
        add(connection, 3, 30)
        as_reference = {later.REFERENCE: True}
        found = connection.execute(VALUE, {"row": 3}, execution_options=as_reference)
        assert found.first() is None
        assert not writes.touched

    waiting(database, unit)
    assert values(database) == {1: 10, 2: 20, 3: 30}


def test_what_is_written_at_once_comes_after_what_waited_and_is_noted(database: Database) -> None:
    def unit(connection: Connection, writes: later.Later) -> None:
        add(connection, 1, 10)
        connection.execute(update(counters).values(value=11))
        assert writes.touched

    waiting(database, unit)
    assert values(database) == {1: 11}


def test_a_prepared_write_at_once_is_noted_too(database: Database) -> None:
    def unit(connection: Connection, writes: later.Later) -> None:
        add(connection, 1, 10)
        assert SET.run(connection, {"row": 1, "value": 12}) == 1
        assert writes.touched

    waiting(database, unit)


def test_after_a_failure_nothing_waits_on_the_connection(database: Database) -> None:
    def broken(connection: Connection, _writes: later.Later) -> None:
        add(connection, 1, 10)
        raise LookupError

    try:
        waiting(database, broken)
    except LookupError:
        database.run_now(lambda connection: add(connection, 2, 20))
    assert values(database) == {2: 20}


ACTS = st.lists(st.tuples(st.sampled_from(["add", "set", "drop"]), st.integers(0, 99)), max_size=5)


@given(turns=st.lists(ACTS, max_size=6))
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_turns_of_different_people_end_as_if_each_had_written_at_once(
    sqlite: Database, turns: list[list[tuple[str, int]]]
) -> None:
    expected: dict[int, int] = {}

    def unit(connection: Connection, writes: later.Later) -> None:
        connection.execute(delete(counters))
        for person, acts in enumerate(turns):
            writes.next_turn()
            for act, value in acts:
                if act == "add" and person not in expected:
                    add(connection, person, value)
                    expected[person] = value
                elif act == "set":
                    SET.write(connection, {"row": person, "value": value})
                    if person in expected:
                        expected[person] = value
                elif act == "drop":
                    DROP.write(connection, {"row": person})
                    expected.pop(person, None)

    waiting(sqlite, unit)
    assert values(sqlite) == expected
