"""What a simulator was asked, kept for assertions. Nothing here decides an answer."""

import asyncio
from collections import Counter, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.simulators.changes import Changes

KEPT_CALLS = 100_000


@dataclass(slots=True)
class Call:
    """One request. `at` is Unix time; `status` None: not answered; `fault` names what struck."""

    method: str
    parameters: Mapping[str, Any]
    at: float
    status: int | None = None
    error: str = ""
    fault: str = ""


@dataclass
class CallLog:
    """The newest calls, and how many there were of each method."""

    clock: Callable[[], float]
    calls: deque[Call] = field(default_factory=lambda: deque(maxlen=KEPT_CALLS))
    counts: Counter[str] = field(default_factory=Counter)
    changes: Changes = field(default_factory=Changes)

    def add(self, method: str, parameters: Mapping[str, Any]) -> Call:
        call = Call(method, parameters, self.clock())
        self.calls.append(call)
        self.counts[method] += 1
        return call

    def done(self, call: Call, status: int, error: str = "") -> None:
        call.status, call.error = status, error
        self.changes.bump()

    def struck(self, call: Call, fault: str) -> None:
        call.fault = fault
        self.changes.bump()

    def of(self, method: str) -> list[Call]:
        return [call for call in self.calls if call.method == method]

    @property
    def refused(self) -> list[Call]:
        """Calls that broke a rule of the service (4xx without an injected fault)."""
        return [c for c in self.calls if c.status and 400 <= c.status < 500 and not c.fault]

    async def waits_for(
        self, method: str, count: int = 1, *, fault: bool = False, timeout: float = 5.0
    ) -> list[Call]:
        """Wait until `count` calls of a method were answered, or were struck by a fault."""
        async with asyncio.timeout(timeout):
            while True:
                version = self.changes.version
                settled = [c for c in self.of(method) if c.fault or (c.status and not fault)]
                if len(settled) >= count:
                    return settled
                await self.changes.wait(version)
