"""How well moments are read: a corpus of phrases with the instants they mean. No rules."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import datetime
from zoneinfo import ZoneInfo

from handlers.conversation.dates import AskBack, Moment, read_moment


@dataclass(frozen=True, slots=True)
class Phrase:
    """expect: an aware instant; None where the person must be asked back."""

    text: str
    lang: str
    now: datetime
    zone: str
    expect: datetime | None


@dataclass(frozen=True, slots=True)
class Report:
    """misses: a line a phrase; wrong: an instant that differs, or one where none was due."""

    total: int
    wrong: int
    misses: tuple[str, ...]

    @property
    def lines(self) -> tuple[str, ...]:
        right = self.total - len(self.misses)
        return (*self.misses, f"right {right}/{self.total} · wrong {self.wrong}")


def phrases(data: object) -> list[Phrase]:
    """From the list that a corpus file holds. ValueError: what is wrong with which entry."""
    if not isinstance(data, list):
        raise ValueError("expected a list of phrases")
    return [_phrase(number, entry) for number, entry in enumerate(data, start=1)]


def _phrase(number: int, entry: object) -> Phrase:
    try:
        if not isinstance(entry, dict):
            raise TypeError("not an object")
        missing = {field.name for field in fields(Phrase)} - entry.keys()
        if missing:
            raise TypeError(f"without {', '.join(sorted(missing))}")
        expect = entry["expect"]
        return Phrase(
            text=_text(entry["text"]),
            lang=_text(entry["lang"]),
            now=_aware(entry["now"]),
            zone=ZoneInfo(_text(entry["zone"])).key,
            expect=None if expect is None else _aware(expect),
        )
    except (KeyError, TypeError, ValueError) as fault:
        raise ValueError(f"phrase {number}: {fault}") from fault


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is not a text")
    return value


def _aware(value: object) -> datetime:
    at = datetime.fromisoformat(_text(value))
    if at.tzinfo is None:
        raise ValueError(f"{value} has no offset")
    return at


def score(corpus: Iterable[Phrase]) -> Report:
    total = wrong = 0
    misses: list[str] = []
    for phrase in corpus:
        total += 1
        heard = read_moment(phrase.text, phrase.lang, phrase.now, phrase.zone)
        at = heard.at if isinstance(heard, Moment) else None
        if at != phrase.expect:
            wrong += at is not None
            misses.append(_miss(phrase, heard))
    return Report(total, wrong, tuple(misses))


def _miss(phrase: Phrase, heard: Moment | AskBack) -> str:
    said = heard.at.isoformat() if isinstance(heard, Moment) else f"asks ({heard.reason})"
    due = phrase.expect.isoformat() if phrase.expect else "ask"
    return f"{phrase.lang} {phrase.text!r} at {phrase.now.isoformat()}: {said}, due {due}"
