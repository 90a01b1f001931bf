"""An event as a file that calendars take: one name for good, a number that counts its changes.

Nobody is named in it, neither who invites nor who comes; nor the link to join from afar, since a
file goes from hand to hand. The library is loaded with the first file: it takes long.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from handlers.event_facts import Told
from handlers.maps import map_link
from handlers.rendering import Reader
from locales import Language, _
from storage.events import EventState

if TYPE_CHECKING:
    import icalendar

MEDIA_TYPE: Final = "text/calendar"
_MAKER: Final = "-//Alianza Americas//Enlace//ES"
_AROUND = timedelta(days=400)
_A_DAY = timedelta(days=1)
_A_SECOND = timedelta(seconds=1)


def method_of(told: Told) -> str:
    """What a calendar is to do with it (RFC 5546)."""
    return "CANCEL" if told.event.status is EventState.CANCELLED else "PUBLISH"


def file_name(told: Told) -> str:
    return f"{told.event.code}.ics"


def calendar_file(told: Told, language: Language, country: str | None = None) -> bytes:
    """In one language; times on the wall of the event's zone, whose changes are told with it."""
    import icalendar

    calendar = icalendar.Calendar()
    calendar.add("prodid", _MAKER)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", method_of(told))
    calendar.add_component(_zone(told))
    calendar.add_component(_entry(told, Reader(language, country)))
    return bytes(calendar.to_ical())


def _entry(told: Told, read: Reader) -> "icalendar.Event":
    import icalendar

    event, zone = told.event, ZoneInfo(told.event.zone)
    entry = icalendar.Event()
    entry.add("uid", f"{event.uid}@enlace")
    entry.add("sequence", event.sequence)
    entry.add("dtstamp", event.updated_at.astimezone(UTC).replace(microsecond=0))
    entry.add("dtstart", event.starts_at.astimezone(zone))
    entry.add("dtend", event.ends_at.astimezone(zone))
    entry.add("summary", read(told.title))
    entry.add("description", "\n".join(_description(told, read)))
    if told.address is not None:
        entry.add("location", told.address)
    cancelled = event.status is EventState.CANCELLED
    entry.add("status", "CANCELLED" if cancelled else "CONFIRMED")
    return entry


def _description(told: Told, read: Reader) -> Iterator[str]:
    if told.link is not None:
        yield read(_("Online: the link comes shortly before, to whoever said yes."))
    if told.address is not None:
        yield read(_("Map: {link}", link=map_link(told.address)))
    if told.notes is not None:
        yield told.notes
    yield read(_("Can't come now? {code} NO", code=told.event.code))


def _zone(told: Told) -> "icalendar.Timezone":
    """The clocks there for a year and more around the event.

    The library's own VTIMEZONE tells the onset in spring by the clock after it, which RFC 5545
    (3.6.5) reads as an hour too late.
    """
    import icalendar

    zone = ZoneInfo(told.event.zone)
    component = icalendar.Timezone()
    component.add("tzid", zone.key)
    begins = _midnight(told.event.starts_at - _AROUND)
    component.add_component(_observance(zone, begins, None))
    for onset in _changes(zone, begins, told.event.ends_at + _AROUND):
        component.add_component(_observance(zone, onset, onset - _A_SECOND))
    return component


def _midnight(instant: datetime) -> datetime:
    return instant.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)


def _changes(zone: ZoneInfo, begins: datetime, ends: datetime) -> Iterator[datetime]:
    """The instants from which on the clocks show another offset."""
    day = begins
    while day < ends:
        if _offset(zone, day) != _offset(zone, day + _A_DAY):
            yield _onset(zone, day, day + _A_DAY)
        day += _A_DAY


def _onset(zone: ZoneInfo, before: datetime, after: datetime) -> datetime:
    while after - before > _A_SECOND:
        middle = before + ((after - before) / 2).__floordiv__(_A_SECOND) * _A_SECOND
        if _offset(zone, middle) == _offset(zone, before):
            before = middle
        else:
            after = middle
    return after


def _offset(zone: ZoneInfo, instant: datetime) -> timedelta:
    offset = instant.astimezone(zone).utcoffset()
    assert offset is not None
    return offset


def _observance(
    zone: ZoneInfo, onset: datetime, before: datetime | None
) -> "icalendar.TimezoneDaylight | icalendar.TimezoneStandard":
    """`before`: an instant of the clocks that it ends; None: nothing came before."""
    import icalendar

    local = onset.astimezone(zone)
    component = icalendar.TimezoneDaylight() if local.dst() else icalendar.TimezoneStandard()
    to = _offset(zone, onset)
    was = to if before is None else _offset(zone, before)
    component.add("dtstart", (onset + was).replace(tzinfo=None))
    component.add("tzoffsetfrom", was)
    component.add("tzoffsetto", to)
    component.add("tzname", local.tzname())
    return component
