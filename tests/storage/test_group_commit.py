"""SQLite's writer: units that wait are committed together, and fail apart."""

import asyncio
import sqlite3
import stat
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, insert, text
from sqlalchemy.exc import IntegrityError, OperationalError

from storage.database import Database
from storage.writer import BATCH
from tests.storage.conftest import children, counters, scratch
from tests.storage.units import add, boom, numbers, value_of

Units = list[Callable[[Connection], Any]]


class Commits:
    """Counts the transactions that a database commits."""

    def __init__(self, database: Database) -> None:
        self.begun = self.committed = 0
        database.failpoint = self._count

    def _count(self, step: str) -> None:
        self.begun += step == "unit.begin"
        self.committed += step == "unit.after_commit"


@asynccontextmanager
async def writer_busy(database: Database) -> AsyncIterator[None]:
    """Holds the writer in a unit, so that what is submitted meanwhile waits together."""
    entered, leave = threading.Event(), threading.Event()

    def hold(connection: Connection) -> None:
        entered.set()
        leave.wait(30)

    holding = asyncio.create_task(database.run(hold))
    await asyncio.to_thread(entered.wait, 30)
    yield
    leave.set()
    await holding


async def together(database: Database, units: Units) -> tuple[list[Any], Commits]:
    """The outcomes of units that were waiting at one time, and what they took."""
    async with writer_busy(database):
        commits = Commits(database)
        tasks = [asyncio.create_task(database.run(unit)) for unit in units]
        await asyncio.sleep(0)
    outcomes = await asyncio.gather(*tasks, return_exceptions=True)
    commits.committed -= 1  # the one that held the writer
    return outcomes, commits


async def test_units_that_wait_share_one_commit(sqlite: Database) -> None:
    outcomes, commits = await together(sqlite, [add(number) for number in range(40)])
    assert outcomes == list(range(40))
    assert commits.committed == 1


async def test_a_batch_is_bounded(sqlite: Database) -> None:
    _, commits = await together(sqlite, [add(number) for number in range(BATCH * 3)])
    assert commits.committed == 3


async def test_only_the_guilty_unit_fails_and_the_rest_stay_few_commits(sqlite: Database) -> None:
    units: Units = [add(number) for number in range(20)]
    units.insert(10, boom)
    outcomes, commits = await together(sqlite, units)
    assert isinstance(outcomes.pop(10), LookupError)
    assert outcomes == list(range(20))
    assert await sqlite.read(numbers) == list(range(20))
    assert commits.committed == 2, "those before it, those after it"


async def test_many_guilty_units_cost_a_bounded_number_of_runs(sqlite: Database) -> None:
    outcomes, commits = await together(sqlite, [boom] * 30 + [add(1)] + [boom] * 30)
    assert sum(isinstance(outcome, LookupError) for outcome in outcomes) == 60
    assert await sqlite.read(numbers) == [1]
    assert commits.begun <= 3 * 61


async def test_a_unit_whose_commit_fails_is_found_among_the_others(sqlite: Database) -> None:
    """A reference checked only at the commit: no statement of its unit has failed."""

    def orphan(connection: Connection) -> None:
        connection.execute(text("PRAGMA defer_foreign_keys=ON"))
        connection.execute(insert(children), {"id": 1, "parent": 404})

    outcomes, _ = await together(sqlite, [add(1), orphan, add(2)])
    assert isinstance(outcomes[1], IntegrityError)
    assert await sqlite.read(numbers) == [1, 2]


async def test_a_full_disk_fails_the_unit_that_needs_the_room_and_passes(
    sqlite: Database,
) -> None:
    def fill(connection: Connection) -> None:
        pages = connection.execute(text("PRAGMA page_count")).scalar_one()
        connection.execute(text(f"PRAGMA max_page_count={pages}"))
        rows = [{"id": n, "value": 0, "note": "x" * 40} for n in range(10_000, 40_000)]
        connection.execute(insert(counters), rows)

    outcomes, _ = await together(sqlite, [add(1), fill, add(2)])
    assert isinstance(outcomes[1], OperationalError)
    assert "full" in str(outcomes[1])
    assert await sqlite.read(numbers) == [1, 2]
    assert await sqlite.run(add(3)) == 3


async def test_cancelled_units_are_skipped(sqlite: Database) -> None:
    async with writer_busy(sqlite):
        tasks = [asyncio.create_task(sqlite.run(add(number))) for number in range(4)]
        await asyncio.sleep(0)
        tasks[1].cancel()
        await asyncio.sleep(0)
    await asyncio.gather(*tasks, return_exceptions=True)
    assert await sqlite.read(numbers) == [0, 2, 3]


