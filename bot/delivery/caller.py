"""One call to a provider, at its slot, whatever happens to it. No rows."""

import asyncio
import time
from datetime import timedelta

import structlog

from bot.channels.base import Channel, Decision, SenderEffect, SendError, Sent
from bot.delivery.claim import Letter
from bot.delivery.effects import alert
from bot.delivery.means import Means
from bot.delivery.record import Outcome
from bot.delivery.second_look import SecondLook

log = structlog.get_logger()

_MANY = 4096


class Caller:
    """`recent`: when each address was last called, in monotonic seconds; kept for `gap`."""

    def __init__(self, means: Means, channel: Channel, gap: float) -> None:
        self._channel = channel
        self._seconds = means.timing.call.total_seconds()
        self._clock = means.clock
        self._took = means.metrics.send_seconds.labels(channel.name)
        self._failpoint = means.failpoint
        self._gap = gap
        self._look = SecondLook(means)
        self._taken_back = 0.0
        self.recent: dict[int, float] = {}

    def ahead(self, took: float) -> float:
        """Seconds from a claim to its first call, where claims lately took so many."""
        return self._look.ahead(took)

    def due(self, letter: Letter) -> float:
        """When it is to be called, in monotonic seconds: early enough for a second look."""
        return letter.slot - self._look.takes

    def take_back(self) -> None:
        """What is not with the provider yet is not called any more."""
        self._taken_back = time.monotonic()

    async def call(self, letter: Letter) -> Outcome:
        """Waits for the slot. An outcome without a result when it is too late then, or when nobody
        could say whether the person still wants it: nothing was sent."""
        came = time.monotonic()
        try:
            refusal = await self._look.refusal(letter)
        except Exception:  # logged there
            return Outcome(letter, None)
        if refusal is not None:
            return Outcome(letter, refusal)
        if (early := letter.slot - time.monotonic()) > 0:
            await asyncio.sleep(early)
        return await self._send(letter, came)

    async def _send(self, letter: Letter, came: float) -> Outcome:
        began = time.monotonic()
        expires_in = None if letter.expires_at is None else letter.expires_at - self._clock()
        expired = expires_in is not None and expires_in <= timedelta(0)
        if expired or began > letter.stale or came <= self._taken_back:
            return Outcome(letter, None)
        if self._gap:
            self._remember(letter.address_id, began)
        self._failpoint("sending")
        try:
            async with asyncio.timeout(self._seconds):
                result: Sent | SendError = await self._channel.send(
                    letter.to, letter.message, expires_in=expires_in
                )
        except SendError as error:
            result = error
        except TimeoutError:
            result = SendError("timeout", Decision.UNKNOWN)
        except Exception as error:
            log.error("channel_raised", channel=self._channel.name, error=type(error).__name__)
            result = SendError(type(error).__name__, Decision.UNKNOWN)
        self._failpoint("called")
        self._took.observe(time.monotonic() - began)
        self._warn(result)
        return Outcome(letter, result)

    def _remember(self, address_id: int, at: float) -> None:
        if len(self.recent) > _MANY:
            old = [known for known, called in self.recent.items() if called <= at - self._gap]
            for known in old:
                del self.recent[known]
        self.recent[address_id] = at

    def _warn(self, result: Sent | SendError) -> None:
        if isinstance(result, SendError) and result.sender is not SenderEffect.NONE:
            alert(self._channel.name, result.code, result.sender)
