"""One row of an import: read, checked, and refused with its reason. Nothing is written."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from handlers.conversation.words import fold
from handlers.export import COLUMNS
from handlers.phone import e164
from locales import LANGUAGES, Language
from locales.labels import SKILLS, TOPICS

ROLES = {"member": "member", "volunteer": "individual", "": "member"}
_NEEDED = ("consent_at", "consent_source", "consent_words")
_CHAT = re.compile(r"[1-9][0-9]{0,18}", re.ASCII)
_LONGEST = {"name": 40, "consent_source": 80, "consent_words": 400}
_SKEW = timedelta(days=1)


class RefusedError(Exception):
    """Why a row is not taken, in words for the operator; it never quotes the row."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A row that can be taken. `addresses` are (channel, value); `place` is as typed."""

    addresses: tuple[tuple[str, str], ...]
    name: str
    language: Language
    place: str
    organisation: str
    topics: tuple[str, ...]
    skills: tuple[str, ...]
    kind: str
    consent_at: datetime
    consent_words: str


def unknown_columns(header: list[str]) -> list[str]:
    return [name for name in header if name not in COLUMNS]


def read_row(row: Mapping[str, str | None], now: datetime) -> Entry:
    """RefusedError with the reason. A cell's leading apostrophe, as exports have it, is dropped."""
    cells = {name: _cell(row.get(name)) for name in COLUMNS}
    for name in _NEEDED:
        if not cells[name]:
            raise RefusedError(f"{name} is missing: nobody is written to without their consent")
    for name, most in _LONGEST.items():
        if len(cells[name]) > most:
            raise RefusedError(f"{name} is longer than {most} characters")
    return Entry(
        _addresses(cells),
        cells["name"],
        _language(cells["language"]),
        cells["place"],
        fold(cells["organisation"]).replace(" ", ""),
        _codes(cells["topics"], TOPICS, "topics"),
        _codes(cells["skills"], SKILLS, "skills"),
        _one(cells["role"].casefold(), ROLES, "role must be member or volunteer"),
        _consent_at(cells["consent_at"], now),
        f"{cells['consent_source']}: {cells['consent_words']}",
    )


def _cell(text: str | None) -> str:
    plain = " ".join((text or "").split())
    return plain[1:] if plain[:1] == "'" else plain


def _addresses(cells: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    found = []
    if cells["phone"]:
        number = e164(cells["phone"], "US")
        if number is None:
            raise RefusedError("phone is not a number that can exist")
        found.append(("sms", number))
    if cells["telegram_id"]:
        if not _CHAT.fullmatch(cells["telegram_id"]):
            raise RefusedError("telegram_id is not a number")
        found.append(("telegram", cells["telegram_id"]))
    if not found:
        raise RefusedError("it has neither phone nor telegram_id")
    return tuple(found)


def _language(text: str) -> Language:
    code = text.casefold()[:2] or "es"
    if code not in LANGUAGES:
        raise RefusedError("language must be es or en")
    return code


def _codes(text: str, known: Mapping[str, object], column: str) -> tuple[str, ...]:
    codes = tuple(dict.fromkeys(fold(each).replace(" ", "_") for each in text.split(";") if each))
    if any(code not in known for code in codes):
        raise RefusedError(f"{column} has a code that is not one of: {', '.join(known)}")
    return codes


def _one(text: str, known: Mapping[str, str], otherwise: str) -> str:
    if text not in known:
        raise RefusedError(otherwise)
    return known[text]


def _consent_at(text: str, now: datetime) -> datetime:
    """A date or an instant; without an offset it is UTC."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise RefusedError("consent_at is not a date such as 2026-03-01") from None
    at = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    if not datetime(1990, 1, 1, tzinfo=UTC) <= at <= now + _SKEW:
        raise RefusedError("consent_at is not in the past")
    return at
