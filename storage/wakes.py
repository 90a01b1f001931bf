"""Waking who waits for new rows in this process."""

import asyncio
import threading
from collections.abc import Callable, Iterable
from contextlib import suppress


class Wake:
    """One waiter's end of a channel: set by any thread, waited for in the loop that made it."""

    def __init__(self, channel: str, forget: Callable[["Wake"], None]) -> None:
        self.channel = channel
        self._forget = forget
        self._loop = asyncio.get_running_loop()
        self._event = asyncio.Event()
        self._pending = False

    async def wait(self, timeout: float | None = None) -> bool:
        """True once woken since the last wait, False after `timeout` seconds."""
        with suppress(TimeoutError):
            async with asyncio.timeout(timeout):
                await self._event.wait()
        woken = self._event.is_set()
        self._event.clear()
        return woken

    def close(self) -> None:
        self._forget(self)

    def stir(self) -> None:
        """`wake`, from its own loop: nothing has to reach another thread."""
        self._event.set()

    def wake(self) -> None:
        if self._pending:
            return
        self._pending = True
        with suppress(RuntimeError):  # its loop has ended, and nobody waits there
            self._loop.call_soon_threadsafe(self._set)

    def _set(self) -> None:
        self._pending = False
        self._event.set()


class Wakes:
    """All waiters of a process, by channel."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: dict[str, set[Wake]] = {}

    def listen(self, channel: str) -> Wake:
        wake = Wake(channel, self._forget)
        with self._lock:
            self._waiting.setdefault(channel, set()).add(wake)
        return wake

    def wake(self, channels: Iterable[str]) -> None:
        with self._lock:
            woken = [wake for channel in channels for wake in self._waiting.get(channel, ())]
        for wake in woken:
            wake.wake()

    def wake_all(self) -> None:
        with self._lock:
            channels = list(self._waiting)
        self.wake(channels)

    def _forget(self, wake: Wake) -> None:
        with self._lock:
            self._waiting.get(wake.channel, set()).discard(wake)
