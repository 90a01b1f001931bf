"""A shelter's view by chat: what it hears unasked, what it may change, and who is told of it."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import update

from handlers.conversation.words import fold
from storage import pledges
from storage.audit import audit
from storage.messages import deliveries
from storage.needs import State, needs
from tests.needs_rooms.conftest import confirms, keeps, need, posts
from tests.talk import Office, Person
from tests.tending import is_stopped_by_provider, tend


def pledged(volunteer: Callable[..., Person], code: str, *numbers: int) -> list[Person]:
    """Each number by another person, who doesn't say when."""
    people = [volunteer() for _ in numbers]
    for person, n in zip(people, numbers, strict=True):
        person.says(f"{code} {n}")
    return people


def handle(person: Person) -> str:
    return str(person.row()["handle"])


def ticks(office: Office, **spans: float) -> None:
    office.later(**spans)
    tend(office)


def test_few_pledges_are_told_one_by_one_as_they_come(
    office: Office, volunteer: Callable[..., Person], keeper: Person
) -> None:
    code = posts(keeper)
    [rosa] = pledged(volunteer, code, 5)
    ticks(office)
    keeper.looks().hears(f"{code}: {handle(rosa)} promete 5 cajas. Faltan 15 cajas.")
    rosa.says("mañana a las 10 am")
    ticks(office)
    keeper.looks().hears(f"{handle(rosa)} confirma 5 cajas.")
    ticks(office)
    keeper.looks().hears_nothing()


def test_a_stop_that_the_provider_reports_is_told_like_any_other_change_of_mind(
    office: Office, volunteer: Callable[..., Person], keeper: Person
) -> None:
    code = posts(keeper)
    rosa, ben = pledged(volunteer, code, 5, 3)
    ticks(office)
    keeper.looks()
    is_stopped_by_provider(office, rosa)
    ben.says("ALTO")
    ticks(office, minutes=15)
    keeper.looks().hears(f"{handle(rosa)} ya no puede con 5 cajas.")
    keeper.hears(f"{handle(ben)} ya no puede con 3 cajas.")


def test_many_pledges_are_one_line_every_so_often(
    office: Office, volunteer: Callable[..., Person], keeper: Person
) -> None:
    code = posts(keeper)
    pledged(volunteer, code, 1, 1, 1, 2)
    ticks(office)
    keeper.looks().hears(f"{code}: 4 personas prometieron 5 cajas. Faltan 15 cajas.")
    assert len(keeper.heard) == 1
    pledged(volunteer, code, 3)
    ticks(office, minutes=5)
    keeper.looks().hears_nothing()
    ticks(office, minutes=8)
    keeper.looks().hears("promete 3 cajas")


def test_news_are_told_once_even_by_two_clocks(
    office: Office, volunteer: Callable[..., Person], keeper: Person
) -> None:
    code = posts(keeper)
    pledged(volunteer, code, 5)
    tend(office)
    tend(office)
    assert len(keeper.looks().heard) == 1


def test_status_tells_quantities_and_promises_by_handle(
    office: Office, volunteer: Callable[..., Person], keeper: Person
) -> None:
    code = posts(keeper)
    [rosa] = pledged(volunteer, code, 5)
    keeper.says("ESTADO").hears(f'{code} 20 cajas de "pañales": 5 con promesa, 0 en camino')
    keeper.says(f"ESTADO {code}").hears(f"{handle(rosa)}: 5 cajas, sin confirmar")
    assert "Rosa" not in " ".join(keeper.heard)


def test_who_comes_for_an_organisation_is_told_to_the_shelter_and_that_it_looked_is_kept(
    office: Office, keeper: Person
) -> None:
    code = posts(keeper)
    group = office.telegrammer("es").talks("VOLUNTARIADO", "2", "Comité Oaxaqueño", "Ana")
    group.talks("Tijuana, Mexico", "12", "TODO", "SALTAR", "SI").hears("Ya eres parte")
    group.says(f"{code} todas").talks("mañana a las 10 am", "Rosa, en una camioneta roja")
    tend(office)
    keeper.looks().hears("confirma 20 cajas")
    keeper.says(f"ESTADO {code}").hears("viene: Rosa, en una camioneta roja")
    acts = [row.act for row in office.rows(audit)]
    assert "read_contact" in acts
    assert all(b"Rosa" not in (row.contact or b"") for row in office.rows(pledges.pledges))


