"""From Twilio's webhooks to an Inbound or a StatusReport. Any form may come; nothing is sent."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from bot.channels.base import AddressEffect, SenderEffect
from bot.channels.sms_errors import verdict
from bot.channels.text import RefusedError, cleaned
from handlers.conversation.messages import Inbound, Media
from handlers.phone import canonical
from storage.messages import Status

Form = Mapping[str, str] | Iterable[tuple[str, str]]

MAX_TEXT: Final = 10_000
_SID: Final = re.compile(r"[A-Za-z0-9]{1,64}", re.ASCII)
_OPT_OUTS: Final[Mapping[str, Literal["stop", "start", "help"]]] = {
    "STOP": "stop",
    "START": "start",
    "HELP": "help",
}
_MEDIA: Final[Mapping[str, Media]] = {"image": "photo", "audio": "voice", "video": "video"}

# The ones before "sent" add nothing to what the dispatcher knows, and never move a delivery up.
STATUSES: Final[Mapping[str, Status]] = {
    "accepted": Status.SENDING,
    "scheduled": Status.SENDING,
    "queued": Status.SENDING,
    "sending": Status.SENDING,
    "sent": Status.SENT,
    "delivered": Status.DELIVERED,
    "read": Status.DELIVERED,
    "partially_delivered": Status.DELIVERED,
    "undelivered": Status.FAILED,
    "failed": Status.FAILED,
    "canceled": Status.CANCELLED,
}


@dataclass(frozen=True, slots=True)
class StatusReport:
    """A status callback; `code` is Twilio's, with what it says of the address and of us."""

    provider_id: str
    status: Status
    code: str | None = None
    address: AddressEffect = AddressEffect.NONE
    sender: SenderEffect = SenderEffect.NONE


def read_message(form: Form, now: datetime) -> Inbound:
    """`now` is when it came: the webhook carries no time. Raises RefusedError."""
    fields = dict(form)
    media = _media(fields.get("MediaContentType0")) if _number(fields.get("NumMedia")) else None
    return inbound(
        fields.get("MessageSid"),
        fields.get("From"),
        fields.get("Body"),
        now,
        media=media,
        opt_out=_OPT_OUTS.get(cleaned(fields.get("OptOutType"), 8).upper()),
    )


def inbound(
    sid: object,
    sender: object,
    body: object,
    sent_at: datetime,
    *,
    media: Media | None = None,
    opt_out: Literal["stop", "start", "help"] | None = None,
) -> Inbound:
    """Only phones of people may write: no short code, no name, no other channel."""
    return Inbound(
        "sms",
        _sid(sid),
        _person(sender),
        sent_at,
        cleaned(body, MAX_TEXT),
        media=media,
        opt_out=opt_out,
    )


def read_status(form: Form) -> StatusReport:
    """Raises RefusedError."""
    fields = dict(form)
    name = fields.get("MessageStatus")
    status = STATUSES.get(name) if isinstance(name, str) else None
    if status is None:
        raise RefusedError("status")
    code = _number(fields.get("ErrorCode"))
    if not code or status is not Status.FAILED:
        return StatusReport(_sid(fields.get("MessageSid")), status)
    meaning = verdict(code)
    return StatusReport(
        _sid(fields.get("MessageSid")), status, str(code), meaning.address, meaning.sender
    )


def _sid(value: object) -> str:
    if not isinstance(value, str) or not _SID.fullmatch(value):
        raise RefusedError("malformed")
    return value


def _person(value: object) -> str:
    if not isinstance(value, str):
        raise RefusedError("malformed")
    if ":" in value:
        raise RefusedError("other_channel")
    number = canonical(value)
    if number is None:
        raise RefusedError("sender")
    return number


def _number(value: object) -> int:
    digits = value if isinstance(value, str) else ""
    return int(digits) if re.fullmatch(r"[0-9]{1,6}", digits) else 0


def _media(content_type: object) -> Media:
    return _MEDIA.get(cleaned(content_type, 64).partition("/")[0].lower(), "document")
