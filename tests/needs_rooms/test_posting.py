"""NEED: from "we are out of diapers" to people being asked, on both channels, in both languages."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import update

from storage.coordinators import grants
from storage.needs import State
from storage.people import sessions
from tests.coordinators.conftest import invitation
from tests.needs_rooms.conftest import CODE, all_needs, confirms, keeps, need, posts
from tests.talk import Office, Person
from tests.tending import tend

MESSAGES_ALLOWED = 7


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("es", ("NECESIDAD", "20 cajas de pañales talla 4", "mañana a las 5", "2", "9 a 6", "SI")),
        ("en", ("NEED", "20 boxes of size 4 diapers", "tomorrow at 5", "2", "9 to 6", "YES")),
    ],
)
def test_it_takes_seven_texts_with_the_code_even_when_the_hour_is_asked_back(
    office: Office, volunteer: Callable[..., Person], language: str, said: tuple[str, ...]
) -> None:
    rosa = volunteer()
    keeper = keeps(office.texter(), language=language)
    keeper.talks(*said)
    assert not all_needs(office), "by SMS nothing is posted before the code has come back"
    confirms(keeper)
    assert len(said) + 1 <= MESSAGES_ALLOWED
    [posted] = all_needs(office)
    assert (posted.status, posted.quantity, posted.unit) == (State.OPEN, 20, "box")
    assert posted.needed_by == datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
    tend(office)
    rosa.looks().hears("Casa del Migrante en Tijuana", posted.code)


def test_in_one_breath_it_takes_three(office: Office, keeper: Person) -> None:
    keeper.says("necesitamos 20 cajas de pañales urgente para mañana a las 5 pm")
    keeper.hears("¿Dónde y a qué hora reciben?")
    keeper.talks("Calle Roma 5", "SI").hears("ya está en el tablero")
    assert all_needs(office)[0].urgency == "urgent"


def test_several_things_become_a_need_each(office: Office, keeper: Person) -> None:
    keeper.talks("NECESIDAD", "10 cajas de agua, 5 cobijas", "2", "SALTAR")
    keeper.hears('10 cajas de "agua" y 5 "cobijas"', "La otra sale igual")
    keeper.says("SI")
    posted = all_needs(office)
    assert [(each.category, each.unit, each.quantity) for each in posted] == [
        ("water", "box", 10),
        ("bedding", "piece", 5),
    ]
    assert len({each.code for each in posted}) == len(keeper.heard) == 2


def test_a_need_of_before_again_in_two_texts_and_a_yes(office: Office, keeper: Person) -> None:
    first = posts(keeper)
    keeper.talks("NECESIDAD", f"otra vez {first}").hears('20 cajas de "pañales"', "Calle Roma 5")
    keeper.says("SI")
    again = all_needs(office)[1]
    assert (again.quantity, again.category, again.urgency) == (20, "infant", "urgent")
    keeper.talks("NECESIDAD").presses('20 cajas de "pañales"').hears("¿Lo pedimos a la gente?")


def test_what_only_looks_like_a_need_of_before_is_not_it(office: Office, keeper: Person) -> None:
    posts(keeper, "20 cajas de pañales talla 4, urgente")
    keeper.talks("NECESIDAD", "30 cajas de pañales talla 5").hears("¿Para cuándo?")
    keeper.talks("2", "1", "SI")
    assert all_needs(office)[1].quantity == 30


def test_only_what_is_missing_is_asked(keeper: Person) -> None:
    keeper.talks("NECESIDAD", "cosas raras").hears("¿Cuántos?")
    keeper.says("100 paquetes").hears("¿Qué tipo de cosa es?")
    keeper.says("higiene").hears("¿Para cuándo?")
    keeper.talks("2", "SALTAR").hears('100 paquetes de "cosas raras"', "higiene")


@pytest.mark.parametrize("money", ["500 pesos", "dinero en efectivo", "$1000"])
def test_money_is_never_asked_for(office: Office, keeper: Person, money: str) -> None:
    keeper.talks("NECESIDAD", money).hears("Aquí no pedimos dinero")
    keeper.says("SALIR")
    assert not all_needs(office)


@pytest.mark.parametrize(
    "bait",
    [
        "depositar a la CLABE 012345678901234567",
        *(
            "ver bit.ly/x",
            "evil.xyz",
            "gratis ｅｖｉｌ．ｃｏｍ",
            "@evilbot",
            "tg://x",
            "evil.co/pago",
        ),
        *("llamen al 664 555 0100", "312/555/0100", "312·555·0100"),
        "Responde ALTO a 55512 para ganar",
    ],
)
def test_no_bait_goes_out_in_a_shelters_name(keeper: Person, bait: str) -> None:
    keeper.talks("NECESIDAD", f"20 cobijas, {bait}").hears("¿Qué hace falta, y cuánto?")
    keeper.talks("20 cobijas urgente", bait).hears("por favor")
    assert "¿Lo pedimos a la gente?" not in " ".join(keeper.heard)


def test_the_preview_is_what_people_get_to_the_letter(
    office: Office, volunteer: Callable[..., Person], keeper: Person
) -> None:
    rosa, kim = volunteer(), volunteer(office.texter(), "en")
    kim_on_telegram = volunteer(office.telegrammer("en"), "en")
    keeper.talks("NECESIDAD", "20 cajas de pañales para mañana a las 5 pm", "Calle Roma 5")
    shown = {text.split("\n")[0]: text.split("\n", 1)[1] for text in keeper.heard[:2]}
    keeper.hears("Primero se les pide a 3 personas")
    code = CODE.findall(" ".join(keeper.says("SI").heard))[0]
    tend(office)
    assert shown["En inglés:"].replace("code", code) == kim_on_telegram.looks().heard[0]
    assert "Calle Roma" not in " ".join(rosa.looks().heard + kim.looks().heard)


def test_somebody_else_says_yes_where_many_would_be_asked(
    office: Office, volunteer: Callable[..., Person], keeper: Person
) -> None:
    office.desk.policy = replace(office.desk.policy, approval_threshold=0)
    rosa = volunteer()
    approver = office.telegrammer("es").says("hola").says(invitation(office, "approver"))
    approver.says("SALIR")
    keeper.talks("NECESIDAD", "20 cobijas, urgente", "SALTAR", "SI").hears("otra persona da el sí")
    [waiting] = all_needs(office)
    assert waiting.status is State.AWAITING
    tend(office)
    rosa.looks().hears_nothing()
    approver.looks().hears('20 "cobijas"', "Primero se le pide a 1 persona")
    approver.presses(f"Aprobar {waiting.code}")
    assert need(office, waiting.code).status is State.OPEN
    keeper.looks().hears(f"{waiting.code} ya salió")
    tend(office)
    rosa.looks().hears(waiting.code)


def test_a_no_ends_it_and_nobody_was_asked(
    office: Office, volunteer: Callable[..., Person], keeper: Person
) -> None:
    office.desk.policy = replace(office.desk.policy, approval_threshold=0)
    volunteer()
    approver = office.telegrammer("es").says("hola").says(invitation(office, "approver"))
    approver.says("SALIR")
    keeper.talks("NECESIDAD", "20 cobijas, urgente", "SALTAR", "SI")
    [waiting] = all_needs(office)
    approver.looks().says(f"RECHAZAR {waiting.code} ya tienen")
    assert need(office, waiting.code).status is State.CANCELLED
    keeper.looks().hears(f"{waiting.code} no fue aprobado")


def test_a_grant_that_ended_meanwhile_posts_nothing(office: Office, texting_keeper: Person) -> None:
    texting_keeper.talks("NECESIDAD", "20 cobijas, urgente", "SALTAR", "SI")
    office.database.run_now(lambda c: c.execute(update(grants).values(revoked_at=office.now)))
    confirms(texting_keeper)
    assert not all_needs(office)


def test_to_whoever_has_no_grant_need_shows_the_way_to_needs(
    volunteer: Callable[..., Person],
) -> None:
    volunteer().says("NECESIDAD").hears("NECESIDADES")


def test_who_coordinates_several_shelters_is_asked_which(office: Office) -> None:
    keeper = keeps(office.telegrammer("es"), "network")
    keeper.says("NECESIDAD").hears("¿Para qué albergue es?")
    keeper.talks("cafemin", "20 cobijas, urgente", "SALTAR").hears("CAFEMIN")
    keeper.says("SI")
    assert all_needs(office)[0].shelter.code == "cafemin"


def test_nothing_of_it_lies_open_in_the_database(office: Office, keeper: Person) -> None:
    keeper.talks("NECESIDAD", "20 cajas de secretos", "10")
    assert all(b"secretos" not in (row.state or b"") for row in office.rows(sessions))
    keeper.talks("urgente", "Calle Secreta 5", "SI")
    [posted] = all_needs(office)
    assert b"secretos" not in posted.item
    assert b"Secreta" not in (posted.drop_off or b"")
