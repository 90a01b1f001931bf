"""Telegram's limits on sending: 30/s overall, 1/s a chat, 20/min a group. Nobody waits here."""

import math
from collections.abc import Callable, Hashable
from dataclasses import dataclass

from bot.simulators.limits import Rate, Window
from bot.simulators.telegram.rules import too_many


@dataclass(frozen=True, slots=True)
class Limits:
    """None: no limit."""

    overall: Rate | None = None
    chat: Rate | None = None
    group: Rate | None = None


UNLIMITED = Limits()
STRICT = Limits(overall=Rate(30, 1.0), chat=Rate(1, 1.0), group=Rate(20, 60.0))


class Gate:
    """Lets a message through to a chat, or refuses it for a number of seconds."""

    def __init__(self, limits: Limits, clock: Callable[[], float]) -> None:
        self._overall = Window(limits.overall, clock) if limits.overall else None
        self._chat = Window(limits.chat, clock) if limits.chat else None
        self._group = Window(limits.group, clock) if limits.group else None

    def enter(self, chat_id: int, *, private: bool) -> None:
        """Raises ApiError 429; a refused message takes no place."""
        windows: list[tuple[Window | None, Hashable]] = [
            (self._overall, None),
            (self._chat, chat_id),
            (None if private else self._group, chat_id),
        ]
        wait = max((window.wait(key) for window, key in windows if window), default=0.0)
        if wait > 0:
            raise too_many(math.ceil(wait))
        for window, key in windows:
            if window:
                window.take(key)