async def test_units_are_run_in_the_order_they_came(sqlite: Database) -> None:
    order: list[int] = []

    def note(number: int) -> Callable[[Connection], None]:
        return lambda _: order.append(number)

    await together(sqlite, [note(number) for number in range(100)])
    assert order == list(range(100))


async def test_reading_does_not_wait_behind_the_writer(sqlite: Database) -> None:
    await sqlite.run(add(1, 5))
    async with writer_busy(sqlite):
        assert await asyncio.wait_for(sqlite.read(value_of(1)), 10) == 5


async def test_a_unit_that_waits_for_a_unit_is_told_so(sqlite: Database) -> None:
    with pytest.raises(RuntimeError, match="cannot wait"):
        await sqlite.run(lambda _: sqlite.run_now(numbers))


async def test_a_failpoint_that_raises_after_the_commit_does_not_run_the_unit_again(
    sqlite: Database,
) -> None:
    def trip(step: str) -> None:
        if step == "unit.after_commit":
            raise ZeroDivisionError

    sqlite.failpoint = trip
    with pytest.raises(ZeroDivisionError):
        await sqlite.run(add(1))
    assert await sqlite.read(numbers) == [1]


def test_several_loops_and_threads_share_the_writer(sqlite_url: str) -> None:
    database = Database(sqlite_url)
    database.run_now(scratch.create_all)

    async def work(start: int) -> None:
        await asyncio.gather(*(database.run(add(start + n)) for n in range(50)))

    with ThreadPoolExecutor(3) as threads:
        for start in (0, 100, 200):
            threads.submit(asyncio.run, work(start))
    assert len(database.read_now(numbers)) == 150
    database.close_now()


@pytest.mark.parametrize(
    ("pragma", "value"),
    [
        ("journal_mode", "wal"),
        ("synchronous", 2),
        ("foreign_keys", 1),
        ("secure_delete", 1),
    ],
)
async def test_the_writer_is_durable_and_strict(
    sqlite: Database, pragma: str, value: object
) -> None:
    def unit(connection: Connection) -> object:
        return connection.execute(text(f"PRAGMA {pragma}")).scalar_one()

    assert await sqlite.run(unit) == value


def test_a_new_file_is_readable_by_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "new.db"
    database = Database(f"sqlite:///{path}")
    database.run_now(scratch.create_all)
    files = list(tmp_path.iterdir())
    assert path in files
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
    database.close_now()


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="does not exist"):
        Database(f"sqlite:///{tmp_path}/nowhere/enlace.db")


_HOLDER = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN IMMEDIATE")
print("held", flush=True)
sys.stdin.readline()
"""


class Holder:
    """Another process that holds the file's write lock until it is told to let go."""

    def __init__(self, url: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", _HOLDER, url.removeprefix("sqlite:///")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        assert self._process.stdout is not None
        assert self._process.stdout.readline() == b"held\n"

    def let_go(self) -> None:
        self._process.communicate(b"\n", timeout=30)


async def test_a_file_locked_by_another_process_is_waited_for(
    sqlite: Database, sqlite_url: str
) -> None:
    holder = await asyncio.to_thread(Holder, sqlite_url)
    tasks = [asyncio.create_task(sqlite.run(add(number))) for number in range(5)]
    done, _ = await asyncio.wait(tasks, timeout=0.2)
    assert not done
    await asyncio.to_thread(holder.let_go)
    assert await asyncio.gather(*tasks) == list(range(5))


async def test_a_file_locked_too_long_fails_every_waiting_unit_and_then_recovers(
    sqlite: Database, sqlite_url: str
) -> None:
    hurried = Database(sqlite_url, patience=0)
    holder = await asyncio.to_thread(Holder, sqlite_url)
    outcomes = await asyncio.gather(
        *(hurried.run(add(number)) for number in range(5)), return_exceptions=True
    )
    assert all(isinstance(outcome, OperationalError) for outcome in outcomes)
    assert "locked" in str(outcomes[0])
    await asyncio.to_thread(holder.let_go)
    assert await hurried.run(add(9)) == 9
    assert await hurried.read(numbers) == [9]
    await hurried.close()


async def test_what_is_deleted_is_gone_from_the_files(sqlite: Database, sqlite_url: str) -> None:
    def write(connection: Connection) -> None:
        connection.execute(insert(counters), {"id": 1, "value": 1, "note": "Xochiquetzal"})

    await sqlite.run(write)
    await sqlite.run(lambda connection: connection.execute(counters.delete()))
    await sqlite.close()
    path = Path(sqlite_url.removeprefix("sqlite:///"))
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    assert all(b"Xochiquetzal" not in file.read_bytes() for file in path.parent.iterdir())
