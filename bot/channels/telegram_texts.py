"""The commonest update by far, a text typed in a private chat, read straight from its JSON.

The library's objects cost more than all the rest of a turn. What is not exactly such a text is
left to it.
"""

from datetime import UTC, datetime
from typing import Any, Final

from bot.channels.text import cleaned
from handlers.conversation.messages import Inbound

MAX_TEXT: Final = 4096
MAX_ID: Final = 2**63
_FIELDS: Final = {"message_id", "date", "chat", "from", "text", "entities"}
_LATEST: Final = 2**33
_LONGEST_LANGUAGE: Final = 35


def read_text(update: dict[str, Any]) -> Inbound | None:
    """None: something else, or not as Telegram would send it."""
    message = update.get("message")
    if len(update) != 2 or not isinstance(message, dict) or not message.keys() <= _FIELDS:
        return None
    chat, sender = message.get("chat"), message.get("from")
    if not isinstance(chat, dict) or not isinstance(sender, dict):
        return None
    number, chat_id, date = update.get("update_id"), chat.get("id"), message.get("date")
    if chat.get("type") != "private" or not (_is_id(number) and _is_id(chat_id)):
        return None
    text = cleaned(message.get("text"), MAX_TEXT)
    if not text or type(date) is not int or not 0 < date < _LATEST:
        return None
    return Inbound(
        "telegram",
        str(number),
        str(chat_id),
        datetime.fromtimestamp(date, UTC),
        text,
        language_code=cleaned(sender.get("language_code"), _LONGEST_LANGUAGE) or None,
    )


def _is_id(number: object) -> bool:
    return type(number) is int and abs(number) < MAX_ID
