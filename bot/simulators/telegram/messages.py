"""Messages of simulated chats: as kept, as the Bot API shows them, as a phone shows them."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

Who = Literal["bot", "person"]


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that a phone can open."""

    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Button:
    """A button as shown; `data` of inline buttons, `asks` of buttons that share something."""

    label: str
    data: str | None = None
    url: str | None = None
    asks: Literal["contact", "location"] | None = None


Buttons = tuple[tuple[Button, ...], ...]


@dataclass(frozen=True, slots=True)
class Bubble:
    """One message on the screen. `spinning` is the data of a pressed, unanswered button."""

    who: Who
    text: str
    message_id: int
    time: datetime
    kind: str = "text"
    sender: str = ""
    edited: bool = False
    buttons: Buttons = ()
    spinning: str | None = None
    file: Attachment | None = None


@dataclass
class Message:
    """`content` holds the fields of the Bot API's Message beyond the common ones."""

    message_id: int
    chat: dict[str, Any]
    sender: dict[str, Any]
    at: float
    content: dict[str, Any]
    markup: dict[str, Any] | None = None
    edited_at: float | None = None
    file: Attachment | None = None
    spinning: set[str] = field(default_factory=set)

    @property
    def by_bot(self) -> bool:
        return bool(self.sender["is_bot"])

    @property
    def is_inline(self) -> bool:
        return self.markup is not None and "inline_keyboard" in self.markup

    @property
    def editable(self) -> bool:
        """Telegram lets a bot edit messages without a markup or with an inline keyboard."""
        return self.by_bot and (self.markup is None or self.is_inline)

    @property
    def text(self) -> str:
        return str(self.content.get("text") or self.content.get("caption") or "")

    def as_json(self) -> dict[str, Any]:
        shown = {
            "message_id": self.message_id,
            "from": self.sender,
            "chat": self.chat,
            "date": int(self.at),
            **self.content,
        }
        if self.edited_at is not None:
            shown["edit_date"] = int(self.edited_at)
        if self.is_inline:
            shown["reply_markup"] = self.markup
        return shown

    def as_bubble(self) -> Bubble:
        kinds = [name for name in self.content if name in _KINDS]
        return Bubble(
            who="bot" if self.by_bot else "person",
            text=self.text,
            message_id=self.message_id,
            time=datetime.fromtimestamp(self.at, UTC),
            kind=kinds[0] if kinds else "text",
            sender=self.sender["first_name"],
            edited=self.edited_at is not None,
            buttons=inline_buttons(self.markup),
            spinning=next(iter(self.spinning), None),
            file=self.file,
        )


_KINDS = {"sticker", "photo", "voice", "location", "contact", "document"}


def inline_buttons(markup: dict[str, Any] | None) -> Buttons:
    rows = (markup or {}).get("inline_keyboard", ())
    return tuple(
        tuple(Button(b["text"], data=b.get("callback_data"), url=b.get("url")) for b in row)
        for row in rows
    )


def reply_buttons(markup: dict[str, Any]) -> Buttons:
    return tuple(tuple(Button(b["text"], asks=_asks(b)) for b in row) for row in markup["keyboard"])


def _asks(button: dict[str, Any]) -> Literal["contact", "location"] | None:
    if button.get("request_contact"):
        return "contact"
    return "location" if button.get("request_location") else None
