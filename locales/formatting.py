"""Dates, times, zones and lists in the reader's words, NFC with plain spaces. No parsing."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from functools import lru_cache
from typing import Final, Literal
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time, get_timezone_location
from babel.lists import format_list

from locales import Language, Message, Text, _, speak, translate
from locales.regions import money, number, plain, region

__all__ = [
    "Count",
    "Day",
    "Listing",
    "Moment",
    "Money",
    "date_time_words",
    "date_words",
    "day_words",
    "list_words",
    "money",
    "number",
    "relative_day",
    "time_words",
    "zone_words",
]

Zone = ZoneInfo | str
Conjunction = Literal["and", "or"]

_DAY: Final[Mapping[Language, str]] = {"es": "EEEE d 'de' MMMM", "en": "EEEE, MMMM d"}
_DAY_AND_YEAR: Final[Mapping[Language, str]] = {
    "es": "EEEE d 'de' MMMM 'de' y",
    "en": "EEEE, MMMM d, y",
}
_NEAR_DAYS: Final[Mapping[int, Message]] = {
    -1: _("yesterday"),
    0: _("today"),
    1: _("tomorrow"),
}


@lru_cache(maxsize=1_024)
def day_words(
    day: date, language: Language, country: str | None = None, *, year: bool = False
) -> str:
    """ "sábado 5 de diciembre" / "Saturday, December 5"."""
    pattern = (_DAY_AND_YEAR if year else _DAY)[language]
    return plain(format_date(day, pattern, locale=region(language, country)))


def date_words(
    at: datetime, zone: Zone, language: Language, country: str | None = None, *, year: bool = False
) -> str:
    """The day of an instant on the wall of a zone."""
    return day_words(_on_wall(at, zone).date(), language, country, year=year)


def time_words(at: datetime, zone: Zone, language: Language, country: str | None = None) -> str:
    """ "10:30 a.m." / "10:30 AM", as the reader's region writes it."""
    return _clock_words(_on_wall(at, zone).time(), language, country)


@lru_cache(maxsize=2_048)
def _clock_words(wall: time, language: Language, country: str | None) -> str:
    return plain(format_time(wall, "short", locale=region(language, country)))


def date_time_words(
    at: datetime, zone: Zone, language: Language, country: str | None = None, *, year: bool = False
) -> str:
    day = date_words(at, zone, language, country, year=year)
    return f"{day}, {time_words(at, zone, language, country)}"


@lru_cache(maxsize=1_024)
def zone_words(zone: Zone, language: Language, country: str | None = None) -> str:
    """ "hora de Chicago" / "Chicago time"."""
    city = get_timezone_location(_key(zone), locale=region(language, country), return_city=True)
    return translate(_("{city} time", city=plain(city).rpartition("/")[2]), language, country)


def relative_day(day: date, today: date, language: Language, country: str | None = None) -> str:
    """Yesterday, today or tomorrow by that word, any other day by name (with a far year)."""
    near = _NEAR_DAYS.get((day - today).days)
    if near:
        return translate(near, language, country)
    return day_words(day, language, country, year=day.year != today.year)


def list_words(
    items: Iterable[Text],
    language: Language,
    kind: Conjunction = "and",
    country: str | None = None,
) -> str:
    """ "agua, ropa y comida"; Spanish y and o become e and u before their own sound, which that of
    Houston is not."""
    words = tuple([speak(item, language, country) for item in items])
    return _listed(words, language, kind, country)


@lru_cache(256)
def _listed(
    words: tuple[str, ...], language: Language, kind: Conjunction, country: str | None
) -> str:
    style: Literal["standard", "or"] = "standard" if kind == "and" else "or"
    text = plain(format_list(words, style=style, locale=region(language, country)))
    if language != "es" or len(words) < 2:
        return text
    return _euphonic(text, plain(words[-1]), kind)


def _euphonic(text: str, last: str, kind: Conjunction) -> str:
    before, after, clash = (
        (" y ", " e ", r"(?i)(i|hi)(?![aeoáéó])|í|hí")
        if kind == "and"
        else (" o ", " u ", r"(?i)[oó]|h[oó](?!u)")
    )
    head = text.removesuffix(before + last)
    if head == text or not re.match(clash, last):
        return text
    return head + after + last


def _on_wall(at: datetime, zone: Zone) -> datetime:
    if at.tzinfo is None:
        raise ValueError("an instant needs its zone: this datetime is naive")
    return at.astimezone(ZoneInfo(_key(zone)))


def _key(zone: Zone) -> str:
    return zone if isinstance(zone, str) else zone.key


@dataclass(frozen=True, slots=True)
class Moment:
    """An instant as a message's argument, told on the wall of its zone."""

    at: datetime
    zone: str
    form: Literal["date", "time", "date_time"] = "date_time"
    zone_named: bool = False
    year: bool = False

    def localized(self, language: Language, country: str | None) -> str:
        text = self._words(language, country)
        if not self.zone_named:
            return text
        return f"{text} ({zone_words(self.zone, language, country)})"

    def _words(self, language: Language, country: str | None) -> str:
        if self.form == "time":
            return time_words(self.at, self.zone, language, country)
        words = date_words if self.form == "date" else date_time_words
        return words(self.at, self.zone, language, country, year=self.year)


@dataclass(frozen=True, slots=True)
class Day:
    """A calendar day as a message's argument."""

    day: date
    year: bool = False

    def localized(self, language: Language, country: str | None) -> str:
        return day_words(self.day, language, country, year=self.year)


@dataclass(frozen=True, slots=True)
class Listing:
    """A list as a message's argument."""

    items: tuple[Text, ...]
    kind: Conjunction = "and"

    def localized(self, language: Language, country: str | None) -> str:
        return list_words(self.items, language, self.kind, country)


@dataclass(frozen=True, slots=True)
class Money:
    """US dollars as a message's argument."""

    dollars: Decimal | float

    def localized(self, language: Language, country: str | None) -> str:
        return money(self.dollars, language, country)


@dataclass(frozen=True, slots=True)
class Count:
    """A number as a message's argument, as the reader writes it."""

    n: int

    def localized(self, language: Language, country: str | None) -> str:
        return number(self.n, language, country)
