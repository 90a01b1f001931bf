"""What the operator decided and the conversation obeys. Read once by the composition root."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import time, timedelta
from decimal import Decimal
from typing import Literal

from handlers.quiet import Window


@dataclass(frozen=True, slots=True)
class Policy:
    """`frequency_cap`: broadcasts a person a day. `idle`: how long an unfinished flow is kept.

    `channels`: those that have a sender; `rates`: what each sends a second, messages or (SMS)
    segments; `prices`: US dollars a segment by country, "*" for the others. Above
    `approval_threshold` people a second person approves, and it starts `cooling` later. Links
    need nobody's approval where they lead to one of `link_hosts`, or below it.
    `message_days`: how long the texts of messages are kept.
    `public_url`: where the network's own pages are; None: nowhere.
    `provider_keywords`: Twilio answers its own STOP and HELP words, the bot then doesn't.
    """

    programme: str = "Alianza Americas"
    frequency_cap: int = 3
    idle: timedelta = timedelta(days=7)
    message_days: int = 30
    fold: Literal["auto", "never"] = "auto"
    provider_keywords: bool = True
    sms_number: str | None = None
    telegram_username: str | None = None
    public_url: str | None = None
    quiet: Window | None = (time(20), time(9))
    channels: Sequence[str] = ("telegram", "sms")
    rates: Mapping[str, float] = field(default_factory=lambda: {"telegram": 25.0, "sms": 1.0})
    prices: Mapping[str, Decimal] = field(
        default_factory=lambda: {
            "US": Decimal("0.0125"),
            "MX": Decimal("0.09"),
            "*": Decimal("0.06"),
        }
    )
    approval_threshold: int = 200
    cooling: timedelta = timedelta(seconds=60)
    link_hosts: Collection[str] = ("alianzaamericas.org",)
