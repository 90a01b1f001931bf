"""The short address of an event's calendar file, signed so that nobody can try codes. No person is
in it, and it ends after the event."""

import base64
import hmac
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from locales import Language
from storage.events import Event
from storage.sealed import Vault

PATH: Final = "/c"
_BYTES = 6
_KEPT_AFTER = timedelta(days=1)
_LETTERS: Final[dict[Language, str]] = {"es": "s", "en": "e"}
_LANGUAGES: Final = {letter: language for language, letter in _LETTERS.items()}
_LONGEST = 24


class Wanted(NamedTuple):
    """The event's code and the language of its file."""

    code: str
    language: Language


def calendar_link(vault: Vault, base: str, event: Event, language: Language) -> str:
    """`base` is PUBLIC_URL."""
    letter = _LETTERS[language]
    return f"{base.rstrip('/')}{PATH}/{event.code}{letter}{_signature(vault, event.code, letter)}"


def wanted(vault: Vault, token: str) -> Wanted | None:
    """None: we never gave this address to anybody."""
    if len(token) > _LONGEST or not token.isascii():
        return None
    length = len(_signature(vault, "", ""))
    code, letter = token[: -length - 1], token[-length - 1 : -length]
    if letter not in _LANGUAGES or not code:
        return None
    if not hmac.compare_digest(token[-length:], _signature(vault, code, letter)):
        return None
    return Wanted(code, _LANGUAGES[letter])


def is_over(event: Event, now: datetime) -> bool:
    return now > event.ends_at + _KEPT_AFTER


def _signature(vault: Vault, code: str, letter: str) -> str:
    """48 bits; the key is the one of all look-ups, so that a link outlives a change of keys."""
    signed = vault.index("calendar link", f"{code}\0{letter}")[:_BYTES]
    return base64.urlsafe_b64encode(signed).decode().rstrip("=")
