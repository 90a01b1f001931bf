"""EVENT as a form: what whoever invites is asked, and how it is read. No outcomes."""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

from handlers.conversation.dates import AskBack as Uncertain
from handlers.conversation.dates import read_moment
from handlers.conversation.doubts import DOUBTS
from handlers.conversation.flow import (
    ANEW,
    Answers,
    Ask,
    AskBack,
    Choose,
    Condition,
    Confirm,
    Flow,
    Heard,
    Hearing,
    NotUnderstood,
    Option,
    Understood,
)
from handlers.conversation.language import guess_language
from handlers.conversation.numbers import whole_number
from handlers.conversation.parsing import count, place, place_label, tidy
from handlers.conversation.vocabulary import NO, NONE
from handlers.conversation.words import fold, word_set
from handlers.event_facts import duration_words
from handlers.links import as_link
from handlers.options import options
from locales import Message, _, n_, vocabulary
from locales.formatting import Moment
from locales.labels import EVENT_KINDS, EVENT_SERVICES

LONGEST_TITLE, LONGEST_ADDRESS, LONGEST_NOTES = 60, 100, 140
MOST_PLACES: Final = 100_000
_FURTHEST: Final = timedelta(days=366)
_MOST_MINUTES: Final = 24 * 60
_MOST_LISTED: Final = 8
_IN_PERSON, _ONLINE = ("person", "both"), ("online", "both")
_REPEATED = ("vigil", "training", "briefing", "assembly", "prayer_day")
_CLOCK = re.compile(r"(\d{1,2}):([0-5]\d)")
_HALF = re.compile(r"\b(?:y media|and a half)\b|[.,]5\b")
_MINUTES = re.compile(r"\bmin")
_NO_LIMIT = NO | NONE | word_set("unlimited ilimitado", "sin limite", "no limit", "sin cupo")


def is_in(key: str, values: Sequence[str]) -> Condition:
    def holds(answers: Answers) -> bool:
        return answers.get(key) in values

    holds.__name__ = f"{key}_is_{'_or_'.join(values)}"
    return holds


def has_several_hosts(answers: Answers) -> bool:
    return len(answers.get("hosts") or ()) > 1


def has_host(answers: Answers) -> bool:
    """An organisation, whose people can be invited."""
    return host_of(answers).get("id") is not None


def host_of(answers: Answers) -> dict[str, Any]:
    hosts: Sequence[dict[str, Any]] = answers.get("hosts") or ()
    chosen: dict[str, Any] = answers.get("host") or (hosts[0] if len(hosts) == 1 else {})
    return chosen


def is_near_somewhere(answers: Answers) -> bool:
    """`home`: where it is already."""
    return (answers.get("city") or answers.get("home")) is not None


def zone_of(answers: Answers) -> str:
    """Of the place; online, that of whoever invites."""
    city = answers.get("city") if answers.get("where") in _IN_PERSON else None
    zone = (city or {}).get("zone") or answers.get("zone")
    return str(zone or "UTC")


def read_title(heard: Heard) -> Hearing:
    """In one language or in both, with a slash between them."""
    parts = [part for part in map(tidy, re.split(r"\s+/\s+|\n", heard.text)) if part]
    if any(len(part) > LONGEST_TITLE for part in parts):
        return NotUnderstood(
            _("Up to {most} letters in each language, please.", most=LONGEST_TITLE)
        )
    if len(parts) > 2 or not all(_has_words(part) for part in parts) or not parts:
        return NotUnderstood(_("Its name, in Spanish / in English, please."))
    titles = dict(zip(_languages(parts, heard), parts, strict=True))
    return Understood({"label": " / ".join(parts), **titles})


def _languages(parts: Sequence[str], heard: Heard) -> tuple[str, ...]:
    if len(parts) == 1:
        return (guess_language(parts[0], heard.language),)
    english_first = guess_language(parts[0], "es") == "en" and guess_language(parts[1]) == "es"
    return ("en", "es") if english_first else ("es", "en")


def _has_words(text: str) -> bool:
    return sum(char.isalpha() for char in text) > 1


def words(most: int) -> Callable[[Heard], Hearing]:
    """Words for others to read."""

    def parse(heard: Heard) -> Hearing:
        text = tidy(heard.text)
        if len(text) > most:
            return NotUnderstood(_("That is too long for me. Up to {most} letters.", most=most))
        return Understood({"label": text}) if _has_words(text) else NotUnderstood()

    return parse


