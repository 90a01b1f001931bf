"""Rate limits over any sliding window, as a provider enforces them. No waiting happens here."""

from collections import defaultdict, deque
from collections.abc import Callable, Hashable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rate:
    """At most `count` in any window of `seconds`."""

    count: int
    seconds: float


class Window:
    """Remembers when the last `rate.count` calls of each key were let through."""

    def __init__(self, rate: Rate, clock: Callable[[], float]) -> None:
        self._rate = rate
        self._clock = clock
        self._passed: defaultdict[Hashable, deque[float]] = defaultdict(
            lambda: deque(maxlen=rate.count)
        )

    def wait(self, key: Hashable) -> float:
        """Seconds until one more fits; 0 when it does now."""
        passed = self._passed[key]
        if len(passed) < self._rate.count:
            return 0.0
        return max(0.0, passed[0] + self._rate.seconds - self._clock())

    def take(self, key: Hashable) -> None:
        self._passed[key].append(self._clock())
