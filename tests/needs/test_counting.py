"""The three quantities never contradict the pledges, whatever happens to them."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, func, select, text

from storage import linking, needs, pledges, pledging
from storage.needs import Audience, Need, State
from storage.pledges import Hold, Pledged
from tests.needs.conftest import Office

Step = tuple[str, int, int]
PEOPLE = 4
_steps = st.lists(
    st.tuples(
        st.sampled_from(
            [
                *("take", "take", "take", "confirm", "deliver", "drop", "lapse", "no_show"),
                *("fewer", "receive", "receive_part", "resize"),
            ]
        ),
        st.integers(0, PEOPLE - 1),
        st.integers(1, 9),
    ),
    min_size=5,
    max_size=40,
)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=_steps)
def test_after_any_pledges_drops_lapses_edits_and_deliveries(
    lite: Office, steps: list[Step]
) -> None:
    code = lite.post(quantity=20, ask=Audience.NOBODY)
    need = lite.need(code)
    crowd = lite.crowd(PEOPLE)

    def unit(connection: Connection) -> None:
        for step in steps:
            _happens(connection, lite, need.id, crowd, step)
            _balance(connection, need.id)

    lite.database.run_now(unit)


def _happens(
    connection: Connection, office: Office, need_id: int, crowd: list[int], step: Step
) -> None:
    what, who, n = step
    mine = pledges.of_person(connection, crowd[who], pledges.OPEN)
    latest = mine[-1].id if mine else 0
    now = office.now
    hold = Hold(now, now + timedelta(hours=2))
    match what:
        case "take":
            pledging.take(connection, need_id, crowd[who], n, hold=hold, now=now)
        case "confirm":
            pledging.confirm(connection, latest, None, now)
        case "deliver":
            pledging.deliver(connection, latest, now)
        case "drop" | "lapse" | "no_show":
            to = {"drop": Pledged.RELEASED, "lapse": Pledged.LAPSED, "no_show": Pledged.NO_SHOW}
            pledging.let_fall(connection, latest, to[what], now)
        case "fewer":
            pledging.reduce(connection, latest, n, now)
        case "receive" | "receive_part":
            pledging.receive(connection, latest, n, now, rest_comes=what == "receive_part")
        case _:
            needs.resize(connection, need_id, 15 + n, now)


def _balance(connection: Connection, need_id: int) -> None:
    """Counted anew from the rows themselves."""
    p = pledges.pledges.c

    def total(what: Any, *states: str) -> int:
        theirs = p.need_id == need_id, p.status.in_(states)
        return int(connection.scalar(select(func.coalesce(func.sum(what), 0)).where(*theirs)) or 0)

    need = needs.read(connection, need_id)
    assert isinstance(need, Need)
    counted = ("held", "confirmed", "delivered", "received")
    assert need.committed == total(p.units, *counted)
    assert need.on_the_way == total(p.units - p.received, "confirmed", "delivered")
    assert need.received == total(p.received, *counted)
    assert 0 <= need.received <= need.committed <= need.quantity
    if need.received == need.quantity:
        assert need.status is State.RECEIVED
    elif need.committed == need.quantity:
        assert need.status is State.COVERED
    elif need.status is not State.RECEIVED:
        assert need.status is State.OPEN


@pytest.mark.parametrize(
    "broken",
    [
        "UPDATE needs SET committed = quantity + 1",
        "UPDATE needs SET committed = -1",
        "UPDATE needs SET on_the_way = committed + 1",
        "UPDATE pledges SET received = units + 1",
    ],
)
def test_the_database_itself_refuses_what_cannot_be(office: Office, broken: str) -> None:
    code = office.post(ask=Audience.NOBODY)
    [person] = office.crowd(1)
    office.promises(code, person, 5)
    with pytest.raises(Exception, match=r"(?i)check"):
        office.database.run_now(lambda c: c.execute(text(broken)))


def test_one_live_pledge_a_person_and_need(office: Office) -> None:
    code = office.post(ask=Audience.NOBODY)
    [person] = office.crowd(1)
    office.promises(code, person, 5)
    office.promises(code, person, 3)
    assert office.counts(code) == (8, 0, 0)
    [row] = office.rows(pledges.pledges)
    assert (row.units, row.status) == (8, "held")


def test_two_pledges_of_people_who_turn_out_to_be_one_become_one(office: Office) -> None:
    code = office.post(ask=Audience.NOBODY)
    one, other = office.crowd(2)
    first = office.promises(code, one, 5)
    office.promises(code, other, 3)
    office.database.run_now(lambda c: pledging.confirm(c, first.id, None, office.now))
    office.database.run_now(lambda c: linking.merge(c, other, one))
    [row] = office.rows(pledges.pledges)
    assert (row.person_id, row.units, row.status) == (other, 8, "confirmed")
    assert office.counts(code) == (8, 8, 0)
