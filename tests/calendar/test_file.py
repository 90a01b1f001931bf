"""The calendar file, as another program reads it."""

from dataclasses import fields as dataclass_fields
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.calendar_file import calendar_file
from handlers.event_facts import Title, Told
from locales import Language
from storage.events import Event, EventState
from tests.calendar.parser import Component, clocks, instant, read

ZONES = (
    *("America/Chicago", "America/Tijuana", "America/Mexico_City", "America/Tegucigalpa"),
    *("America/Phoenix", "America/New_York", "America/Havana", "Pacific/Honolulu", "Europe/Madrid"),
)
NOW = datetime(2026, 11, 21, 18, 30, 15, 4321, tzinfo=UTC)


def told(
    starts_at: datetime,
    zone: str = "America/Chicago",
    *,
    sequence: int = 3,
    status: EventState = EventState.OPEN,
    **fields: Any,
) -> Told:
    nothing = dict.fromkeys(each.name for each in dataclass_fields(Event))
    known = {
        "id": 1,
        "code": "A7",
        "kind": "march",
        "status": status,
        "starts_at": starts_at,
        "zone": zone,
        "minutes": 120,
        "taken": 0,
        "sequence": sequence,
        "uid": "f00d",
        "created_by": 77,
        "created_at": NOW,
        "updated_at": NOW,
    }
    given = {
        "title": Title("march", "Marcha por la dignidad", "March for dignity"),
        "place": "Plaza Daley; frente al Picasso, centro",
        "city": "Chicago, IL",
        "link": None,
        "notes": "Trae agua,\nun cartel \\o/ y ganas.",
        "services": (),
        "host": None,
    }
    return Told(Event(**(nothing | known)), **given | fields)  # type: ignore[arg-type]


def parsed(what: Told, language: Language = "es") -> tuple[Component, Component]:
    calendar = read(calendar_file(what, language))
    [entry] = calendar.of("VEVENT")
    return calendar, entry


SATURDAY = datetime(2026, 12, 5, 16, 30, tzinfo=UTC)


def test_it_says_what_when_and_where_in_the_readers_language() -> None:
    calendar, entry = parsed(told(SATURDAY))
    assert calendar.name == "VCALENDAR"
    assert calendar.text("VERSION") == "2.0"
    assert calendar.text("METHOD") == "PUBLISH"
    assert entry.text("SUMMARY") == "Marcha por la dignidad"
    assert entry.text("LOCATION") == "Plaza Daley; frente al Picasso, centro, Chicago, IL"
    assert "Trae agua,\nun cartel \\o/ y ganas." in entry.text("DESCRIPTION")
    assert "A7 NO" in entry.text("DESCRIPTION")
    assert entry.properties["DTSTART"].value == "20261205T103000"
    assert instant(calendar, entry.properties["DTSTART"]) == SATURDAY
    assert instant(calendar, entry.properties["DTEND"]) == SATURDAY + timedelta(hours=2)

    _, english = parsed(told(SATURDAY), "en")
    assert english.text("SUMMARY") == "March for dignity"


def test_a_change_keeps_its_name_and_counts_up_and_a_cancellation_says_so() -> None:
    _, before = parsed(told(SATURDAY))
    _, after = parsed(told(SATURDAY + timedelta(days=7), sequence=4))
    calendar, cancelled = parsed(told(SATURDAY, sequence=5, status=EventState.CANCELLED))

    uids = {each.text("UID") for each in (before, after, cancelled)}
    assert uids == {"f00d@enlace"}
    assert [each.text("SEQUENCE") for each in (before, after, cancelled)] == ["3", "4", "5"]
    assert before.text("STATUS") == "CONFIRMED"
    assert (calendar.text("METHOD"), cancelled.text("STATUS")) == ("CANCEL", "CANCELLED")


def test_nobody_is_in_it() -> None:
    content = calendar_file(told(SATURDAY, host="CARECEN"), "es")
    for word in (b"ATTENDEE", b"ORGANIZER", b"mailto", b"77"):
        assert word not in content


def test_the_link_to_join_from_afar_comes_later_and_not_in_a_file() -> None:
    link = "https://meet.example.org/x7"
    _, entry = parsed(told(SATURDAY, link=link, place=None, city=None))
    assert "LOCATION" not in entry.properties
    assert "enlace llega poco antes" in entry.text("DESCRIPTION")
    assert link.encode() not in calendar_file(told(SATURDAY, link=link), "es")


@pytest.mark.parametrize("zone", ZONES)
def test_its_own_clocks_show_the_right_hour_through_every_change(zone: str) -> None:
    """Noon of every third day for two years, and both sides of each change, to the second."""
    there = ZoneInfo(zone)
    calendar, _ = parsed(told(SATURDAY, zone))
    [timezone] = calendar.of("VTIMEZONE")
    known = clocks(timezone)
    assert known[0].since < SATURDAY - timedelta(days=366)
    for each in known:
        assert each.since.astimezone(there).utcoffset() == each.offset
    for before, after in pairwise(known):
        assert before.offset != after.offset
        last = after.since - timedelta(seconds=1)
        assert last.astimezone(there).utcoffset() == before.offset
    day = SATURDAY - timedelta(days=366)
    while day < SATURDAY + timedelta(days=366):
        current = [each for each in known if each.since <= day][-1]
        assert day.astimezone(there).utcoffset() == current.offset
        day += timedelta(days=3)


@given(
    starts_at=st.datetimes(datetime(2026, 1, 1), datetime(2029, 1, 1), timezones=st.just(UTC)),
    zone=st.sampled_from(ZONES),
    words=st.text(min_size=1, max_size=200).map(lambda text: text.replace("\r", "")),
)
def test_any_words_at_any_hour_come_out_as_they_went_in(
    starts_at: datetime, zone: str, words: str
) -> None:
    starts_at = starts_at.replace(microsecond=0)
    clean = "".join(c for c in words if c == "\n" or c.isprintable()).strip() or "x"
    calendar, entry = parsed(told(starts_at, zone, notes=clean, title=Title("march", clean, None)))
    assert entry.text("SUMMARY") == clean
    assert clean in entry.text("DESCRIPTION")
    there = starts_at.astimezone(ZoneInfo(zone))
    if there.replace(fold=0).utcoffset() == there.replace(fold=1).utcoffset():
        assert instant(calendar, entry.properties["DTSTART"]) == starts_at
