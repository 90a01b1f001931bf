"""Answering an invitation: which event a bare yes is to, changes of mind, strangers who join."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import Connection, update

from storage.events import Event, EventState, events
from storage.people import people, registrations
from storage.rsvps import rsvps
from tests.events.conftest import as_now, crowd, invited, made, member, tally, town_of
from tests.talk import Office
from tests.tending import is_stopped_by_provider, tend

town = pytest.fixture(town_of)


@pytest.fixture
def march(town: Office) -> Event:
    return made(town)


def test_one_open_invitation_gives_a_bare_yes_its_meaning(town: Office, march: Event) -> None:
    ana = member(town)
    invited(town, march, ana)

    ana.says("sí").hears("Listo, vienes", "Contamos 1 persona")
    ana.says("vamos mi hermana y yo").hears("Contamos 2 personas")
    ana.says("a lo mejor").hears("Anotado como tal vez")
    ana.says("no puedo, lo siento").hears("anotamos que no vienes")
    assert tally(town, march) == (0, 0, 1, 0, 0)


def test_several_open_invitations_are_asked_for_and_a_code_always_says_it(
    town: Office, march: Event
) -> None:
    vigil = made(town, kind="vigil", title_es="Vigilia", title_en="Vigil")
    ana = member(town)
    invited(town, march, ana)
    invited(town, vigil, ana)

    ana.says("sí 3").hears(march.code, vigil.code, "Marcha por la dignidad", "Vigilia")
    ana.says(vigil.code).hears("Listo, vienen: Vigilia", "Contamos 3 personas")
    ana.says(f"{march.code} no").hears("anotamos que no vienes: Marcha")
    assert tally(town, vigil)[4] == 3


def test_more_than_one_without_a_number_is_asked_for_it(town: Office, march: Event) -> None:
    ana = member(town)
    invited(town, march, ana)

    ana.says("sí, con mi familia").hears("¿Cuántas personas son")
    ana.says("cinco").hears("Contamos 5 personas")


def test_nobody_who_was_not_asked_is_taken_at_a_bare_word(town: Office, march: Event) -> None:
    ana = member(town)
    for text in ("sí", "4", "no", "tal vez"):
        ana.says(text)
    assert tally(town, march) == (0, 0, 0, 0, 0)


def test_buttons_answer_on_telegram_and_a_card_tells_all(town: Office, march: Event) -> None:
    ben = town.telegrammer("en")
    ben.talks("/start", "Get alerts", "All", "60608")

    ben.says(f"/{march.code}").hears("March for dignity", "Saturday, December 5, 10:30 AM")
    ben.presses("Maybe").hears("maybe")
    ben.presses("Yes").hears("You're in")
    assert tally(town, march) == (1, 0, 0, 0, 1)


def test_a_poster_brings_a_stranger_in_with_one_question(town: Office, march: Event) -> None:
    ana = town.texter()

    ana.says(f"{march.code} sí 3").hears(
        "Marcha por la dignidad", "cargos", "¿En qué ciudad estas?"
    )
    ana.says("60608").hears("Listo, vienen", "Contamos 3 personas")

    [person] = town.rows(people)
    assert (person.consent, person.source) == ("in", f"e_{march.code}")
    assert [row.kind for row in town.rows(registrations)] == ["member"]


def test_a_link_asks_a_stranger_and_a_no_leaves_nothing(town: Office, march: Event) -> None:
    ana = town.telegrammer("es")

    ana.says(f"/start e_{march.code}").hears("Marcha por la dignidad", "¿Vienes?")
    ana.presses("No").hears("gracias por avisar")

    assert not town.rows(rsvps)
    assert town.rows(people)[0].consent == "none"


def test_what_is_over_called_off_or_a_draft_takes_nobody(town: Office) -> None:
    ana = member(town)
    draft = made(town, EventState.DRAFT)
    off = made(town, EventState.CANCELLED)

    ana.says(f"{off.code} sí").hears("se suspendió")
    ana.says(f"{draft.code} sí")
    over = made(town)
    town.later(days=20)
    ana.says(f"{over.code} sí").hears("ya pasó")
    assert not town.rows(rsvps)


def test_events_are_listed_nearest_first_and_drafts_are_not(town: Office, march: Event) -> None:
    made(town, EventState.DRAFT, title_es="Secreto")
    [ana] = crowd(town, 1)

    ana.says("EVENTOS").hears(march.code, "Marcha por la dignidad", "Chicago, IL")
    assert "Secreto" not in ana.heard[0]


@pytest.mark.parametrize(
    "words", [("ALTO", "START", "ALTO"), ("ALTO", "ALTO"), ("ALTO", "BORRAR MIS DATOS", "SÍ")]
)
@pytest.mark.parametrize("hours", [-1, 1, 80])
def test_a_stop_is_a_stop_before_in_and_after_an_event(
    town: Office, march: Event, words: tuple[str, ...], hours: int
) -> None:
    ana, ben = member(town), member(town)
    invited(town, march, ana, ben)
    ana.says(f"{march.code} sí 2")
    ben.says(f"{march.code} sí 3")
    town.now = march.starts_at + timedelta(hours=hours)

    ana.talks(*words)

    consents_now = [row.consent for row in town.rows(people)]
    assert consents_now.count("in") == 1
    held = sum(row.party for row in town.rows(rsvps) if row.answer == "yes")
    assert as_now(town, march).taken == held


def test_a_stop_by_the_provider_frees_the_places_too(town: Office, march: Event) -> None:
    ana = member(town)
    invited(town, march, ana)
    ana.says(f"{march.code} sí 2")

    is_stopped_by_provider(town, ana)
    tend(town)

    assert (as_now(town, march).taken, tally(town, march)) == (0, (0, 0, 1, 0, 0))


def refused_by_the_database(connection: Connection, _person: int) -> None:
    connection.execute(update(events).values(taken=-1))


def raised(_connection: Connection, _person: int) -> None:
    raise RuntimeError("the books don't balance")


@pytest.mark.parametrize("fault", [refused_by_the_database, raised])
def test_a_fault_in_the_books_never_undoes_a_stop(
    bare_office: Office,
    monkeypatch: pytest.MonkeyPatch,
    fault: Callable[[Connection, int], None],
) -> None:
    made(bare_office)
    ana = bare_office.texter()
    ana.says("hola")
    monkeypatch.setattr("handlers.letting_go.watchers.end_all", fault)

    ana.says("ALTO").hears("START")

    assert [row.consent for row in bare_office.rows(people)] == ["out"]
