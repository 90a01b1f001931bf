"""Quiet hours: decent by the person's own wall clock, across every change of it."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.quiet import after_decent, decent

NIGHT = (time(20), time(9))
SIESTA = (time(13), time(15, 30))
ZONES = (
    "America/Chicago",
    "America/Tijuana",
    "America/Mexico_City",
    "America/Tegucigalpa",
    "America/Phoenix",
    "America/St_Johns",
    "Pacific/Honolulu",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
)
US_ZONES = ("America/New_York", "America/Los_Angeles", "America/Anchorage", "Pacific/Honolulu")

instants = st.datetimes(
    datetime(2026, 1, 1), datetime(2028, 12, 31), timezones=st.just(UTC)
)  # fmt: skip
walls = st.times().map(lambda at: at.replace(second=0, microsecond=0))


def is_quiet(window: tuple[time, time], zone: str, at: datetime) -> bool:
    clock = at.astimezone(ZoneInfo(zone)).time()
    start, end = window
    return start <= clock < end if start <= end else clock >= start or clock < end


def first_decent_minute(window: tuple[time, time], zone: str, now: datetime) -> datetime:
    """By looking at every minute."""
    if not is_quiet(window, zone, now):
        return now
    minute = now.replace(second=0, microsecond=0)
    while is_quiet(window, zone, minute):
        minute += timedelta(minutes=1)
    return minute


@given(st.sampled_from([NIGHT, SIESTA]), st.sampled_from(ZONES), instants)
def test_it_is_the_first_decent_instant_of_the_persons_clock(
    window: tuple[time, time], zone: str, now: datetime
) -> None:
    assert decent(window, zone, now) == first_decent_minute(window, zone, now)


@given(walls, walls, st.sampled_from(ZONES), instants)
def test_any_window_of_quiet_ends(start: time, end: time, zone: str, now: datetime) -> None:
    moment = decent((start, end), zone, now)
    assert moment >= now
    assert not is_quiet((start, end), zone, moment)


@pytest.mark.parametrize("day", [date(2027, 3, 14), date(2026, 11, 1)])
@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("window", [NIGHT, (time(22), time(2, 30)), (time(1, 30), time(2, 15))])
def test_hour_by_hour_through_the_days_on_which_clocks_change(
    window: tuple[time, time], zone: str, day: date
) -> None:
    midnight = datetime.combine(day, time(0), UTC)
    for hour in range(48):
        now = midnight + timedelta(hours=hour)
        assert decent(window, zone, now) == first_decent_minute(window, zone, now)


def test_nine_in_the_morning_stays_nine_when_the_clocks_change() -> None:
    eve = datetime(2027, 3, 14, 5, 0, tzinfo=UTC)  # 23:00 in Chicago, the night of the change
    assert decent(NIGHT, "America/Chicago", eve) == datetime(2027, 3, 14, 14, 0, tzinfo=UTC)
    assert decent(NIGHT, "America/Mexico_City", eve) == datetime(2027, 3, 14, 15, 0, tzinfo=UTC)


@given(st.sampled_from([None, "", "Nowhere/Atlantis", "../../etc/passwd", "\0"]), instants)
def test_without_a_known_zone_it_is_decent_in_every_us_zone(
    zone: str | None, now: datetime
) -> None:
    moment = decent(NIGHT, zone, now)
    assert not any(is_quiet(NIGHT, each, moment) for each in US_ZONES)
    assert moment - now < timedelta(days=1)


def test_a_day_too_short_for_hawaii_and_new_york_is_read_for_fewer_zones() -> None:
    mornings_only = (time(13), time(9))
    moment = decent(mornings_only, None, datetime(2026, 12, 1, 0, 0, tzinfo=UTC))
    assert moment == datetime(2026, 12, 1, 17, 0, tzinfo=UTC)  # 12:00 in New York, 9:00 on the west
    assert decent((time(10), time(9)), None, moment) == datetime(2026, 12, 2, 14, 0, tzinfo=UTC)


def test_no_quiet_hours_no_waiting() -> None:
    now = datetime(2026, 12, 1, 8, 0, tzinfo=UTC)
    assert decent(None, "America/Chicago", now) == now


@pytest.mark.parametrize(
    ("zone", "start", "end"),
    [
        # Noon, 8 hours that day, 11 on the next, 5 on the third.
        ("America/Mexico_City", "2026-06-01T12:00-06:00", "2026-06-03T14:00-06:00"),
        # At night the count begins in the morning.
        ("America/Mexico_City", "2026-06-01T22:00-06:00", "2026-06-04T11:00-06:00"),
        # The clock goes back at night in Chicago: nothing of the day is lost or won.
        ("America/Chicago", "2026-10-31T12:00-05:00", "2026-11-02T14:00-06:00"),
        # Decent from Hawaii to New York: six hours a day, from 9 there to 20 here.
        (None, "2026-12-01T19:00+00:00", "2026-12-05T01:00+00:00"),
    ],
)
def test_decent_hours_are_counted_by_the_persons_clock(
    zone: str | None, start: str, end: str
) -> None:
    begins = datetime.fromisoformat(start)
    assert after_decent(NIGHT, zone, begins, 24) == datetime.fromisoformat(end)


def test_without_quiet_hours_an_hour_is_an_hour() -> None:
    start = datetime(2026, 12, 1, 3, tzinfo=UTC)
    assert after_decent(None, "America/Chicago", start, 24) == start + timedelta(days=1)


def test_a_window_that_leaves_no_common_hour_still_ends() -> None:
    narrow = time(12), time(11)  # decent from 11 to 12 only
    start = datetime(2026, 12, 1, 3, tzinfo=UTC)
    assert after_decent(narrow, None, start, 2) == datetime(2026, 12, 2, 17, tzinfo=UTC)
