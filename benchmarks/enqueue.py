"""Freezing an audience, beside a bare INSERT … SELECT of the same rows in one statement."""

import asyncio
import shutil
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import time as hour
from functools import partial
from itertools import count
from pathlib import Path
from statistics import median

import psycopg
from sqlalchemy import Connection, func, select, text

from benchmarks import enqueue_crowd
from benchmarks.enqueue_crowd import CAP, EVERYBODY, ONE_STATE, SPANISH
from benchmarks.figures import Figure, Size, alone
from benchmarks.places import Workshop
from bot.broadcasting import Broadcaster
from bot.terms import utc_now
from storage.audience import Scope
from storage.broadcasts import read
from storage.database import Database
from storage.messages import deliveries
from storage.migrations import upgrade
from tests.postgres import Server, running

_PEOPLE, _IF_QUICK = 200_000, 20_000
_ROW = 1_000
_QUIET = (hour(20), hour(9))
_STAGED = "staged"


@dataclass(frozen=True, slots=True)
class Frozen:
    """`seconds` from the broadcast's hour until its audience stands, `cpu` of them of this process;
    `peak` in megabytes."""

    seconds: float
    cpu: float
    audience: int
    peak: float


def measure(size: Size, workshop: Workshop) -> list[Figure]:
    people = _PEOPLE if size.people > 1000 else _IF_QUICK
    figures = []
    with running() as server:
        for name, store in (("SQLite", _Files(workshop)), ("PostgreSQL", _Databases(server))):
            upgrade(store.source)
            alone(enqueue_crowd.settle_in, store.source, people)
            alone(_stage, store.source)
            figures += _of(name, store.copy, size.rounds)
    return figures


class _Files:
    def __init__(self, workshop: Workshop) -> None:
        self._workshop = workshop
        self._file = workshop.empty()
        self.source = f"sqlite:///{self._file}"

    def copy(self) -> str:
        return f"sqlite:///{shutil.copy(self._file, self._workshop.empty())}"


class _Databases:
    def __init__(self, server: Server) -> None:
        self._server = server
        self._numbers = count(1)
        self.source = server.create("source")

    def copy(self) -> str:
        return self._server.create(f"copy_{next(self._numbers)}", "source")


def _of(name: str, copy: Callable[[], str], rounds: int) -> list[Figure]:
    ours: list[Frozen] = []
    bare: list[float] = []
    for _ in range(rounds):
        ours.append(alone(_freeze, copy(), SPANISH))
        bare.append(alone(_insert, copy()))
    sizes = [alone(_freeze, copy(), scope) for scope in (ONE_STATE, SPANISH, EVERYBODY)]
    for each in sizes:
        print(
            f"  {name}: {each.audience:,} recipients in {each.seconds:.2f} s"
            f" ({each.cpu:.2f} s of CPU here),"
            f" {each.peak:.0f} MB at most",
            flush=True,
        )
    audience = ours[0].audience
    return [
        Figure(
            "enqueue",
            f"{audience:,} recipients on {name}, against one bare INSERT … SELECT",
            median(each.seconds for each in ours) * 1000,
            "ms",
            median(bare) * 1000,
            at_most=2.0,
        ),
        Figure(
            "enqueue",
            f"memory for {sizes[-1].audience:,} on {name}, against {sizes[0].audience:,}",
            sizes[-1].peak,
            "MB",
            sizes[0].peak,
            at_most=1.1,
        ),
    ]


def _stage(url: str) -> None:
    """Leaves a table with the very rows that a freeze makes, and the deliveries as before it."""
    asyncio.run(_frozen(url, SPANISH, _ROW + 1))
    database = Database(url)
    for statement in (
        f"CREATE TABLE {_STAGED} AS SELECT * FROM deliveries WHERE broadcast_id = {_ROW + 1}",
        f"DELETE FROM deliveries WHERE broadcast_id = {_ROW + 1}",
        f"DELETE FROM broadcasts WHERE id = {_ROW + 1}",
    ):
        database.run_now(partial(_execute, statement=statement))
    database.close_now()
    _tidy(url)


def _execute(connection: Connection, statement: str) -> None:
    connection.execute(text(statement))


def _tidy(url: str) -> None:
    """No holes are left where the rows were, and the planner knows the tables."""
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)) as file:
            file.execute("VACUUM")
            file.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    else:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("VACUUM FULL ANALYZE")


def _insert(url: str) -> float:
    """Seconds of the one statement and its commit."""
    database = Database(url)
    _warm(database)
    began = time.perf_counter()
    statement = f"INSERT INTO deliveries SELECT * FROM {_STAGED} ORDER BY id"
    database.run_now(partial(_execute, statement=statement))
    took = time.perf_counter() - began
    database.close_now()
    return took


def _freeze(url: str, scope: Scope) -> Frozen:
    return asyncio.run(_frozen(url, scope, _ROW))


async def _frozen(url: str, scope: Scope, row: int) -> Frozen:
    database, now = Database(url), utc_now()
    _warm(database)
    await database.run(lambda connection: enqueue_crowd.schedule(connection, scope, row, now))
    tender = Broadcaster(database, ("telegram", "sms"), _QUIET, CAP, utc_now)
    began, cpu = time.perf_counter(), time.process_time()
    await tender.step()
    took, cpu = time.perf_counter() - began, time.process_time() - cpu
    run = await database.read(lambda connection: read(connection, row))
    assert run is not None
    assert run.frozen_at is not None
    frozen = Frozen(took, cpu, run.audience, _peak_megabytes())
    await database.close()
    return frozen


def _warm(database: Database) -> None:
    def look(connection: Connection) -> None:
        connection.execute(select(func.count()).select_from(deliveries)).scalar_one()

    database.run_now(look)


def _peak_megabytes() -> float:
    status = Path("/proc/self/status").read_text("utf-8")
    line = next(line for line in status.splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1]) / 1024
