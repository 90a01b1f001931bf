"""What each error of the Bot API means for a delivery: tables, and the one reader of them."""

from telegram.error import BadRequest, ChatMigrated, Forbidden, InvalidToken, TimedOut

from bot.channels.base import AddressEffect, Decision, SendError
from bot.channels.errors import MISCONFIGURED, NO_CONNECTION, REFUSED, UNKNOWN, Verdict
from bot.channels.telegram_http import NeverSentError, SlowDownError

_Row = tuple[str, str, AddressEffect]

# Words in the description (lower case) → our code, effect on the address. The first that fits.
_BAD_REQUEST: tuple[_Row, ...] = (
    ("chat not found", "chat_not_found", AddressEffect.INVALID),
    ("user not found", "user_not_found", AddressEffect.INVALID),
    ("peer_id_invalid", "peer_invalid", AddressEffect.INVALID),
    ("chat_id_invalid", "peer_invalid", AddressEffect.INVALID),
    ("not enough rights", "no_rights", AddressEffect.BLOCKED),
    ("have no rights", "no_rights", AddressEffect.BLOCKED),
    ("message is too long", "too_long", AddressEffect.NONE),
    ("text is empty", "empty", AddressEffect.NONE),
    ("button_data_invalid", "button_data", AddressEffect.NONE),
)
_FORBIDDEN: tuple[_Row, ...] = (
    ("deactivated", "deactivated", AddressEffect.INVALID),
    # Seen for a few minutes at a time on chats that work: no proof that the person left.
    ("can't send messages to the user", "not_now", AddressEffect.SUSPECT),
)
_OTHERS: tuple[tuple[type[Exception], str, Verdict], ...] = (
    (InvalidToken, "token", MISCONFIGURED),
    (NeverSentError, "no_connection", NO_CONNECTION),
    (TimedOut, "timeout", UNKNOWN),
    (UnicodeEncodeError, "unencodable", REFUSED),
)
# An edit that has nothing left to do: as good as done.
_EDIT_DONE = (
    "message is not modified",
    "message can't be edited",
    "message to edit not found",
    "message_id_invalid",
)


def edit_is_done(error: Exception) -> bool:
    return isinstance(error, BadRequest) and any(
        words in error.message.lower() for words in _EDIT_DONE
    )


def decide(error: Exception) -> SendError:
    """BadRequest and TimedOut are NetworkErrors: they are told apart first."""
    match error:
        case SlowDownError():
            return SendError("429", Decision.RETRY, retry_after=error.retry_after)
        case ChatMigrated():
            return SendError("migrated", Decision.NEVER, new_address=str(error.new_chat_id))
        case Forbidden():
            return _described(error, _FORBIDDEN, ("blocked", AddressEffect.BLOCKED))
        case BadRequest():
            return _described(error, _BAD_REQUEST, ("400", AddressEffect.NONE))
    found = (verdict.error(code) for kind, code, verdict in _OTHERS if isinstance(error, kind))
    return next(found, UNKNOWN.error(type(error).__name__))


def _described(
    error: BadRequest | Forbidden, rows: tuple[_Row, ...], other: tuple[str, AddressEffect]
) -> SendError:
    description = error.message.lower()
    found = ((code, effect) for words, code, effect in rows if words in description)
    code, effect = next(found, other)
    return Verdict(Decision.NEVER, address=effect).error(code)
