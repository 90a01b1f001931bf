"""By when something is needed, as people say it: a moment, a day, or just how urgent. Pure.

A day without an hour ends in the evening; an hour without a day, or without its half of the day,
is asked back.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from handlers.conversation import dates
from handlers.conversation.dates import Doubt, read_day, read_moment
from handlers.conversation.flow import AskBack, Heard, Hearing, NotUnderstood, Understood
from handlers.conversation.words import fold
from locales import LANGUAGES, Language, _, translate
from locales.labels import URGENCY
from locales.vocabulary import URGENCY as URGENCY_WORDS
from locales.vocabulary import every_word

HOURS: Final = {"critical": 12, "urgent": 48, "soon": 168}
"""How near is how urgent: at most so many hours ahead."""

_FURTHEST: Final = timedelta(days=366)
_EVENING, _LATE = time(18), time(22)
_PARTS = (
    (
        re.compile(r"\b(?:temprano|early|en la ma[ñn]ana|por la ma[ñn]ana|morning)\b", re.I),
        time(12),
    ),
    (re.compile(r"\b(?:al )?mediod[ií]a\b|\bnoon\b", re.I), time(12)),
    (re.compile(r"\b(?:(?:en|por|de) la )?tarde\b|\bafternoon\b", re.I), time(18)),
    (
        re.compile(
            r"\b(?:(?:en|por|de) la |esta )?noche\b|\btonight\b|\bnight\b|\bevening\b", re.I
        ),
        time(21),
    ),
)
_BEFORE = re.compile(r"^(?:para )?(?:antes del?|before|antes de)\s+(?:el |la |las |the )?", re.I)
_UNTIL = re.compile(
    r"^(?:a m[aá]s tardar|lo m[aá]s tarde|no later than|para|by|hasta|until|for)"
    r"\s+(?:el |la |the )?",
    re.I,
)
_TODAY = ("hoy", "mañana")
_HALVES = (" am", " pm")
_MOST_ASKED: Final = 4


def when_needed(heard: Heard, zone: str) -> Hearing:
    """{"urgency", "by", "zone", "label"}: `by` an ISO instant, or None where only an urgency was
    named. `heard.now` must be there."""
    text = " ".join(heard.text.split())
    urgency, rest = _urgency(text)
    if heard.now is None or not rest:
        return Understood(_value(urgency, None, zone)) if urgency else NotUnderstood()
    hearing = _when(rest, heard, heard.now, zone, urgency)
    if isinstance(hearing, NotUnderstood):
        alone, left = _urgency(text, whole=True)
        return Understood(_value(alone, None, zone)) if alone and not left else hearing
    return hearing


def urgency_by(at: datetime, now: datetime) -> str:
    """How urgent something is that is needed at that instant."""
    left = (at - now) / timedelta(hours=1)
    return next((code for code, hours in HOURS.items() if left <= hours), "soon")


def _value(urgency: str | None, at: datetime | None, zone: str) -> dict[str, Any]:
    by = at.astimezone(UTC).isoformat() if at else None
    return {"urgency": urgency, "by": by, "zone": zone, "label": by or urgency}


def leading_urgency(text: str) -> tuple[str | None, str]:
    """How urgent, where a text begins with it, and the rest of the text."""
    code, rest = _urgency(text)
    return code, rest.lstrip(" ,.:;-")


def _urgency(text: str, *, whole: bool = False) -> tuple[str | None, str]:
    """An urgency that is named first, and the rest of the text. Words that are days ("hoy") are
    an urgency only if they are the whole."""
    words = text.split(" ")
    names = _NAMES if not whole else _NAMES | _LOOSE_NAMES
    for length in range(len(words), 0, -1):
        code = names.get(fold(" ".join(words[:length])))
        if code is not None:
            return code, " ".join(words[length:])
    return None, text


def _when(text: str, heard: Heard, now: datetime, zone: str, urgency: str | None) -> Hearing:
    before = bool(_BEFORE.match(text))
    rest = _UNTIL.sub("", _BEFORE.sub("", text))
    moment = read_moment(rest, heard.language, now, zone)
    doubt = None if isinstance(moment, dates.Moment) else moment.reason
    if isinstance(moment, dates.Moment):
        return _certain(moment.at, now, zone, urgency)
    if doubt in (Doubt.NO_DAY, Doubt.MORNING_OR_EVENING, Doubt.WHICH_MIDNIGHT):
        found = sorted(set(_candidates(rest, heard.language, now, zone)))[:_MOST_ASKED]
        return _asked_back(found, now, zone, urgency)
    if doubt is Doubt.PAST:
        return NotUnderstood(_("That has gone by. A day and an hour that lie ahead, please."))
    at = _end_of_day(rest, now, ZoneInfo(zone), before=before)
    return NotUnderstood() if at is None else _certain(at, now, zone, urgency)


def _certain(at: datetime, now: datetime, zone: str, urgency: str | None) -> Hearing:
    if not now < at <= now + _FURTHEST:
        return NotUnderstood(_("A day from today on, at most a year from now."))
    return Understood(_value(urgency or urgency_by(at, now), at, zone))


def _asked_back(
    found: Iterable[datetime], now: datetime, zone: str, urgency: str | None
) -> Hearing:
    values = tuple(_value(urgency or urgency_by(at, now), at, zone) for at in found)
    return AskBack(_("Which one do you mean?"), values) if values else NotUnderstood()


def _candidates(text: str, language: Language, now: datetime, zone: str) -> Iterator[datetime]:
    """What the hour may mean today and tomorrow, in the morning and in the evening."""
    for day in ("", *(f"{day} " for day in _TODAY)):
        for half in ("", *_HALVES):
            moment = read_moment(f"{day}{text}{half}", language, now, zone)
            if isinstance(moment, dates.Moment):
                yield moment.at


def _end_of_day(text: str, now: datetime, zone: ZoneInfo, *, before: bool) -> datetime | None:
    hour = None
    for pattern, ends in _PARTS:
        if pattern.search(text):
            hour, text = ends, pattern.sub("", text)
    today = now.astimezone(zone).date()
    day = read_day(text.strip(" ,") or "hoy", today)
    if day is None:
        return None
    if before and hour is None:
        day -= timedelta(days=1)
    return _first_ahead(day, (hour or _EVENING, _LATE), now, zone)


def _first_ahead(
    day: date, hours: Iterable[time], now: datetime, zone: ZoneInfo
) -> datetime | None:
    ends = [datetime.combine(day, hour, zone) for hour in hours]
    last = datetime.combine(day, time(23, 59), zone)
    return next((at for at in (*ends, last) if at > now), None)


def _names(words: Iterable[tuple[str, Iterable[str]]]) -> dict[str, str]:
    return {fold(word): code for code, said in words for word in said}


_NAMES = _names(
    (code, {translate(label, language) for language in LANGUAGES})
    for code, label in URGENCY.items()
) | _names(
    (
        (
            "critical",
            ("crítico", "muy urgente", "urgentísimo", "very urgent", "asap", "emergencia"),
        ),
        ("critical", ("cuanto antes", "lo antes posible", "emergency", "as soon as possible")),
        ("urgent", ("urge",)),
        ("ongoing", ("permanentemente", "siempre", "always")),
    )
)
_LOOSE_NAMES = _names((code, every_word(said)) for code, said in URGENCY_WORDS.items())
