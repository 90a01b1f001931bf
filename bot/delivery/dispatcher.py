"""The only caller of providers (law 2): a lane a channel, and the asking about what is unknown."""

import asyncio
import time
from collections.abc import Coroutine, Mapping
from typing import Any

import structlog

from bot.channels.base import Channel
from bot.delivery.lane import Lane
from bot.delivery.means import Means
from bot.delivery.pace import Pace
from bot.delivery.reconcile import Reconciler
from bot.jumps import Jumps
from handlers.conversation.messages import ChannelName

log = structlog.get_logger()

CALLS = 256
"""At once, a channel: 1,000 messages a second, the most that Telegram sells, at 0.2 s a call. A
pace lets few of them be used."""


class Dispatcher:
    """`calls`: the most at once, a channel. A channel without a pace is not held back."""

    def __init__(
        self,
        means: Means,
        channels: Mapping[ChannelName, Channel],
        paces: Mapping[ChannelName, Pace],
        *,
        calls: int = CALLS,
    ) -> None:
        self._timing = means.timing
        self._lanes = [
            Lane(means, channel, paces.get(name, Pace()), calls)
            for name, channel in channels.items()
        ]
        self._reconciler = Reconciler(means, channels)
        self._clock = means.clock
        self._jumps = Jumps(means.clock)
        self._stopping = asyncio.Event()

    async def run(self) -> None:
        """Until `stop`; then no new claims, and what is in flight is recorded."""
        async with asyncio.TaskGroup() as tasks:
            for lane in self._lanes:
                tasks.create_task(lane.run())
            tasks.create_task(self._reconcile())

    def stop(self) -> None:
        self._stopping.set()
        for lane in self._lanes:
            lane.stop()

    async def step(self) -> int:
        """Claims what is due once, sends it and records it; returns how many were claimed."""
        return sum([await lane.step() for lane in self._lanes])

    async def reconcile(self) -> int:
        """One look at unknown outcomes and crossed receipts; returns how many were asked about."""
        asked = await self._reconciler.look(self._clock())
        await self._reconciler.tidy()
        return asked

    async def _reconcile(self) -> None:
        tidied = trusted = 0.0
        while not self._stopping.is_set():
            now = self._clock()  # read first: a jump from here on is none for this look
            if self._jumps.happened():
                patience = self._timing.lease + self._timing.grace
                trusted = time.monotonic() + patience.total_seconds()
            if time.monotonic() >= trusted:
                await self._patiently(self._reconciler.look(now))
            if time.monotonic() - tidied > self._timing.tidy.total_seconds():
                tidied = time.monotonic()
                await self._patiently(self._reconciler.tidy())
            await self._pause()

    async def _patiently(self, work: Coroutine[Any, Any, object]) -> None:
        try:
            await work
        except Exception as error:
            log.error("reconciling_waits", error=type(error).__name__)

    async def _pause(self) -> None:
        try:
            async with asyncio.timeout(self._timing.poll.total_seconds()):
                await self._stopping.wait()
        except TimeoutError:
            return
