"""What comes in and what goes out, the same for every channel. No parsing, no rendering."""

from dataclasses import asdict
from datetime import datetime
from operator import attrgetter
from typing import Any, Literal

from handlers.conversation.compact import compact_json, read_json
from handlers.conversation.records import record

ChannelName = Literal["sms", "telegram", "local_sms", "local_telegram"]
"""The local ones stand for their channel at a terminal: no worker claims what goes there."""

Media = Literal["photo", "sticker", "voice", "video", "document", "other"]
Kind = Literal["message", "edited", "group", "blocked", "unblocked"]


@record
class Press:
    """A pressed inline button: its data, and what is needed to answer it and edit its message."""

    data: str
    callback_id: str
    message_id: int | None


@record
class SharedContact:
    """`own` is the only proof that the number is the sender's (contact.user_id == from.id)."""

    phone: str
    own: bool


@record
class Inbound:
    """One message from one sender.

    `provider_id` is unique in its channel (MessageSid, update_id) and makes a repeat harmless.
    `sender` is an E.164 number or a chat id. `text` is as typed, with NUL and lone surrogates
    already removed. `location` is latitude and longitude, and must never be stored.
    `sent_at` is aware UTC. `opt_out` is Twilio's OptOutType, lower case.
    """

    channel: ChannelName
    provider_id: str
    sender: str
    sent_at: datetime
    text: str = ""
    kind: Kind = "message"
    press: Press | None = None
    location: tuple[float, float] | None = None
    contact: SharedContact | None = None
    media: Media | None = None
    language_code: str | None = None
    opt_out: Literal["stop", "start", "help"] | None = None


@record
class Button:
    """`data` comes back in Press.data: 64 bytes at most (Bot API)."""

    label: str
    data: str


Keyboard = tuple[tuple[Button, ...], ...]


@record
class Document:
    """A file that comes with a message, where the channel has such: its name and its bytes."""

    name: str
    content: bytes


@record
class Outgoing:
    """One message to one address, rendered for its channel.

    `answer` is the callback id of a pressed button to answer (with `toast`, 200 characters at
    most). `edit` names a message of ours that gets `edit_text` and `edit_keyboard` instead of
    what it showed. `text` empty: only the answer and the edit happen. `ask` adds a one-time
    reply keyboard that shares the phone's contact or location; `ask_label` is its button's label.
    With a `document` the text is its caption: 1,024 UTF-16 units at most (Bot API).
    """

    text: str = ""
    keyboard: Keyboard = ()
    ask: Literal["contact", "location"] | None = None
    ask_label: str = ""
    answer: str | None = None
    toast: str = ""
    edit: int | None = None
    edit_text: str = ""
    edit_keyboard: Keyboard = ()
    document: Document | None = None


_KEPT = ("channel", "provider_id", "sender", "text", "kind", "media", "language_code", "opt_out")
_values_kept = attrgetter(*_KEPT)


def to_json(inbound: Inbound) -> str:
    """The message without what is never stored, not even sealed: a location, another's number."""
    kept = zip(_KEPT, _values_kept(inbound), strict=True)
    filled: dict[str, Any] = {name: value for name, value in kept if value}
    filled["sent_at"] = inbound.sent_at.isoformat()
    if inbound.press:
        filled["press"] = asdict(inbound.press)
    if inbound.contact:
        own = inbound.contact.own
        filled["contact"] = {"phone": inbound.contact.phone if own else "", "own": own}
    return compact_json(filled)


def from_json(text: str) -> Inbound:
    fields: dict[str, Any] = read_json(text)
    fields["sent_at"] = datetime.fromisoformat(fields["sent_at"])
    if "press" in fields:
        fields["press"] = Press(**fields["press"])
    if "contact" in fields:
        fields["contact"] = SharedContact(**fields["contact"])
    return Inbound(**fields)
