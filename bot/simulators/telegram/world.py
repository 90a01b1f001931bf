"""What all simulated chats share: the bot, the clock, counters, pressed buttons, files."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from bot.simulators.changes import Changes
from bot.simulators.telegram.feed import Feed
from bot.simulators.telegram.messages import Attachment, Message


@dataclass(slots=True)
class Query:
    """A pressed button. `toast` reaches the one who pressed it."""

    message: Message
    data: str
    pressed_at: float
    toast: Callable[[str], None]


@dataclass
class World:
    """`bot` is a User of the Bot API."""

    bot: dict[str, Any]
    clock: Callable[[], float]
    feed: Feed
    changes: Changes = field(default_factory=Changes)
    privacy_mode: bool = False
    queries: dict[str, Query] = field(default_factory=dict)
    files: dict[str, Attachment] = field(default_factory=dict)
    _message_ids: Iterator[int] = field(default_factory=lambda: count(1))
    _other_ids: Iterator[int] = field(default_factory=lambda: count(1))

    def new_message_id(self) -> int:
        return next(self._message_ids)

    def new_query_id(self) -> str:
        return str(4_000_000_000_000_000_000 + next(self._other_ids))

    def new_file_id(self) -> str:
        return f"file-{next(self._other_ids)}"
