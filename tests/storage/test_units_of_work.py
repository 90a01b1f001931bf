"""Promises of `Database` that hold on both kinds of database."""

import asyncio
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Connection, insert, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from storage.database import Database, database_url
from storage.ids import new_id
from tests.storage.conftest import counters
from tests.storage.units import add, boom, increment, numbers, value_of


async def test_a_unit_is_there_when_run_returns(database: Database) -> None:
    assert await database.run(add(1, 5)) == 1
    assert await database.read(value_of(1)) == 5


def test_synchronous_code_runs_and_reads_too(database: Database) -> None:
    database.run_now(add(1, 5))
    assert database.read_now(value_of(1)) == 5


async def test_a_unit_that_raises_leaves_nothing_and_tells_its_caller_alone(
    database: Database,
) -> None:
    outcomes = await asyncio.gather(
        database.run(add(1)), database.run(boom), database.run(add(2)), return_exceptions=True
    )
    assert outcomes[0] == 1
    assert isinstance(outcomes[1], LookupError)
    assert outcomes[2] == 2
    assert await database.read(numbers) == [1, 2]


async def test_increments_from_many_tasks_lose_nothing(database: Database) -> None:
    await database.run(add(1))

    async def ten_times() -> None:
        for _ in range(10):
            await database.run(increment(1))

    await asyncio.gather(*(ten_times() for _ in range(16)))
    assert await database.read(value_of(1)) == 160


async def test_a_savepoint_inside_a_unit_undoes_only_its_part(database: Database) -> None:
    def unit(connection: Connection) -> None:
        add(1)(connection)
        with pytest.raises(LookupError), connection.begin_nested():
            boom(connection)
        add(2)(connection)

    await database.run(unit)
    assert await database.read(numbers) == [1, 2]


async def test_reading_cannot_write(database: Database) -> None:
    with pytest.raises(DBAPIError):
        await database.read(add(1))
    assert await database.read(numbers) == []


async def test_reading_sees_one_steady_state(database: Database) -> None:
    await database.run(add(1))

    def twice(connection: Connection) -> tuple[int, int]:
        before = len(numbers(connection))
        database.run_now(add(2))
        return before, len(numbers(connection))

    assert await database.read(twice) == (1, 1)


async def test_an_id_that_another_process_made_too_is_made_anew(database: Database) -> None:
    await database.run(add(1))
    made = iter([1, 2])

    def unit(connection: Connection) -> int:
        return add(next(made))(connection)

    assert await database.run(unit) == 2


async def test_an_id_that_is_always_taken_is_reported(database: Database) -> None:
    await database.run(add(1))
    with pytest.raises(IntegrityError):
        await database.run(add(1))


async def test_errors_never_show_values(database: Database) -> None:
    """Not the parameters, and not the row that PostgreSQL quotes in its DETAIL."""

    def unit(connection: Connection) -> None:
        connection.execute(insert(counters), {"id": 1, "value": -1, "note": "Guadalupe"})

    with pytest.raises(IntegrityError) as caught:
        await database.run(unit)
    assert "Guadalupe" not in str(caught.value)
    assert "Guadalupe" not in str(caught.value.orig)
    assert "Guadalupe" not in repr(caught.value)
    assert "never_negative" in str(caught.value)


async def test_a_task_that_gave_up_does_not_hurt_the_others(database: Database) -> None:
    task = asyncio.create_task(database.run(add(1)))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await database.run(add(2)) == 2


async def test_a_unit_may_raise_what_a_future_cannot_carry(database: Database) -> None:
    def unit(connection: Connection) -> None:
        raise StopIteration

    with pytest.raises(RuntimeError):
        await database.run(unit)


async def test_closing_commits_what_was_submitted_and_takes_no_more(database_url: str) -> None:
    database = Database(database_url)
    await database.run(counters.create)
    tasks = [asyncio.create_task(database.run(add(number))) for number in range(20)]
    await asyncio.sleep(0)
    await database.close()
    assert await asyncio.gather(*tasks) == list(range(20))
    with pytest.raises(RuntimeError):
        await database.run(add(99))
    await database.close()


async def test_failpoints_are_passed_in_order(database: Database) -> None:
    steps: list[str] = []
    database.failpoint = steps.append
    await database.run(add(1))
    assert steps == ["unit.begin", "unit.before_commit", "unit.after_commit"]


_VICTIM = """
import os, signal, sys
from storage.database import Database
from tests.storage.units import add

database = Database(sys.argv[1])

def die(step):
    if step == sys.argv[2]:
        os.kill(os.getpid(), signal.SIGKILL)

database.failpoint = die
database.run_now(add(7))
"""


@pytest.mark.parametrize(
    ("step", "kept"),
    [("unit.begin", []), ("unit.before_commit", []), ("unit.after_commit", [7])],
)
async def test_killed_at_a_step_a_unit_is_kept_whole_or_not_at_all(
    database: Database, database_url: str, step: str, kept: list[int]
) -> None:
    victim = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-c", _VICTIM, database_url, step],
        cwd=Path(__file__).parents[2],
        check=False,
        timeout=60,
    )
    assert victim.returncode == -signal.SIGKILL
    assert await database.read(numbers) == kept
    assert await database.run(add(8)) == 8


async def test_one_process_holds_a_named_lock_until_it_lets_go(
    database: Database, database_url: str
) -> None:
    other = Database(database_url)
    assert await database.hold("clock")
    assert await database.hold("clock"), "asking again makes sure"
    assert not await other.hold("clock")
    assert await other.hold("sweep"), "another name is another lock"
    await database.let_go("clock")
    assert await other.hold("clock")
    await other.close()
    async with asyncio.timeout(10):  # a server notices by itself that a connection has gone
        while not await database.hold("clock"):
            await asyncio.sleep(0.01)


def test_new_ids_are_accepted_as_keys(database: Database) -> None:
    number = new_id()
    database.run_now(add(number))
    assert database.read_now(lambda c: c.execute(select(counters.c.id)).scalar_one()) == number


@pytest.mark.parametrize(
    ("given", "driver"),
    [
        ("sqlite:///enlace.db", "sqlite+pysqlite"),
        ("postgres://u:p@h/d", "postgresql+psycopg"),
        ("postgresql://u:p@h/d", "postgresql+psycopg"),
    ],
)
def test_the_usual_urls_are_accepted(given: str, driver: str) -> None:
    assert database_url(given).drivername == driver


@pytest.mark.parametrize("given", ["", "enlace.db", "mysql://u:secret@h/d", "sqlite://", "://:@"])
def test_other_urls_are_refused_in_one_line_that_does_not_quote_them(given: str) -> None:
    with pytest.raises(ValueError, match="DATABASE_URL") as caught:
        database_url(given)
    assert "secret" not in str(caught.value)
    assert "\n" not in str(caught.value)


async def test_text_of_any_shape_is_refused_or_kept_but_breaks_nothing(
    database: Database,
) -> None:
    def note(words: str) -> Callable[[Connection], object]:
        return lambda c: c.execute(insert(counters), {"id": new_id(), "value": 1, "note": words})

    for words in ("\x00", "\ud800", "ñ" * 40, "\u202e"):
        try:
            await database.run(note(words))
        except (DBAPIError, UnicodeEncodeError):
            continue
    await database.run(lambda connection: connection.execute(text("SELECT 1")))
    assert await database.run(add(1)) == 1
