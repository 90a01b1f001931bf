"""Words that name an hour, a part of the day or a zone, and the hour that they mean. No days."""

import re
from datetime import datetime, time, timedelta
from re import Match
from zoneinfo import ZoneInfo

from handlers.conversation.dates_days import DAY_WORDS, Doubt
from handlers.conversation.dates_grammar import Clock, Facts, Rule, fixed, rule

_AT = r"(?:(?:a las?|desde las?|de las?|las?|at|from|hora) )"
_HOUR = r"(?P<hour>[0-9]{1,2})"
_MINUTE = r"(?P<minute>[0-5][0-9])"
_HOURS = r"(?:h|hs|hr|hrs|hora|horas|hours)"
_HALF = r"(?P<half>am|pm|p)"
_PARTS = {
    "morning": r"(?:de|en|por|x|a|durante) la (?:manana|mananita)|(?:in the )?morning",
    "dawn": r"(?:de|en|por) la madrugada",
    "noon": r"del mediodia|del medio dia",
    "afternoon": r"(?:de|en|por|x|a|durante) la (?:tarde|tardecita)|(?:in the )?afternoon",
    "evening": r"(?:in the )?evening",
    "night": r"(?:de|en|por|x|a|durante) la (?:noche|nochecita)|at night|night",
}
_TODAYS_PARTS = {
    "morning": "esta manana|this morning",
    "afternoon": "esta tarde|this afternoon",
    "evening": "this evening",
    "night": "esta noche|tonight|tonite",
}
_ANY_PART = "(?:" + "|".join((*_PARTS.values(), *_TODAYS_PARTS.values())) + ")"

_FARTHEST_OFFSET = timedelta(hours=14)

# The hours, as said with twelve, that each part of the day holds; noon is 12. What one
# person calls night another calls dawn, so hours outside these are asked back.
_MORNING_HOURS = {"morning": range(1, 12), "dawn": range(1, 7)}
_LATER_HOURS = {
    "noon": (12, 1, 2),
    "afternoon": (12, *range(1, 9)),
    "evening": range(4, 12),
    "night": range(6, 12),
}


def _clock(match: Match[str]) -> Facts | None:
    groups = match.groupdict()
    written, minute = match["hour"], groups.get("minute")
    if groups.get("half") and minute is None and int(written) > 12:
        return None
    sure = written.startswith("0") or int(written) > 12
    style = _style(groups.get("half")) or ("24" if sure else "bare")
    return _at(int(written), int(minute or 0), style, minute is not None)


def _style(half: str | None) -> str | None:
    return half[0] + "m" if half else None


def _at(hour: int, minute: int, style: str, exact: bool = True) -> Facts | None:
    if hour > 23 or minute > 59:
        return None
    return Facts(clock=Clock(hour, minute, style, exact))


def _past_hour(match: Match[str]) -> Facts | None:
    hour = int(match["hour"])
    style = _style(match["half"]) or ("24" if hour > 12 else "bare")
    return _at(hour, _minutes(match["minutes"]), style) if hour else None


def _to_hour(match: Match[str]) -> Facts | None:
    """ "Cuarto para las 5": in the hour before. "Quarter to 12 pm" would be in the morning."""
    hour, half = int(match["hour"]), _style(match["half"])
    if not 1 <= hour <= 12 or (half and hour == 12):
        return None
    before = (hour - 2) % 12 + 1
    return _at(before, 60 - _minutes(match["minutes"]), half or "bare")


def _minutes(words: str) -> int:
    last = words.rsplit(maxsplit=1)[-1]
    return {"media": 30, "half": 30, "cuarto": 15, "quarter": 15}.get(last) or int(last)


def _delta(match: Match[str]) -> Facts:
    minutes = int(match["n"]) * (60 if match["unit"].startswith("h") else 1)
    return Facts(delta=timedelta(minutes=minutes))


def _and_half(match: Match[str]) -> Facts:
    return Facts(delta=timedelta(minutes=30 + 60 * int(match["n"] or 1)))


def _hours_and_minutes(match: Match[str]) -> Facts:
    return Facts(delta=timedelta(hours=int(match["n"]), minutes=int(match["minutes"])))


