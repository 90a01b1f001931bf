"""When each person is reminded of an event: its ladder, read under their quiet hours. Pure."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from handlers.quiet import Window, decent, last_decent

Part = str
"""What a reminder is: early word (week), the question whether they still come (day), the place
(soon), the link; and an organiser's own, a day or more before (early02880) or less (near0060)."""

Ladder = Mapping[Part, int]
"""Minutes before the start, by part; whole days of them are days on the wall of the event."""

PARTS: Final[tuple[Part, ...]] = ("week", "day", "soon", "link")
_EARLY, _NEAR = "early", "near"
IN_PERSON: Final[Ladder] = {"day": 1_440, "soon": 120}
VIRTUAL: Final[Ladder] = {"day": 1_440, "link": 15}
BOTH: Final[Ladder] = {"day": 1_440, "soon": 120, "link": 15}

LEAD: Final = timedelta(minutes=2)
"""So long before a reminder is due its recipients are settled: who answers later is told then."""

_STILL_WORTH_IT = timedelta(minutes=60)
_ROOM_TO_SEND = timedelta(minutes=59)
"""A reminder before quiet hours goes an hour before they begin, so that all of it gets out."""

_ABOUT_THE_SAME_TIME = timedelta(hours=2)
_TOGETHER = timedelta(minutes=15)
_A_DAY = 1_440
_LONGEST = 30 * _A_DAY
_SHORTLY = 30

EVERYWHERE: Final[tuple[str | None, ...]] = (
    *("America/New_York", "America/Chicago", "America/Denver", "America/Phoenix"),
    *("America/Los_Angeles", "America/Anchorage", "America/Adak", "Pacific/Honolulu"),
    *("America/Mexico_City", "America/Tijuana", "America/Tegucigalpa", "America/Bogota"),
    *("America/Havana", "America/Caracas", "America/Halifax", "America/St_Johns"),
    *("America/Santiago", "America/Sao_Paulo", "Europe/Madrid", None),
)
"""One zone for each clock of the continent, so that whoever comes new is in time as well."""


@dataclass(frozen=True, slots=True)
class Occasion:
    """What people are reminded of: when it begins, the zone of its own clocks, its ladder."""

    starts_at: datetime
    zone: str
    ladder: Ladder


@dataclass(frozen=True, slots=True)
class Due:
    """A reminder of these parts falls due."""

    at: datetime
    parts: tuple[Part, ...]

    @property
    def name(self) -> str:
        return "+".join(self.parts)


Schedules = Mapping[tuple[Due, ...], tuple[str | None, ...]]
"""What people are due, and the zones of those people."""

_Rungs = tuple[tuple[Part, int], ...]


@dataclass(frozen=True, slots=True)
class _Rung:
    at: datetime
    parts: tuple[Part, ...]
    earlier: bool = False


def asks(parts: Iterable[Part]) -> bool:
    """Whether it asks if they still come."""
    return any(part in ("week", "day") or part.startswith(_EARLY) for part in parts)


def shows_the_way(parts: Iterable[Part]) -> bool:
    return any(part == "soon" or part.startswith(_NEAR) for part in parts)


def ladder_of(kept: str | None, *, has_place: bool, has_link: bool) -> Ladder:
    """The ladder as kept (JSON by part, in minutes); None, or what is none: the usual one.

    A link comes to everybody in any case.
    """
    usual = BOTH if has_place and has_link else VIRTUAL if has_link else IN_PERSON
    own = None if kept is None else _read(kept)
    if not own:
        return usual
    return {"link": VIRTUAL["link"], **own} if has_link else own


def own_ladder(steps: Iterable[int], *, has_place: bool, has_link: bool) -> Ladder:
    """Of minutes before the start. What is as usual keeps its part, so that nobody is reminded of
    it twice. The last one brings the link, if there is one, unless it is early for that."""
    found: dict[Part, int] = {}
    for minutes in sorted(steps, reverse=True):
        found[_part_of(minutes)] = minutes
    last, least = min(found.items(), key=lambda each: each[1])
    if has_link and least < _A_DAY and (not has_place or least <= _SHORTLY):
        del found[last]
        found["link"] = least
    return found


def _part_of(minutes: int) -> Part:
    usual = {7 * _A_DAY: "week", IN_PERSON["day"]: "day", IN_PERSON["soon"]: "soon"}
    own = f"{_EARLY}{minutes:05}" if minutes >= _A_DAY else f"{_NEAR}{minutes:04}"
    return usual.get(minutes, own)


