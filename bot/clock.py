"""The clock: a few periodic jobs, in one process among many. Due times are rows, not jobs."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from sqlalchemy import Connection

from handlers.idle import expire_idle
from handlers.inbound import Desk
from storage.database import Database
from storage.health import record_run

_HOLD_EVERY_SECONDS = 5.0
_LOCK = "clock"
_log = structlog.get_logger()

Job = Callable[[Connection], int]
Listener = Callable[[], Awaitable[None]]


class Clock:
    """Runs while it holds the clock's lock; a second clock waits for it, and does no harm."""

    def __init__(self, database: Database, desk: Desk, now: Callable[[], datetime]) -> None:
        self._database = database
        self._desk = desk
        self._now = now
        self._listeners: list[Listener] = []
        self._stopping = asyncio.Event()

    def listen(self, listener: Listener) -> None:
        """Something that one process alone may do while it is the clock: long polling."""
        self._listeners.append(listener)

    def stop(self) -> None:
        self._stopping.set()

    async def run(self) -> None:
        """Until `stop`."""
        try:
            while not self._stopping.is_set():
                if await self._database.hold(_LOCK):
                    await self._reign()
                else:
                    await self._pause()
        finally:
            await self._database.let_go(_LOCK)

    async def _reign(self) -> None:
        """While the lock is ours."""
        scheduler = self._scheduler()
        scheduler.start()
        listening = [asyncio.create_task(_forever(each)) for each in self._listeners]
        try:
            while not self._stopping.is_set() and await self._database.hold(_LOCK):
                await self._pause()
        finally:
            scheduler.shutdown(wait=False)
            for task in listening:
                task.cancel()
            await asyncio.gather(*listening, return_exceptions=True)

    def _scheduler(self) -> AsyncIOScheduler:
        scheduler = AsyncIOScheduler(
            timezone=UTC,
            job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
        )
        scheduler.add_job(self._job("idle", self._expire_idle), "interval", minutes=1)
        return scheduler

    def _expire_idle(self, connection: Connection) -> int:
        return expire_idle(connection, self._desk, self._now())

    def _job(self, name: str, work: Job) -> Callable[[], Awaitable[None]]:
        def unit(connection: Connection) -> int:
            rows = work(connection)
            record_run(connection, name, self._now(), rows)
            return rows

        async def run() -> None:
            try:
                rows = await self._database.run(unit)
            except Exception as error:
                _log.error("clock_job_failed", job=name, error=type(error).__name__)
            else:
                if rows:
                    _log.info("clock_job_done", job=name, rows=rows)

        return run

    async def _pause(self) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(_HOLD_EVERY_SECONDS):
                await self._stopping.wait()


async def _forever(listener: Listener) -> None:
    while True:
        try:
            await listener()
        except Exception as error:
            _log.error("listener_failed", error=type(error).__name__)
        await asyncio.sleep(_HOLD_EVERY_SECONDS)
