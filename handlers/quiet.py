"""Quiet hours: when a person may be written to unasked, by the clock on their wall. Pure."""

from datetime import datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

Window = tuple[time, time]
"""From (included) and until (excluded), in whole minutes; it may pass midnight. Equal: none."""

_FOUR_ZONES = ("America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles")
_EVERY_US_ZONE = (
    *_FOUR_ZONES,
    *("America/Phoenix", "America/Anchorage", "America/Adak", "Pacific/Honolulu"),
)
_MINUTE = timedelta(minutes=1)
_FURTHEST = timedelta(days=2)


def decent(window: Window | None, zone: str | None, now: datetime) -> datetime:
    """The first instant from `now` on that is outside quiet hours: `now` itself when it is.

    `zone` is an IANA name; unknown or missing: what is decent in every US zone. A window so wide
    that no hour is decent from Hawaii to New York is read for the four contiguous zones, then for
    New York alone.
    """
    if window is None:
        return now
    minute = now.replace(second=0, microsecond=0)
    return max(now, _next_decent(window, zone, minute))


def last_decent(window: Window | None, zone: str | None, now: datetime) -> datetime:
    """The last whole minute up to `now` that is outside quiet hours; `zone` as in `decent`."""
    minute = now.replace(second=0, microsecond=0)
    if window is None:
        return minute
    for zones in _readings(zone):
        moment = minute
        while moment > minute - _FURTHEST:
            if _all_decent(window, zones, moment):
                return moment
            moment -= _MINUTE
    return minute


def after_decent(window: Window | None, zone: str | None, start: datetime, hours: int) -> datetime:
    """When so many decent hours have gone by since `start`; `zone` as in `decent`."""
    if window is None:
        return start + timedelta(hours=hours)
    minute, left = start.replace(second=0, microsecond=0), hours * 60
    zones = _first_reading(window, zone, minute)
    while left:
        left -= _all_decent(window, zones, minute)
        minute += _MINUTE
    return minute


def _first_reading(window: Window, zone: str | None, minute: datetime) -> tuple[ZoneInfo, ...]:
    """The reading of a zone that leaves any decent hour; every single zone does."""
    for zones in _readings(zone)[:-1]:
        moments = (minute + count * _MINUTE for count in range(_FURTHEST // _MINUTE))
        if any(_all_decent(window, zones, moment) for moment in moments):
            return zones
    return _readings(zone)[-1]


def _all_decent(window: Window, zones: tuple[ZoneInfo, ...], moment: datetime) -> bool:
    return not any(_is_quiet(window, moment.astimezone(each).time()) for each in zones)


@lru_cache(maxsize=4096)
def _next_decent(window: Window, zone: str | None, minute: datetime) -> datetime:
    for zones in _readings(zone):
        moment = minute
        while moment < minute + _FURTHEST:
            if _all_decent(window, zones, moment):
                return moment
            moment += _MINUTE
    return minute


def _readings(zone: str | None) -> list[tuple[ZoneInfo, ...]]:
    known = _zone_info(zone) if zone else None
    if known is not None:
        return [(known,)]
    names = (_EVERY_US_ZONE, _FOUR_ZONES, _FOUR_ZONES[:1])
    return [tuple(ZoneInfo(name) for name in some) for some in names]


def _zone_info(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def _is_quiet(window: Window, clock: time) -> bool:
    start, end = window
    if start <= end:
        return start <= clock < end
    return clock >= start or clock < end
