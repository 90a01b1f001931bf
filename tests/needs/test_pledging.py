"""A number by reply: who brings how much, asked back where it isn't certain, and told the truth."""

from sqlalchemy import update

from storage.needs import State
from storage.people import handovers, people
from storage.pledges import pledge_events, pledges
from tests.needs.conftest import Office
from tests.talk import Person


def volunteers(office: Office, language: str = "es", *, chat: bool = False) -> Person:
    person = office.joined(office.telegrammer(language) if chat else office.texter())
    return person.says("español" if language == "es" else "english")


def moves(office: Office, person: Person, zone: str) -> None:
    change = update(people).where(people.c.id == person.row()["id"]).values(zone=zone)
    office.database.run_now(lambda c: c.execute(change))


def status(office: Office) -> list[str]:
    return [row.status for row in office.rows(pledges)]


def test_a_number_is_held_and_then_certain_with_its_hour(lite: Office) -> None:
    ana = volunteers(lite)
    code = lite.post(drop_off="Calle Galileo 239, 9 a 18 h")
    ana.looks().hears("necesita formula y pañales: 20 paquetes", code)
    assert "Galileo" not in str(ana.screen), "where to bring it is told to who has promised"
    ana.says("5").hears("Anotado: llevas 5 paquetes", "¿Cuando lo llevas?")
    assert lite.counts(code) == (5, 0, 0)
    ana.says("mañana a las 5 pm").hears("domingo 22", "Calle Galileo 239", "ENTREGADO")
    assert lite.counts(code) == (5, 5, 0)


def test_a_number_that_is_changed_before_the_hour_is_told_leaves_that_question_open(
    lite: Office,
) -> None:
    ana = volunteers(lite)
    code = lite.post()
    ana.looks().says("20").hears("¿Cuando lo llevas?")
    ana.says(f"{code} cinco").hears("ahora son 5 paquetes", "¿Cuando lo llevas?")
    ana.says("mañana a las 5 pm").hears("domingo 22")
    assert lite.counts(code) == (5, 5, 0)


def test_a_question_about_the_hour_may_be_skipped(lite: Office) -> None:
    bob = volunteers(lite, "en", chat=True)
    code = lite.post()
    bob.looks().presses("5 packs").hears("Thank you! 5 packs")
    bob.presses("Skip").hears("Confirmed: 5 packs")
    assert lite.counts(code) == (5, 5, 0)


def test_more_than_remains_is_asked_back_and_a_yes_is_for_what_remains(lite: Office) -> None:
    ana, [other] = volunteers(lite), lite.crowd(1)
    code = lite.post(quantity=20)
    lite.promises(code, other, 17)
    ana.looks().says("10").hears("Faltan 3. ¿Llevas 3?")
    assert lite.counts(code) == (17, 0, 0)
    ana.says("sí").hears("Anotado: llevas 3 paquetes")
    assert lite.counts(code) == (20, 0, 0)


def test_after_that_question_a_smaller_number_counts_too_and_two_is_not_the_second_option(
    lite: Office,
) -> None:
    ana, [other] = volunteers(lite), lite.crowd(1)
    code = lite.post(quantity=20)
    lite.promises(code, other, 17)
    ana.looks().talks("10", "2").hears("Anotado: llevas 2 paquetes")
    assert lite.counts(code) == (19, 0, 0)


def test_covered_already_thanks_and_offers_the_nearest_open_need(lite: Office) -> None:
    ana, [other] = volunteers(lite), lite.crowd(1)
    code = lite.post(quantity=4)
    lite.promises(code, other, 4)
    there = lite.post("cafemin", category="water", item="garrafones", unit="bottle")
    ana.looks().says(f"{code} 2").hears("ya esta cubierta", "garrafones", there)
    assert lite.counts(there) == (0, 0, 0)


def test_a_bare_number_to_an_ask_that_is_covered_by_then_is_thanked(lite: Office) -> None:
    ana, [other] = volunteers(lite), lite.crowd(1)
    code = lite.post(quantity=4)
    ana.looks()
    lite.promises(code, other, 4)
    ana.says("2").hears("ya está cubierta")


def test_all_of_it_is_what_remains(lite: Office) -> None:
    ana, [other] = volunteers(lite), lite.crowd(1)
    code = lite.post(quantity=20)
    lite.promises(code, other, 12)
    ana.looks().says("las que faltan").hears("Anotado: llevas 8 paquetes")
    assert lite.need(code).status is State.COVERED