def test_what_the_shelter_was_told_of_somebody_goes_when_they_are_deleted(
    office: Office, keeper: Person
) -> None:
    code = posts(keeper)
    group = office.telegrammer("es").talks("VOLUNTARIADO", "2", "Comité Oaxaqueño", "Ana")
    group.talks("Tijuana, Mexico", "12", "TODO", "SALTAR", "SI")
    group.says(f"{code} todas").talks("mañana a las 10 am", "Ixtlil, placas ZZZ-99")
    keeper.says(f"ESTADO {code}").hears("Ixtlil, placas ZZZ-99")
    office.database.run_now(lambda c: c.execute(update(deliveries).values(status="sent")))

    group.looks().talks("BORRAR MIS DATOS", "SI")

    vault = office.desk.vault
    kept = [
        vault.open("deliveries", "body", row.id, row.body)
        for row in office.rows(deliveries)
        if row.body is not None
    ]
    assert kept
    assert not any("Ixtlil" in text or "ZZZ-99" in text for text in kept)


def test_another_shelters_needs_are_nobody_elses(office: Office, keeper: Person) -> None:
    code = posts(keeper)
    other = keeps(office.telegrammer("es"), "shelter:cafemin")
    other.says(f"ESTADO {code}").hears(f"No tienes nada con el código {code}.")
    for words in ("RECIBIDO", "SUBIR", "BAJAR", "EXTENDER", "CERRAR"):
        other.says(f"{words} {code} 5").hears(f"No tienes nada con el código {code}.")
    assert need(office, code).quantity == 20


def test_what_has_come_is_taken_in_and_whoever_brought_it_is_thanked(
    office: Office, volunteer: Callable[..., Person], keeper: Person
) -> None:
    code = posts(keeper)
    [rosa] = pledged(volunteer, code, 5)
    keeper.says(f"RECIBIDO {code}").hears(f"5 cajas, de {handle(rosa)}: recibido.")
    rosa.looks().hears("ya recibio 5 cajas")
    assert need(office, code).received == 5


def test_a_part_of_it_and_the_rest_still_comes_or_not(
    office: Office, volunteer: Callable[..., Person], keeper: Person
) -> None:
    code = posts(keeper)
    pledged(volunteer, code, 5)
    keeper.says(f"RECIBIDO {code} 3").hears("¿El resto todavía viene?")
    keeper.says("sí")
    assert (need(office, code).received, need(office, code).committed) == (3, 5)
    keeper.talks(f"RECIBIDO {code} 1", "no")
    assert (need(office, code).received, need(office, code).committed) == (4, 4)


def test_from_whom_is_asked_where_it_is_not_plain(
    office: Office, volunteer: Callable[..., Person], keeper: Person
) -> None:
    code = posts(keeper)
    rosa, luz = pledged(volunteer, code, 5, 2)
    keeper.says(f"RECIBIDO {code}").hears("¿De quién llegó?")
    keeper.presses(f"{handle(luz)}: 2 cajas")
    assert need(office, code).received == 2
    keeper.says(f"RECIBIDO {code} todo").hears(handle(rosa))
    assert need(office, code).received == 7


def test_who_never_came_is_only_counted(
    office: Office, volunteer: Callable[..., Person], keeper: Person
) -> None:
    code = posts(keeper)
    [rosa] = pledged(volunteer, code, 5)
    keeper.says(f"RECIBIDO {code} 0 {handle(rosa)}")
    assert (need(office, code).committed, need(office, code).received) == (0, 0)
    [row] = office.rows(pledges.pledges)
    assert row.status == "no_show"
    rosa.looks().hears_nothing()


def test_more_is_asked_for_at_once_but_a_doubtful_number_is_asked_back(
    office: Office, keeper: Person
) -> None:
    code = posts(keeper)
    keeper.says(f"SUBIR {code} 30").hears("30 cajas")
    assert need(office, code).quantity == 30
    keeper.says(f"SUBIR {code} 10").hears("40 cajas en total", "¿Lo hacemos?")
    keeper.says("sí")
    assert need(office, code).quantity == 40
    keeper.says(f"SUBIR {code} 5 más")
    assert need(office, code).quantity == 45


