"""What only PostgreSQL can do to a unit of work: deadlocks, lost connections, unknown commits."""

import asyncio
import threading
from collections.abc import Callable

import psycopg
import pytest
from sqlalchemy import Connection, select, text
from sqlalchemy.exc import OperationalError

from storage.database import CommitUnknownError, Database
from tests.storage.conftest import counters
from tests.storage.units import add, increment, numbers, value_of

pytestmark = pytest.mark.postgres


def cut_off(connection: Connection, url: str) -> None:
    """What a restart of the server looks like to this connection."""
    pid = connection.execute(text("SELECT pg_backend_pid()")).scalar_one()
    with psycopg.connect(url, autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])


def once(act: Callable[[Connection], None]) -> Callable[[Connection], None]:
    left = [act]
    return lambda connection: left.pop()(connection) if left else None


def wait_for(barrier: threading.Barrier) -> None:
    barrier.wait(30)


async def test_two_units_in_a_deadlock_are_both_done(postgresql: Database) -> None:
    await postgresql.run(add(1))
    await postgresql.run(add(2))
    both_hold = threading.Barrier(2)

    def crosswise(first: int, second: int) -> Callable[[Connection], None]:
        meet = once(lambda _: wait_for(both_hold))

        def unit(connection: Connection) -> None:
            increment(first)(connection)
            meet(connection)
            increment(second)(connection)

        return unit

    await asyncio.gather(postgresql.run(crosswise(1, 2)), postgresql.run(crosswise(2, 1)))
    assert await postgresql.read(value_of(1)) == 2
    assert await postgresql.read(value_of(2)) == 2


async def test_a_conflict_between_serializable_units_is_retried(postgresql: Database) -> None:
    await postgresql.run(add(1))

    def unit(connection: Connection) -> None:
        connection.execute(text("SET TRANSACTION ISOLATION LEVEL SERIALIZABLE"))
        increment(1)(connection)

    await asyncio.gather(*(postgresql.run(unit) for _ in range(12)))
    assert await postgresql.read(value_of(1)) == 12


async def test_a_connection_that_breaks_in_a_unit_costs_only_a_second_run(
    postgresql: Database, postgres_url: str
) -> None:
    cut = once(lambda connection: cut_off(connection, postgres_url))

    def unit(connection: Connection) -> int:
        add(1)(connection)
        cut(connection)
        return add(2)(connection)

    assert await postgresql.run(unit) == 2
    assert await postgresql.read(numbers) == [1, 2]


async def test_idle_connections_that_broke_are_not_noticed(
    postgresql: Database, postgres_url: str
) -> None:
    await asyncio.gather(*(postgresql.run(add(number)) for number in range(10)))
    with psycopg.connect(postgres_url, autocommit=True) as other:
        other.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    assert len(await postgresql.read(numbers)) == 10
    await asyncio.gather(*(postgresql.run(add(number)) for number in range(10, 20)))
    assert await postgresql.read(numbers) == list(range(20))


async def test_a_connection_that_breaks_in_the_commit_is_said_to_be_unknown(
    postgresql: Database, postgres_url: str
) -> None:
    """Law 3: an outcome that isn't known is never blindly tried again."""
    runs: list[int] = []

    def unit(connection: Connection) -> None:
        runs.append(1)
        add(1)(connection)
        pids.append(connection.execute(text("SELECT pg_backend_pid()")).scalar_one())

    pids: list[int] = []

    def at(step: str) -> None:
        if step == "unit.before_commit":
            with psycopg.connect(postgres_url, autocommit=True) as other:
                other.execute("SELECT pg_terminate_backend(%s, 5000)", [pids[-1]])

    postgresql.failpoint = at
    with pytest.raises(CommitUnknownError, match="may or may not"):
        await postgresql.run(unit)
    assert len(runs) == 1


async def test_a_server_that_is_not_there_is_reported_without_the_password() -> None:
    database = Database("postgresql://enlace:hunter2@127.0.0.1:9/enlace")
    with pytest.raises(OperationalError) as caught:
        await database.read(lambda connection: connection.execute(select(counters)))
    assert "hunter2" not in str(caught.value)
    await database.close()


async def test_locks_of_a_lost_session_are_taken_anew(
    postgresql: Database, postgres_url: str
) -> None:
    assert await postgresql.hold("clock")
    with psycopg.connect(postgres_url, autocommit=True) as other:
        other.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_locks WHERE locktype = 'advisory'"
        )
    assert not await postgresql.hold("clock"), "it was lost: say so once"
    assert await postgresql.hold("clock")
