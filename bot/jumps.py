"""Noticing that the system's clock was set, or that the machine slept. What follows is others'."""

import time
from collections.abc import Callable
from datetime import datetime, timedelta

_MOST = timedelta(seconds=5)


class Jumps:
    """Compares the hour with the seconds that really went by."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._epoch = self._measure()

    def happened(self) -> bool:
        """Whether it did since this was last asked."""
        before, self._epoch = self._epoch, self._measure()
        return abs(self._epoch - before) > _MOST

    def _measure(self) -> datetime:
        return self._now() - timedelta(seconds=time.monotonic())
