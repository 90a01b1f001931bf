"""The questions of ALERT about when it goes out, and how the answers are read."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from handlers.conversation.dates import AskBack as Uncertain
from handlers.conversation.dates import read_moment
from handlers.conversation.doubts import DOUBTS
from handlers.conversation.flow import (
    Answers,
    Ask,
    Heard,
    Hearing,
    NotUnderstood,
    Understood,
    anew,
)
from handlers.conversation.words import fold, word_set
from locales import LANGUAGES, Message, _, translate
from locales.formatting import Moment

_FURTHEST: Final = timedelta(days=366)
_NOW = word_set(
    "ahora ya now ahorita inmediatamente immediately",
    *("ahora mismo", "right now", "right away", "de inmediato", "en este momento", "now please"),
)
_FIRST = word_set(
    "canary primeros first", *("los primeros 50", "first 50", "primero 50", "primeros 50")
)
_OWN = r"(?:each one'?s|everyone'?s|everybody'?s|their|each person'?s)"
_EVERYWHERE = re.compile(
    r"[\s,]*\b(?:(?:en |a |seg[uú]n )?(?:la |el |su )?(?:propia )?(?:hora |reloj )?"
    r"(?:(?:local )?de cada (?:qui[eé]n|uno|una|persona)|local|de ell[oa]s)|en su (?:propia )?hora|"
    rf"(?:at |in |on |by )?(?:{_OWN} )?(?:own )?(?:local (?:time|hour)|local)|"
    rf"(?:at |in |on |by )?{_OWN} (?:own )?(?:local )?(?:time|hour|clock|time zone))[\s.]*$",
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


def needs_hour(answers: Answers) -> bool:
    return (answers.get("when") or {}).get("kind") == "local" and "wall" not in answers["when"]


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


WHEN: Final = (
    Ask(
        key="when",
        ask=_("When? Day and hour (tomorrow 10 am), or:"),
        label=_("Goes out"),
        example=_("tomorrow 10 am"),
        parse=_when,
        offers=_offered_times,
        named=when_words,
        show=when_words,
        also=anew("hour"),
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
)
