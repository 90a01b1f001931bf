"""ALERT as a form: what the author of an alert is asked, and how it is read. No outcomes."""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

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
from handlers.conversation.parsing import place, place_label
from handlers.conversation.vocabulary import NO, NONE
from handlers.conversation.words import fold, word_set
from handlers.links import as_link
from handlers.options import options
from handlers.rendering import Joined
from locales import LANGUAGES, Language, Message, _, translate, vocabulary
from locales.formatting import Moment
from locales.labels import CHANNELS, LANGUAGES_SPOKEN, REGISTERED, TOPICS

LONGEST: Final = 800
"""UTF-16 units of a text: with its link and all that goes with it, it still is one SMS."""

_FURTHEST: Final = timedelta(days=366)
_SHOWN: Final = 40
_MOST_LISTED: Final = 8
_INVISIBLE = ("Cc", "Cs", "Co", "Cn")
_NOW = word_set(
    "ahora ya now ahorita inmediatamente immediately",
    *("ahora mismo", "right now", "right away", "de inmediato", "en este momento", "now please"),
)
_FIRST = word_set(
    "canary primeros first", *("los primeros 50", "first 50", "primero 50", "primeros 50")
)
_EVERYWHERE = re.compile(
    r"[\s,]*\b(?:(?:hora )?local|(?:de|la de) cada qui[eé]n|en (?:la|su) hora(?: local)?|"
    r"(?:their )?local time|each one'?s (?:own )?(?:clock|time)|everyone'?s (?:own )?"
    r"(?:clock|time)|a la hora de cada (?:uno|quien))\b[\s.]*$",
    re.IGNORECASE,
)
_WHEN_LABELS: Mapping[str, Message] = {
    "now": _("Now"),
    "first": _("To 50 people first"),
    "local": _("At everyone's local hour"),
}
_WHEN_WORDS: Mapping[str, frozenset[str]] = {
    kind: words | {fold(translate(_WHEN_LABELS[kind], language)) for language in LANGUAGES}
    for kind, words in (("now", _NOW), ("first", _FIRST), ("local", frozenset[str]()))
}


def is_set(key: str, *values: str) -> Condition:
    """One of these values was chosen."""

    def holds(answers: Answers) -> bool:
        return answers.get(key) in values

    holds.__name__ = f"{key}_is_{'_or_'.join(values)}"
    return holds


def narrows_by(code: str) -> Condition:
    def holds(answers: Answers) -> bool:
        return code in (answers.get("narrow") or ())

    holds.__name__ = f"narrowed_by_{code}"
    return holds


def around_a_city(answers: Answers) -> bool:
    return "city_id" in (answers.get("area") or {})


def written_in(language: Language) -> Condition:
    def holds(answers: Answers) -> bool:
        return (answers.get("text") or {}).get("language") == language

    holds.__name__ = f"written_in_{language}"
    return holds


def needs_hour(answers: Answers) -> bool:
    return (answers.get("when") or {}).get("kind") == "local" and "wall" not in answers["when"]


def is_on_telegram(answers: Answers) -> bool:
    """By SMS the one-time code is the yes."""
    return answers.get("by_sms") is not True


def _message(heard: Heard) -> Hearing:
    text = _tidy(heard.text)
    fault = _fault(text)
    if fault is not None:
        return NotUnderstood(fault)
    return Understood({"label": text, "language": _language(text, heard.language)})


def _other(heard: Heard) -> Hearing:
    text = _tidy(heard.text)
    if fold(text) in NO | NONE:
        return Understood(None)
    if text == (heard.known.get("text") or {}).get("label"):
        return NotUnderstood(_("That is the same text. Write it in the other language, or SKIP."))
    fault = _fault(text)
    return Understood({"label": text}) if fault is None else NotUnderstood(fault)


def _fault(text: str) -> Message | None:
    excess = len(text.encode("utf-16-le")) // 2 - LONGEST
    if excess > 0:
        return _(
            "That is {excess} characters too many: up to {most}, please.",
            excess=excess,
            most=LONGEST,
        )
    if sum(char.isalpha() for char in text) < 2:
        return _("The words that people are to read, please.")
    return None


def _tidy(text: str) -> str:
    """Its lines, without what can't be seen and without empty ones in a row."""
    lines = (" ".join(line.split()) for line in text.splitlines())
    whole = "\n".join(lines).strip()
    seen = (char for char in whole if char == "\n" or unicodedata.category(char) not in _INVISIBLE)
    return re.sub(r"\n{3,}", "\n\n", "".join(seen))


def _language(text: str, writer: Language) -> Language:
    """By its words; where those don't tell, that of whoever writes."""
    return guess_language(text, writer)


def _link(heard: Heard) -> Hearing:
    if fold(heard.text) in NO | NONE:
        return Understood(None)
    link = as_link(heard.text)
    if link is None:
        return NotUnderstood(_("A web address, please, such as https://example.org. Or SKIP."))
    return Understood({"label": link})


