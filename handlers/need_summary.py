"""SUMMARY: at what hour a shelter hears how its day went, or that it doesn't want to."""

from handlers import access
from handlers.context import Context
from handlers.conversation.numbers import whole_number
from handlers.conversation.vocabulary import NO, NONE
from handlers.conversation.words import fold, word_set
from locales import _
from storage import summaries

_OFF = NO | NONE | word_set("off never nunca apagar quitar")
_AFTERNOON = word_set("pm p tarde noche afternoon evening night")
_NOON = 12
_LATEST = 23


def choose_hour(context: Context, rest: str) -> None:
    """SUMMARY 6 pm, SUMMARY 18, SUMMARY OFF: for every shelter in the caller's care."""
    places = access.shelters_of(context.connection, access.grants_of(context))
    if not places:
        context.say(_("No shelter is in your care here. What the shelters need: NEEDS"))
        return
    off, hour = fold(rest) in _OFF, _hour(rest)
    if not off and hour is None:
        context.say(_("At what hour? Like: SUMMARY 6 pm. None at all: SUMMARY OFF"))
        return
    for place in places:
        summaries.set_hour(context.connection, place.id, None if off else hour)
    if off:
        context.say(_("No daily summary from now on. How it goes: STATUS"))
    else:
        context.say(_("Every day at {hour}:00, while something is open.", hour=hour))


def _hour(text: str) -> int | None:
    """On a wall with 24 hours."""
    words = fold(text.replace(":00", " ")).split()
    numbers = [n for n in map(whole_number, words) if n is not None and n <= _LATEST]
    if len(numbers) != 1:
        return None
    late = not _AFTERNOON.isdisjoint(words) and numbers[0] < _NOON
    return numbers[0] + _NOON if late else numbers[0]
