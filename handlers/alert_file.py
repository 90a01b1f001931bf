"""An action alert in a JSON file, as the operator writes it: read, checked, refused in one line."""

from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from sqlalchemy import Connection

from handlers.broadcast_texts import Texts, too_long
from handlers.broadcasts import Draft
from handlers.links import is_link
from handlers.policy import Policy
from handlers.scopes import scope_of
from locales import LANGUAGES, Language
from locales.labels import TOPICS

_FIELDS = frozenset({"topic", "es", "en", "link", "audience", "when"})
_FILTERS = frozenset({"topics", "organisations", "places", "languages"})
_LATE = timedelta(minutes=5)
_FURTHEST = timedelta(days=366)
_LONGEST_LINK = 500


def read_alert(
    connection: Connection, given: Mapping[str, object], policy: Policy, now: datetime
) -> Draft:
    """ValueError, in one line, names the field that is wrong."""
    _refuse_strange(given, _FIELDS, "the file")
    texts = Texts("alert", _text(given, "es"), _text(given, "en"), _link(given.get("link")))
    if texts.es is None and texts.en is None:
        raise ValueError("es and en are both missing: one of them is needed")
    excess = too_long(texts, policy)
    if excess:
        raise ValueError(f"the text is {excess} characters too long for an SMS")
    filters = _filters(given.get("audience"))
    scope = scope_of(
        connection,
        topics=_codes(filters, "topics", TOPICS),
        organisations=_strings(filters, "organisations"),
        places=_strings(filters, "places"),
        languages=[cast("Language", each) for each in _codes(filters, "languages", LANGUAGES)],
    )
    [topic] = _known([given.get("topic")], "topic", TOPICS)
    starts_at = _when(given.get("when"), now)
    return Draft(texts, scope, starts_at, topic=topic, capped=False)


def _refuse_strange(given: Mapping[str, object], known: frozenset[str], where: str) -> None:
    """A misspelt filter would reach everyone."""
    strange = sorted(set(given) - known)
    if strange:
        raise ValueError(f"{where} has {strange[0][:40]!r}, which is none of {_listed(known)}")


def _text(given: Mapping[str, object], name: str) -> str | None:
    value = given.get(name)
    if value is not None and not isinstance(value, str):
        raise ValueError(f"{name} must be a text or null")
    words = "".join(char for char in value or "" if char == "\n" or char >= " ")
    return words.encode("utf-8", "ignore").decode().strip() or None


def _link(value: object) -> str | None:
    if value is None or value == "":
        return None
    if isinstance(value, str) and len(value) <= _LONGEST_LINK and is_link(value):
        return value
    raise ValueError("link must be null or a web address such as https://enlace.example.org")


def _filters(value: object) -> Mapping[str, object]:
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise ValueError("audience must be an object of lists")
    _refuse_strange(value, _FILTERS, "audience")
    return value


def _strings(filters: Mapping[str, object], name: str) -> list[str]:
    value = filters.get(name)
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise ValueError(f"audience.{name} must be a list of texts")
    return value


def _codes(filters: Mapping[str, object], name: str, codes: Collection[str]) -> list[str]:
    return _known(_strings(filters, name), f"audience.{name}", codes)


def _known(values: list[Any], name: str, codes: Collection[str]) -> list[str]:
    for value in values:
        if not isinstance(value, str) or value not in codes:
            raise ValueError(f"{name} must be one of {_listed(codes)}")
    return values


def _when(value: object, now: datetime) -> datetime:
    """A moment that has just gone by is now."""
    if value is None or value == "now":
        return now
    try:
        at = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise ValueError('when must be "now" or such as 2026-12-05T10:30-06:00, with its offset')
    if not now - _LATE <= at <= now + _FURTHEST:
        raise ValueError("when must lie ahead, and at most a year")
    return max(now, at.astimezone(UTC))


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(names))