def test_what_is_not_certain_is_asked_back_once_and_then_a_human_reads_it(lite: Office) -> None:
    ana = volunteers(lite)
    code = lite.post()
    ana.looks().says("5 o 6").hears("Una sola")
    ana.says("como 5 o quizá 6").hears("Nuestro equipo ya tiene tu mensaje")
    assert lite.counts(code) == (0, 0, 0)
    assert [row.reason for row in lite.rows(handovers)] == ["misunderstood"]


def test_no_is_kept_and_the_ask_is_over(lite: Office) -> None:
    ana = volunteers(lite)
    code = lite.post()
    ana.looks().says("no puedo, perdón").hears("esta vez no")
    ana.says("5").hears("No entendí")
    ana.says(f"{code} 5").hears("Anotado: llevas 5 paquetes")


def test_whoever_was_not_asked_may_pledge_by_the_code(lite: Office) -> None:
    ana = volunteers(lite)
    code = lite.post(ask="nobody")
    ana.looks().hears_nothing()
    ana.says(code).hears("todavia le falta: 20 paquetes")
    ana.says("7").hears("Anotado: llevas 7 paquetes")
    assert lite.counts(code) == (7, 0, 0)


def test_the_number_is_changed_and_let_go_by_one_word(lite: Office) -> None:
    ana = volunteers(lite)
    code = lite.post()
    ana.looks().talks("5", "saltar")
    ana.says(f"{code} 8").hears("ahora son 8 paquetes")
    assert lite.counts(code) == (8, 8, 0)
    ana.says("mejor 3").hears("ahora son 3 paquetes")
    ana.says("SOLTAR").hears("Soltado: 3 paquetes")
    assert (lite.counts(code), status(lite)) == ((0, 0, 0), ["released"])


def test_no_from_who_has_promised_may_mean_to_let_it_go_and_is_asked(lite: Office) -> None:
    ana = volunteers(lite)
    code = lite.post()
    ana.looks().talks("5", "saltar", "no").hears("¿Ya no puedes con 5 paquetes")
    ana.says("no").hears("Tienes anotado: 5 paquetes")
    ana.talks("no", "sí").hears("Soltado")
    assert lite.counts(code) == (0, 0, 0)


def test_delivered_by_one_word_waits_for_the_shelter(lite: Office) -> None:
    ana = volunteers(lite)
    code = lite.post()
    ana.looks().talks("5", "saltar")
    ana.says("entregado").hears("Avisamos a Casa del Migrante en Tijuana")
    assert (lite.counts(code), status(lite)) == ((5, 5, 0), ["delivered"])


def test_of_two_open_asks_the_person_is_asked_which_and_nothing_is_guessed(lite: Office) -> None:
    ana = volunteers(lite)
    diapers = lite.post()
    water = lite.post("cafemin", category="water", item="garrafones", unit="bottle")
    ana.looks().says("5").hears("¿Para cual?", diapers, water)
    assert lite.counts(diapers) == lite.counts(water) == (0, 0, 0)
    ana.says(water).hears("5 botellas")
    assert (lite.counts(diapers), lite.counts(water)) == ((0, 0, 0), (5, 0, 0))


def test_a_question_of_a_form_that_is_newer_has_the_answer_and_a_code_wins_all_the_same(
    lite: Office,
) -> None:
    ana = volunteers(lite)
    code = lite.post()
    ana.looks().says("PAUSA").hears("¿Hasta")
    ana.says("5").hears("¿Hasta")
    assert lite.counts(code) == (0, 0, 0)
    ana.says(f"{code} 5").hears("Anotado: llevas 5 paquetes", "¿Hasta")
    assert lite.counts(code) == (5, 0, 0)


def test_whoever_has_not_joined_is_asked_in_first(lite: Office) -> None:
    code = lite.post()
    stranger = lite.texter()
    stranger.says(f"{code} 5").hears("UNIRME", code)
    assert lite.counts(code) == (0, 0, 0)


def test_a_stop_lets_go_of_what_was_promised_and_the_shelter_can_read_it(lite: Office) -> None:
    ana = volunteers(lite)
    code = lite.post()
    ana.looks().talks("5", "saltar", "ALTO")
    assert (lite.counts(code), status(lite)) == ((0, 0, 0), ["released"])
    assert [row.what for row in lite.rows(pledge_events)] == ["held", "confirmed", "released"]


