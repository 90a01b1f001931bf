"""When people are reminded, hour by hour through the changes of the clocks, at any hour at all."""

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.quiet import Window, decent
from handlers.reminder_times import (
    BOTH,
    EVERYWHERE,
    IN_PERSON,
    LEAD,
    VIRTUAL,
    Due,
    Ladder,
    Occasion,
    keep_ladder,
    ladder_of,
    missed,
    next_due,
    owed,
    reminders,
)

NIGHT: Window = (time(20), time(9))
AN_HOUR = timedelta(hours=1)


def wall(zone: str, text: str) -> datetime:
    """The instant at which a clock there shows "2026-11-01 10:30"."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def shown(zone: str, due: Due) -> tuple[str, str]:
    """What it is, and when by the clock on the wall there."""
    return due.name, f"{due.at.astimezone(ZoneInfo(zone)):%m-%d %H:%M}"


CHICAGO, TIJUANA = "America/Chicago", "America/Tijuana"
MEXICO, TEGUCIGALPA, PHOENIX = "America/Mexico_City", "America/Tegucigalpa", "America/Phoenix"
SPRING, AUTUMN = "2027-03-14", "2026-11-01"
"""The nights in which the clocks of Chicago and Tijuana change; those of the others don't."""

DAY, SOON, LINK = "day", "soon", "link"


@pytest.mark.parametrize("date", [SPRING, AUTUMN])
@pytest.mark.parametrize("zone", [CHICAGO, TIJUANA, MEXICO, TEGUCIGALPA, PHOENIX])
@pytest.mark.parametrize(
    ("hour", "ladder", "day_before", "same_day"),
    [
        # On the same wall as the event: what the clocks do in between changes nothing.
        ("13:00", IN_PERSON, [(DAY, "13:00")], [(SOON, "11:00")]),
        ("10:30", IN_PERSON, [(DAY, "10:30")], [(SOON, "09:00")]),
        ("10:00", IN_PERSON, [(DAY, "10:00")], [(SOON, "09:00")]),
        # From 9:00 on it would be too late: the evening before.
        ("09:30", IN_PERSON, [(DAY, "09:30"), (SOON, "19:00")], []),
        ("05:00", IN_PERSON, [(DAY, "09:00"), (SOON, "19:00")], []),
        # After eight in the evening the day-before one waits until nine.
        ("21:00", IN_PERSON, [], [(DAY, "09:00"), (SOON, "19:00")]),
        ("22:30", IN_PERSON, [], [(DAY, "09:00"), (SOON, "19:00")]),
        ("09:00", VIRTUAL, [(DAY, "09:00"), (LINK, "19:00")], []),
        ("09:15", VIRTUAL, [(DAY, "09:15")], [(LINK, "09:00")]),
        ("18:00", VIRTUAL, [(DAY, "18:00")], [(LINK, "17:45")]),
        ("18:00", BOTH, [(DAY, "18:00")], [(SOON, "16:00"), (LINK, "17:45")]),
        # Both would come before the night begins: one is enough.
        ("21:00", BOTH, [], [(DAY, "09:00"), ("soon+link", "19:00")]),
    ],
)
def test_hour_by_hour_each_comes_once_at_its_hour_on_the_wall(
    zone: str,
    date: str,
    hour: str,
    ladder: Ladder,
    *,
    day_before: list[tuple[str, str]],
    same_day: list[tuple[str, str]],
) -> None:
    occasion = Occasion(wall(zone, f"{date} {hour}"), zone, ladder)
    eve = datetime.fromisoformat(date) - timedelta(days=1)
    expected = [(part, f"{eve:%m-%d} {at}") for part, at in day_before]
    expected += [(part, f"{date[5:]} {at}") for part, at in same_day]

    assert [shown(zone, due) for due in hour_by_hour(occasion, zone)] == expected


def hour_by_hour(occasion: Occasion, zone: str | None) -> Iterator[Due]:
    """What a clock that looks once an hour finds, from three days before to an hour after."""
    now = occasion.starts_at.replace(minute=0) - timedelta(days=3)
    while now <= occasion.starts_at + AN_HOUR:
        due = owed(reminders(occasion, zone, NIGHT), now - AN_HOUR, now)
        if due is not None:
            yield due
        now += AN_HOUR


@pytest.mark.parametrize(
    ("zone", "date", "expected"),
    [
        # A march at 10:30 in Chicago, told by the clocks of each.
        (CHICAGO, AUTUMN, [(DAY, "10-31 10:30"), (SOON, "11-01 09:00")]),
        # 24 hours on the wall of Chicago are 25 elsewhere: the hour of the event decides.
        (TEGUCIGALPA, AUTUMN, [(DAY, "10-31 09:30"), (SOON, "11-01 09:00")]),
        (MEXICO, AUTUMN, [(DAY, "10-31 09:30"), (SOON, "11-01 09:00")]),
        (PHOENIX, AUTUMN, [(DAY, "10-31 09:00"), (SOON, "10-31 19:00")]),
        (TIJUANA, AUTUMN, [(DAY, "10-31 09:00"), (SOON, "10-31 19:00")]),
        (CHICAGO, SPRING, [(DAY, "03-13 10:30"), (SOON, "03-14 09:00")]),
        (TEGUCIGALPA, SPRING, [(DAY, "03-13 10:30"), (SOON, "03-13 19:00")]),
        (MEXICO, SPRING, [(DAY, "03-13 10:30"), (SOON, "03-13 19:00")]),
        (PHOENIX, SPRING, [(DAY, "03-13 09:30"), (SOON, "03-13 19:00")]),
        (TIJUANA, SPRING, [(DAY, "03-13 09:00"), (SOON, "03-13 19:00")]),
    ],
)
def test_people_of_other_zones_hear_by_their_own_clocks(
    zone: str, date: str, expected: list[tuple[str, str]]
) -> None:
    march = Occasion(wall(CHICAGO, f"{date} 10:30"), CHICAGO, IN_PERSON)
    assert [shown(zone, due) for due in reminders(march, zone, NIGHT)] == expected


