"""Weekly meetings: each by itself, the next one for those who come now and then."""

from datetime import UTC, datetime, timedelta

import pytest

from handlers import events
from handlers.event_changes import cancel_event
from storage.audit import OPERATOR
from storage.broadcasts import about
from storage.events import Event, EventState
from tests.events.conftest import as_now, crowd, plan, town_of
from tests.events.test_changes import frozen, ids
from tests.events.test_waiting import tended
from tests.talk import Office

town = pytest.fixture(town_of)


def weekly(office: Office, weeks: int, **fields: object) -> list[Event]:
    return office.database.run_now(
        lambda c: events.create_weekly(
            c, office.desk.vault, plan(**fields), weeks, actor=OPERATOR, now=office.now
        )
    )


def test_the_hour_on_the_wall_stays_when_the_clocks_change(town: Office) -> None:
    """In Chicago they do on March 14, 2027."""
    before = datetime(2027, 3, 7, 16, 30, tzinfo=UTC)

    first, second = weekly(town, 2, starts_at=before)

    assert second.starts_at == before + timedelta(days=7, hours=-1)
    assert as_now(town, first).series_id == second.series_id == first.id


def test_one_that_is_called_off_leaves_the_others(town: Office) -> None:
    first, second, third = weekly(town, 3)
    [ana] = crowd(town, 1)

    def off(connection):  # type: ignore[no-untyped-def]
        vault, now = town.desk.vault, town.now
        cancel_event(connection, vault, second.id, None, actor=OPERATOR, now=now)

    town.database.run_now(off)

    states = [as_now(town, each).status for each in (first, second, third)]
    assert states == [EventState.OPEN, EventState.CANCELLED, EventState.OPEN]
    ana.says("eventos").hears(first.code)
    assert third.code not in ana.heard[0]


async def test_who_came_is_invited_to_the_next_one(town: Office) -> None:
    first, second = weekly(town, 2)
    comes, stays_away, _never_asked = crowd(town, 3)
    comes.says(f"{first.code} 2")
    stays_away.says(f"{first.code} no")

    town.now = first.starts_at + timedelta(hours=3)
    assert await tended(town) == 1

    assert as_now(town, first).status is EventState.PAST
    [run] = town.database.read_now(lambda c: about(c, second.id))
    assert run.part == "next"
    assert frozen(town, second) == ids(comes)
    assert await tended(town) == 0
