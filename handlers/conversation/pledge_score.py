"""How well replies to an ask are read: a corpus of phrases with what they mean. No rules."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, fields

from handlers.conversation.pledge_replies import (
    Pledge,
    PledgeAll,
    Reply,
    meaning,
    read_reply,
)

# The ask that a corpus answers: one, open, for units that are not named.
_CODE = "A7"
_QUANTITY = 20


@dataclass(frozen=True, slots=True)
class Phrase:
    """meaning: as `meaning` says it."""

    text: str
    lang: str
    meaning: str


@dataclass(frozen=True, slots=True)
class Miss:
    phrase: Phrase
    heard: Reply

    def __str__(self) -> str:
        text = self.phrase.text
        quoted = json.dumps(text, ensure_ascii=not text.isprintable())
        reason = getattr(self.heard, "reason", None)
        why = f" ({reason})" if reason else ""
        due = self.phrase.meaning
        return f"{self.phrase.lang} {quoted}: read as {meaning(self.heard)}{why}, due {due}"


@dataclass(frozen=True, slots=True)
class Report:
    """wrong: a number that differs, or one where none was due."""

    total: int
    misses: Sequence[Miss]
    precision: float  # of the replies read as a number, the share that is that number
    recall: float  # of the replies that are a number, the share read so

    @property
    def wrong(self) -> int:
        return sum(isinstance(miss.heard, Pledge | PledgeAll) for miss in self.misses)

    def lines(self) -> list[str]:
        """Every miss, precision and recall of numbers, and last what was right and wrong."""
        right = self.total - len(self.misses)
        figures = f"number: precision {self.precision:.1%} · recall {self.recall:.1%}"
        last = f"right {right}/{self.total} · wrong number {self.wrong}"
        return [*map(str, self.misses), figures, last]


def phrases(data: object) -> list[Phrase]:
    """From the list that a corpus file holds. ValueError: what is wrong with which entry."""
    if not isinstance(data, list):
        raise ValueError("expected a list of phrases")
    return [_phrase(number, entry) for number, entry in enumerate(data, start=1)]


def _phrase(number: int, entry: object) -> Phrase:
    if not isinstance(entry, dict):
        raise ValueError(f"phrase {number}: not an object")
    values = {field.name: entry.get(field.name) for field in fields(Phrase)}
    for name, value in values.items():
        if not isinstance(value, str):
            raise ValueError(f"phrase {number}: {name} must be a text")
    return Phrase(**{name: str(value) for name, value in values.items()})


def score(data: object) -> Report:
    """Of a corpus as its file holds it, read as answers to one ask: A7, 20 of 20 units open.

    Where that ask's own code is said but not written in the meaning, or "all" is as many as
    remain, both say the same. ValueError as for `phrases`.
    """
    corpus = phrases(data)
    heard = [(phrase, _read(phrase.text)) for phrase in corpus]
    misses = [Miss(phrase, reply) for phrase, reply in heard if not _agree(phrase.meaning, reply)]
    due = [phrase for phrase in corpus if "pledge" in phrase.meaning]
    lost = sum(miss.phrase in due for miss in misses)
    read = sum(isinstance(reply, Pledge | PledgeAll) for _, reply in heard)
    right = len(due) - lost
    return Report(len(corpus), misses, _share(right, read), _share(right, len(due)))


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 1.0


def _read(text: str) -> Reply:
    return read_reply(text, remaining=_QUANTITY, quantity=_QUANTITY, code=_CODE, units=frozenset())


def _agree(due: str, reply: Reply) -> bool:
    said = meaning(reply).replace("pledge all", f"pledge {_QUANTITY}")
    return due.replace("pledge all", f"pledge {_QUANTITY}") in (said, said.removeprefix("A7 "))
