"""A message at the simulated Twilio: as kept, as the REST API shows it, as a phone shows it."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from email.utils import format_datetime
from typing import Any, Literal

from bot.simulators.twilio.errors import FAILURES
from bot.simulators.twilio.segments import Segments, segments

API_VERSION = "2010-04-01"
UNFINISHED = {"accepted", "queued", "sending", "receiving"}

Direction = Literal["inbound", "outbound-api", "outbound-reply"]


@dataclass(frozen=True, slots=True)
class Bubble:
    """One message on a phone. `price` in USD, for what the bot sent."""

    who: Literal["bot", "person"]
    text: str
    time: datetime
    sid: str
    segments: int
    encoding: Literal["gsm7", "ucs2"]
    price: Decimal | None = None
    media: tuple[str, ...] = ()


@dataclass
class Message:
    """Times are Unix time. `service_sid` only where a Messaging Service sends or receives."""

    sid: str
    account_sid: str
    sender: str | None
    to: str
    body: str
    direction: Direction
    status: str
    created_at: float
    service_sid: str | None = None
    media: tuple[str, ...] = ()
    status_callback: str | None = None
    validity_seconds: int | None = None
    updated_at: float = 0.0
    sent_at: float | None = None
    price: Decimal | None = None
    error_code: int | None = None
    cost: Segments = field(init=False)

    def __post_init__(self) -> None:
        self.updated_at = self.created_at
        self.cost = segments(self.body)

    @property
    def uri(self) -> str:
        return f"/{API_VERSION}/Accounts/{self.account_sid}/Messages/{self.sid}.json"

    def as_json(self) -> dict[str, Any]:
        accepted = self.status == "accepted"
        return {
            "body": self.body,
            "num_segments": "0" if accepted else str(self.cost.count),
            "direction": self.direction,
            "from": None if accepted else self.sender,
            "to": self.to,
            "date_updated": rfc2822(self.updated_at),
            "price": None if self.price is None else f"-{self.price}",
            "error_message": FAILURES.get(self.error_code or 0),
            "uri": self.uri,
            "account_sid": self.account_sid,
            "num_media": str(len(self.media)),
            "status": self.status,
            "messaging_service_sid": self.service_sid,
            "sid": self.sid,
            "date_sent": rfc2822(self.sent_at),
            "date_created": rfc2822(self.created_at),
            "error_code": self.error_code,
            "price_unit": "USD",
            "api_version": API_VERSION,
            "subresource_uris": {"media": self.uri.replace(".json", "/Media.json")},
        }

    def as_bubble(self, at: float) -> Bubble:
        return Bubble(
            who="person" if self.direction == "inbound" else "bot",
            text=self.body,
            time=datetime.fromtimestamp(at, UTC),
            sid=self.sid,
            segments=self.cost.count,
            encoding=self.cost.encoding,
            price=self.price,
            media=self.media,
        )


def rfc2822(at: float | None) -> str | None:
    return None if at is None else format_datetime(datetime.fromtimestamp(int(at), UTC))
