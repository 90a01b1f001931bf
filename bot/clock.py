"""The clock: a few periodic jobs, in one process among many. Due times are rows, not jobs."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from sqlalchemy import Connection

from bot.jumps import Jumps
from handlers.approvals import expire
from handlers.desk import Desk
from handlers.idle import expire_idle
from handlers.outbox import OUTBOX
from storage.database import Database, notify
from storage.health import record_run

_HOLD_EVERY_SECONDS = 5.0
_LOCK = "clock"
_log = structlog.get_logger()

Errand = Callable[[], Awaitable[int]]
Listener = Callable[[], Awaitable[None]]


class Clock:
    """Runs while it holds the clock's lock; a second clock waits for it, and does no harm.

    Each job runs at once, then at its interval; also after the system's clock was set, since
    the scheduler would wait until an hour that was set back has passed again.
    """

    def __init__(self, database: Database, desk: Desk, now: Callable[[], datetime]) -> None:
        self._database = database
        self._desk = desk
        self._now = now
        self._listeners: list[Listener] = []
        self._errands: list[tuple[str, timedelta, Errand]] = []
        self._stopping = asyncio.Event()
        self.repeat("idle", timedelta(minutes=1), self._expire_idle)
        self.repeat("approvals", timedelta(minutes=1), self._expire_approvals)

    def listen(self, listener: Listener) -> None:
        """Something that one process alone may do while it is the clock: long polling."""
        self._listeners.append(listener)

    def repeat(self, name: str, every: timedelta, errand: Errand) -> None:
        """An errand returns how many rows it was about; it may be run twice, or by two clocks."""
        self._errands.append((name, every, errand))

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
        """While the lock is ours, and the hour what it seems."""
        scheduler = self._scheduler()
        scheduler.start()
        listening = [asyncio.create_task(_forever(each)) for each in self._listeners]
        jumps = Jumps(self._now)
        try:
            while not self._stopping.is_set() and await self._database.hold(_LOCK):
                await self._pause()
                if jumps.happened():
                    _log.warning("clock_was_set")
                    return
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
        for name, every, errand in self._errands:
            scheduler.add_job(
                self._job(name, errand),
                "interval",
                seconds=every.total_seconds(),
                next_run_time=datetime.now(UTC),
            )
        return scheduler

    async def _expire_approvals(self) -> int:
        def unit(connection: Connection) -> int:
            over = expire(connection, self._desk.vault, self._desk.policy, self._now())
            if over:
                notify(connection, OUTBOX)
            return over

        return await self._database.run(unit)

    async def _expire_idle(self) -> int:
        return await self._database.run(lambda c: expire_idle(c, self._desk, self._now()))

    def _job(self, name: str, errand: Errand) -> Callable[[], Awaitable[None]]:
        async def run() -> None:
            try:
                rows = await errand()
                await self._database.run(lambda c: record_run(c, name, self._now(), rows))
            except asyncio.CancelledError:
                _log.info("clock_job_broken_off", job=name)
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
