"""Locks that outlive a transaction, so that one process among many does a thing (the clock)."""

import fcntl
import zlib
from contextlib import suppress
from pathlib import Path
from typing import IO, Any, Protocol

from sqlalchemy import Connection, Engine, func, select
from sqlalchemy.exc import DBAPIError, SQLAlchemyError


class Hold(Protocol):
    def keep(self) -> bool:
        """Takes the lock or makes sure that it is still held; False while somebody else has it."""

    def release(self) -> None: ...


def lock_number(name: str) -> int:
    """PostgreSQL's advisory locks have numbers: the upper half says that they are ours."""
    return (zlib.crc32(b"enlace") << 31) ^ zlib.crc32(name.encode())


class FileHold:
    """On SQLite: a lock on a file beside the database, which the system drops with the process."""

    def __init__(self, database: Path, name: str) -> None:
        self._path = database.with_name(f"{database.name}-{name}.lock")
        self._file: IO[Any] | None = None

    def keep(self) -> bool:
        if self._file is not None:
            return True
        file = self._path.open("a")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.close()
            return False
        self._file = file
        return True

    def release(self) -> None:
        file, self._file = self._file, None
        if file is not None:
            file.close()


class PostgresHold:
    """On PostgreSQL: an advisory lock of a session of its own; it ends with the connection."""

    def __init__(self, engine: Engine, name: str) -> None:
        self._engine = engine
        self._number = lock_number(name)
        self._connection: Connection | None = None

    def keep(self) -> bool:
        try:
            return self._keep()
        except DBAPIError:
            self.release()
            return False

    def _keep(self) -> bool:
        if self._connection is not None:
            self._connection.execute(select(1))
            return True
        connection = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        if connection.scalar(select(func.pg_try_advisory_lock(self._number))):
            self._connection = connection
            return True
        connection.close()
        return False

    def release(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            # It ends with the session too, but the server takes its time to see that one is over.
            with suppress(SQLAlchemyError):
                connection.scalar(select(func.pg_advisory_unlock(self._number)))
            with suppress(DBAPIError):
                connection.invalidate()
            connection.close()