def read_link(heard: Heard) -> Hearing:
    link = as_link(heard.text)
    if link is None:
        return NotUnderstood(_("A web address, please, such as https://zoom.us/j/123."))
    return Understood({"label": link})


def read_when(heard: Heard) -> Hearing:
    """By the clocks where it is; what is not certain is asked back."""
    zone = zone_of(heard.known)
    if heard.now is None:
        return NotUnderstood()
    found = read_moment(heard.text, heard.language, heard.now, zone)
    if isinstance(found, Uncertain):
        return NotUnderstood(DOUBTS[found.reason])
    if found.at > heard.now + _FURTHEST:
        return NotUnderstood(_("Within a year, please."))
    return Understood({"at": found.at.isoformat(), "zone": zone})


def when_words(value: Any) -> Moment:
    at = datetime.fromisoformat(value["at"])
    return Moment(at, value["zone"], zone_named=True, year=True)


def read_duration(heard: Heard) -> Hearing:
    text = heard.text.strip().lower()[:40]
    clock = _CLOCK.fullmatch(text)
    minutes = int(clock[1]) * 60 + int(clock[2]) if clock else _duration(text)
    if minutes is None or not 15 <= minutes <= _MOST_MINUTES:
        return NotUnderstood(_("How many hours, or minutes? Like: 2 hours, 90 min."))
    return Understood(minutes)


def _duration(text: str) -> int | None:
    """ "2", "2 horas", "hora y media", "90 min"; a bare number over 12 is minutes."""
    half = 30 if _HALF.search(text) else 0
    said = fold(_HALF.sub(" ", text))
    named = [whole_number(word) for word in said.split() if whole_number(word) is not None]
    if len(named) > 1 or (not named and not half and "hora" not in said and "hour" not in said):
        return None
    number = named[0] if named and named[0] is not None else (0 if "media hora" in said else 1)
    is_minutes = _MINUTES.search(said) or (number > 12 and not half)
    return number if is_minutes else number * 60 + half


def read_capacity(heard: Heard) -> Hearing:
    if fold(heard.text) in _NO_LIMIT:
        return Understood(None)
    return count(1, MOST_PLACES)(heard)


def read_host(heard: Heard) -> Hearing:
    """By name or code, or by a part of the name."""
    known: Sequence[dict[str, Any]] = heard.known.get("hosts") or ()
    said = fold(heard.text[:80])
    exact = [each for each in known if said in (each["code"], fold(each["label"]))]
    found = exact or [each for each in known if len(said) > 2 and said in fold(each["label"])]
    if len(found) == 1:
        return Understood(found[0])
    if found:
        return AskBack(_("Which one do you mean?"), tuple(found[:_MOST_LISTED]))
    return NotUnderstood(_("I don't know that organization. Its name or its code, please."))


def _listed_hosts(answers: Answers) -> Sequence[dict[str, Any]]:
    """None where there are too many for a list."""
    hosts: Sequence[dict[str, Any]] = answers.get("hosts") or ()
    return hosts if len(hosts) <= _MOST_LISTED else ()


def weeks_words(weeks: int) -> Message:
    return n_("{n} week", "{n} weeks", weeks)


