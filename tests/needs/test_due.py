"""What falls due by itself: nudges, lapses, reminders, ends. Twice, and late, it does no harm."""

from datetime import time, timedelta

import pytest
from sqlalchemy import Connection

from handlers.policy import Policy
from storage.broadcasts import broadcasts
from storage.codes import named_by
from storage.needs import Audience, State
from storage.pledges import pledge_events, pledges
from storage.retention import CLOSED_NEEDS
from tests.needs.conftest import Office, opened
from tests.needs.test_pledging import volunteers

DAY = timedelta(days=1)


@pytest.mark.parametrize(("urgency", "hours"), [("critical", 2), ("soon", 24)])
def test_a_held_pledge_is_asked_about_once_and_then_lapses(
    office: Office, urgency: str, hours: int
) -> None:
    ana = volunteers(office)
    code = office.post(urgency=urgency)
    ana.looks().says("5").hears("Anotado: llevas")
    office.later(hours=hours * 0.75)
    for _twice in range(2):
        office.tends()
    ana.looks().hears("¿Sigue en pie lo de 5 paquetes")
    assert len(ana.heard) == 1
    office.later(hours=hours * 0.2)
    office.tends()
    assert office.counts(code) == (5, 0, 0)
    office.later(hours=hours * 0.1)
    for _twice in range(2):
        office.tends()
    ana.looks().hears("Soltamos 5 paquetes", f"{code} 5")
    assert office.counts(code) == (0, 0, 0)
    assert [row.what for row in office.rows(pledge_events)] == ["held", "lapsed"]


def test_a_yes_to_the_nudge_makes_it_certain(lite: Office) -> None:
    bob = volunteers(lite, "en", chat=True)
    code = lite.post(drop_off="Calle Galileo 239")
    bob.looks().says("5")
    lite.later(hours=18)
    lite.tends()
    bob.looks().hears("Are you still bringing 5 packs").presses("Yes")
    bob.hears("Confirmed: 5 packs", "Calle Galileo 239")
    assert lite.counts(code) == (5, 5, 0)
    lite.later(days=2)
    lite.tends()
    assert lite.counts(code) == (5, 5, 0)


def test_nudges_and_lapses_leave_people_their_night(sqlite_url: str) -> None:
    policy = Policy(provider_keywords=False, quiet=(time(20), time(9)))
    for office in opened(sqlite_url, policy):
        ana = volunteers(office)
        code = office.post(urgency="critical", ask=Audience.NOBODY)
        office.later(hours=7.5)  # 19:30 in Chicago
        ana.says(f"{code} 5").hears("Anotado: llevas")
        [row] = office.rows(pledges)
        assert row.nudge_at == office.now.replace(hour=15, minute=0)
        assert row.held_until == row.nudge_at + timedelta(minutes=30)


def test_who_said_when_is_reminded_some_hours_before(lite: Office) -> None:
    ana = volunteers(lite)
    code = lite.post(drop_off="Calle Galileo 239")
    ana.looks().talks("5", "mañana a las 5 pm")
    lite.later(hours=28)  # 14:00 there
    lite.tends()
    ana.looks().hears("Te recordamos, domingo 22", "Calle Galileo 239", "ENTREGADO")
    assert lite.counts(code) == (5, 5, 0)


def test_a_need_ends_a_day_after_its_hour_and_who_never_came_is_only_counted(
    lite: Office,
) -> None:
    ana = volunteers(lite)
    [held, brought] = lite.crowd(2, "individual")
    code = lite.post(needed_by=lite.now + timedelta(hours=10))
    ana.looks().talks("5", "saltar")
    lite.promises(code, held, 2)
    lite.brings(lite.promises(code, brought, 3))
    lite.later(hours=33)
    lite.tends()
    assert lite.need(code).status is State.OPEN
    lite.later(hours=2)
    lite.tends()
    assert (lite.need(code).status, lite.counts(code)) == (State.EXPIRED, (3, 3, 0))
    assert [row.status for row in lite.rows(pledges)] == ["no_show", "lapsed", "delivered"]


def test_a_covered_one_waits_a_week_longer_for_the_shelter_to_confirm(lite: Office) -> None:
    [giver] = lite.crowd(1)
    code = lite.post(quantity=5, needed_by=lite.now + timedelta(hours=10), ask=Audience.NOBODY)
    lite.brings(lite.promises(code, giver, 5))
    lite.later(days=8)
    lite.tends()
    assert lite.need(code).status is State.COVERED
    lite.later(days=2)
    lite.tends()
    assert lite.need(code).status is State.EXPIRED


def test_what_is_closed_goes_with_all_that_was_promised_and_its_code_is_free(
    lite: Office,
) -> None:
    [giver] = lite.crowd(1)
    code = lite.post(ask=Audience.NOBODY)
    lite.promises(code, giver, 5)
    lite.cancels(code, "not_needed")
    lite.later(days=91)

    def sweep(connection: Connection) -> None:
        before = lite.now - 90 * DAY
        keys = CLOSED_NEEDS.find(connection, before)
        CLOSED_NEEDS.act(connection, keys, before, lite.now)

    lite.database.run_now(sweep)
    assert lite.rows(pledges) == lite.rows(pledge_events) == lite.rows(broadcasts) == []
    assert lite.database.read_now(lambda c: named_by(c, code)) is None
