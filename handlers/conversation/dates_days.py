"""Words that name a day, and the day that they name. Nothing of hours."""

import calendar
from datetime import date, timedelta
from enum import StrEnum
from re import Match

from handlers.conversation.dates_grammar import Facts, Rule, fixed, rule


class Doubt(StrEnum):
    """Why a text is not one certain moment."""

    NOT_UNDERSTOOD = "not understood"
    NO_DAY = "no day"
    NO_HOUR = "no hour"
    MORNING_OR_EVENING = "morning or evening"
    DAY_OR_MONTH_FIRST = "day or month first"
    WHICH_WEEK = "which week"
    WHICH_MIDNIGHT = "which midnight"
    SEVERAL = "several moments"
    PAST = "past"
    IMPOSSIBLE = "impossible"
    CONTRADICTORY = "contradictory"
    CLOCKS_SKIP_IT = "clocks skip it"
    CLOCKS_REPEAT_IT = "clocks repeat it"
    OTHER_ZONE = "other zone"


_WEEKDAYS = (
    "lunes|lun|monday|mon",
    "martes|tuesday|tues|tue",
    "miercoles|mierc|mie|wednesday|weds|wed",
    "jueves|juev|jue|thursday|thurs|thur|thu",
    "viernes|vier|vie|friday|fri",
    "sabado|sab|saturday|sat",
    "domingo|dom|sunday|sun",
)
_MONTHS = (
    "enero|ene|january|jan",
    "febrero|feb|february",
    "marzo|march",
    "abril|abr|april|apr",
    "mayo|may",
    "junio|jun|june",
    "julio|jul|july",
    "agosto|ago|august|aug",
    "septiembre|setiembre|september|sept|sep|set",
    "octubre|oct|october",
    "noviembre|nov|november",
    "diciembre|dic|december|dec",
)
_UNITS = {
    "day": "dias|dia|days|day",
    "week": "semanas|semana|weeks|week|wks|wk",
    "month": "meses|mes|months|month",
    "year": "anos|ano|years|year",
}
_QUALIFIERS = {
    "this": "este|esta|this",
    "coming": "this coming|este proximo|the coming|coming|upcoming",
    "next": "el proximo|la proxima|proximo|proxima|the next|next",
}
_COMING_AFTER = "que viene|que entra|entrante"
_NEXT_AFTER = "proximo|siguiente"


def _index(groups: tuple[str, ...]) -> dict[str, int]:
    return {word: place for place, group in enumerate(groups) for word in group.split("|")}


_WEEKDAY_OF = _index(_WEEKDAYS)
_MONTH_OF = {word: place + 1 for word, place in _index(_MONTHS).items()} | {"mar": 3}
_UNIT_OF = {word: unit for unit, words in _UNITS.items() for word in words.split("|")}
_QUALIFIER_OF = {word: name for name, words in _QUALIFIERS.items() for word in words.split("|")}

DAY_WORDS = frozenset(_WEEKDAY_OF) | frozenset(_MONTH_OF) | frozenset(_UNIT_OF)
DAY_WORDS |= {"hoy", "today", "manana", "tomorrow", "pasado", "next", "noche", "tarde", "am", "pm"}

_WD = "(?P<wd>" + "|".join(_WEEKDAYS) + ")"
_MONTH = "(?P<month>" + "|".join((*_MONTHS, "mar")) + ")"
_ORDINAL = "(?:st |nd |rd |th |o |ro |ero )"
_DAY = rf"(?P<day>[0-9]{{1,2}}) {_ORDINAL}?"
# "5 dic 2000 h" is an hour
_YEAR = (
    r"(?:(?:de |del |of |comma |del ano )?(?P<year>(?:19|2[01])[0-9]{2}) "
    r"(?!(?:h|hs|hrs|horas|hours|am|pm|p) ))?"
)
# "sábado 5 de la tarde" is an hour too
_NO_HOUR = r"(?!de la (?:manana|tarde|noche|madrugada) |del mediodia )"
# "the second Saturday" is not the 2nd
_NO_NTH = rf"(?!(?:{'|'.join(_WEEKDAYS)}) )"
_THIS = r"(?:(?:este|proximo|this) )?"
_N_WEEKS = r"(?P<n>[0-9]{1,2}|an?) (?:semanas?|weeks?) (?:a partir )?"
# ISO's hour goes with its date: dates_clock.py reads both
_NO_ISO = r"(?!(?:t )?[0-9]{2}:[0-9]{2}(?::00)?(?:[+-][0-9:]+)? (?!am |pm |[ap] ))"
_QUALIFIED = "(?:(?P<before>" + "|".join("|".join(_QUALIFIERS.values()).split("|")) + ") )?"
_AFTER = rf"(?:(?P<after>{_COMING_AFTER}|{_NEXT_AFTER}) )?"
_SPAN = r"(?:(?P<n>[0-9]{1,3}|an?|1 par de|a couple of|a couple) (?P<unit>"
_SPAN += "|".join(_UNITS.values()) + ") )"


