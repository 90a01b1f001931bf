"""What the operator decided and the conversation obeys. Read once by the composition root."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal


@dataclass(frozen=True, slots=True)
class Policy:
    """`frequency_cap`: broadcasts a person a day. `idle`: how long an unfinished flow is kept.

    `message_days`: how long the texts of messages are kept.
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
