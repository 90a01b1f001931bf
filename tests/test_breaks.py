"""Quieter for a while: pauses until a day, in the person's own zone, and muted topics."""

from datetime import UTC, datetime

import pytest

from storage.people import traits
from tests.talk import Office, Person


@pytest.fixture
def rosa(office: Office) -> Person:
    return office.texter().talks("UNIRME", "1", "1 2 3", "60608")


def muted(office: Office) -> set[str]:
    return {row.value for row in office.rows(traits) if row.kind == "muted"}


MIDNIGHT = datetime(2026, 12, 5, 6, 0, tzinfo=UTC)
"""In Chicago, two weeks after the day of these tests."""


@pytest.mark.parametrize(
    "words",
    [
        ("PAUSA", "2 semanas"),
        ("PAUSA 2 semanas",),
        ("pause until december 5",),
        ("PAUSA", "5/12/2026", "5 de diciembre"),
    ],
)
def test_a_pause_ends_when_the_day_begins_where_the_person_is(
    rosa: Person, words: tuple[str, ...]
) -> None:
    rosa.talks(*words).hears("5 de diciembre")
    assert rosa.row()["paused_until"] == MIDNIGHT


def test_the_day_is_that_of_the_persons_zone(office: Office) -> None:
    office.later(hours=13)
    ana = office.texter().talks("UNIRME", "1", "1", "Tijuana", "PAUSA mañana")
    assert ana.row()["paused_until"] == datetime(2026, 11, 22, 8, 0, tzinfo=UTC)


@pytest.mark.parametrize("words", ["ayer", "hoy", "en 3 años", "30 de febrero", "no sé", ""])
def test_a_day_that_is_none_is_asked_again(rosa: Person, words: str) -> None:
    rosa.talks("PAUSA", words).hears("¿Hasta cuando hacemos la pausa?")
    assert rosa.row()["paused_until"] is None


def test_a_pause_is_ended_sooner(rosa: Person) -> None:
    rosa.talks("PAUSA 2 semanas").says("REANUDAR").hears("Terminó la pausa")
    assert rosa.row()["paused_until"] is None


def test_replies_go_on_during_a_pause(rosa: Person) -> None:
    rosa.talks("PAUSA 2 semanas").says("AYUDA").hears("UNIRME")


def test_leaving_the_question_pauses_nothing(rosa: Person) -> None:
    rosa.talks("PAUSA", "salir")
    assert rosa.row()["paused_until"] is None


def test_topics_are_muted(office: Office, rosa: Person) -> None:
    rosa.talks("SILENCIAR", "2 3").hears("Guardado")
    assert muted(office) == {"tps", "daca"}
    rosa.talks("SILENCIAR ninguno")
    assert muted(office) == set()


def test_choosing_topics_again_ends_what_was_muted(office: Office, rosa: Person) -> None:
    rosa.talks("MUTE tps", "TEMAS", "todos")
    assert muted(office) == set()


def test_muting_one_more_keeps_the_others_muted(office: Office, rosa: Person) -> None:
    rosa.talks("SILENCIAR tps", "SILENCIAR asilo")
    assert muted(office) == {"tps", "asylum"}
