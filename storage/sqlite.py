"""Units of work on SQLite: one writer with group commit, a few readers; which errors mean what."""

import asyncio
import os
import sqlite3
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.pool import QueuePool

from storage.dialect import FROM_HEX
from storage.holds import FileHold
from storage.later import watch
from storage.prepared import execute
from storage.wakes import Wakes
from storage.writer import Writer

_READERS = 4
_BUSY_MS = 1_000
_WAL_TRIES = 20
_LESS_CACHE = "cache_size=-4000"
"""Of a reader, in KiB: there are several, and the system keeps the file's pages anyway."""
_PRAGMAS = (
    f"busy_timeout={_BUSY_MS}",
    "synchronous=FULL",
    "foreign_keys=ON",
    # What is deleted must be gone from the file, not only from the tables.
    "secure_delete=ON",
    "temp_store=MEMORY",
    "cache_size=-16000",
    "journal_size_limit=67108864",
)


class Sqlite:
    """`patience`: seconds to go on trying while another process holds the file."""

    def __init__(self, url: URL, wakes: Wakes, at: Callable[[str], None], patience: float) -> None:
        self._path = create_privately(url)
        self._engine = sqlite_engine(url, "BEGIN IMMEDIATE")
        self._read_engine = sqlite_engine(url, "BEGIN", "query_only=ON", _LESS_CACHE)
        self._readers = ThreadPoolExecutor(_READERS, thread_name_prefix="enlace-reader")
        self._writer = Writer(self._engine, wakes, at, patience)

    async def run(self, unit: Callable[[Connection], Any]) -> Any:
        return await self._writer.run(unit)

    def run_now(self, unit: Callable[[Connection], Any]) -> Any:
        return self._writer.run_now(unit)

    async def read(self, unit: Callable[[Connection], Any]) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self._readers, self.read_now, unit)

    def read_now(self, unit: Callable[[Connection], Any]) -> Any:
        with self._read_engine.connect() as connection, connection.begin():
            return unit(connection)

    def listening(self) -> None:
        """Nothing to do: the writer itself wakes who listens."""

    def hold(self, name: str) -> FileHold:
        return FileHold(self._path, name)

    def empty_log(self) -> None:
        """Moves the log into the file and cuts it; while somebody reads, the next time does it."""
        with closing(self._read_engine.raw_connection()) as connection:
            connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)").close()

    def close(self) -> None:
        self._readers.shutdown()
        self._writer.close()
        self._read_engine.dispose()
        self._engine.dispose()


def _use_wal(connection: sqlite3.Connection) -> None:
    """Another process that opens the new file at this moment may be in the way for a while."""
    for _ in range(_WAL_TRIES):
        try:
            (mode,) = connection.execute("PRAGMA journal_mode").fetchone()
            if mode == "wal":
                return
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError:
            time.sleep(0.05)
    connection.execute("PRAGMA journal_mode=WAL")


def create_privately(url: URL) -> Path:
    """Makes the file, if there is none, readable by its owner alone (the WAL inherits that)."""
    path = Path(str(url.database))
    if not path.parent.is_dir():
        raise ValueError(f"DATABASE_URL: the folder {path.parent} does not exist.")
    # Only a new file is opened: to close a file that SQLite has open drops this process's locks.
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    return path


def sqlite_engine(url: URL, begin: str, *more_pragmas: str) -> Engine:
    """`begin` opens every transaction: BEGIN IMMEDIATE to write, BEGIN for one steady view."""
    engine = create_engine(
        url,
        poolclass=QueuePool,
        pool_size=_READERS,
        max_overflow=-1,
        hide_parameters=True,
        connect_args={"isolation_level": None, "check_same_thread": False},
    )

    @event.listens_for(engine, "connect")
    def _prepare(connection: sqlite3.Connection, record: object) -> None:  # noqa: ARG001
        for pragma in (*_PRAGMAS, *more_pragmas):
            connection.execute(f"PRAGMA {pragma}")
        connection.create_function(FROM_HEX, 1, bytes.fromhex, deterministic=True)
        _use_wal(connection)

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        execute(connection, begin)  # SQLAlchemy's own way takes longer than the transaction needs

    watch(engine)
    return engine