def _iso(match: Match[str]) -> Facts | None:
    hour, offset = int(match["hour"]), _offset(match["offset"])
    if hour > 23 or abs(offset or timedelta(0)) > _FARTHEST_OFFSET:
        return None
    return Facts(
        year=int(match["year"]),
        month=int(match["month"]),
        day=int(match["day"]),
        clock=Clock(hour, int(match["minute"]), "24", exact=True),
        offset=offset,
    )


def _offset(written: str | None) -> timedelta | None:
    if written is None:
        return None
    if written == " z":
        return timedelta(0)
    digits = written[1:].replace(":", "")
    size = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return -size if written[0] == "-" else size


_UNIT = r"(?P<unit>horas|hora|hours|hour|hrs|hr|h|minutos|minuto|minutes|minute|mins|min)"
_IN = r"(?:en|in|dentro de|de aqui a) "
_N = r"(?P<n>[0-9]{1,3})"
_SPOKEN = rf"(?:(?:en punto|sharp) )?(?:{_HALF} )?"
_QUARTER = r"(?P<minutes>(?:1 )?cuarto|[0-9]{1,2})"
# "5 y 6 pm" are two hours, "8 to 10 pm" is a range: there, minutes must say that they are
_SPANISH_PAST = r"(?P<minutes>media|(?:1 )?cuarto|[0-9]{1,2}(?= minutos)|15|[2-5][05])(?: minutos)?"
_ENGLISH_QUARTER = r"(?P<minutes>(?:a )?quarter|[0-9]{1,2}(?= minutes)|2[05]) (?:minutes )?"
_ENGLISH_PAST = r"(?P<minutes>half|(?:a )?quarter|[0-9]{1,2}) (?:minutes )?"

