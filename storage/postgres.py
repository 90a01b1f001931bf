"""Units of work on PostgreSQL: a pool of threads and connections, and when a unit is run again."""

import asyncio
import random
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError, OperationalError

from storage.dialect import WAKES
from storage.faults import CommitUnknownError, hide_values, is_conflict, is_id_collision, is_lost
from storage.holds import PostgresHold
from storage.later import watch
from storage.postgres_lists import register
from storage.postgres_wakes import PostgresBell, PostgresEar
from storage.wakes import Wakes

T = TypeVar("T")

_TRIES = 8
_FIRST_PAUSE, _LONGEST_PAUSE = 0.02, 1.0


class Postgres:
    """Runs each unit in a transaction of its own, on as many threads as connections."""

    def __init__(self, url: URL, wakes: Wakes, at: Callable[[str], None], size: int) -> None:
        self._url = url
        self._wakes = wakes
        self._at = at
        self._engine = postgres_engine(url, size)
        self._read_engine = self._engine.execution_options(
            isolation_level="REPEATABLE READ", postgresql_readonly=True
        )
        self._executor = ThreadPoolExecutor(size, thread_name_prefix="enlace-database")
        self._ear: PostgresEar | None = None
        self._bell = PostgresBell(self._conninfo)

    async def run(self, unit: Callable[[Connection], Any]) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self._executor, self.run_now, unit)

    def run_now(self, unit: Callable[[Connection], Any]) -> Any:
        return _persist(lambda: self._transaction(unit), _is_undone)

    async def read(self, unit: Callable[[Connection], Any]) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self._executor, self.read_now, unit)

    def read_now(self, unit: Callable[[Connection], Any]) -> Any:
        return _persist(lambda: self._view(unit), _is_undone)

    def listening(self) -> None:
        """Starts hearing NOTIFY, once."""
        if self._ear is None:
            self._ear = PostgresEar(self._conninfo, self._wakes)

    @property
    def _conninfo(self) -> str:
        return self._url.set(drivername="postgresql").render_as_string(hide_password=False)

    def hold(self, name: str) -> PostgresHold:
        return PostgresHold(self._engine, name)

    def empty_log(self) -> None:
        """Nothing to do: autovacuum clears what was deleted, and the log is the server's."""

    def close(self) -> None:
        self._executor.shutdown()
        self._bell.close()
        if self._ear is not None:
            self._ear.close()
            self._ear = None
        self._engine.dispose()

    def _transaction(self, unit: Callable[[Connection], Any]) -> Any:
        with _connect(self._engine) as connection:
            connection.info.pop(WAKES, None)
            with connection.begin() as transaction:
                self._at("unit.begin")
                result = unit(connection)
                self._at("unit.before_commit")
                try:
                    transaction.commit()
                except DBAPIError as error:
                    if is_lost(error):
                        raise CommitUnknownError from error
                    raise
            self._at("unit.after_commit")
            if woken := connection.info.pop(WAKES, None):
                self._bell.ring(woken)
            return result

    def _view(self, unit: Callable[[Connection], Any]) -> Any:
        with _connect(self._read_engine) as connection, connection.begin():
            return unit(connection)


def postgres_engine(url: URL, size: int) -> Engine:
    engine = create_engine(
        url,
        pool_size=size,
        max_overflow=2,  # for the locks that are held, and for synchronous callers
        hide_parameters=True,
        connect_args={
            "application_name": "enlace",
            "client_encoding": "utf8",
            "connect_timeout": 5,
            "keepalives_idle": 30,
        },
    )
    event.listen(engine, "handle_error", hide_values)
    event.listen(engine, "connect", lambda connection, _record: register(connection.adapters))
    watch(engine)
    return engine


def _connect(engine: Engine) -> Connection:
    return _persist(engine.connect, lambda error, _: isinstance(error, OperationalError))


def _is_undone(error: DBAPIError, tries: int) -> bool:
    """Whether the whole unit was undone through no fault of its own."""
    return is_conflict(error) or is_lost(error) or (is_id_collision(error) and tries == 1)


def _persist(attempt: Callable[[], T], again: Callable[[DBAPIError, int], bool]) -> T:
    """Tries a few times, for some two seconds."""
    pause = _FIRST_PAUSE
    for tries in range(1, _TRIES):
        try:
            return attempt()
        except DBAPIError as error:
            if not again(error, tries):
                raise
        time.sleep(pause * random.uniform(0.5, 1.5))
        pause = min(pause * 2, _LONGEST_PAUSE)
    return attempt()
