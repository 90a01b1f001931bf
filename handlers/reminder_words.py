"""When to remind, as an organiser says it: "3 días antes", "add 1 hour". No times of an event."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from handlers.conversation.flow import Heard, Hearing, NotUnderstood, Understood
from handlers.conversation.numbers import whole_number
from handlers.conversation.words import fold, word_set
from handlers.event_facts import duration_words
from locales import Message, _, n_
from locales.formatting import Listing

MOST_STEPS: Final = 5
SHORTEST: Final = 5
_HOUR, _DAY, _WEEK = 60, 1_440, 10_080
LONGEST: Final = 30 * _DAY
_LONGEST_TEXT = 160

_UNITS: Mapping[str, int] = {
    **dict.fromkeys(("semana", "semanas", "week", "weeks"), _WEEK),
    **dict.fromkeys(("dia", "dias", "day", "days", "vispera"), _DAY),
    **dict.fromkeys(("hora", "horas", "hour", "hours", "h", "hr", "hrs"), _HOUR),
    **dict.fromkeys(("minuto", "minutos", "minute", "minutes", "min", "mins"), 1),
}
_ONE = word_set("un una uno a an one")
_HALF = word_set("media medio half")
_AND = word_set("y and e")
_BESIDES = word_set(
    "antes before de del the el la los las of evento event start inicio previo previa"
    " anterior previous solo only con with recordatorio recordatorios reminder reminders"
)
_MORE = word_set("agrega agregar agregue anade anadir suma sumar pon add plus tambien also mas")
_LESS = word_set(
    "quita quitar quite borra borrar elimina sin remove drop delete without menos less"
)
_USUAL = word_set("usual usuales normal normales siempre default restaurar restore habitual")


def read_steps(heard: Heard) -> Hearing:
    """All steps anew, some more or some fewer: minutes before, the longest first; None: as usual.

    `steps` among what is known are those that there are.
    """
    said = fold(heard.text[:_LONGEST_TEXT]).split()
    if len(heard.text) > _LONGEST_TEXT or not said:
        return NotUnderstood()
    if not _USUAL.isdisjoint(said):
        return Understood({"minutes": None})
    verbs = [word for word in said if word in _MORE or word in _LESS]
    named = _durations([word for word in said if word not in verbs])
    if not named or len({word in _MORE for word in verbs}) > 1:
        return NotUnderstood()
    return _allowed(_changed(heard.known.get("steps") or (), set(named), verbs))


def _changed(there: Sequence[int], named: set[int], verbs: Sequence[str]) -> set[int]:
    if not verbs:
        return named
    return {*there} | named if verbs[0] in _MORE else {*there} - named


def _allowed(steps: set[int]) -> Hearing:
    if not steps:
        return NotUnderstood(_("One reminder at least, please, so that nobody forgets."))
    if len(steps) > MOST_STEPS:
        return NotUnderstood(_("{most} reminders at most, please.", most=MOST_STEPS))
    if min(steps) < SHORTEST or max(steps) > LONGEST:
        return NotUnderstood(_("From 5 minutes to 30 days before, please."))
    return Understood({"minutes": sorted(steps, reverse=True)})


def _durations(said: Sequence[str]) -> list[int] | None:
    """In minutes; None: there is more in it than that."""
    found: list[int] = []
    number: int | None = None
    half = False
    for word, following in _with_next(said):
        if word in _UNITS:
            unit = _UNITS[word]
            found.append(unit // 2 if half else unit * (1 if number is None else number))
            number, half = None, False
        elif word in _HALF and found and following not in _UNITS:
            found[-1] += _HOUR // 2
        elif word in _HALF:
            half = True
        elif word not in _AND and word not in _BESIDES:
            number = 1 if word in _ONE else whole_number(word)
            if number is None:
                return None
    return None if number is not None or half else found


def _with_next(said: Sequence[str]) -> Iterator[tuple[str, str]]:
    """ "Half an hour" as "media hora"."""
    before = ("", *said)
    words = [word for word, last in zip(said, before, strict=False) if not _is_article(last, word)]
    return zip(words, (*words[1:], ""), strict=True)


def _is_article(last: str, word: str) -> bool:
    return last in _HALF and word in _ONE


def step_words(minutes: int) -> Message:
    """ "3 days", "90 minutes" as a part of a text."""
    if minutes % _WEEK == 0:
        return n_("{n} week", "{n} weeks", minutes // _WEEK)
    if minutes % _DAY == 0:
        return n_("{n} day", "{n} days", minutes // _DAY)
    return duration_words(minutes)


def steps_words(value: Mapping[str, Any]) -> Message:
    minutes = value["minutes"]
    if minutes is None:
        return _("as usual")
    return _("{steps} before", steps=Listing(tuple(map(step_words, minutes))))