def _weekday(match: Match[str]) -> Facts | None:
    before, after = match["before"], match["after"]
    if before and after:
        return None
    qualifier = _QUALIFIER_OF[before] if before else None
    if after:
        qualifier = "next" if after in _NEXT_AFTER.split("|") else "coming"
    return Facts(weekday=_WEEKDAY_OF[match["wd"]], qualifier=qualifier)


def _weekday_and_day(match: Match[str]) -> Facts:
    qualifier = _QUALIFIER_OF[match["before"]] if match["before"] else None
    weekday = _WEEKDAY_OF[match["wd"]]
    return Facts(weekday=weekday, day=int(match["day"]), qualifier=qualifier)


def _named_month(match: Match[str]) -> Facts:
    year = int(match["year"]) if match["year"] else None
    return Facts(day=int(match["day"]), month=_MONTH_OF[match["month"]], year=year)


def _day_alone(match: Match[str]) -> Facts:
    return Facts(day=int(match["day"]))


def _weeks_from(match: Match[str]) -> Facts:
    weeks = int(match["n"]) if match["n"].isdigit() else 1
    return Facts(ahead=7 * weeks + (match["day"] in ("tomorrow", "manana")))


def _numeric(match: Match[str]) -> Facts | None:
    first, second = int(match["first"]), int(match["second"])
    year = _full_year(match["year"]) if match["year"] else None
    if first == second or (first > 12) != (second > 12):
        day, month = max(first, second), min(first, second)
        return Facts(day=day, month=month, year=year)
    return Facts(numeric=(first, second), year=year)


def _full_year(written: str) -> int:
    return int(written) + (2000 if len(written) == 2 else 0)


def _iso(match: Match[str]) -> Facts:
    return Facts(year=int(match["year"]), month=int(match["month"]), day=int(match["day"]))


def _span(match: Match[str]) -> Facts:
    number = match["n"]
    count = int(number) if number.isdigit() else (1 if number in ("a", "an") else 2)
    return Facts(span=(count, _UNIT_OF[match["unit"]]))


