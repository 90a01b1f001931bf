"""Rules of the Bot API that its description gives in words: lengths, characters, keyboards."""

import re
from typing import Any
from urllib.parse import urlsplit

from bot.simulators.post import is_loopback
from bot.simulators.telegram.schema import ApiError, bad_request

TEXT_UNITS = 4096
CAPTION_UNITS = 1024
TOAST_UNITS = 200
CALLBACK_DATA_BYTES = 64
INLINE_BUTTONS = 100
COMMANDS = 100
COMMAND = re.compile(r"[a-z0-9_]{1,32}")
COMMAND_DESCRIPTION_UNITS = 256
DESCRIPTION_UNITS = 512
SHORT_DESCRIPTION_UNITS = 120
SECRET_TOKEN_BYTES = 256
START_PAYLOAD = re.compile(r"[A-Za-z0-9_-]{1,64}")
WEBHOOK_CONNECTIONS = 100
BUTTON_STYLES = ("danger", "success", "primary")
CHAT_ACTIONS = {
    "typing",
    "upload_photo",
    "record_video",
    "upload_video",
    "record_voice",
    "upload_voice",
    "upload_document",
    "choose_sticker",
    "find_location",
    "record_video_note",
    "upload_video_note",
}

_BLANK = str.maketrans(dict.fromkeys([*range(10), 11, 12, *range(14, 32)], " "))
_DROPPED = re.compile("[\r\u2028-\u202e]")


def units(text: str) -> int:
    """Length in UTF-16 code units, which is how Telegram counts."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def clean(text: str) -> str:
    """Text as Telegram keeps it: no control characters, nothing blank around it."""
    return _DROPPED.sub("", text).translate(_BLANK).strip()


def message_text(text: str, too_long: str = "message is too long") -> str:
    cleaned = clean(text)
    if not cleaned:
        raise bad_request("message text is empty")
    if units(cleaned) > TEXT_UNITS:
        raise bad_request(too_long)
    return cleaned


def limited(text: str, most: int, error: str) -> str:
    if units(text) > most:
        raise bad_request(error)
    return clean(text)


def markup(given: dict[str, Any] | None, *, private: bool) -> dict[str, Any] | None:
    """Check a reply markup; None for none and for an empty inline keyboard."""
    if given is None:
        return None
    if "inline_keyboard" in given:
        return _inline_keyboard(given)
    if "keyboard" in given:
        _reply_keyboard(given["keyboard"], private=private)
    for flag in ("remove_keyboard", "force_reply"):
        if given.get(flag) is False:
            raise bad_request(f"{flag} must be True")
    placeholder = given.get("input_field_placeholder")
    if placeholder is not None and not 1 <= units(placeholder) <= 64:
        raise bad_request("input field placeholder must be 1-64 characters")
    return given


def _inline_keyboard(given: dict[str, Any]) -> dict[str, Any] | None:
    rows = [row for row in given["inline_keyboard"] if row]
    buttons = [button for row in rows for button in row]
    if len(buttons) > INLINE_BUTTONS:
        raise bad_request("REPLY_MARKUP_TOO_LONG")
    for button in buttons:
        _inline_button(button)
    return {"inline_keyboard": rows} if rows else None


def _inline_button(button: dict[str, Any]) -> None:
    _label_and_style(button)
    actions = button.keys() & {"url", "callback_data"}
    if not actions:
        raise bad_request("Text buttons are unallowed in the inline keyboard")
    if len(actions) > 1:
        raise bad_request("an inline keyboard button must have exactly one action")
    if "callback_data" in button:
        if not 1 <= len(button["callback_data"].encode()) <= CALLBACK_DATA_BYTES:
            raise bad_request("BUTTON_DATA_INVALID")
        return
    address = urlsplit(button["url"])
    if address.scheme not in ("http", "https", "tg") or not address.netloc:
        raise bad_request("inline keyboard button URL is invalid")


def _reply_keyboard(rows: list[list[dict[str, Any]]], *, private: bool) -> None:
    buttons = [button for row in rows for button in row]
    if not buttons:
        raise bad_request("reply keyboard must be non-empty")
    for button in buttons:
        _label_and_style(button)
        asked = [what for what in ("request_contact", "request_location") if button.get(what)]
        if len(asked) > 1:
            raise bad_request("a keyboard button can ask for one thing only")
        if asked and not private:
            what = "phone number" if asked == ["request_contact"] else "location"
            raise bad_request(f"{what} can be requested in private chats only")


def _label_and_style(button: dict[str, Any]) -> None:
    if not clean(button["text"]):
        raise bad_request("keyboard button text must be non-empty")
    if button.get("style") not in (None, *BUTTON_STYLES):
        raise bad_request("invalid button style specified")


def webhook(url: str, secret_token: str | None, connections: int | None) -> None:
    if not url.startswith("https://") and not (url.startswith("http://") and is_loopback(url)):
        raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
    if not urlsplit(url).hostname:
        raise bad_request("bad webhook: invalid webhook URL specified")
    if secret_token is not None:
        if len(secret_token.encode()) > SECRET_TOKEN_BYTES:
            raise bad_request("secret token is too long")
        if not re.fullmatch(r"[A-Za-z0-9_-]*", secret_token):
            raise bad_request("secret token contains unallowed characters")
    if connections is not None and not 1 <= connections <= WEBHOOK_CONNECTIONS:
        raise bad_request(f"max_connections must be 1-{WEBHOOK_CONNECTIONS}")


def commands(given: list[dict[str, str]]) -> list[dict[str, str]]:
    if len(given) > COMMANDS:
        raise bad_request("BOT_COMMANDS_TOO_MUCH")
    for each in given:
        if not COMMAND.fullmatch(each["command"]):
            raise bad_request("BOT_COMMAND_INVALID")
        if not 1 <= units(clean(each["description"])) <= COMMAND_DESCRIPTION_UNITS:
            raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
    return given


def language_code(given: str | None) -> str:
    code = given or ""
    if not re.fullmatch(r"(?:[a-z]{2})?", code):
        raise bad_request("invalid language code specified")
    return code


def too_many(wait: int) -> ApiError:
    return ApiError(429, f"Too Many Requests: retry after {wait}", {"retry_after": wait})
