"""A stop that the provider reports ends what a stop by word ends, whatever happens meanwhile."""

import asyncio
from functools import partial

import pytest
from sqlalchemy import Connection

from bot.departing import Departing
from handlers.letting_go import let_go
from storage import standing
from storage.departures import departures
from storage.people import addresses, sessions
from storage.pledges import pledge_events
from tests.needs.conftest import Office
from tests.needs.test_pledging import status, volunteers
from tests.talk import Person
from tests.tending import is_stopped_by_provider


def pledger(office: Office) -> tuple[Person, str]:
    """Somebody who brings five of twenty."""
    ana = volunteers(office)
    code = office.post()
    ana.looks().talks("5", "saltar")
    assert office.counts(code) == (5, 5, 0)
    return ana, code


def departs(office: Office) -> int:
    return asyncio.run(Departing(office.database, lambda: office.now).tend())


def test_a_stop_by_the_provider_lets_go_of_what_was_promised(office: Office) -> None:
    ana, code = pledger(office)

    is_stopped_by_provider(office, ana)
    office.tends()

    assert (office.counts(code), status(office)) == ((0, 0, 0), ["released"])
    assert [row.what for row in office.rows(pledge_events)] == ["held", "confirmed", "released"]
    assert office.rows(departures) == []


def test_it_ends_the_form_that_was_open_with_the_stop_itself(lite: Office) -> None:
    ana = volunteers(lite).says("perfil")
    assert lite.rows(sessions)

    is_stopped_by_provider(lite, ana)

    assert lite.rows(sessions) == []


def test_what_was_asked_for_after_the_stop_is_not_broken_off(lite: Office) -> None:
    ana, _code = pledger(lite)
    is_stopped_by_provider(lite, ana)
    ana.says("borrar mis datos")

    assert departs(lite) == 1

    ana.says("sí").hears("Borramos todo")


def test_a_stop_by_word_after_it_is_answered_once(lite: Office) -> None:
    ana, _code = pledger(lite)
    is_stopped_by_provider(lite, ana)
    ana.says("ALTO").hears("START")
    ana.says("ALTO").hears_nothing()


def test_whoever_came_back_before_the_clock_looked_keeps_what_they_promised(
    lite: Office,
) -> None:
    ana, code = pledger(lite)
    is_stopped_by_provider(lite, ana)
    ana.says("START")

    assert departs(lite) == 1

    assert (lite.counts(code), lite.rows(departures)) == ((5, 5, 0), [])


def test_a_fault_in_one_persons_books_is_tried_again_and_holds_up_no_other(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    (ana, code), (ben, other) = pledger(office), pledger(office)
    is_stopped_by_provider(office, ana)
    faulty = ana.row()["id"]

    def fault(_connection: Connection, person_id: int) -> None:
        if person_id == faulty:
            raise RuntimeError("the books don't balance")

    with monkeypatch.context() as patched:
        patched.setattr("handlers.letting_go.watchers.end_all", fault)
        ben.says("ALTO")
        office.tends()
        assert (office.counts(code)[0], office.counts(other)[0]) == (5, 0)
        assert ana.row()["consent"] == "out"

    office.tends()
    assert office.counts(code) == (0, 0, 0)


def test_a_stop_by_word_whose_end_failed_is_seen_to_by_the_clock(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    ana, code = pledger(office)

    def fault(_connection: Connection, _person: int) -> None:
        raise RuntimeError("the books don't balance")

    with monkeypatch.context() as patched:
        patched.setattr("handlers.letting_go.watchers.end_all", fault)
        ana.says("ALTO")
    assert (ana.row()["consent"], office.counts(code)) == ("out", (5, 5, 0))

    office.tends()

    assert office.counts(code) == (0, 0, 0)


def test_two_clocks_and_stops_by_word_at_once_let_go_of_everything_once(office: Office) -> None:
    code = office.post(sends=False)
    crowd = office.crowd(12, "individual")
    for person in crowd:
        office.promises(code, person, 1)
    home = {row.person_id: row.id for row in office.rows(addresses)}

    def reported(connection: Connection) -> None:
        for person in reversed(crowd[:8]):
            standing.opted_out(connection, person, home[person], "telegram", now=office.now)

    async def at_once() -> None:
        database = office.database
        await database.run(reported)
        clocks = [Departing(database, lambda: office.now).tend() for _ in range(2)]
        words = [database.run(partial(let_go, person_id=p, now=office.now)) for p in crowd[4:]]
        await asyncio.gather(*clocks, *words)

    asyncio.run(at_once())

    assert (office.counts(code), set(status(office))) == ((0, 0, 0), {"released"})
    assert [row.what for row in office.rows(pledge_events)].count("released") == len(crowd)
