"""A channel that answers by script and remembers its calls, and a clock that tests move."""

import asyncio
import time
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count

from bot.channels.base import Decision, SendError, Sent
from handlers.conversation.messages import ChannelName, Outgoing

Answer = Sent | SendError | Callable[[], Sent | SendError]

NO_LOOKUP = SendError("no_lookup", Decision.UNKNOWN)
BUSY = SendError("no_connection", Decision.RETRY)
SLOW_DOWN = SendError("429", Decision.RETRY, retry_after=timedelta(seconds=7))
TIMEOUT = SendError("timeout", Decision.UNKNOWN)


class Clock:
    """Noon in Chicago on a Tuesday in winter, until moved."""

    def __init__(self) -> None:
        self.now = datetime(2026, 12, 1, 18, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def pass_time(self, **amount: float) -> None:
        self.now += timedelta(**amount)


class RealClock(Clock):
    """The time it is."""

    def __init__(self) -> None:
        """Nothing to set."""

    @property
    def now(self) -> datetime:  # type: ignore[override]
        return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Call:
    to: str
    text: str
    at: float


@dataclass(slots=True)
class ScriptedChannel:
    """Answers each text by what is scripted for it, in turn; else it is sent.

    `reachable` False: look-ups fail. A text that was sent, or whose scripted error hides that it
    was (`swallowed`), is found again, unless the channel has no look-up.
    """

    name: ChannelName = "sms"
    has_lookup: bool = True
    reachable: bool = True
    delay: float = 0.0
    gate: asyncio.Event | None = None
    before_answer: Callable[[], Awaitable[None]] | None = None
    calls: list[Call] = field(default_factory=list)
    looked_up: list[str] = field(default_factory=list)
    at_provider: dict[tuple[str, str], list[str]] = field(default_factory=lambda: defaultdict(list))
    most_at_once: int = 0
    _script: dict[str, deque[Answer]] = field(default_factory=lambda: defaultdict(deque))
    _numbers: "count[int]" = field(default_factory=lambda: count(1))
    _at_once: int = 0

    def answers(self, text: str, *answers: Answer) -> None:
        self._script[text].extend(answers)

    def swallowed(self, text: str, error: SendError = TIMEOUT) -> None:
        """It arrives, but we are told otherwise."""

        def swallow() -> SendError:
            self._keep(self.calls[-1].to, text)
            return error

        self.answers(text, swallow)

    @property
    def texts(self) -> list[str]:
        return [call.text for call in self.calls]

    async def send(self, to: str, message: Outgoing, *, expires_in: timedelta | None) -> Sent:
        self.calls.append(Call(to, message.text, time.monotonic()))
        self._at_once += 1
        self.most_at_once = max(self.most_at_once, self._at_once)
        try:
            if self.gate is not None:
                await self.gate.wait()
            if self.before_answer is not None:
                await self.before_answer()
            await asyncio.sleep(self.delay)
            return self._answer(to, message.text)
        finally:
            self._at_once -= 1

    async def find(
        self, to: str, message: Outgoing, after: float, exclude: frozenset[str] = frozenset()
    ) -> str | None:
        self.looked_up.append(message.text)
        if not self.has_lookup:
            raise NO_LOOKUP
        if not self.reachable:
            raise SendError("http_503", Decision.UNKNOWN)
        found = (each for each in self.at_provider[to, message.text] if each not in exclude)
        return next(found, None)

    async def close(self) -> None:
        """Nothing is open."""

    def _answer(self, to: str, text: str) -> Sent:
        script = self._script[text]
        answer = script.popleft() if script else Sent("")
        result = answer() if callable(answer) else answer
        if isinstance(result, SendError):
            raise result
        return Sent(result.provider_id or self._keep(to, text), result.segments)

    def _keep(self, to: str, text: str) -> str:
        known = f"SM{next(self._numbers)}"
        self.at_provider[to, text].append(known)
        return known