CLOCK_RULES: tuple[Rule, ...] = (
    rule(rf"{_AT}?{_HOUR}[:.]{_MINUTE}(?:[:.]00)? (?:{_HOURS} )?(?:{_HALF} )?", _clock),
    rule(rf"{_AT}?{_HOUR} (?:{_HOURS} |o ?clock )?(?:en punto |sharp )?{_HALF} ", _clock),
    rule(
        rf"{_AT}?{_HOUR} (?:{_HOURS} |o ?clock )?(?=(?:en punto |sharp )?{_ANY_PART} )",
        _clock,
    ),
    rule(rf"{_AT}{_HOUR} (?:{_HOURS} |o ?clock )?", _clock),
    rule(rf"{_HOUR} (?:{_HOURS}|o ?clock) ", _clock),
    rule(rf"{_AT}?{_HOUR} h {_MINUTE} (?:{_HALF} )?", _clock),
    rule(rf"{_AT}?{_HOUR}{_MINUTE} {_HALF} ", _clock),
    rule(rf"{_AT}?(?P<hour>[0-9]{{2}}){_MINUTE} {_HOURS} ", _clock),
    rule(rf"{_AT}(?P<hour>[0-9]{{2}}){_MINUTE} ", _clock),
    rule(rf"{_AT}?{_HOUR} (?:y|con) {_SPANISH_PAST} {_SPOKEN}", _past_hour),
    rule(rf"(?:at )?{_ENGLISH_PAST}past {_HOUR} {_SPOKEN}", _past_hour),
    rule(rf"(?:at )?{_ENGLISH_QUARTER}after {_HOUR} {_SPOKEN}", _past_hour),
    rule(rf"{_AT}?{_HOUR} menos {_QUARTER} {_SPOKEN}", _to_hour),
    rule(rf"(?:al? |faltando )?{_QUARTER} (?:minutos )?para las? {_HOUR} {_SPOKEN}", _to_hour),
    rule(rf"(?:at )?{_ENGLISH_QUARTER}(?:to|til|till|of) {_HOUR} {_SPOKEN}", _to_hour),
    fixed(
        rf"(?:{_AT}?12 (?:del? )?|al? |at |de )?(?:mediodia|medio dia|noon|noontime|midday) ",
        Facts(clock=Clock(12, 0, "24", exact=True)),
    ),
    fixed(rf"{_AT}?12 (?:del dia|md) ", Facts(clock=Clock(12, 0, "24", exact=True))),
    rule(rf"{_AT}?(?P<hour>12):{_MINUTE} del dia ", _clock),
    fixed(
        rf"(?:{_AT}?12 (?:de )?|a la |al? |at |de )?(?:medianoche|media noche|midnight) ",
        Facts(clock=Clock(0, 0, "midnight")),
    ),
    rule(
        r"(?P<year>[0-9]{4})-(?P<month>[0-9]{2})-(?P<day>[0-9]{2}) (?:t )?"
        r"(?P<hour>[0-9]{2}):(?P<minute>[0-5][0-9])(?::00)?"
        r"(?P<offset>[+-][0-9]{2}:?[0-9]{2}| z)? (?:h |hs |hrs |horas |hours )?(?!am |pm |[ap] )",
        _iso,
    ),
)
ENGLISH_CLOCK_RULES: tuple[Rule, ...] = (
    rule(rf"{_AT}?{_HOUR}(?::{_MINUTE})? (?P<half>a) ", _clock),
)
# Tried only where nothing else reads the whole text: "10 30 am", "Thursday 1730".
LOOSE_CLOCK_RULES: tuple[Rule, ...] = (
    rule(rf"{_AT}?{_HOUR} {_MINUTE} {_HALF} ", _clock),
    rule(rf"{_AT}?{_HOUR} {_MINUTE} {_HOURS} ", _clock),
    rule(rf"{_AT}{_HOUR} {_MINUTE} ", _clock),
    rule(rf"{_AT}?{_HOUR} {_MINUTE} (?={_ANY_PART} )", _clock),
    rule(rf"(?P<hour>1[3-9]|2[0-3]){_MINUTE} ", _clock),
)
PART_RULES: tuple[Rule, ...] = (
    *(fixed(rf"(?:{words}) ", Facts(part=part)) for part, words in _PARTS.items()),
    *(fixed(rf"(?:{words}) ", Facts(ahead=0, part=part)) for part, words in _TODAYS_PARTS.items()),
)
DELTA_RULES: tuple[Rule, ...] = (
    rule(rf"{_IN}{_N} {_UNIT} (?:from now )?", _delta),
    rule(rf"{_N} {_UNIT} from now ", _delta),
    rule(rf"{_IN}{_N} (?:horas?|hours?) (?:y|and) media ", _and_half),
    rule(rf"{_IN}{_N} and a half hours ", _and_half),
    rule(
        rf"{_IN}{_N} (?:horas?|hours?|hr|h) (?:y |and )?"
        r"(?P<minutes>[0-9]{1,2}) (?:minutos|minutes|mins|min|m) ",
        _hours_and_minutes,
    ),
    rule(rf"{_IN}(?P<n>)(?:1 )?hora y media ", _and_half),
    rule(rf"{_IN}(?P<n>)(?:an|1) hour and a half ", _and_half),
    fixed(rf"{_IN}an hour (?:from now )?", Facts(delta=timedelta(hours=1))),
    fixed(
        rf"{_IN}(?:media hora|half an hour|a half hour|half hour) ",
        Facts(delta=timedelta(minutes=30)),
    ),
    fixed(rf"{_IN}(?:1 cuarto de hora|a quarter of an hour) ", Facts(delta=timedelta(minutes=15))),
    fixed(rf"{_IN}(?:1 par de horas|a couple of hours) ", Facts(delta=timedelta(hours=2))),
)

