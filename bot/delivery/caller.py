"""One call to a provider, whatever happens to it. No rows, no pace."""

import asyncio
import time
from datetime import timedelta

import structlog

from bot.channels.base import Channel, Decision, SenderEffect, SendError, Sent
from bot.delivery.claim import Letter
from bot.delivery.effects import alert
from bot.delivery.means import Means
from bot.delivery.record import Outcome

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
        self.recent: dict[int, float] = {}

    async def call(self, letter: Letter) -> Outcome:
        """An outcome without a result when it is too late to call: nothing was sent."""
        began = time.monotonic()
        expires_in = None if letter.expires_at is None else letter.expires_at - self._clock()
        if began > letter.stale or (expires_in is not None and expires_in <= timedelta(0)):
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