def _area(heard: Heard) -> Hearing:
    """A city, or all of a state or country."""
    if heard.reading == "broad" and len(heard.areas) == 1:
        return Understood(heard.areas[0])
    return place(heard)


def _organisation(heard: Heard) -> Hearing:
    """By code or name, or by a part of the name; several with commas."""
    known: Sequence[dict[str, Any]] = heard.known.get("organisations") or ()
    chosen: list[dict[str, Any]] = []
    for part in re.split(r"[,;\n]", heard.text[:200]):
        named = _named(known, fold(part))
        if len(named) > 1:
            return AskBack(_("Which one do you mean?"), tuple(named[:_MOST_LISTED]))
        chosen += named
        if not named:
            return NotUnderstood(_("I don't know that organization. Its name or its code, please."))
    label = ", ".join(each["label"] for each in chosen)
    return Understood({"label": label, "ids": [id for each in chosen for id in each["ids"]]})


def _named(known: Sequence[dict[str, Any]], said: str) -> list[dict[str, Any]]:
    exact = [each for each in known if said in (each["code"], fold(each["label"]))]
    return exact or [each for each in known if len(said) > 2 and said in fold(each["label"])]


def _offered_organisations(answers: Answers) -> Sequence[dict[str, Any]]:
    """None where there are too many for a list."""
    known: Sequence[dict[str, Any]] = answers.get("organisations") or ()
    return known if len(known) <= _MOST_LISTED else ()


def _when(heard: Heard) -> Hearing:
    said = fold(heard.text[:60])
    named = next((kind for kind, words in _WHEN_WORDS.items() if said in words), None)
    if named is not None:
        return Understood(_just(named))
    text = _EVERYWHERE.sub("", heard.text)
    if text != heard.text:
        return _moment(heard, text, local=True) if text.strip() else Understood(_just("local"))
    return _moment(heard, text, local=False)


def _hour(heard: Heard) -> Hearing:
    return _moment(heard, _EVERYWHERE.sub("", heard.text), local=True)


def _moment(heard: Heard, text: str, *, local: bool) -> Hearing:
    zone = str(heard.known.get("zone") or "UTC")
    if heard.now is None:
        return NotUnderstood()
    found = read_moment(text, heard.language, heard.now, zone)
    if isinstance(found, Uncertain):
        return NotUnderstood(DOUBTS[found.reason])
    if found.at > heard.now + _FURTHEST:
        return NotUnderstood(_("A day from today on, at most a year from now."))
    at = found.at.astimezone(UTC).isoformat()
    value = {"label": at, "kind": "local" if local else "at", "at": at, "zone": zone}
    if local:
        value["wall"] = f"{found.at.astimezone(ZoneInfo(zone)):%Y-%m-%dT%H:%M}"
    return Understood(value)


def _just(kind: str) -> dict[str, Any]:
    return {"label": kind, "kind": kind}


def _offered_times(_answers: Answers) -> Sequence[dict[str, Any]]:
    return tuple(_just(kind) for kind in _WHEN_LABELS)


def when_words(value: Any) -> Message:
    if "at" not in value:
        return _WHEN_LABELS[value["kind"]]
    moment = Moment(datetime.fromisoformat(value["at"]), value["zone"])
    if value["kind"] == "local":
        return _("{moment}, by each person's clock", moment=moment)
    return _("{moment}", moment=moment)


def _number(heard: Heard) -> Hearing:
    number = whole_number(re.sub(r"(?<=\d)[.,\s](?=\d{3}\b)", "", heard.text[:40]))
    return NotUnderstood() if number is None else Understood(number)


def short(value: Any) -> str:
    text = " ".join(str(value["label"]).split())
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 3].rstrip()}..."


def _label(value: Any) -> str:
    return str(value["label"])


def _anew(*keys: str) -> Callable[[Any], Answers]:
    def also(_value: Any) -> Answers:
        return dict.fromkeys(keys, ANEW)

    return also


def _text_with_language(value: Any) -> Joined:
    return Joined((LANGUAGES_SPOKEN[value["language"]], short(value)))


_SOME = ("some", "some_of_topic")

