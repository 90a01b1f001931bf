"""The retention sweep: chores in small units of work, so that nobody waits behind it."""

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from bot.metrics import Metrics
from handlers.desk import Desk
from handlers.idle import expire_idle
from handlers.retention import Limits, due_chores
from storage.database import Database
from storage.health import SWEEP, last_run, record_run
from storage.retention import FOUND, Chore

_EVERY = timedelta(hours=1)
_BATCH = 250


class Sweeper:
    """What is too old goes; /health and /metrics tell when it last did."""

    def __init__(
        self,
        database: Database,
        desk: Desk,
        limits: Limits,
        metrics: Metrics,
        clock: Callable[[], datetime],
    ) -> None:
        self._database = database
        self._desk = desk
        self._limits = limits
        self._metrics = metrics
        self._clock = clock

    async def sweep_if_due(self) -> int:
        """An hour after the last one that ended, whoever did it and however often we restarted."""
        last = await self._database.read(lambda connection: last_run(connection, SWEEP))
        if last is not None and self._clock() - last < _EVERY:
            return 0
        return sum((await self.sweep()).values())

    async def sweep(self) -> dict[str, int]:
        """Rows by what they were."""
        began, now = time.monotonic(), self._clock()
        done = {"conversations left halfway": await self._end_conversations(now)}
        for chore, before in due_chores(self._limits, now):
            done[chore.name] = await self._do(chore, before, now)
        await self._database.empty_log()
        rows, ended = sum(done.values()), self._clock()
        await self._database.run(partial(record_run, job=SWEEP, at=ended, rows=rows))
        self._metrics.sweep_seconds.observe(time.monotonic() - began)
        self._metrics.last_sweep.set(ended.timestamp())
        return done

    async def _end_conversations(self, now: datetime) -> int:
        """Those get a word of goodbye."""
        ended = 0
        while some := await self._database.run(partial(expire_idle, desk=self._desk, now=now)):
            ended += some
        return ended

    async def _do(self, chore: Chore, before: datetime, now: datetime) -> int:
        """Looked for beside the writer, which then gets a batch at a time."""
        done, more = 0, True
        while more:
            earlier = done
            keys = await self._database.read(partial(chore.find, before=before))
            for first in range(0, len(keys), _BATCH):
                batch = keys[first : first + _BATCH]
                done += await self._database.run(
                    partial(chore.act, keys=batch, before=before, now=now)
                )
            more = len(keys) == FOUND and done > earlier
        return done