def _read(kept: str) -> Ladder | None:
    try:
        found = json.loads(kept)
    except ValueError:
        return None
    if not isinstance(found, dict):
        return None
    fit = all(type(each) is int and 0 < each <= _LONGEST for each in found.values())
    if not fit or not all(part in PARTS or part == _part_of(found[part]) for part in found):
        return None
    return {part: found[part] for part in _in_order(found)}


def keep_ladder(ladder: Ladder) -> str:
    return json.dumps({part: ladder[part] for part in _in_order(ladder)})


def reminders(occasion: Occasion, zone: str | None, window: Window | None) -> tuple[Due, ...]:
    """All that a person of this zone (IANA name) is due, in order, each before the start."""
    return _reminders(occasion.starts_at, occasion.zone, _rungs(occasion), zone, window)


def _rungs(occasion: Occasion) -> _Rungs:
    return tuple((part, occasion.ladder[part]) for part in _in_order(occasion.ladder))


@lru_cache(maxsize=16_384)
def _reminders(
    starts_at: datetime,
    wall: str,
    ladder: _Rungs,
    zone: str | None,
    window: Window | None,
) -> tuple[Due, ...]:
    planned = (
        _at_a_decent_hour(
            _Rung(_before(starts_at, wall, minutes), (part,)), starts_at, zone, window
        )
        for part, minutes in sorted(ladder, key=lambda rung: -rung[1])
    )
    merged: list[_Rung] = []
    for rung in sorted(planned, key=lambda each: each.at):
        if merged and _belong_together(merged[-1], rung):
            merged[-1] = replace(merged[-1], parts=_in_order(merged[-1].parts + rung.parts))
        else:
            merged.append(rung)
    return tuple(Due(each.at, each.parts) for each in merged)


def _before(starts_at: datetime, wall: str, minutes: int) -> datetime:
    """Days back on the wall of the event, which may have fewer or more hours; then minutes."""
    days, rest = divmod(minutes, _A_DAY)
    there = starts_at.astimezone(ZoneInfo(wall))
    at = (there - timedelta(days=days)).astimezone(UTC) if days else starts_at.astimezone(UTC)
    return at - timedelta(minutes=rest)


def _at_a_decent_hour(
    rung: _Rung, starts_at: datetime, zone: str | None, window: Window | None
) -> _Rung:
    after = decent(window, zone, rung.at)
    if after == rung.at:
        return rung
    if after + _STILL_WORTH_IT <= starts_at:
        return replace(rung, at=after)
    last = last_decent(window, zone, rung.at)
    return replace(rung, at=_with_room(last, zone, window), earlier=True)


def _with_room(last: datetime, zone: str | None, window: Window | None) -> datetime:
    """An hour before quiet hours begin, or as soon as it is decent before them."""
    return min(decent(window, zone, last - _ROOM_TO_SEND), last)


def _belong_together(before: _Rung, after: _Rung) -> bool:
    moved = before.earlier or after.earlier
    return after.at - before.at <= (_ABOUT_THE_SAME_TIME if moved else _TOGETHER)


def _in_order(parts: Iterable[Part]) -> tuple[Part, ...]:
    there = set(parts)
    own = sorted(there.difference(PARTS))
    return (*(part for part in PARTS if part in there), *own)


def schedules(
    occasion: Occasion, zones: tuple[str | None, ...], window: Window | None
) -> Schedules:
    """All that people of these zones are due; most zones have it at the same instants."""
    return _schedules(occasion.starts_at, occasion.zone, _rungs(occasion), zones, window)


@lru_cache(maxsize=1_024)
def _schedules(
    starts_at: datetime,
    wall: str,
    ladder: _Rungs,
    zones: tuple[str | None, ...],
    window: Window | None,
) -> Schedules:
    found: dict[tuple[Due, ...], list[str | None]] = defaultdict(list)
    for zone in zones:
        found[_reminders(starts_at, wall, ladder, zone, window)].append(zone)
    return {each: tuple(where) for each, where in found.items()}


def owed(found: Iterable[Due], after: datetime, upto: datetime) -> Due | None:
    """What fell due after one instant and up to another, as one reminder: the latest's time."""
    late = [each for each in found if after < each.at <= upto]
    if not late:
        return None
    return Due(late[-1].at, _in_order(part for each in late for part in each.parts))


def next_due(found: Iterable[Iterable[Due]], after: datetime) -> datetime | None:
    """When something falls due next, by any of these."""
    ahead = (each.at for some in found for each in some if each.at > after)
    return min(ahead, default=None)


def missed(
    occasion: Occasion, zone: str | None, window: Window | None, now: datetime
) -> frozenset[Part]:
    """What has been sent to the others by now, or is about to be: an answer tells it."""
    gone = (each for each in reminders(occasion, zone, window) if each.at - LEAD <= now)
    return frozenset(part for each in gone for part in each.parts)
