"""By when something is needed: a moment, a day's end, an urgency; what is unclear is asked back."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from handlers.conversation.deadlines import when_needed
from handlers.conversation.flow import AskBack, Heard, NotUnderstood, Understood

ZONE = "America/Tijuana"
NOW = datetime(2026, 11, 21, 18, 0, tzinfo=UTC)
"""A Saturday, 10 in the morning there."""

CERTAIN = {
    "mañana a las 5 pm": ("urgent", "22 17:00"),
    "before Friday": ("soon", "26 18:00"),
    "antes del viernes": ("soon", "26 18:00"),
    "by Friday 5pm": ("soon", "27 17:00"),
    "para el viernes": ("soon", "27 18:00"),
    "hoy": ("critical", "21 18:00"),
    "esta noche": ("critical", "21 21:00"),
    "mañana temprano": ("urgent", "22 12:00"),
    "in 2 hours": ("critical", "21 12:00"),
    "urgente para el lunes": ("urgent", "23 18:00"),
    "crítica, mañana a las 5 pm": ("critical", "22 17:00"),
}


def read(text: str) -> object:
    return when_needed(Heard(text, now=NOW), ZONE)


def on_the_wall(by: str) -> str:
    return datetime.fromisoformat(by).astimezone(ZoneInfo(ZONE)).strftime("%d %H:%M")


@pytest.mark.parametrize("text", CERTAIN)
def test_a_time_that_is_certain(text: str) -> None:
    hearing = read(text)
    assert isinstance(hearing, Understood), hearing
    assert (hearing.value["urgency"], on_the_wall(hearing.value["by"])) == CERTAIN[text]


@pytest.mark.parametrize("text", ["a las 5", "viernes a las 5", "20:00", "at 5"])
def test_half_a_time_is_asked_back(text: str) -> None:
    hearing = read(text)
    assert isinstance(hearing, AskBack), hearing
    assert len(hearing.values) >= 2
    assert all(datetime.fromisoformat(value["by"]) > NOW for value in hearing.values)


@pytest.mark.parametrize(
    ("text", "urgency"),
    [("urgente", "urgent"), ("cuanto antes", "critical"), ("siempre", "ongoing")],
)
def test_an_urgency_without_a_time(text: str, urgency: str) -> None:
    hearing = read(text)
    assert isinstance(hearing, Understood)
    assert (hearing.value["urgency"], hearing.value["by"]) == (urgency, None)


@pytest.mark.parametrize("text", ["ayer", "no sé", "bebé", "fin de semana", "2020-01-01", ""])
def test_what_is_no_time_ahead_is_not_taken(text: str) -> None:
    assert isinstance(read(text), NotUnderstood)
