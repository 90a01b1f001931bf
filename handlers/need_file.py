"""A need in a JSON file, as the operator writes it: read, checked, refused in one line."""

from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, select

from handlers.conversation.parsing import tidy
from handlers.needs import Lack
from locales.labels import CATEGORIES, UNITS, URGENCY
from storage.needs import Audience
from storage.network import shelters

MOST = 1_000_000
_FIELDS = frozenset(
    {
        *("shelter", "category", "item", "quantity", "unit", "urgency", "needed_by", "drop_off"),
        *("note", "ask"),
    }
)
_FURTHEST = timedelta(days=366)
_LONGEST_ITEM, _LONGEST_WORDS = 80, 300


def read_need(connection: Connection, given: Mapping[str, object], now: datetime) -> Lack:
    """ValueError, in one line, names the field that is wrong."""
    strange = sorted(set(given) - _FIELDS)
    if strange:
        raise ValueError(f"the file has {strange[0][:40]!r}, which is none of {_listed(_FIELDS)}")
    item = _words(given, "item", _LONGEST_ITEM)
    if item is None:
        raise ValueError("item is missing: what is needed, in a few words")
    return Lack(
        _shelter(connection, given.get("shelter")),
        _code(given, "category", CATEGORIES),
        item,
        _quantity(given.get("quantity")),
        _code(given, "unit", UNITS),
        _code(given, "urgency", URGENCY),
        _instant(given.get("needed_by"), now),
        _words(given, "drop_off", _LONGEST_WORDS),
        _words(given, "note", _LONGEST_WORDS),
        Audience(_code(given, "ask", [each.value for each in Audience])),
    )


def _shelter(connection: Connection, code: object) -> int:
    rows = connection.execute(select(shelters.c.code, shelters.c.id))
    known: dict[str, int] = {row.code: row.id for row in rows}
    if not isinstance(code, str) or code.strip().lower() not in known:
        raise ValueError(f"shelter must be the code of a shelter: {_listed(known) or 'none yet'}")
    return known[code.strip().lower()]


def _code(given: Mapping[str, object], name: str, codes: Collection[str]) -> str:
    value = given.get(name)
    if not isinstance(value, str) or value not in codes:
        raise ValueError(f"{name} must be one of {_listed(codes)}")
    return value


def _quantity(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= MOST:
        raise ValueError(f"quantity must be a whole number from 1 to {MOST}")
    return value


def _words(given: Mapping[str, object], name: str, most: int) -> str | None:
    value = given.get(name)
    if value is not None and not isinstance(value, str):
        raise ValueError(f"{name} must be a text or null")
    words = tidy((value or "").encode("utf-8", "ignore").decode())
    if len(words) > most:
        raise ValueError(f"{name} is longer than {most} characters")
    return words or None


def _instant(value: object, now: datetime) -> datetime | None:
    if value is None:
        return None
    try:
        at = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise ValueError(
            "needed_by must be null or such as 2026-12-05T10:30-06:00, with its offset"
        )
    if not now < at <= now + _FURTHEST:
        raise ValueError("needed_by must lie ahead, and at most a year")
    return at.astimezone(UTC)


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(names))