DAY_RULES: tuple[Rule, ...] = (
    rule(rf"{_QUALIFIED}{_WD} {_AFTER}", _weekday),
    rule(rf"{_QUALIFIED}{_WD} (?:el |dia |the |el dia )?{_DAY}{_NO_HOUR}", _weekday_and_day),
    rule(rf"{_THIS}{_DAY}(?:de |del |of )?(?:mes de )?{_MONTH} {_YEAR}", _named_month),
    rule(rf"{_MONTH} (?:the |el )?{_DAY}{_YEAR}", _named_month),
    rule(
        r"(?P<first>[0-9]{1,2})/(?P<second>[0-9]{1,2})(?:/(?P<year>[0-9]{4}|[0-9]{2}))? ", _numeric
    ),
    rule(
        r"(?P<first>[0-9]{1,2})([.-])(?P<second>[0-9]{1,2})\2(?P<year>[0-9]{4}|[0-9]{2}) ",
        _numeric,
    ),
    rule(r"(?P<year>[0-9]{4})([/.])(?P<month>[0-9]{1,2})\2(?P<day>[0-9]{1,2}) ", _iso),
    rule(rf"(?P<year>[0-9]{{4}})-(?P<month>[0-9]{{1,2}})-(?P<day>[0-9]{{1,2}}) {_NO_ISO}", _iso),
    rule(rf"(?:el dia |el |dia |the ){_THIS}{_DAY}{_NO_NTH}", _day_alone),
    rule(rf"(?P<day>[0-9]{{1,2}}) {_ORDINAL}{_NO_NTH}", _day_alone),
    rule(rf"{_N_WEEKS}(?:from|de) (?P<day>today|hoy|tomorrow|manana) ", _weeks_from),
    fixed(r"(?:hoy mismo|hoy|today) ", Facts(ahead=0)),
    fixed(
        r"(?<!la )(?:el dia de )?(?:manana|mnn|tomorrow|tommorow|tomorow|tmrw|tmw) ",
        Facts(ahead=1),
    ),
    fixed(r"(?:pasado manana|the day after tomorrow|day after tomorrow) ", Facts(ahead=2)),
    fixed(r"(?:antier|anteayer|ayer|anoche|yesterday|last night) ", Facts(ahead=-1)),
    fixed(r"(?:esta semana|this week) ", Facts(week=0)),
    fixed(
        r"(?:the |la )?(?:proxima semana|semana proxima|semana que viene|semana que entra|"
        r"semana entrante|next week) ",
        Facts(week=1),
    ),
)
SPAN_RULES: tuple[Rule, ...] = (
    rule(rf"(?:en|in|dentro de|de aqui a) {_SPAN}", _span),
    rule(rf"{_SPAN}from now ", _span),
)
# "mar 5" is a Tuesday or the fifth of March, unless it is English
MARTES_RULES: tuple[Rule, ...] = (
    fixed("mar ", Facts(weekday=1)),
    rule(rf"mar (?:el |dia |el dia )?{_DAY}", lambda m: Facts(weekday=1, day=int(m["day"]))),
)
BARE_SPAN_RULES: tuple[Rule, ...] = (
    rule(rf"(?:por |for |durante |within )?{_SPAN}", _span),
    fixed(r"(?:el |la )?(?:fin|final|finales) de(?:l| este)? mes ", Facts(edge="month")),
    fixed(r"(?:the )?(?:end of (?:the |this )?month|month end) ", Facts(edge="month")),
    fixed(r"(?:el )?(?:fin|final|finales) de(?:l| este)? ano ", Facts(edge="year")),
    fixed(r"(?:the )?(?:end of (?:the |this )?year|year end) ", Facts(edge="year")),
)

# A date without its year that passed this recently may be meant as it stands: past.
_RECENT = timedelta(days=90)
_LAST_YEAR = 2100


def day_of(facts: Facts, today: date) -> date | Doubt:
    """The one day on or after today that the facts name.

    A weekday alone that is today is today (the caller decides whether that is certain);
    "next Friday" is the coming one (see `next_is_certain`).
    """
    named = _named_days(facts, today)
    if not named:
        return Doubt.NO_DAY
    doubt = next((day for day in named if isinstance(day, Doubt)), None)
    if doubt:
        return doubt
    days = [day for day in named if isinstance(day, date)]
    if len(set(days)) > 1:
        return Doubt.CONTRADICTORY
    if facts.weekday is not None and days[0].weekday() != facts.weekday:
        return Doubt.CONTRADICTORY
    return days[0] if days[0] >= today else Doubt.PAST


def is_certain_day(facts: Facts, day: date, today: date, language: str) -> bool:
    """Whether everybody who says so means that day, of those that `day_of` names.

    A weekday alone that is today may be next week's. "Next Friday" is certain when the coming
    Friday is in the next calendar week too. In Spanish 8 and 15 days are a week and two.
    """
    if facts.span is not None:
        fortnights = language == "es" and facts.span in ((8, "day"), (15, "day"))
        clamped = facts.span[1] in ("month", "year") and day.day != today.day
        return not fortnights and not clamped
    if facts.weekday is None or _dated(facts):
        return True
    if facts.qualifier == "next":
        return {day} == _in_week(facts.weekday, 1, today)
    return facts.qualifier is not None or day != today


def _dated(facts: Facts) -> bool:
    named = (facts.day, facts.numeric, facts.ahead, facts.span, facts.week, facts.edge)
    return any(value is not None for value in named)


