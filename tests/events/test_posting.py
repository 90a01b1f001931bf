"""EVENT in a chat: who may post what, when a second person must say yes, drafts, doubts."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Row, insert

from storage.broadcasts import about
from storage.coordinators import Role, add_grant
from storage.events import Event, EventState, events
from storage.network import organisations
from tests.events.conftest import as_now, crowd, made
from tests.talk import Office, Person

CASA = 4242


@pytest.fixture
def casa(office: Office) -> Office:
    """With places, and an organisation of its own."""
    house = {"id": CASA, "code": "casa", "name": "Casa Prueba", "city": "Chicago"}
    house |= {"region": "Illinois", "country": "US", "zone": "America/Chicago"}
    office.database.run_now(lambda c: c.execute(insert(organisations), house))
    return office


def organiser(office: Office, role: Role = Role.COORDINATOR, *, network: bool = False) -> Person:
    person = office.telegrammer("es")
    person.talks("/start", "Recibir alertas", "Todos", "60608")
    scope, scope_id = ("network", None) if network else ("organisation", CASA)
    them = person.row()["id"]
    office.database.run_now(
        lambda c: add_grant(c, them, role, scope, scope_id, by="operator", now=office.now)  # type: ignore[arg-type]
    )
    return person.says("hola")


def posts(person: Person, audience: str = "red", **changed: str) -> Person:
    answers = {
        "kind": "marcha",
        "title": "Marcha / March",
        "where": "1",
        "city": "Chicago",
        "address": "Federal Plaza",
        "when": "5 de diciembre 10:30 am",
        "minutes": "3 horas",
        "capacity": "saltar",
        "services": "saltar",
        "notes": "saltar",
        "audience": audience,
    } | changed
    return person.talks("/evento", *answers.values())


def only_event(office: Office) -> Event:
    [row] = office.rows(events)
    return as_now(office, Event(**{**row._mapping, "status": EventState(row.status)}))


def invitations(office: Office, event: Event | Row[Any, Any]) -> list[str]:
    runs = office.database.read_now(lambda c: about(c, event.id))
    return [run.state.value for run in runs]


def test_few_are_invited_at_once_each_in_their_language(casa: Office) -> None:
    ana = organiser(casa)

    posts(ana).hears("¿Lo publico?", "Invita", "3 horas").says("sí").hears("ya está publicado")

    event = only_event(casa)
    assert (event.status, event.minutes, event.organisation_id) == (EventState.OPEN, 180, CASA)
    assert invitations(casa, event) == ["scheduled"]


@pytest.fixture
def waiting(casa: Office) -> tuple[Person, Person, Event]:
    """Who posted an event for more than the threshold, who may approve it, and the event."""
    casa.desk.policy = replace(casa.desk.policy, approval_threshold=2)
    ana, berta = organiser(casa), organiser(casa, Role.APPROVER, network=True)
    crowd(casa, 3)
    posts(ana).says("sí").hears("necesita otra aprobación")
    berta.looks().hears("Invitar a 5 personas a Marcha")
    return ana, berta, only_event(casa)


def test_above_the_threshold_a_second_person_says_yes_first(
    casa: Office, waiting: tuple[Person, Person, Event]
) -> None:
    ana, berta, event = waiting
    assert event.status is EventState.DRAFT
    assert invitations(casa, event) == []

    berta.presses(f"Aprobar {event.code}").hears(f"Aprobado: {event.code}")

    ana.looks().hears("invitamos a 5 personas")
    assert as_now(casa, event).status is EventState.OPEN
    assert invitations(casa, event) == ["scheduled"]


def test_what_is_changed_meanwhile_has_to_be_seen_and_approved_anew(
    casa: Office, waiting: tuple[Person, Person, Event]
) -> None:
    ana, berta, event = waiting

    ana.talks(f"/evento {event.code} título", "Firma ya / Sign now", "sí")
    ana.hears("necesita otra aprobación")

    berta.says(f"/aprobar {event.code}").hears("Firma ya")  # a yes to what it was, on its way
    assert as_now(casa, event).status is EventState.DRAFT
    berta.says(f"/aprobar {event.code}").hears("Aprobado")
    assert as_now(casa, event).status is EventState.OPEN


def test_a_link_put_in_meanwhile_takes_an_admin(
    casa: Office, waiting: tuple[Person, Person, Event]
) -> None:
    ana, berta, event = waiting

    ana.talks(f"/evento {event.code} título", "Firma ｅｖｉｌ．ｅｘａｍｐｌｅ", "sí")

    berta.looks().says(f"/aprobar {event.code}").says(f"/aprobar {event.code}")
    assert as_now(casa, event).status is EventState.DRAFT


def test_a_link_that_nobody_knows_waits_for_an_admin(casa: Office) -> None:
    ana = organiser(casa)

    ana.talks("/evento", "reunión informativa", "Plática / Talk", "2", "evil.example/zoom")
    ana.talks("mañana 6 pm", "saltar", "1", "saltar", "saltar", "saltar", "nadie")
    ana.says("sí").hears("necesita otra aprobación")
    assert only_event(casa).status is EventState.DRAFT


def test_a_draft_is_seen_by_nobody_else_and_goes_on_later(casa: Office) -> None:
    ana, [reader] = organiser(casa), crowd(casa, 1)
    posts(ana, "borrador").says("sí").hears("como borrador")
    event = only_event(casa)
    reader.says("EVENTOS").hears("no hay nada programado")

    ana.says(f"/evento {event.code} invitar").hears("¿A quién invitamos?")
    ana.talks("nadie", "sí").hears("EVENTOS")

    reader.says("EVENTOS").hears(event.code)


def test_dates_in_doubt_are_asked_back_and_the_zone_is_that_of_the_place(casa: Office) -> None:
    ana = organiser(casa)
    ana.talks("/evento", "vigilia", "Vigilia / Vigil", "1", "Tijuana, México", "Parque Teniente")

    ana.says("el sábado a las 6").hears("¿Cuándo empieza?")
    ana.says("ayer a las 6 pm").hears("¿Cuándo empieza?")
    ana.says("5 de diciembre 6 pm").hears("¿Cuánto dura?")
    ana.talks("saltar", "1", "saltar", "saltar", "saltar", "nadie").hears("hora de Tijuana")
    assert "2026, 6:00 p.m." in "".join(ana.heard)


def test_only_whoever_has_the_organisation_may_change_it(casa: Office) -> None:
    ana, stranger = organiser(casa), crowd(casa, 1)[0]
    theirs = made(casa, organisation_id=None)

    ana.says(f"/evento {theirs.code}").hears("Marcha por la dignidad")
    assert "¿Qué cambiamos?" not in "".join(ana.heard)
    ana.says(f"/cerrar {theirs.code}")
    stranger.says(f"evento {theirs.code}")
    assert as_now(casa, theirs).status is EventState.OPEN


def test_weekly_meetings_are_made_at_once_and_announced_once(casa: Office) -> None:
    ana = organiser(casa)
    ana.talks("/evento", "asamblea", "Asamblea / Assembly", "1", "Chicago", "Casa Prueba")
    ana.talks("5 de diciembre 10 am", "saltar", "2", "saltar", "saltar", "saltar", "1", "sí")

    rows = casa.rows(events)

    assert len(rows) == 4
    assert {row.status for row in rows} == {"open"}
    assert len({row.series_id for row in rows}) == 1
    first = min(rows, key=lambda row: row.starts_at)
    assert [len(invitations(casa, row)) for row in rows] == [row is first for row in rows]


def test_the_reminders_of_all_that_follow_are_changed_at_once(casa: Office) -> None:
    ana = organiser(casa)
    ana.talks("/evento", "asamblea", "Asamblea / Assembly", "1", "Chicago", "Casa Prueba")
    ana.talks("5 de diciembre 10 am", "saltar", "2", "saltar", "saltar", "saltar", "4", "sí")
    _first, second, *_rest = sorted(casa.rows(events), key=lambda row: row.starts_at)

    ana.says(f"/evento {second.code} recordatorios").hears("¿Con cuánta anticipación")
    ana.says("3 días antes y 1 hora").hears("¿Solo esta")
    ana.talks("todas", "sí").hears(f"Próximo recordatorio de {second.code}: miércoles 9")

    ladders = [row.ladder for row in sorted(casa.rows(events), key=lambda row: row.starts_at)]
    assert ladders == [None, *['{"early04320": 4320, "near0060": 60}'] * 3]


def test_a_link_that_nobody_knows_is_not_put_in_later_either(casa: Office) -> None:
    ana = organiser(casa)
    posts(ana).says("sí")
    event = only_event(casa)

    ana.talks(f"/evento {event.code} enlace", "https://evil.example/zoom", "sí")
    ana.hears("evil.example", "No se cambió nada")
    ana.talks(f"/cerrar {event.code}", "Mira evil.example/x", "sí").hears("evil.example")
    assert as_now(casa, event).link is None
    assert as_now(casa, event).status is EventState.OPEN

    ana.talks(f"/evento {event.code} enlace", "https://zoom.us/j/12", "sí").hears("Listo")
    assert as_now(casa, event).link is not None