alert_flow = Flow(
    "alert",
    version=1,
    title=_("Writing an alert"),
    left=_("All right, nothing was sent."),
    steps=(
        Choose(
            key="topic",
            ask=_("An alert on which topic?"),
            label=_("Topic"),
            example=_("2"),
            options=options(TOPICS, vocabulary=vocabulary.TOPICS),
        ),
        Ask(
            key="text",
            ask=_("What should it say? In Spanish or English; I ask for the other one next."),
            label=_("Text"),
            example=_("Call your senator today: 202-224-3121."),
            parse=_message,
            dictated=True,
            show=_text_with_language,
            also=_anew("in_english", "in_spanish"),
        ),
        Ask(
            key="in_english",
            ask=_("And in English? Without it, who reads English gets the Spanish, and is told."),
            label=_("English"),
            example=_("Call your senator today: 202-224-3121."),
            parse=_other,
            dictated=True,
            optional=True,
            when=written_in("es"),
            show=short,
        ),
        Ask(
            key="in_spanish",
            ask=_("And in Spanish? Without it, who reads Spanish gets the English, and is told."),
            label=_("Spanish"),
            example=_("Call your senator today: 202-224-3121."),
            parse=_other,
            dictated=True,
            optional=True,
            when=written_in("en"),
            show=short,
        ),
        Ask(
            key="link",
            ask=_("A web page to go with it? Send its address."),
            label=_("Web page"),
            example=_("https://alianzaamericas.org"),
            parse=_link,
            optional=True,
            show=_label,
        ),
        Choose(
            key="audience",
            ask=_("Who gets it?"),
            label=_("Audience"),
            example=_("1"),
            options=(
                Option(
                    "topic",
                    _("Everyone on this topic"),
                    words=word_set("tema topic", "this topic", "este tema", "todos los del tema"),
                ),
                Option(
                    "all",
                    _("Everyone"),
                    words=word_set("todos todas everybody all", "todo el mundo", "toda la gente"),
                ),
                Option("some_of_topic", _("Some of those on the topic")),
                Option("some", _("Some of everyone")),
            ),
        ),
        Choose(
            key="narrow",
            ask=_("Only some: by what? Several add up."),
            label=_("Only"),
            example=_("1 4"),
            many=True,
            when=is_set("audience", *_SOME),
            options=(
                Option("area", _("Place"), words=word_set("lugar place ciudad estado region")),
                Option(
                    "organisation",
                    _("Organization"),
                    words=word_set("organizacion org organizaciones organisation"),
                ),
                Option("role", _("Role"), words=word_set("rol papel voluntarios volunteers")),
                Option("language", _("Language"), words=word_set("idioma lengua language")),
                Option("channel", _("Channel"), words=word_set("canal sms telegram channel")),
            ),
        ),
        Ask(
            key="area",
            ask=_("Where? A city, a state or a country."),
            label=_("Where"),
            example=_("Chicago, or Illinois"),
            parse=_area,
            resolves_places=True,
            when=narrows_by("area"),
            show=place_label,
            also=_anew("radius"),
        ),
        Choose(
            key="radius",
            ask=_("How far around it?"),
            label=_("Around it"),
            example=_("2"),
            when=around_a_city,
            options=(
                Option("25", _("25 km (15 miles)"), words=word_set("25 15")),
                Option("50", _("50 km (30 miles)"), words=word_set("50 30")),
                Option("100", _("100 km (60 miles)"), words=word_set("100 60")),
                Option("200", _("200 km (125 miles)"), words=word_set("200 125")),
                Option("state", _("All of its state"), words=word_set("state estado", "all")),
            ),
        ),
        Ask(
            key="organisation",
            ask=_("Which organization? Its name or code; several with commas."),
            label=_("Organization"),
            example=_("chicago"),
            parse=_organisation,
            offers=_offered_organisations,
            when=narrows_by("organisation"),
            show=_label,
        ),
        Choose(
            key="roles",
            ask=_("Who of them?"),
            label=_("Role"),
            example=_("1 3"),
            many=True,
            options=options(REGISTERED, vocabulary=vocabulary.KINDS),
            when=narrows_by("role"),
        ),
        Choose(
            key="languages",
            ask=_("Who reads which language?"),
            label=_("Language"),
            example=_("1"),
            options=options(
                LANGUAGES_SPOKEN, codes=("es", "en"), vocabulary=vocabulary.LANGUAGES_SPOKEN
            ),
            when=narrows_by("language"),
        ),
        Choose(
            key="channels",
            ask=_("Who is reached how?"),
            label=_("Channel"),
            example=_("1"),
            options=tuple(Option(code, label) for code, label in CHANNELS.items()),
            when=narrows_by("channel"),
        ),
        Ask(
            key="when",
            ask=_("When? Day and hour (tomorrow 10 am), or:"),
            label=_("Goes out"),
            example=_("tomorrow 10 am"),
            parse=_when,
            offers=_offered_times,
            named=when_words,
            show=when_words,
            also=_anew("hour"),
        ),
        Ask(
            key="hour",
            ask=_("Which day and hour, on everyone's own clock? Like: tomorrow 10 am."),
            label=_("Hour"),
            example=_("tomorrow 10 am"),
            parse=_hour,
            when=needs_hour,
            show=when_words,
        ),
        Confirm(
            ask=_("Shall it go out like this?"),
            label=_("All set"),
            example=_("YES, or 2"),
            yes=_("Yes, send"),
        ),
        Ask(
            key="number",
            ask=_("To send it for real, type the number of people that it goes to."),
            label=_("People"),
            example=_("1240"),
            parse=_number,
            when=is_on_telegram,
        ),
    ),
)
