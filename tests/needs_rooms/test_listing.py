"""NEEDS for everyone, nearest first; and what a poster's link leads to."""

from collections.abc import Callable

from tests.needs_rooms.conftest import MEMBER, keeps, posts
from tests.talk import Office, Person


def test_needs_lists_what_is_open_the_nearest_first(
    office: Office, volunteer: Callable[..., Person], keeper: Person
) -> None:
    far = posts(keeps(office.telegrammer("es"), "shelter:cafemin"), "3 intérpretes, urgente")
    near = posts(keeper)
    rosa = volunteer()
    rosa.says("NECESIDADES").hears(f'{near} 20 cajas de "pañales", Tijuana', f"asi: {near} 5")
    [listed] = rosa.heard
    assert listed.index(near) < listed.index(far)
    rosa.says("NEEDS cafemin").hears(far)
    assert near not in rosa.heard[0]


def test_a_few_at_a_time(office: Office, volunteer: Callable[..., Person], keeper: Person) -> None:
    for what in ("agua", "leche", "cobijas", "jabón", "zapatos"):
        posts(keeper, f"10 cajas de {what}, urgente")
    rosa = volunteer().says("NECESIDADES").hears("1 mas: NECESIDADES 2")
    assert rosa.heard[0].count("cajas") == 4
    rosa.says("NECESIDADES 2").hears("zapatos")


def test_nothing_is_missing(volunteer: Callable[..., Person]) -> None:
    volunteer().says("NEEDS").hears("no falta nada")


def test_a_posters_link_shows_its_need_after_joining(office: Office, keeper: Person) -> None:
    code = posts(keeper)
    ana = office.telegrammer("es").says(f"/start n_{code}")
    ana.hears('necesita 20 cajas de "pañales"', "¿Cómo quieres participar?")
    ana.talks(*MEMBER["es"][1:]).hears("Ya eres parte", f"Responde {code}")
    ana.says(f"{code} 5").hears("5 cajas")


def test_a_posters_link_shows_its_need_at_once_to_who_is_in(office: Office, keeper: Person) -> None:
    code = posts(keeper)
    ana = office.telegrammer("es").talks(*MEMBER["es"])
    ana.says(f"/start n_{code}").hears("necesita 20 cajas")
    assert "participar" not in " ".join(ana.heard)


def test_a_shelters_link_shows_what_it_needs(office: Office, keeper: Person) -> None:
    code = posts(keeper)
    ana = office.telegrammer("en").says("/start s_tijuana")
    ana.hears("How would you like to take part?")
    ana.talks("1", "5", "Chicago, IL").hears("You're in", code)
    ana.says("/start s_nowhere")
    assert code in " ".join(ana.says("/start s_tijuana").heard)


def test_a_link_to_what_nobody_may_see_yet_is_only_a_join(office: Office) -> None:
    office.telegrammer("es").says("/start n_A7").hears("¿Cómo quieres participar?")
