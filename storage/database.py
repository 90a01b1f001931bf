"""The database as the rest sees it: units of work, reads, wake-ups and locks, on either kind.

No tables and no queries live here.
"""

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Literal, TypeVar, cast

from sqlalchemy import URL, Connection, make_url
from sqlalchemy.exc import ArgumentError

from storage.dialect import (
    among,
    freshen,
    greatest,
    insert,
    least,
    lock_row,
    lock_table,
    locks_rows,
    notify,
    packed,
    rows_of,
    skip_locked,
)
from storage.faults import CommitUnknownError
from storage.holds import Hold
from storage.schema import Instant, metadata
from storage.sqlite import Sqlite
from storage.wakes import Wake, Wakes

if TYPE_CHECKING:
    from storage.postgres import Postgres

__all__ = [
    "CommitUnknownError",
    "Database",
    "Instant",
    "Unit",
    "Wake",
    "among",
    "database_url",
    "freshen",
    "greatest",
    "insert",
    "least",
    "lock_row",
    "lock_table",
    "locks_rows",
    "metadata",
    "no_failpoint",
    "notify",
    "packed",
    "rows_of",
    "skip_locked",
]

T = TypeVar("T")
Unit = Callable[[Connection], T]
"""Work in one transaction. It may be run again: it has no side effects but its SQL."""

_NOT_OURS = "DATABASE_URL must begin with sqlite:/// or postgresql://"


def no_failpoint(step: str) -> None:
    """Does nothing: the place of a crash test's hook."""


def database_url(text: str) -> URL:
    """The URL with its driver; ValueError, which doesn't quote it, when it is none of ours."""
    try:
        url = make_url(text.strip())
    except ArgumentError:
        raise ValueError(_NOT_OURS) from None
    backend = url.get_backend_name()
    if backend in ("postgres", "postgresql"):
        return url.set(drivername="postgresql+psycopg")
    if backend != "sqlite":
        raise ValueError(_NOT_OURS)
    if url.database in (None, "", ":memory:"):
        raise ValueError("DATABASE_URL names no file; write sqlite:///enlace.db, for example.")
    return url.set(drivername="sqlite+pysqlite")


def _guarded(unit: Unit[T]) -> Unit[T]:
    """No future can carry a StopIteration: its caller would wait for ever."""

    def run(connection: Connection) -> T:
        try:
            return unit(connection)
        except StopIteration as error:
            raise RuntimeError("A unit of work let a StopIteration escape.") from error

    return run


def _postgres(url: URL, wakes: Wakes, at: Callable[[str], None], size: int) -> "Postgres":
    """Its driver is loaded where it serves alone: a tenth of a second, and nine megabytes."""
    from storage.postgres import Postgres

    return Postgres(url, wakes, at, size)


class Database:
    """SQLite behind a single writer with group commit, or PostgreSQL behind a pool.

    `size`: threads and connections on PostgreSQL. `patience`: seconds to go on trying while
    another process holds the SQLite file. `failpoint` is called with "unit.begin",
    "unit.before_commit" and "unit.after_commit", in the thread that runs the unit.
    """

    dialect: Literal["sqlite", "postgresql"]

    def __init__(self, url: str, *, size: int = 8, patience: float = 10.0) -> None:
        self.failpoint: Callable[[str], None] = no_failpoint
        self._wakes = Wakes()
        self._holds: dict[str, Hold] = {}
        parsed = database_url(url)
        self._backend: Sqlite | Postgres
        if parsed.get_backend_name() == "sqlite":
            self.dialect = "sqlite"
            self._backend = Sqlite(parsed, self._wakes, self._at, patience)
        else:
            self.dialect = "postgresql"
            self._backend = _postgres(parsed, self._wakes, self._at, size)

    async def run(self, unit: Unit[T]) -> T:
        """One transaction; durable when it returns."""
        return cast("T", await self._backend.run(_guarded(unit)))

    async def read(self, unit: Unit[T]) -> T:
        """One steady view, read only; does not wait behind the writer."""
        return cast("T", await self._backend.read(_guarded(unit)))

    def run_now(self, unit: Unit[T]) -> T:
        """`run`, from synchronous code; never from inside a unit."""
        return cast("T", self._backend.run_now(unit))

    def read_now(self, unit: Unit[T]) -> T:
        """`read`, from synchronous code."""
        return cast("T", self._backend.read_now(unit))

    def listen(self, channel: str) -> Wake:
        """What `notify` wakes: `await wake.wait(timeout)`, and `wake.close()` in the end.

        A wake may come for nothing and, while PostgreSQL is away, not at all: poll too.
        """
        self._backend.listening()
        return self._wakes.listen(channel)

    async def hold(self, name: str) -> bool:
        """Takes the named lock, or makes sure that this database still has it.

        False while another process has it. Ask before each use: a lost connection loses it.
        """
        hold = self._holds.get(name) or self._holds.setdefault(name, self._backend.hold(name))
        return await asyncio.to_thread(hold.keep)

    async def let_go(self, name: str) -> None:
        hold = self._holds.pop(name, None)
        if hold is not None:
            await asyncio.to_thread(hold.release)

    async def empty_log(self) -> None:
        """What was deleted leaves SQLite's log too; PostgreSQL does it by its own vacuum."""
        await asyncio.to_thread(self._backend.empty_log)

    async def close(self) -> None:
        """Commits what was submitted, then lets everything go."""
        await asyncio.to_thread(self.close_now)

    def close_now(self) -> None:
        """`close`, from synchronous code."""
        for hold in self._holds.values():
            hold.release()
        self._holds.clear()
        self._backend.close()

    def _at(self, step: str) -> None:
        self.failpoint(step)
