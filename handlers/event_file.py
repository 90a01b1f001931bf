"""An event in a JSON file, as the operator writes it: read, checked, refused in one line."""

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import Connection

from handlers import events
from handlers.broadcast_texts import too_long
from handlers.conversation.parsing import tidy
from handlers.event_facts import tell_of
from handlers.event_texts import invitation
from handlers.events import Plan
from handlers.links import LONGEST, is_link
from handlers.places import find_places
from handlers.policy import Policy
from locales.labels import EVENT_KINDS
from storage.audience import Scope
from storage.audit import OPERATOR
from storage.sealed import Vault

LONGEST_TITLE = 80
LONGEST_PLACE = 160
MOST_PLACES = 1_000_000
_FIELDS = frozenset({"kind", "title", "starts", "zone", "place", "link", "capacity", "announce"})
_TITLES = frozenset({"es", "en"})
_FURTHEST = timedelta(days=366 * 2)
_ANNOUNCED = {"everyone": Scope(), "nobody": None}


@dataclass(frozen=True, slots=True)
class Posting:
    """`announce`: to whom; None: nobody."""

    plan: Plan
    announce: Scope | None


def read_event(connection: Connection, given: Mapping[str, object], now: datetime) -> Posting:
    """ValueError, in one line, names the field that is wrong."""
    _refuse_strange(given, _FIELDS, "the file")
    kind = given.get("kind")
    if not isinstance(kind, str) or kind not in EVENT_KINDS:
        raise ValueError(f"kind must be one of {_listed(EVENT_KINDS)}")
    title_es, title_en = _titles(given.get("title"))
    zone = _zone(given.get("zone"))
    place, link = _text(given.get("place"), "place", LONGEST_PLACE), _link(given.get("link"))
    if place is None and link is None:
        raise ValueError("place and link are both missing: one of them is needed")
    announce = given.get("announce", "nobody")
    if not isinstance(announce, str) or announce not in _ANNOUNCED:
        raise ValueError("announce must be everyone or nobody")
    scope = _ANNOUNCED[announce]
    plan = Plan(
        kind,
        title_es,
        title_en,
        starts_at(given.get("starts"), zone, now),
        zone.key,
        place=place,
        city_id=_city(connection, place),
        link=link,
        capacity=_capacity(given.get("capacity")),
        audience=scope,
    )
    return Posting(plan, scope)


def post(
    connection: Connection, vault: Vault, policy: Policy, posting: Posting, now: datetime
) -> str:
    """Its code. By the operator: audited, no approval, no cap. ValueError: it can't be told."""
    event = events.create(connection, vault, posting.plan, actor=OPERATOR, now=now)
    excess = too_long(invitation(tell_of(connection, vault, event)), policy)
    if excess:
        raise ValueError(f"the invitation would be {excess} characters too long for an SMS")
    if posting.announce is not None:
        events.announce(
            connection, vault, event, posting.announce, actor=OPERATOR, now=now, capped=False
        )
    return event.code


def starts_at(value: object, zone: ZoneInfo, now: datetime) -> datetime:
    """The instant of a local time, unless it has gone by or the clocks skip or repeat it."""
    try:
        wall = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        wall = None
    if wall is None or wall.tzinfo is not None or "T" not in str(value).upper().replace(" ", "T"):
        raise ValueError("starts must be a local day and hour such as 2026-12-05T10:30")
    try:
        first, second = (wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    except OverflowError:
        raise ValueError("starts must lie ahead, and at most two years") from None
    if first.astimezone(zone).replace(tzinfo=None) != wall:
        raise ValueError(f"starts: the clocks of {zone.key} skip that hour on that day")
    if first != second:
        raise ValueError(f"starts: the clocks of {zone.key} show that hour twice on that day")
    if not now < first <= now + _FURTHEST:
        raise ValueError("starts must lie ahead, and at most two years")
    return first


def _zone(value: object) -> ZoneInfo:
    try:
        if isinstance(value, str) and "/" in value:
            return ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        pass
    raise ValueError("zone must be an IANA time zone such as America/Chicago")


def _titles(value: object) -> tuple[str | None, str | None]:
    if not isinstance(value, dict):
        raise ValueError('title must be such as {"es": "…", "en": "…"}')
    _refuse_strange(value, _TITLES, "title")
    es, en = (_text(value.get(each), f"title.{each}", LONGEST_TITLE) for each in ("es", "en"))
    if es is None and en is None:
        raise ValueError("title.es and title.en are both missing: one of them is needed")
    return es, en


def _text(value: object, name: str, most: int) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str):
        raise ValueError(f"{name} must be a text or null")
    words = tidy(value.encode("utf-8", "ignore").decode())
    if len(words) > most:
        raise ValueError(f"{name} is longer than {most} letters")
    if words and not any(unicodedata.category(char)[0] in "LN" for char in words):
        raise ValueError(f"{name} has no letters")
    return words or None


def _link(value: object) -> str | None:
    if value is None or value == "":
        return None
    if isinstance(value, str) and len(value) <= LONGEST and is_link(value):
        return value
    raise ValueError("link must be null or a web address such as https://enlace.example.org")


def _capacity(value: object) -> int | None:
    if value is None:
        return None
    whole = isinstance(value, int) and not isinstance(value, bool)
    if not whole or not 1 <= int(str(value)) <= MOST_PLACES:
        raise ValueError(f"capacity must be null or a whole number from 1 to {MOST_PLACES}")
    return int(str(value))


def _city(connection: Connection, place: str | None) -> int | None:
    """Where it is, if the place names one city for certain."""
    found = find_places(connection, place, "es") if place else None
    return found.places[0].city_id if found and found.kind == "one" else None


def _refuse_strange(given: Mapping[str, Any], known: frozenset[str], where: str) -> None:
    strange = sorted(set(given) - known)
    if strange:
        raise ValueError(f"{where} has {strange[0][:40]!r}, which is none of {_listed(known)}")


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(names))