def test_less_than_is_promised_tells_those_people_and_asks_before(
    office: Office, volunteer: Callable[..., Person], keeper: Person
) -> None:
    code = posts(keeper)
    rosa, luz = pledged(volunteer, code, 5, 4)
    keeper.says(f"BAJAR {code} 5").hears("sobran 4 ya prometidos")
    keeper.says("no").hears("no cambiamos nada")
    assert need(office, code).quantity == 20
    keeper.talks(f"BAJAR {code} 5", "sí")
    assert (need(office, code).quantity, need(office, code).committed) == (5, 5)
    luz.looks().hears(code)
    rosa.looks().hears_nothing()


def test_never_less_than_is_there(
    office: Office, volunteer: Callable[..., Person], keeper: Person
) -> None:
    code = posts(keeper)
    pledged(volunteer, code, 5)
    keeper.says(f"RECIBIDO {code}")
    keeper.says(f"BAJAR {code} 3").hears("ya hay 5 cajas")
    assert need(office, code).quantity == 20


def test_bajar_is_no_goodbye_to_who_coordinates_and_baja_is(office: Office, keeper: Person) -> None:
    code = posts(keeper)
    keeper.says(f"BAJAR {code} 10").hears("10 cajas")
    assert keeper.row()["consent"] == "in"
    keeper.says("BAJA")
    assert keeper.row()["consent"] == "out"


def test_a_later_date_is_told_to_whoever_promised(
    office: Office, volunteer: Callable[..., Person], keeper: Person
) -> None:
    code = posts(keeper, "20 cajas de pañales para mañana a las 5 pm")
    [rosa] = pledged(volunteer, code, 5)
    before = need(office, code).needed_by
    keeper.says(f"EXTENDER {code} lunes a las 5 pm")
    assert before is not None
    assert need(office, code).needed_by == before + timedelta(days=1)
    rosa.looks().hears(code, "lunes 23 de noviembre")


def test_closing_asks_why_and_tells_whoever_promised(
    office: Office, volunteer: Callable[..., Person], keeper: Person
) -> None:
    code = posts(keeper)
    [rosa] = pledged(volunteer, code, 5)
    keeper.says("CERRAR").hears("¿Por qué se cierra?")
    keeper.says("1").hears("Avisamos a 1 persona")
    assert (need(office, code).status, need(office, code).reason) == (State.CANCELLED, "enough")
    rosa.looks().hears(code)


def test_by_sms_each_act_waits_for_its_code(office: Office, texting_keeper: Person) -> None:
    texting_keeper.talks("NECESIDAD", "20 cobijas, urgente", "SALTAR", "SI")
    confirms(texting_keeper)
    texting_keeper.says("SUBIR 30").hears("30 piezas en total")
    [row] = office.rows(needs)
    assert row.quantity == 20
    confirms(texting_keeper)
    [row] = office.rows(needs)
    assert row.quantity == 30


def test_the_day_is_summed_up_once_at_the_hour_that_was_chosen(
    office: Office, keeper: Person
) -> None:
    code = posts(keeper)
    keeper.says("RESUMEN 1 pm").hears("13:00")
    ticks(office, hours=2)
    keeper.looks().hears_nothing()
    ticks(office, hours=1)
    keeper.looks().hears("Casa del Migrante en Tijuana, hoy:", code)
    ticks(office, minutes=5)
    keeper.looks().hears_nothing()
    keeper.says("RESUMEN NO")
    ticks(office, days=1)
    assert "hoy:" not in " ".join(keeper.looks().heard)


@pytest.mark.parametrize("words", ["RECIBIDO", "SUBIR", "BAJAR", "EXTENDER", "CERRAR", "RESUMEN"])
def test_these_words_are_no_commands_to_others(
    volunteer: Callable[..., Person], words: str
) -> None:
    person = volunteer()
    person.says(f"{words} Z9 5")
    assert fold("No tienes nada") not in fold(" ".join(person.heard))
