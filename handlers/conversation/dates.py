"""Days and moments as people write them, certain or none. Rules of our own and no library:
dateparser guesses where a person must be asked, and would not fit in the process's memory."""

from datetime import date, timedelta

from handlers.conversation.dates_days import (
    BARE_SPAN_RULES,
    DAY_RULES,
    MARTES_RULES,
    SPAN_RULES,
    Doubt,
    day_of,
)
from handlers.conversation.dates_grammar import Facts, Rule, fixed, read
from handlers.conversation.dates_words import plain

_FILLERS = fixed(
    r"(?:el|la|los|las|the|del|de|of|on|comma|dia|para|for|es|sera|seria|is|its|it|"
    r"por favor|please|gracias|thanks|hola|hi|hello) ",
    Facts(),
)
_UNTIL = fixed(
    r"(?:hasta|until|untill|till|til|thru|through|by|before|antes|no later than|a mas tardar|"
    r"pausa|pausar|pause|up to|lo mas tarde) ",
    Facts(),
)
_DAYS: tuple[Rule, ...] = (
    *DAY_RULES,
    *MARTES_RULES,
    *SPAN_RULES,
    *BARE_SPAN_RULES,
    _FILLERS,
    _UNTIL,
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
