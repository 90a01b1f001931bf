"""How rules over plain words make every reading of a text. No rule and no calendar here."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import timedelta

from handlers.conversation.lazy import LazyPattern


@dataclass(frozen=True, slots=True)
class Clock:
    """An hour as written. style: "24" (certain), "bare", "am" or "pm"; exact: with its minutes."""

    hour: int
    minute: int
    style: str
    exact: bool = False


@dataclass(frozen=True, slots=True)
class Facts:
    """What a text says of a moment, each fact at most once.

    weekday 0 is Monday; qualifier: "this", "coming" or "next"; week: calendar weeks ahead;
    numeric: two numbers whose order (day, month) is not said; ahead: days from today;
    span: a number of "day", "week", "month" or "year"; delta: time from now; edge: the end of
    the running "month" or "year"; part: a part of the day; vague: words that fix neither the
    "day" nor the "hour"; zones: IANA names that a named zone may mean, none for the local one;
    city: a city whose time is meant; offset: from UTC.
    """

    weekday: int | None = None
    qualifier: str | None = None
    week: int | None = None
    day: int | None = None
    month: int | None = None
    year: int | None = None
    numeric: tuple[int, int] | None = None
    ahead: int | None = None
    span: tuple[int, str] | None = None
    delta: timedelta | None = None
    edge: str | None = None
    vague: str | None = None
    clock: Clock | None = None
    part: str | None = None
    zones: tuple[str, ...] | None = None
    city: str | None = None
    offset: timedelta | None = None

    def joined(self, other: "Facts") -> "Facts | None":
        """Both together; None when both speak of the same."""
        values = {}
        for name in _NAMES:
            mine, theirs = getattr(self, name), getattr(other, name)
            if mine is not None and theirs is not None:
                return None
            values[name] = theirs if mine is None else mine
        return Facts(**values)


_NAMES = tuple(field.name for field in fields(Facts))


@dataclass(frozen=True, slots=True)
class Rule:
    """Words that state facts; the pattern ends with a space. None: they state nothing after all."""

    pattern: LazyPattern
    facts: Callable[[re.Match[str]], Facts | None]


@dataclass(frozen=True, slots=True)
class Reading:
    """Every complete reading of a text; repeated: one failed since it said one thing twice."""

    facts: frozenset[Facts]
    repeated: bool


def rule(pattern: str, facts: Callable[[re.Match[str]], Facts | None]) -> Rule:
    return Rule(LazyPattern(pattern), facts)


def fixed(pattern: str, facts: Facts) -> Rule:
    return Rule(LazyPattern(pattern), lambda _: facts)


def read(plain: str, rules: Sequence[Rule]) -> Reading:
    """All ways to cover the whole text (as dates_words.plain gives it) with rules."""
    reached: dict[int, set[Facts]] = {0: {Facts()}}
    repeated = False
    for at in range(len(plain)):
        for end, stated in _stated(plain, at, rules) if at in reached else ():
            joined = {before.joined(stated) for before in reached[at]}
            repeated = repeated or None in joined
            reached.setdefault(end, set()).update(facts for facts in joined if facts)
    return Reading(frozenset(reached.get(len(plain), ())), repeated)


def _stated(plain: str, at: int, rules: Iterable[Rule]) -> list[tuple[int, Facts]]:
    matches = ((rule, match) for rule in rules if (match := rule.pattern.match(plain, at)))
    return [
        (match.end(), facts)
        for rule, match in matches
        if match.end() > at and (facts := rule.facts(match)) is not None
    ]
