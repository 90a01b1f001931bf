"""The memory of a running flow: answers and what was last shown. Its position is derived."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, replace
from operator import attrgetter
from typing import Any

from handlers.conversation.compact import compact_json, read_json
from handlers.conversation.flow import Answers, Ask, Choose, Confirm, Flow
from handlers.conversation.records import record


@record
class Session:
    """`given` are facts that nobody was asked, such as how they came in.

    `question` counts the questions asked: a button of an older one is stale. `offered` is what
    the numbers meant when they were shown; `picked` the choices ticked so far; `misses` the
    answers in a row that were not understood. `editing` is the answer that is being changed,
    with its value so far.
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
    editing: tuple[str, Any] | None = None

    def known(self) -> Answers:
        return dict((*self.given, *self.answers))

    def answered(self, key: str, value: Any) -> "Session":
        return self._with((*self._answers_but(key), (key, value)))

    def without(self, key: str) -> "Session":
        return self._with(self._answers_but(key))

    def showing(self, key: str, offered: tuple[Any, ...]) -> "Session":
        """Once this question is on the screen, with what can be chosen."""
        return Session(
            self.flow,
            self.version,
            self.given,
            self.answers,
            key,
            offered,
            question=self.question + 1,
            misses=self.misses,
            editing=self.editing,
        )

    def edited(self, key: str) -> "Session":
        """Its question is open again; the answer so far is kept for someone who goes back."""
        return replace(self.without(key), editing=(key, dict(self.answers)[key]))

    def _answers_but(self, key: str) -> tuple[tuple[str, Any], ...]:
        return tuple([pair for pair in self.answers if pair[0] != key])

    def _with(self, answers: tuple[tuple[str, Any], ...]) -> "Session":
        return Session(
            self.flow, self.version, self.given, answers, self.asked, question=self.question
        )


_NAMES = tuple(field.name for field in fields(Session))
_DEFAULTS = tuple(field.default for field in fields(Session))
_values = attrgetter(*_NAMES)


def dump(session: Session) -> str:
    """JSON of what differs from a session that has just begun."""
    each = zip(_NAMES, _values(session), _DEFAULTS, strict=True)
    return compact_json({name: value for name, value, default in each if value != default})


def load(text: str) -> Session:
    kept: dict[str, Any] = read_json(text)
    for name, restore in _RESTORED:
        if (value := kept.get(name)) is not None:
            kept[name] = restore(value)
    return Session(**kept)


def _pairs(pairs: list[list[Any]]) -> tuple[tuple[Any, ...], ...]:
    return tuple(map(tuple, pairs))


_RESTORED: Sequence[tuple[str, Callable[[Any], Any]]] = (
    *(("given", _pairs), ("answers", _pairs)),
    *((name, tuple) for name in ("offered", "picked", "editing")),
)
"""JSON has no tuples."""


def adopt(flow: Flow, session: Session) -> Session:
    """The session under today's version of its flow: renamed steps keep their answers.

    Answers of removed steps, and choices that are no longer offered, are dropped and asked again.
    Of two that became one step, the later answer counts. A number that answers the question on
    the screen still means what was shown there.
    """
    if session.version == flow.version:
        return session
    names = {key: flow.renamed.get(key, key) for key, _value in session.answers}
    asked = session.asked and flow.renamed.get(session.asked, session.asked)
    return replace(
        session,
        version=flow.version,
        answers=tuple(
            {
                names[key]: value
                for key, value in session.answers
                if _still_valid(flow, names[key], value)
            }.items()
        ),
        asked=asked,
        offered=_still_meant(flow, asked, session.offered),
        picked=tuple(code for code in session.picked if _still_valid(flow, asked, [code])),
        editing=_still_edited(flow, session.editing),
    )


def _still_meant(flow: Flow, asked: str | None, offered: tuple[Any, ...]) -> tuple[Any, ...]:
    """What was offered, if the step asked is still of the kind that offers such things."""
    match asked and flow.step(asked):
        case Confirm():
            return tuple(flow.renamed.get(key, key) for key in offered)
        case Choose() if all(isinstance(value, str) for value in offered):
            return offered
        case Ask() if all(isinstance(value, dict) for value in offered):
            return offered
    return ()


def _still_edited(flow: Flow, editing: tuple[str, Any] | None) -> tuple[str, Any] | None:
    if editing is None:
        return None
    key, value = flow.renamed.get(editing[0], editing[0]), editing[1]
    return (key, value) if _still_valid(flow, key, value) else None


def _still_valid(flow: Flow, key: str | None, value: Any) -> bool:
    step = flow.step(key) if key else None
    if step is None:
        return False
    if value is None:
        return step.optional
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
