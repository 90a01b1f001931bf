"""What every part of delivery works with. Nothing is done here."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection

from bot.delivery.timing import Timing
from bot.metrics import Metrics
from handlers.conversation.messages import ChannelName, Outgoing
from handlers.quiet import Window
from storage.database import Database, no_failpoint
from storage.outbox import Due, Unknown
from storage.sealed import Vault

Renderer = Callable[[Connection, Sequence[Due | Unknown]], Mapping[int, Outgoing]]
"""Bodies, by delivery, of those that are rendered when sent. What it leaves out fails."""


def always(_channel: ChannelName, _now: datetime) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Means:
    """`worker` names this process, in 32 characters, among those that share the database.

    `renderers` are by kind of delivery. `frequency_cap`: broadcasts a person a day. `quiet`: when
    nobody is written to unasked. `may_send` is asked at each claim, on the database's thread.
    `failpoint` is called with "claimed" (in the unit that marks deliveries as being sent),
    "sending" (before each call), "called" (after it) and "recorded".
    """

    database: Database
    vault: Vault
    worker: str
    clock: Callable[[], datetime]
    metrics: Metrics
    renderers: Mapping[str, Renderer] = field(default_factory=dict)
    frequency_cap: int = 3
    quiet: Window | None = None
    timing: Timing = field(default_factory=Timing)
    may_send: Callable[[ChannelName, datetime], bool] = always
    failpoint: Callable[[str], None] = no_failpoint
