"""From one Telegram update to an Inbound. Any JSON may come; nothing is sent from here."""

from datetime import UTC, datetime
from math import isfinite
from typing import Final

from telegram import (
    CallbackQuery,
    Chat,
    ChatMemberUpdated,
    Contact,
    Location,
    Message,
    Update,
    User,
)

from bot.channels.text import RefusedError, cleaned
from handlers.conversation.messages import Inbound, Kind, Media, Press, SharedContact

ALLOWED: Final = ("message", "edited_message", "callback_query", "my_chat_member")
MAX_TEXT: Final = 4096
_MAX_ID: Final = 2**63
_ABSENT: Final = ("left", "kicked")

_LEAST: Final = frozenset(("message_id", "from", "chat", "date", "text"))
_PLAIN: Final = _LEAST | {"entities"}
_LEAST_OF_A_USER: Final = frozenset(("id", "is_bot", "first_name"))

# Attribute of a message → what it is for us. The first counts: an animation is a document too.
_MEDIA: Final[tuple[tuple[str, Media], ...]] = (
    ("photo", "photo"),
    ("sticker", "sticker"),
    ("voice", "voice"),
    ("video", "video"),
    ("video_note", "video"),
    ("animation", "video"),
    ("document", "document"),
)


def read(update: object, now: datetime, username: str | None) -> Inbound:
    """Raises RefusedError for what is not for us, and anything at all for what is no update."""
    if not isinstance(update, dict):
        raise RefusedError("malformed")
    provider_id = str(_id(update.get("update_id")))
    # Its part alone: the library's Update around it costs a third more, and tells nothing more.
    if (part := update.get("callback_query")) is not None:
        return _pressed(CallbackQuery.de_json(part, None), provider_id, now)
    if (part := update.get("message")) is not None:
        if (plain := _plain_text(part, provider_id)) is not None:
            return plain
        return _message(Message.de_json(part, None), provider_id, "message", username, now)
    if (part := update.get("edited_message")) is not None:
        return _edited(Message.de_json(part, None), provider_id, username, now)
    if (part := update.get("my_chat_member")) is not None:
        return _membership(ChatMemberUpdated.de_json(part, None), provider_id, now)
    Update.de_json(update, None)
    raise RefusedError("kind")


def _plain_text(message: object, provider_id: str) -> Inbound | None:
    """A text in a private chat and nothing else, as nearly all messages are; None: look closer.

    The library's objects, of which a turn would use six fields, take a fifth of the turn to make.
    """
    if not isinstance(message, dict) or not _LEAST <= message.keys() <= _PLAIN:
        return None
    chat, user, sent_at = message["chat"], message["from"], message["date"]
    if not isinstance(chat, dict) or chat.get("type") != Chat.PRIVATE or type(sent_at) is not int:
        return None
    text = cleaned(message["text"], MAX_TEXT)
    if not text or not isinstance(user, dict) or not user.keys() >= _LEAST_OF_A_USER:
        return None
    return Inbound(
        "telegram",
        provider_id,
        str(_id(chat.get("id"))),
        datetime.fromtimestamp(sent_at, UTC),
        text,
        language_code=cleaned(user.get("language_code"), 35) or None,
    )


def _pressed(query: CallbackQuery, provider_id: str, now: datetime) -> Inbound:
    if query.message is None or query.message.chat.type != Chat.PRIVATE:
        raise RefusedError("group")
    data = cleaned(query.data, 64)
    if not data:
        raise RefusedError("kind")
    return Inbound(
        "telegram",
        provider_id,
        _sender(query.message.chat),
        now,
        press=Press(data, cleaned(query.id, 64), _id(query.message.message_id)),
        language_code=_language(query.from_user),
    )


def _edited(message: Message, provider_id: str, username: str | None, now: datetime) -> Inbound:
    if message.location:  # A live location moves by edits, many a minute.
        raise RefusedError("live_location")
    if message.chat.type != Chat.PRIVATE:
        raise RefusedError("group")
    return _message(message, provider_id, "edited", username, now)


def _message(
    message: Message, provider_id: str, kind: Kind, username: str | None, now: datetime
) -> Inbound:
    sent_at = message.edit_date or message.date or now
    sender = _sender(message.chat)
    text = cleaned(message.text or message.caption or "", MAX_TEXT)
    if message.chat.type != Chat.PRIVATE:
        if not _addressed(text, username):
            raise RefusedError("group")
        return Inbound("telegram", provider_id, sender, sent_at, kind="group")
    location, contact, media = _place(message.location), _shared(message), _media(message)
    if not (text or location or contact or media):
        raise RefusedError("service")
    return Inbound(
        "telegram",
        provider_id,
        sender,
        sent_at,
        text,
        kind,
        location=location,
        contact=contact,
        media=media,
        language_code=_language(message.from_user),
    )


def _membership(change: ChatMemberUpdated, provider_id: str, now: datetime) -> Inbound:
    """In a private chat: blocked or unblocked. Elsewhere only being added matters."""
    before, after = change.old_chat_member.status, change.new_chat_member.status
    kind: Kind = "group"
    if change.chat.type == Chat.PRIVATE:
        kind = "blocked" if after in _ABSENT else "unblocked"
    elif before not in _ABSENT or after in _ABSENT:
        raise RefusedError("group")
    language = _language(change.from_user) if kind != "group" else None
    sender = _sender(change.chat)
    sent_at = change.date or now
    return Inbound("telegram", provider_id, sender, sent_at, kind=kind, language_code=language)


def _addressed(text: str, username: str | None) -> bool:
    """A command, unless it names another bot; or a mention of us."""
    words = text.casefold().split()
    if not words:
        return False
    us = username.casefold() if username else None
    _, _, named = words[0].partition("@")
    if words[0].startswith("/"):
        return not named or named == us
    return us is not None and any(word.strip(".,:;!?¡¿") == f"@{us}" for word in words)


def _media(message: Message) -> Media | None:
    for attribute, media in _MEDIA:
        if getattr(message, attribute):
            return media
    if message.location or message.contact or message.text:
        return None
    # api_kwargs: a kind of content that is newer than the library.
    return "other" if message.effective_attachment or message.api_kwargs else None


def _place(location: Location | None) -> tuple[float, float] | None:
    if location is None:
        return None
    latitude, longitude = location.latitude, location.longitude
    if not (isfinite(latitude) and abs(latitude) <= 90 and abs(longitude) <= 180):
        raise RefusedError("malformed")
    return float(latitude), float(longitude)


def _shared(message: Message) -> SharedContact | None:
    contact: Contact | None = message.contact
    phone = cleaned(contact.phone_number, 32) if contact else ""
    if contact is None or not phone:
        return None
    sender = message.from_user.id if message.from_user else None
    own = isinstance(contact.user_id, int) and contact.user_id == sender
    return SharedContact(phone, own)


def _sender(chat: Chat) -> str:
    return str(_id(chat.id))


def _language(user: User | None) -> str | None:
    return cleaned(user.language_code, 35) or None if user else None


def _id(number: object) -> int:
    if type(number) is not int or abs(number) >= _MAX_ID:
        raise RefusedError("malformed")
    return number
