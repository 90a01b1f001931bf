"""An organiser's own steps: how they are said, what they become, and that each comes once."""

import pytest

from handlers.conversation.flow import Heard, NotUnderstood, Understood
from handlers.reminder_times import keep_ladder, own_ladder
from handlers.reminder_words import read_steps
from tests.reminders.conftest import Office

USUAL = [1_440, 120]


@pytest.mark.parametrize(
    ("said", "steps"),
    [
        ("3 días antes", [4_320]),
        ("3 días, 1 día y 2 horas", [4_320, 1_440, 120]),
        ("una semana antes, un día antes", [10_080, 1_440]),
        ("hora y media antes", [90]),
        ("media hora", [30]),
        ("2 horas y media, 15 minutos", [150, 15]),
        ("the day before and half an hour before", [1_440, 30]),
        ("1 hour before", [60]),
        ("90 min", [90]),
        ("tres dias antes del evento", [4_320]),
        ("agrega 3 días antes", [4_320, 1_440, 120]),
        ("add 1 hour", [1_440, 120, 60]),
        ("añade también una hora", [1_440, 120, 60]),
        ("quita 2 horas", [1_440]),
        ("sin el de 1 día", [120]),
        ("remove 1 day", [120]),
        ("quita 1 día y 2 horas", None),
        ("lo de siempre", "usual"),
        ("as usual", "usual"),
        ("mañana", None),
        ("3", None),
        ("45 días", None),
        ("1 minuto", None),
        ("5 días, 4 días, 3 días, 2 días, 1 día, 1 hora", None),
        ("x" * 500, None),
        ("", None),
    ],
)
def test_steps_are_read_as_they_are_said(said: str, steps: object) -> None:
    heard = read_steps(Heard(said, known={"steps": USUAL}))
    if steps is None:
        assert isinstance(heard, NotUnderstood)
    else:
        minutes = None if steps == "usual" else steps
        assert heard == Understood({"minutes": minutes})


def test_what_is_as_usual_keeps_its_part_and_the_last_step_brings_the_link() -> None:
    assert own_ladder([120, 1_440], has_place=True, has_link=False) == {"day": 1_440, "soon": 120}
    own = own_ladder([60, 4_320], has_place=True, has_link=False)
    assert own == {"early04320": 4_320, "near0060": 60}
    assert own_ladder([60], has_place=False, has_link=True) == {"link": 60}
    assert own_ladder([120], has_place=True, has_link=True) == {"soon": 120}


async def test_steps_that_are_taken_away_and_brought_back_come_once(anywhere: Office) -> None:
    march = await anywhere.event()
    [ana] = await anywhere.who_come(march)
    own = own_ladder([4_320, 1_440, 60], has_place=True, has_link=False)
    await anywhere.changes(march, ladder=keep_ladder(own))
    await anywhere.at(2, 12)
    assert await anywhere.parts_of(ana) == ["early04320"]

    await anywhere.changes(march, ladder=None)
    await anywhere.at(4, 12)
    assert await anywhere.parts_of(ana) == ["early04320", "day"]

    await anywhere.changes(march, ladder=keep_ladder(own))
    await anywhere.at(4, 13)
    await anywhere.changes(march, ladder=keep_ladder({"soon": 120}))
    await anywhere.at(5, 8)
    await anywhere.changes(march, ladder=keep_ladder(own))
    await anywhere.at(5, 9, 40)
    assert await anywhere.parts_of(ana) == ["early04320", "day", "near0060"]