def test_without_a_zone_it_is_decent_everywhere() -> None:
    march = Occasion(wall(CHICAGO, "2026-12-05 16:00"), CHICAGO, IN_PERSON)
    [day, soon] = reminders(march, None, NIGHT)
    assert shown("Pacific/Honolulu", day) == (DAY, "12-04 12:00")
    assert shown("Pacific/Honolulu", soon) == (SOON, "12-05 10:00")


def test_near_the_day_before_one_a_moved_one_is_merged_with_it() -> None:
    early = Occasion(wall(CHICAGO, "2026-12-05 09:30"), CHICAGO, {"day": 15 * 60, "soon": 120})
    assert [shown(CHICAGO, due) for due in reminders(early, CHICAGO, NIGHT)] == [
        ("day+soon", "12-04 18:30")
    ]


def test_without_quiet_hours_nothing_moves() -> None:
    night = Occasion(wall(CHICAGO, "2026-12-05 05:00"), CHICAGO, BOTH)
    found = [shown(CHICAGO, due) for due in reminders(night, CHICAGO, None)]
    assert found == [(DAY, "12-04 05:00"), (SOON, "12-05 03:00"), (LINK, "12-05 04:45")]


def test_what_an_answer_must_tell() -> None:
    march = Occasion(wall(CHICAGO, "2026-12-05 13:00"), CHICAGO, IN_PERSON)
    day, soon = reminders(march, CHICAGO, NIGHT)
    assert missed(march, CHICAGO, NIGHT, day.at - LEAD - timedelta(seconds=1)) == frozenset()
    assert missed(march, CHICAGO, NIGHT, day.at - LEAD) == {DAY}
    assert missed(march, CHICAGO, NIGHT, soon.at) == {DAY, SOON}


def test_ladders_are_kept_and_nonsense_is_the_usual_one() -> None:
    own: Ladder = {"week": 10_080, "day": 2_880, "soon": 60}
    assert ladder_of(keep_ladder(own), has_place=True, has_link=False) == own
    assert ladder_of(keep_ladder(own), has_place=True, has_link=True) == {**own, "link": 15}
    assert ladder_of(None, has_place=True, has_link=False) == IN_PERSON
    assert ladder_of(None, has_place=False, has_link=True) == VIRTUAL
    assert ladder_of(None, has_place=True, has_link=True) == BOTH
    for nonsense in ("", "[]", "{", '{"day": -1}', '{"hour": 5}', '{"day": "x"}', "{}"):
        assert ladder_of(nonsense, has_place=True, has_link=False) == IN_PERSON


_zones = st.sampled_from([CHICAGO, TIJUANA, MEXICO, TEGUCIGALPA, PHOENIX, *EVERYWHERE])
_ladders: st.SearchStrategy[Ladder] = st.one_of(
    st.sampled_from([IN_PERSON, VIRTUAL, BOTH]),
    st.fixed_dictionaries(
        {"day": st.integers(600, 5_000)},
        optional={"soon": st.integers(20, 500), "link": st.integers(5, 30)},
    ),
)
_windows = st.sampled_from(
    [NIGHT, None, (time(21), time(8)), (time(12), time(16)), (time(0), time(23))]
)


@given(
    starts_at=st.datetimes(datetime(2026, 10, 20), datetime(2027, 4, 1), timezones=st.just(UTC)),
    at=st.sampled_from([CHICAGO, TIJUANA, MEXICO, TEGUCIGALPA, PHOENIX]),
    ladder=_ladders,
    zone=_zones,
    window=_windows,
    pauses=st.lists(st.integers(1, 3_000), min_size=1, max_size=30),
)
def test_however_often_the_clock_looks_each_part_comes_once_at_a_decent_hour(
    *,
    starts_at: datetime,
    at: str,
    ladder: Ladder,
    zone: str | None,
    window: Window | None,
    pauses: list[int],
) -> None:
    occasion = Occasion(starts_at, at, ladder)
    planned = reminders(occasion, zone, window)
    assert [due.at for due in planned] == sorted({due.at for due in planned})
    for each in planned:
        assert each.at < starts_at
        assert decent(window, zone, each.at) == each.at

    parts: list[str] = []
    after = starts_at - timedelta(days=9)
    for minutes in [*pauses, 20_000]:
        upto = after + timedelta(minutes=minutes)
        due = owed(planned, after, upto)
        follows = next_due([planned], after)
        assert (due is None) == (follows is None or follows > upto)
        parts += due.parts if due is not None else ()
        after = upto
    assert sorted(parts) == sorted(ladder)
