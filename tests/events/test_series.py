"""Weekly meetings: each by itself, the next one for those who come now and then."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from handlers import events
from handlers.event_changes import cancel_event
from storage.audit import OPERATOR
from storage.broadcasts import about
from storage.events import Event, EventState
from tests.events.conftest import as_now, crowd, plan, town_of
from tests.events.test_changes import frozen, ids, news
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


async def test_whoever_says_no_to_all_is_not_asked_about_the_next_ones(town: Office) -> None:
    first, second, third = weekly(town, 3, capacity=4)
    stays, comes = crowd(town, 2)
    stays.says(f"{first.code} 2")
    stays.says(f"{third.code} 2")
    comes.says(f"{first.code} sí")

    stays.says(f"{second.code} no a todas, gracias").hears("ya no te invitamos")

    assert [as_now(town, each).taken for each in (first, second, third)] == [1, 0, 0]
    town.now = first.starts_at + timedelta(hours=3)
    await tended(town)
    assert "NO A TODAS" in news(town, second)[0][2]
    assert frozen(town, second) == ids(comes)


async def test_whoever_has_not_come_for_a_month_is_not_asked_any_more(town: Office) -> None:
    meetings = weekly(town, 6)
    [ana] = crowd(town, 1)
    ana.says(f"{meetings[0].code} sí")

    asked = []
    for meeting, following in pairwise(meetings[3:]):
        town.now = meeting.starts_at + timedelta(hours=3)
        await tended(town)
        asked.append(frozen(town, following))

    assert asked == [ids(ana), set()]