def test_of_a_deleted_person_only_numbers_are_left(lite: Office) -> None:
    ana = volunteers(lite)
    code = lite.post()
    ana.looks().talks("5", "saltar")
    [row] = lite.rows(pledges)
    lite.database.run_now(
        lambda c: c.execute(update(pledges).values(contact=b"x").where(pledges.c.id == row.id))
    )
    ana.talks("BORRAR MIS DATOS", "sí")
    [row] = lite.rows(pledges)
    assert (row.person_id, row.contact, row.status, row.units) == (None, None, "released", 5)
    assert lite.counts(code) == (0, 0, 0)


def test_organisations_name_who_comes_on_the_day(lite: Office) -> None:
    group = lite.joined(lite.texter(), "organisational").says("español")
    code = lite.post(quantity=500, item="tarimas de agua", category="water", unit="box")
    group.looks().talks("200", "mañana 10 am").hears("¿Quién es el contacto")
    group.says("Rosa, 312 555 0100").hears("200 cajas")
    [row] = lite.rows(pledges)
    assert b"Rosa" not in row.contact
    opened = lite.desk.vault.open("pledges", "contact", row.id, row.contact)
    assert opened == "Rosa, 312 555 0100"
    assert lite.counts(code) == (200, 200, 0)
    group.says("MIS DATOS").hears("Rosa, 312 555 0100", "tarimas de agua")


def test_an_hour_is_the_shelters_and_says_so_where_clocks_differ(lite: Office) -> None:
    """10 in the morning there is noon for whoever lives in Chicago."""
    far, near = volunteers(lite), volunteers(lite)
    for person, zone in ((far, "America/Chicago"), (near, "America/Los_Angeles")):
        moves(lite, person, zone)
    code = lite.post()
    for person in (far, near):
        person.looks().talks(f"{code} 3", "mañana a las 10 am")
    far.hears("10:00 a.m. (hora de Tijuana)")
    near.hears("10:00 a.m.")
    assert "hora de Tijuana" not in near.heard[0]
    far.says("MIS DATOS").hears("10:00 a.m. (hora de Tijuana)")
    near.says("MIS DATOS").hears("10:00 a.m. (hora de Tijuana)")


def test_legal_help_is_promised_by_verified_experts_alone(lite: Office) -> None:
    ana, luis = volunteers(lite), volunteers(lite)
    lite.registers("legal_expert", luis.row()["id"], status="verified")
    code = lite.post(category="legal", item="una audiencia", unit="appointment", quantity=2)
    ana.looks().says(f"{code} 1").hears("PERSONA")
    luis.looks().says(f"{code} 1").hears("1 cita")
    assert lite.counts(code) == (1, 0, 0)
    luis.talks("mañana a las 10 am", "MIS DATOS").hears("una audiencia", "contamos contigo")


def test_pallets_are_asked_for_in_the_needs_unit_and_about_so_many_for_the_number(
    lite: Office,
) -> None:
    group = lite.joined(lite.texter(), "organisational").says("español")
    code = lite.post(quantity=500)
    group.looks().says("2 tarimas").hears("en total, en paquetes")
    group.says("como 120").hears("¿Apunto 120?")
    group.says("como 130").hears("Nuestro equipo ya tiene tu mensaje")
    assert lite.counts(code) == (0, 0, 0)
    group.talks("2 tarimas", "como 120", "sí").hears("Anotado: llevas 120 paquetes")
    assert lite.counts(code) == (120, 0, 0)


def test_people_and_hours_are_asked_when_they_can_and_not_what_they_bring(lite: Office) -> None:
    bob = volunteers(lite, "en", chat=True)
    code = lite.post(category="hands", item="unload a truck", unit="person")
    bob.looks().says("we are 6").hears("You're down for 6 people", "When can you do it?")
    bob.presses("Skip").hears("Once it's done: DELIVERED")
    bob.says("DELIVERED").hears("that it's done: 6 people")
    assert lite.counts(code) == (6, 6, 0)
    other = lite.post(category="interpreting", item="hearings", unit="hour", quantity=10)
    bob.looks().says(f"{other} 3 days").hears("How many hours is that in all?")
    bob.says("8 hours").hears("When can you do it?")
    bob.talks("Skip", "DROP").hears("Released: 8 hours")