_OF_ZONE = "(?:hora |tiempo |horario )"
_ZONES: tuple[tuple[str, tuple[str, ...]], ...] = (
    (f"et|eastern|{_OF_ZONE}(?:del )?este", ("America/New_York",)),
    (f"ct|central|{_OF_ZONE}central", ("America/Chicago",)),
    (f"{_OF_ZONE}(?:del )?centro", ("America/Chicago", "America/Mexico_City")),
    (f"mt|mountain|{_OF_ZONE}de la montana", ("America/Denver",)),
    (f"pt|pacific|{_OF_ZONE}(?:del )?pacifico", ("America/Los_Angeles", "America/Tijuana")),
    ("edt", ("Etc/GMT+4",)),
    ("est|cdt", ("Etc/GMT+5",)),
    ("cst|mdt", ("Etc/GMT+6",)),
    ("mst|pdt", ("Etc/GMT+7",)),
    ("pst", ("Etc/GMT+8",)),
    ("utc|gmt", ("Etc/UTC",)),
    (f"{_OF_ZONE}local|local", ()),
)
_KNOWN_ZONE = re.compile("(?:" + "|".join(words for words, _ in _ZONES) + ")(?: time)?")
_CITIES = {"mexico city": ("mexico city", "mexico", "ciudad de mexico", "cdmx")}


def _city(match: Match[str]) -> Facts | None:
    """A zone by its city, unless these are the words for a zone, a day or a part of the day."""
    if _KNOWN_ZONE.search(match[0]) or DAY_WORDS.intersection(match["city"].split()):
        return None
    return Facts(city=match["city"])


ZONE_RULES: tuple[Rule, ...] = (
    *(
        fixed(rf"(?:{words})(?: standard| daylight)?(?: time)? ", Facts(zones=zones))
        for words, zones in _ZONES
    ),
    rule(rf"{_OF_ZONE}(?:de |del )?(?P<city>[a-z]{{3,}}(?: [a-z]{{2,}}){{0,3}}) $", _city),
    rule(r"(?P<city>[a-z]{3,}(?: [a-z]{2,}){0,2}) time $", _city),
)


def hour_of(facts: Facts) -> time | Doubt:
    """The one time of day that clock and part of the day mean."""
    clock = facts.clock
    if clock is None:
        return Doubt.NO_HOUR
    if clock.style == "midnight":
        return Doubt.WHICH_MIDNIGHT
    hour = _hour(clock, facts.part)
    return hour if isinstance(hour, Doubt) else time(hour, clock.minute)


def _hour(clock: Clock, part: str | None) -> int | Doubt:
    if clock.style in ("am", "pm"):
        return _with_meridiem(clock, part)
    if part is None:
        return clock.hour if clock.style == "24" or clock.hour == 12 else Doubt.MORNING_OR_EVENING
    if 1 <= clock.hour <= 12:
        return _in_part(clock.hour, part)
    return clock.hour if _holds(part, clock.hour) else Doubt.CONTRADICTORY


def _with_meridiem(clock: Clock, part: str | None) -> int | Doubt:
    if clock.hour > 12 or clock.hour == 0:
        fits = (clock.style == "pm") == (clock.hour > 12)
        return clock.hour if fits and part is None else Doubt.CONTRADICTORY
    # Many who write "12 am" mean noon; whoever writes its minutes writes what a clock shows.
    if clock.style == "am" and clock.hour == 12 and not clock.exact:
        return Doubt.WHICH_MIDNIGHT
    hour = clock.hour % 12 + (12 if clock.style == "pm" else 0)
    return hour if part is None or _holds(part, hour) else Doubt.CONTRADICTORY


def _in_part(hour: int, part: str) -> int | Doubt:
    if hour in _MORNING_HOURS.get(part, ()):
        return hour
    if hour in _LATER_HOURS.get(part, ()):
        return hour % 12 + 12
    midnight = hour == 12 and part in ("night", "dawn")
    return Doubt.WHICH_MIDNIGHT if midnight else Doubt.MORNING_OR_EVENING


def _holds(part: str, hour: int) -> bool:
    half = _MORNING_HOURS if hour < 12 else _LATER_HOURS
    return (hour % 12 or 12) in half.get(part, ())


def zone_agrees(facts: Facts, wall: datetime, zone: ZoneInfo) -> bool:
    """Whether the zone that was named, if any, shows that wall time when the given one does."""
    city = zone.key.rsplit("/", maxsplit=1)[-1].replace("_", " ").lower()
    if facts.city is not None and facts.city not in _CITIES.get(city, (city,)):
        return False
    there = wall.replace(tzinfo=zone).utcoffset()
    named = [wall.replace(tzinfo=ZoneInfo(name)).utcoffset() for name in facts.zones or ()]
    return not named or there in named
