"""SMS that no webhook brought us: Twilio keeps them, and is asked before anything is sent."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import structlog

from bot.channels.base import SendError
from bot.intake import Intake
from handlers.conversation.messages import ChannelName, Inbound
from storage import caught_up
from storage.database import Database

if TYPE_CHECKING:
    from bot.channels.sms import SmsChannel

_OVERLAP = timedelta(hours=1)
"""A message may show late in Twilio's list, and be dated by another clock than ours."""

_FURTHEST_BEHIND = timedelta(days=1)
"""Where nobody writes the mark follows at this distance: an error of our clock is less."""

_AWAY = timedelta(seconds=5)
"""Who did not claim for so long was away, or the database was: people may have written."""

_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 10.0
_log = structlog.get_logger()


class CatchUp:
    """`once` takes in what was missed; `run` does that when it is due, and shuts the doors until
    it is done: `may_send` says no.

    Twilio posts a message to us, tries at most once more and lets it be. So after any time in
    which we could have missed one (our start, a database that was away) nothing goes out by SMS
    before its list was read, which may hold a STOP. A list that can't be read must not silence us
    for ever: after `patience` seconds of trying, messages go out again.
    """

    def __init__(
        self,
        database: Database,
        channel: "SmsChannel",
        intake: Intake,
        clock: Callable[[], datetime],
        *,
        patience: float = 120.0,
    ) -> None:
        self._database = database
        self._channel = channel
        self._intake = intake
        self._clock = clock
        self._patience = patience
        self._one_at_a_time = asyncio.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._wanted = asyncio.Event()
        # How often something may have been missed, and up to which of these all is well.
        self._missed = 0
        self._settled = 0
        self._claimed_at: datetime | None = None

    def missed(self) -> None:
        """Something may have come that we don't have."""
        self._missed += 1
        self._wanted.set()

    def may_send(self, channel: ChannelName, now: datetime) -> bool:
        """Asked at each claim, on any thread. Where `run` was never begun: always."""
        if channel != self._channel.name or self._loop is None:
            return True
        last, self._claimed_at = self._claimed_at, now
        if last is not None and abs(now - last) > _AWAY:
            self._missed += 1
            self._loop.call_soon_threadsafe(self._wanted.set)
        return self._settled == self._missed

    async def run(self) -> None:
        """Until cancelled: at the start, and whenever something may have been missed."""
        self._loop = asyncio.get_running_loop()
        self.missed()
        while True:
            await self._wanted.wait()
            self._wanted.clear()
            await self._persist()

    async def once(self) -> int:
        """Takes in what came since the mark; returns how many messages were new to us.

        Raises SendError when the provider can't be asked, and what `Intake.take` raises.
        """
        async with self._one_at_a_time:
            name = self._channel.name
            mark = await self._database.read(lambda c: caught_up.mark(c, name))
            if mark is None:  # what came before our time was not for us
                await self._move(self._clock())
                return 0
            listed = await self._channel.received_since(mark - _OVERLAP)
            missed = await self._unknown(listed)
            await self._take_all(missed)
            newest = [inbound.sent_at for inbound in listed[-1:]]
            await self._move(max([self._clock() - _FURTHEST_BEHIND, *newest]))
        if missed:
            _log.warning("caught_up", channel=name, count=len(missed))
        return len(missed)

    async def _take_all(self, missed: list[Inbound]) -> None:
        """One that can't be taken in, which is raised at the end, keeps none of the others back."""
        refused: list[Exception] = []
        for inbound in missed:
            try:
                await self._intake.take(inbound, min(inbound.sent_at, self._clock()))
            except Exception as error:
                refused.append(error)
        if refused:
            raise refused[0]

    async def _unknown(self, listed: list[Inbound]) -> list[Inbound]:
        name, ids = self._channel.name, [inbound.provider_id for inbound in listed]
        known = await self._database.read(lambda c: caught_up.known(c, name, ids))
        return [inbound for inbound in listed if inbound.provider_id not in known]

    async def _move(self, to: datetime) -> None:
        await self._database.run(lambda c: caught_up.move_mark(c, self._channel.name, to))

    async def _persist(self) -> None:
        giving_up = asyncio.create_task(self._give_up())
        try:
            pause = _FIRST_PAUSE
            while (asked := await self._try()) is not None:
                await asyncio.sleep(max(pause, asked))
                pause = min(pause * 2, _LONGEST_PAUSE)
        finally:
            giving_up.cancel()

    async def _try(self) -> float | None:
        """None: done. Else the seconds to wait, if the provider named any."""
        goal = self._missed
        try:
            await self.once()
        except SendError as error:
            _log.warning("catch_up_waits", channel=self._channel.name, code=error.code)
            return error.retry_after.total_seconds() if error.retry_after else 0
        except Exception as error:
            name = type(error).__name__
            _log.warning("catch_up_waits", channel=self._channel.name, error=name)
            return 0
        self._settled = max(self._settled, goal)
        return None

    async def _give_up(self) -> None:
        """Nobody is silenced for longer than this by a provider that can't be asked."""
        while True:
            await asyncio.sleep(self._patience)
            self._settled = self._missed
            _log.error("sending_without_catch_up", channel=self._channel.name)