TITLE = Ask(
    key="title",
    ask=_("What is it called? In both languages if you can: Marcha por la paz / March for peace"),
    label=_("Title"),
    example=_("Vigilia por las familias / Vigil for families"),
    parse=read_title,
    show=place_label,
    dictated=True,
)
CITY = Ask(
    key="city",
    ask=_("In which city? Its name or a ZIP code."),
    label=_("City"),
    example=_("60608, or Tijuana, Mexico"),
    parse=place,
    share="location",
    resolves_places=True,
    show=place_label,
    also=lambda _value: {"when": ANEW},
)
ADDRESS = Ask(
    key="address",
    ask=_("Where exactly? A building, a street or a corner."),
    label=_("Place"),
    example=_("Federal Plaza, Adams and Dearborn"),
    parse=words(LONGEST_ADDRESS),
    show=place_label,
    dictated=True,
)
LINK = Ask(
    key="link",
    ask=_("What is the link to join? Only those who say yes get it, shortly before."),
    label=_("To join online"),
    example=_("https://zoom.us/j/123456"),
    parse=read_link,
    show=place_label,
    dictated=True,
)
WHEN = Ask(
    key="when",
    ask=_("When does it begin? Like: Saturday, December 5, 10:30 am"),
    label=_("Begins"),
    example=_("December 5 10:30 am"),
    parse=read_when,
    show=when_words,
)
MINUTES = Ask(
    key="minutes",
    ask=_("How long does it last? If you don't say: 2 hours."),
    label=_("Lasts"),
    example=_("90 min"),
    parse=read_duration,
    show=duration_words,
    optional=True,
)
SERVICES = Choose(
    key="services",
    ask=_("What will there be?"),
    label=_("There will be"),
    example=_("1 3"),
    options=options(EVENT_SERVICES, vocabulary=vocabulary.EVENT_SERVICES),
    many=True,
    optional=True,
)
NOTES = Ask(
    key="notes",
    ask=_("Is there anything to bring or to know?"),
    label=_("To know"),
    example=_("Bring water and a hat."),
    parse=words(LONGEST_NOTES),
    show=place_label,
    optional=True,
    dictated=True,
)
CAPACITY = Ask(
    key="capacity",
    ask=_("How many people fit? If you don't say: no limit."),
    label=_("Room for"),
    example=_("80"),
    parse=read_capacity,
    optional=True,
)
AUDIENCES = {
    "own": Option(
        "own",
        _("The people of the organization"),
        words=word_set("organizacion organization nuestra ours", "nuestra gente", "our people"),
        when=has_host,
    ),
    "near": Option(
        "near",
        _("Everyone within 50 km"),
        words=word_set("cerca near nearby cercanos", "los de cerca"),
        when=is_near_somewhere,
    ),
    "all": Option("all", _("The whole network"), words=word_set("red network", "toda la red")),
    "nobody": Option(
        "nobody",
        _("Nobody: it is only listed in EVENTS"),
        words=word_set("nadie nobody lista listed"),
    ),
    "draft": Option(
        "draft", _("Keep it as a draft"), words=word_set("borrador draft guardar save")
    ),
}
AUDIENCE = Choose(
    key="audience",
    ask=_("Whom shall we invite?"),
    label=_("Invite"),
    example=_("1"),
    options=tuple(AUDIENCES.values()),
)

posting = Flow(
    "event",
    version=1,
    title=_("Posting an event"),
    left=_("All right, nothing was posted. To start again: EVENT."),
    steps=(
        Choose(
            key="kind",
            ask=_("What kind of event is it?"),
            label=_("Kind"),
            example=_("1"),
            options=options(EVENT_KINDS, vocabulary=vocabulary.EVENT_KINDS),
        ),
        TITLE,
        Choose(
            key="where",
            ask=_("In person or online?"),
            label=_("How"),
            example=_("1"),
            options=(
                Option("person", _("In person"), words=word_set("presencial persona person")),
                Option(
                    "online",
                    _("Online"),
                    words=word_set("virtual linea zoom online", "en linea", "por zoom"),
                ),
                Option(
                    "both",
                    _("Both"),
                    words=word_set("ambas ambos both hibrido hybrid", "las dos", "los dos"),
                ),
            ),
        ),
        replace(CITY, when=is_in("where", _IN_PERSON)),
        replace(ADDRESS, when=is_in("where", _IN_PERSON)),
        replace(LINK, when=is_in("where", _ONLINE)),
        WHEN,
        MINUTES,
        Choose(
            key="weeks",
            ask=_("Only once, or every week on the same day and hour?"),
            label=_("Repeats"),
            example=_("1"),
            options=(
                Option("1", _("Only once"), words=word_set("once una no unico unica", "una vez")),
                Option("4", weeks_words(4)),
                Option("8", weeks_words(8)),
                Option("12", weeks_words(12)),
            ),
            when=is_in("kind", _REPEATED),
        ),
        Ask(
            key="host",
            ask=_("Which organization invites? Its name or its code."),
            label=_("Invites"),
            example=_("Casa Comunitaria Chicago"),
            parse=read_host,
            offers=_listed_hosts,
            show=place_label,
            when=has_several_hosts,
        ),
        CAPACITY,
        SERVICES,
        NOTES,
        AUDIENCE,
        Confirm(
            ask=_("Shall I post it?"),
            label=_("Confirm"),
            example=_("YES"),
            yes=_("Yes, post it"),
        ),
    ),
)