def _named_days(facts: Facts, today: date) -> list[date | Doubt]:
    days: list[date | Doubt] = []
    if facts.numeric is not None:
        days.append(_either_order(facts, today))
    if facts.day is not None:
        days.append(_dated_day(facts, today))
    if facts.ahead is not None:
        days.append(_later(today, facts.ahead, "day"))
    if facts.span is not None:
        days.append(_later(today, *facts.span))
    if facts.edge is not None:
        month = 12 if facts.edge == "year" else today.month
        days.append(date(today.year, month, calendar.monthrange(today.year, month)[1]))
    if facts.week is not None:
        days.append(_week_day(facts, today))
    if facts.weekday is not None and not days:
        days.append(_coming(facts.weekday, today, facts.qualifier in ("next", "coming")))
    return days


def _week_day(facts: Facts, today: date) -> date | Doubt:
    if facts.weekday is None or facts.week is None:
        return Doubt.NO_DAY
    days = _in_week(facts.weekday, facts.week, today)
    return days.pop() if len(days) == 1 else Doubt.WHICH_WEEK


def _in_week(weekday: int, weeks: int, today: date) -> set[date]:
    """That weekday of this or a later calendar week, for weeks from Monday and from Sunday."""
    monday = today - timedelta(days=today.weekday())
    sunday = today - timedelta(days=(today.weekday() + 1) % 7)
    from_monday = monday + timedelta(weeks=weeks, days=weekday)
    from_sunday = sunday + timedelta(weeks=weeks, days=(weekday + 1) % 7)
    return {from_monday, from_sunday}


def _coming(weekday: int, today: date, skip_today: bool) -> date:
    days = (weekday - today.weekday()) % 7
    return today + timedelta(days=7 if skip_today and days == 0 else days)


def _dated_day(facts: Facts, today: date) -> date | Doubt:
    day, month = facts.day or 0, facts.month
    if month is None:
        return _day_of_month(day, facts.weekday, today)
    if facts.year is not None:
        return _date(facts.year, month, day)
    return _next_such(month, day, today)


def _next_such(month: int, day: int, today: date) -> date | Doubt:
    this_year, next_year = _date(today.year, month, day), _date(today.year + 1, month, day)
    if isinstance(this_year, Doubt):
        ahead = (month, day) < (today.month, today.day)
        return next_year if ahead else this_year
    if this_year >= today:
        return this_year
    return Doubt.PAST if today - this_year <= _RECENT else next_year


def _day_of_month(day: int, weekday: int | None, today: date) -> date | Doubt:
    """The next such day of this month or the next one, on its weekday if one is named."""
    later = date(today.year + today.month // 12, today.month % 12 + 1, 1)
    days = [_date(month.year, month.month, day) for month in (today, later)]
    coming = [one for one in days if isinstance(one, Doubt) or one >= today]
    if weekday is None or isinstance(coming[0], Doubt):
        return coming[0]
    fitting = [one for one in coming if isinstance(one, date) and one.weekday() == weekday]
    return fitting[0] if fitting else Doubt.CONTRADICTORY


def _either_order(facts: Facts, today: date) -> date | Doubt:
    """In doubt, unless the weekday fits one order only."""
    first, second = facts.numeric or (0, 0)
    orders = ((first, second), (second, first))
    days = [_dated_day(Facts(day=d, month=m, year=facts.year), today) for d, m in orders]
    if all(isinstance(day, Doubt) for day in days):
        return Doubt.IMPOSSIBLE if max(first, second) > 12 else Doubt.DAY_OR_MONTH_FIRST
    if facts.weekday is None:
        return Doubt.DAY_OR_MONTH_FIRST
    real = [day for day in days if isinstance(day, date)]
    fitting = [day for day in real if day.weekday() == facts.weekday]
    if len(fitting) == 1:
        return fitting[0]
    return Doubt.DAY_OR_MONTH_FIRST if fitting else Doubt.CONTRADICTORY


def _date(year: int, month: int, day: int) -> date | Doubt:
    try:
        return date(year, month, day) if year <= _LAST_YEAR else Doubt.IMPOSSIBLE
    except ValueError:
        return Doubt.IMPOSSIBLE


def _later(today: date, count: int, unit: str) -> date | Doubt:
    if unit in ("day", "week"):
        return today + timedelta(days=count * (7 if unit == "week" else 1))
    months = today.year * 12 + today.month - 1 + count * (12 if unit == "year" else 1)
    year, month = months // 12, months % 12 + 1
    if year > _LAST_YEAR:
        return Doubt.IMPOSSIBLE
    return date(year, month, min(today.day, calendar.monthrange(year, month)[1]))
