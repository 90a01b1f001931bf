"""One hour on many walls: when it is that hour where somebody is. Pure."""

from collections.abc import Iterable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

NO_ZONE = "America/Chicago"
"""Whose clock counts for people without a zone."""


def on_wall(local_at: str, zone: str | None) -> datetime:
    """The instant of an ISO hour on the clocks of an IANA zone; unknown or missing: Chicago's.

    An hour that the clocks skip is read as just after; one that they repeat is the first.
    """
    try:
        place = ZoneInfo(zone or NO_ZONE)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        place = ZoneInfo(NO_ZONE)
    return datetime.fromisoformat(local_at).replace(tzinfo=place).astimezone(UTC)


def begins(start: datetime, local_at: str | None, zone: str | None) -> datetime:
    """When what starts then, and not before an hour on each one's own wall, starts in a zone."""
    return start if local_at is None else max(start, on_wall(local_at, zone))


def same_wall(at: datetime, zone: str, other: str) -> bool:
    """Whether clocks show the same in two zones at an instant; in an unknown one, as anywhere."""
    try:
        return (
            at.astimezone(ZoneInfo(zone)).utcoffset() == at.astimezone(ZoneInfo(other)).utcoffset()
        )
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return True


def first_on_walls(local_at: str, zones: Iterable[str | None]) -> datetime:
    """When it is that hour somewhere for the first time."""
    return min(on_wall(local_at, zone) for zone in {None, *zones})
