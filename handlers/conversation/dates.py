"""Days and moments as people write them, certain or none. Rules of our own and no library:
dateparser guesses where a person must be asked, and would not fit in the process's memory."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from functools import cache
from zoneinfo import ZoneInfo

from handlers.conversation.dates_clock import (
    CLOCK_RULES,
    DELTA_RULES,
    ENGLISH_CLOCK_RULES,
    LOOSE_CLOCK_RULES,
    PART_RULES,
    ZONE_RULES,
    hour_of,
    zone_agrees,
)
from handlers.conversation.dates_days import (
    BARE_SPAN_RULES,
    DAY_RULES,
    DAY_WORDS,
    MARTES_RULES,
    SPAN_RULES,
    Doubt,
    day_of,
    is_certain_day,
)
from handlers.conversation.dates_grammar import Facts, Reading, Rule, fixed, read, rule
from handlers.conversation.dates_words import plain
from handlers.conversation.words import word_set

__all__ = ["AskBack", "Doubt", "Moment", "read_day", "read_moment"]


@dataclass(frozen=True, slots=True)
class Moment:
    """An instant that is certain; `at` is aware, in UTC."""

    at: datetime


@dataclass(frozen=True, slots=True)
class AskBack:
    """Why the person must be asked once more."""

    reason: Doubt


_FILLERS: tuple[Rule, ...] = (
    fixed(
        r"(?:el|la|los|las|the|del|de|of|on|comma|dia|fecha|date|para|for|es|sera|seria|is|its|it|"
        r"sea|a partir|por favor|x favor|porfa|please|pls|gracias|thanks|"
        r"hola|hi|hello|ok|yes|si|sharp|en punto|"
        r"nos vemos|nos reunimos|vemonos|lets (?:do|meet|say)|we (?:meet|start)|"
        r"empieza|empezamos|comienza|comenzamos|inicia|iniciamos|starts|start|starting|begins) ",
        Facts(),
    ),
)
_UNTIL: tuple[Rule, ...] = (
    fixed(
        r"(?:hasta|until|untill|till|til|thru|through|by|before|antes|no later than|"
        r"a mas tardar|lo mas tarde|pausa|pausar|pause|up to) ",
        Facts(),
    ),
)
_VAGUE: tuple[Rule, ...] = (
    fixed(
        r"(?:muy |bien |very )?(?:temprano|tempranito|early|late|mas tarde|later) ",
        Facts(vague="hour"),
    ),
    fixed(
        r"(?:este |this |next |el )?(?:(?:proximo )?fin de semana|weekend|finde) ",
        Facts(vague="day"),
    ),
    fixed(r"(?:right )?(?:now|ahora|ahorita|ahora mismo|ya|pronto|soon|asap) ", Facts(vague="day")),
)
_UNSURE_WORDS = word_set(
    "o u or no not ni except excepto menos before after until hasta antes despues semana week "
    "maybe quiza quizas vez time hora horas hours horario tiempo clock ciudad noon midnight "
    "mediodia medianoche madrugada morning afternoon evening night tonight case caso total general"
)
# "in Tijuana" may mean its clock: only what must be a venue is passed over.
_VENUE = r"(?:en (?:el|la|los|las|casa)|at|in (?:the|our)|frente al?|afuera de|outside)"
_DAYS = (*DAY_RULES, *MARTES_RULES, *SPAN_RULES, *BARE_SPAN_RULES, *_FILLERS, *_UNTIL)
_HOURS = (*CLOCK_RULES, *PART_RULES, *DELTA_RULES, *ZONE_RULES)
_MOMENTS = (*DAY_RULES, *SPAN_RULES, *_HOURS, *_FILLERS, *_VAGUE)
_ASKED_FIRST = (
    Doubt.CONTRADICTORY,
    Doubt.IMPOSSIBLE,
    Doubt.PAST,
    Doubt.MORNING_OR_EVENING,
    Doubt.DAY_OR_MONTH_FIRST,
)


def read_day(text: str, today: date) -> date | None:
    """The one day on or after today that the text names, or None when that isn't certain.

    A span counts from today; "until" and "before" name the day itself; a weekday that is
    today is that of next week, and "next Friday" is the coming one: say the day back.
    """
    words = plain(text)
    if words is None:
        return None
    days = {_day(facts, today) for facts in read(words, _DAYS).facts}
    day = days.pop() if len(days) == 1 else None
    return day if isinstance(day, date) else None


def _day(facts: Facts, today: date) -> date | Doubt:
    day = day_of(facts, today)
    alone = facts.weekday is not None and facts == Facts(weekday=facts.weekday)
    return today + timedelta(days=7) if alone and day == today else day


def read_moment(text: str, language: str, now: datetime, zone: str) -> Moment | AskBack:
    """The one instant after `now` (aware) that the text names on the clocks of `zone`.

    A weekday that is today is asked back unless "this", "next" or a date goes with it: a
    rally missed by a week costs more than a question. So is "next Friday" while this
    week's Friday is still to come, and a bare "12 am", by which many mean noon.
    `language` ("es", "en") decides what is spelt alike in both ("mar 5", "5a").
    """
    words = plain(text)
    if words is None:
        return AskBack(Doubt.NOT_UNDERSTOOD)
    reading = _first_reading(words, language)
    place = ZoneInfo(zone)
    outcomes = {_outcome(facts, language, now.astimezone(place), place) for facts in reading.facts}
    if not outcomes:
        return AskBack(Doubt.SEVERAL if reading.repeated else Doubt.NOT_UNDERSTOOD)
    return outcomes.pop() if len(outcomes) == 1 else AskBack(_common_doubt(outcomes))


def _first_reading(words: str, language: str) -> Reading:
    """Strict rules first; then looser ones, and at last a place that is named behind it all."""
    repeated = False
    for rules in _rule_sets(language):
        reading = read(words, rules)
        repeated = repeated or reading.repeated
        if reading.facts:
            return reading
    return Reading(frozenset(), repeated)


@cache
def _rule_sets(language: str) -> tuple[tuple[Rule, ...], ...]:
    own = ENGLISH_CLOCK_RULES if language == "en" else MARTES_RULES
    strict = (*_MOMENTS, *own)
    loose = (*strict, *LOOSE_CLOCK_RULES)
    place = rule(rf"(?P<place>{_VENUE} [a-z ]+)$", _place)
    return strict, loose, (*strict, place), (*loose, place)


def _place(match: re.Match[str]) -> Facts | None:
    words = set(match["place"].split())
    return None if words & (DAY_WORDS | _UNSURE_WORDS) else Facts()


def _common_doubt(outcomes: set[Moment | AskBack]) -> Doubt:
    reasons = {one.reason for one in outcomes if isinstance(one, AskBack)}
    if len(reasons) < len(outcomes):
        return Doubt.SEVERAL
    return next((reason for reason in _ASKED_FIRST if reason in reasons), min(reasons))


def _outcome(facts: Facts, language: str, now: datetime, zone: ZoneInfo) -> Moment | AskBack:
    """`now` is in that zone."""
    at = _instant(facts, language, now, zone)
    if isinstance(at, Doubt):
        return AskBack(at)
    instant = at.astimezone(UTC)
    return Moment(instant) if instant > now.astimezone(UTC) else AskBack(Doubt.PAST)


def _instant(facts: Facts, language: str, now: datetime, zone: ZoneInfo) -> datetime | Doubt:
    if facts.vague is not None:
        return Doubt.NO_HOUR if facts.vague == "hour" else Doubt.NO_DAY
    if facts.delta is not None:
        alone = facts == Facts(delta=facts.delta)
        return now.astimezone(UTC) + facts.delta if alone else Doubt.SEVERAL
    day, hour = day_of(facts, now.date()), hour_of(facts)
    if isinstance(day, Doubt):
        return day
    if isinstance(hour, Doubt):
        return hour
    if not is_certain_day(facts, day, now.date(), language):
        return Doubt.WHICH_WEEK
    return _on_the_wall(facts, datetime.combine(day, hour), zone)


def _on_the_wall(facts: Facts, wall: datetime, zone: ZoneInfo) -> datetime | Doubt:
    if facts.offset is not None:
        return wall.replace(tzinfo=timezone(facts.offset))
    if not zone_agrees(facts, wall, zone):
        return Doubt.OTHER_ZONE
    at = wall.replace(tzinfo=zone)
    if at.utcoffset() == at.replace(fold=1).utcoffset():
        return at
    there = at.astimezone(UTC).astimezone(zone).replace(tzinfo=None) == wall
    return Doubt.CLOCKS_REPEAT_IT if there else Doubt.CLOCKS_SKIP_IT
