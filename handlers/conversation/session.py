"""The memory of a running flow: answers and what was last shown. Its position is derived."""

import json
from collections import ChainMap
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from handlers.conversation.flow import Answers, Choose, Flow


@dataclass(frozen=True, slots=True)
class Session:
    """`given` are facts that nobody was asked, such as how they came in.

    `question` counts the questions asked: a button of an older one is stale. `offered` is what
    the numbers meant when they were shown; `picked` the choices ticked so far; `misses` the
    answers in a row that were not understood.
    """

    flow: str
    version: int
    given: tuple[tuple[str, Any], ...] = ()
    answers: tuple[tuple[str, Any], ...] = ()
    asked: str | None = None
    offered: tuple[Any, ...] = ()
    picked: tuple[Any, ...] = ()
    question: int = 0
    misses: int = 0

    def known(self) -> Answers:
        return ChainMap(dict(self.answers), dict(self.given))

    def answered(self, key: str, value: Any) -> "Session":
        kept = tuple(pair for pair in self.answers if pair[0] != key)
        return replace(self, answers=(*kept, (key, value)), misses=0, picked=(), offered=())

    def without(self, key: str) -> "Session":
        kept = tuple(pair for pair in self.answers if pair[0] != key)
        return replace(self, answers=kept, misses=0, picked=(), offered=())


def dump(session: Session) -> str:
    return json.dumps(asdict(session), ensure_ascii=False, separators=(",", ":"))


def load(text: str) -> Session:
    fields: dict[str, Any] = json.loads(text)
    for name in ("given", "answers"):
        fields[name] = tuple((key, value) for key, value in fields[name])
    for name in ("offered", "picked"):
        fields[name] = tuple(fields[name])
    return Session(**fields)


def adopt(flow: Flow, session: Session) -> Session:
    """The session under today's version of its flow: renamed steps keep their answers.

    Answers of removed steps, and choices that are no longer offered, are dropped and asked again.
    """
    if session.version == flow.version:
        return session
    answers = tuple(
        (key, value)
        for key, value in ((flow.renamed.get(key, key), value) for key, value in session.answers)
        if _still_valid(flow, key, value)
    )
    return replace(
        session, version=flow.version, answers=answers, asked=None, offered=(), picked=()
    )


def _still_valid(flow: Flow, key: str, value: Any) -> bool:
    step = flow.step(key)
    if step is None:
        return False
    if not isinstance(step, Choose):
        return True
    codes = {option.code for option in step.options}
    values = value if isinstance(value, list) else [value]
    return isinstance(value, list) == step.many and codes.issuperset(values)


def visible(flow: Flow, session: Session) -> Mapping[str, Any]:
    """The answers that count: those of steps that apply. An abandoned branch is left out."""
    known = session.known()
    asked = {step.key for step in flow.asked_of(known)}
    return {key: value for key, value in session.answers if key in asked}
