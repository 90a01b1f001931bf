"""What a person might type next, from what the bot has said."""

import pytest

from bot.simulators.telegram import Person
from bot.web.demo_state import dear_characters
from bot.web.demo_suggestions import suggestions
from tests.demo.conftest import Scripted


async def heard(scripted: Scripted, *texts: str, name: str = "Rosa") -> list[str]:
    actor = scripted.actor(name)
    if isinstance(actor.phone, Person):
        await actor.phone.starts()
    else:
        await actor.phone.texts("hola")
    for count, text in enumerate(texts, start=1):
        await scripted.says(name, text)
        await actor.phone.waits_for(count)
    return suggestions(actor)


@pytest.mark.parametrize(
    ("name", "openings"),
    [
        ("Rosa", ["UNIRME", "UNIRME CHICAGO"]),
        ("James", ["JOIN", "JOIN CHICAGO"]),
        ("Lucía", ["/start o_chicago"]),
    ],
)
async def test_an_empty_screen_offers_the_words_of_the_posters(
    scripted: Scripted, name: str, openings: list[str]
) -> None:
    assert suggestions(scripted.actor(name)) == openings


@pytest.mark.parametrize(
    ("text", "offered"),
    [
        ("¿Cómo quieres participar?\n1 Alertas\n2 Voluntariado", ["1", "2"]),
        ("¿Qué ofreces?\n1 Cocina\n2 Carga\nEj.: 1 3\nO SALTAR", ["1 3", "SALTAR"]),
        ("¿Cómo te llamas?", ["Rosa", "60608"]),
        ("1 Nombre: Rosa\n2 Lugar: Chicago, IL\nSI: guardar.", ["SI", "1", "2"]),
        ("YES: save. Msg & data rates may apply. HELP, STOP.", ["YES", "HELP", "STOP"]),
        ("EE. UU., ZIP, SMS, CDMX", []),
        ("Gracias.", []),
    ],
)
async def test_words_and_numbers_that_the_bot_offers_are_suggested(
    scripted: Scripted, text: str, offered: list[str]
) -> None:
    assert await heard(scripted, text) == offered


async def test_a_stop_comes_last_and_nothing_comes_twice(scripted: Scripted) -> None:
    offered = await heard(scripted, "ALTO: salir. AYUDA: ayuda.", "¿Quieres?\n1 Uno\n2 Dos\nAYUDA")
    assert offered == ["1", "2", "AYUDA", "ALTO"]


async def test_before_the_bot_has_answered_nothing_is_suggested(scripted: Scripted) -> None:
    assert await heard(scripted) == []


async def test_what_was_said_before_is_not_suggested_again(scripted: Scripted) -> None:
    rosa = scripted.actor("Rosa")
    assert not isinstance(rosa.phone, Person)
    await rosa.phone.texts("Rosa")
    assert await heard(scripted, "¿Dónde estás?") == ["60608"]


@pytest.mark.parametrize(
    ("text", "dear"),
    [
        ("hola", []),
        ("información", []),
        ("a" * 80 + "información “ya”", ["ó", "“", "”"]),
        ("ñ" * 160, []),
        ("ñ" * 159 + "€", ["€"]),
        ("😀" * 40, ["😀"]),
        ("á" * 200, ["á"]),
    ],
)
def test_only_characters_that_cost_a_segment_are_called_dear(text: str, dear: list[str]) -> None:
    assert dear_characters(text) == dear
