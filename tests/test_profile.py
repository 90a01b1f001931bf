"""Changing what is known, later: each answer by itself, topics, and the language."""

import pytest

from storage.people import people, traits
from tests.talk import Office, Person

INDIVIDUAL = ("UNIRME", "2", "Rosa", "60608", "6 7", "4", "1", "SÍ")


@pytest.fixture
def rosa(office: Office) -> Person:
    return office.texter().talks(*INDIVIDUAL)


def known(office: Office) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for row in office.rows(traits):
        found.setdefault(row.kind, set()).add(row.value)
    return found


def test_a_name_is_changed(office: Office, rosa: Person) -> None:
    rosa.talks("PERFIL", "nombre", "me llamo Rosita").hears("Guardado")
    (row,) = office.rows(people)
    assert office.desk.vault.open("people", "name", row.id, row.name) == "Rosita"


def test_a_place_is_changed_with_its_zone(rosa: Person) -> None:
    rosa.talks("PERFIL", "2", "Tijuana").hears("Guardado")
    assert (rosa.row()["country"], rosa.row()["zone"]) == ("MX", "America/Tijuana")


def test_a_place_in_doubt_is_asked_back_here_too(rosa: Person) -> None:
    rosa.talks("PERFIL", "lugar", "Springfield").hears("1 Springfield")
    rosa.says("2").hears("Guardado")


@pytest.mark.parametrize(
    ("words", "kind", "values"),
    [
        (("temas", "tps y daca"), "topic", {"tps", "daca"}),
        (("habilidades", "traducir"), "skill", {"translation"}),
        (("habilidades", "ninguna"), "skill", set()),
        (("horario", "urgente"), "available", {"on_call"}),
        (("idiomas", "1 2"), "speaks", {"es", "en"}),
    ],
)
def test_each_answer_is_changed_alone(
    office: Office, rosa: Person, words: tuple[str, ...], kind: str, values: set[str]
) -> None:
    before = known(office)
    rosa.talks("PERFIL", *words).hears("Guardado")
    after = known(office)
    assert after.pop(kind, set()) == values
    before.pop(kind, None)
    assert after == before


def test_leaving_changes_nothing(office: Office, rosa: Person) -> None:
    before = known(office), rosa.row()
    rosa.talks("PERFIL", "4", "salir").hears("no cambiamos nada")
    assert (known(office), rosa.row()) == before


def test_skipping_changes_nothing(office: Office, rosa: Person) -> None:
    before = known(office)
    rosa.talks("PERFIL", "horario", "saltar")
    assert known(office) == before


def test_topics_are_chosen_again(office: Office, rosa: Person) -> None:
    rosa.talks("TEMAS", "1 2").hears("Guardado")
    assert known(office)["topic"] == {"asylum", "tps"}
    rosa.talks("/topics", "ninguno").hears("Guardado")
    assert "topic" not in known(office)


@pytest.mark.parametrize("words", ["PERFIL", "TEMAS"])
def test_who_has_not_joined_is_invited_rather_than_asked(office: Office, words: str) -> None:
    office.texter().says(words).hears("UNIRME")


def test_the_language_is_switched_at_any_time(rosa: Person) -> None:
    rosa.says("ENGLISH").hears("From now on in English.")
    rosa.says("HELP").hears("JOIN: take part")
    rosa.says("en español").hears("en español")
    assert rosa.row()["language"] == "es"


def test_the_language_can_be_asked_for(office: Office) -> None:
    ana = office.telegrammer().says("/idioma").hears("ESPAÑOL", "ENGLISH")
    ana.presses("English").hears("From now on in English.")
    assert ana.row()["language"] == "en"
