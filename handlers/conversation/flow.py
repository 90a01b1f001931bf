"""Flows as data: ordered steps that read like the conversation. What is asked, not how it is heard.

A step's value is JSON: a string, a number, a list of codes, a dict (a place), or None when skipped.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final, Literal
from zoneinfo import ZoneInfo

from handlers.conversation.records import record
from handlers.conversation.vocabulary import agrees
from handlers.conversation.words import fold
from locales import Language, Localizable, Message, _

Answers = Mapping[str, Any]
Condition = Callable[[Answers], bool]
Reading = Literal["one", "several", "close", "broad", "nothing"]
Share = Literal["contact", "location"]


def always(_answers: Answers) -> bool:
    return True


@record
class Heard:
    """What a person did, as a flow sees it.

    `press` is a button's "mark:choice". `places` are the gazetteer's candidates for the text or
    the shared location, best first; `reading` says what they are to the text: exactly one,
    several of that name, close ones to a misspelling, or examples of a broader region, which is
    then the one of `areas` (a "label", the "country", and the "region" or None). `parts`: the
    same of each of several places, where a text may name them.
    `zone` is the person's, `now` the instant. `known` is what the flow knows by now: the zone of
    a place, say, whose clock a time is told by.
    """

    text: str = ""
    press: str | None = None
    places: tuple[dict[str, Any], ...] = ()
    reading: Reading = "nothing"
    areas: tuple[dict[str, Any], ...] = ()
    parts: tuple["Heard", ...] = ()
    now: datetime | None = None
    zone: str = "UTC"
    language: Language = "es"
    known: Answers = field(default_factory=dict)

    def knowing(self, known: Answers) -> "Heard":
        """The same, with what the flow knows by now."""
        return Heard(
            self.text,
            self.press,
            self.places,
            self.reading,
            self.areas,
            self.parts,
            self.now,
            self.zone,
            self.language,
            known,
        )

    @property
    def today(self) -> date | None:
        """The day where the person is."""
        return self.now.astimezone(ZoneInfo(self.zone)).date() if self.now else None


@record
class Understood:
    value: Any


@record
class AskBack:
    """It could mean several things: each value is a dict with a "label" to choose by."""

    text: Message
    values: tuple[dict[str, Any], ...]


@record
class NotUnderstood:
    """`why` says what is wrong with the answer; without it the step's own hint is given."""

    why: Message | None = None


Hearing = Understood | AskBack | NotUnderstood
Parser = Callable[[Heard], Hearing]


@dataclass(frozen=True, slots=True, eq=False)
class Option:
    """One answer of a Choose. Made once, with its flow: it equals nothing but itself.

    `words` are further folded words that mean it, in any language; `broad` ones mean it among
    others ("weekends"); `short` is the label where every letter counts.
    """

    code: str
    label: Message
    short: Message | None = None
    words: frozenset[str] = frozenset()
    broad: frozenset[str] = frozenset()
    when: Condition = always


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Step:
    """Made once, with its flow, as options are.

    `label` names the answer in a summary; `example` shows a good answer after two bad ones."""

    key: str
    ask: Message
    label: Message
    example: Message
    when: Condition = always
    optional: bool = False


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Choose(Step):
    """`is_fixed`: everybody may choose the same."""

    options: tuple[Option, ...]
    many: bool = False
    is_fixed: bool = field(init=False)

    def __post_init__(self) -> None:
        fixed = all(option.when is always for option in self.options)
        object.__setattr__(self, "is_fixed", fixed)

    def open_options(self, answers: Answers) -> tuple[Option, ...]:
        if self.is_fixed:
            return self.options
        return tuple(
            option for option in self.options if option.when is always or option.when(answers)
        )


_SAVE = _("Yes, save")
ANEW: Final = {"anew": True}
"""In the place of an answer: that question is open again."""


def anew(*keys: str) -> Callable[[Any], Answers]:
    """An answer opens these questions again."""

    def also(_value: Any) -> Answers:
        return dict.fromkeys(keys, ANEW)

    return also


def _label(value: Any) -> str:
    return str(value["label"])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Ask(Step):
    """`offers` lists what can be picked by number besides, from facts that came with the session:
    dicts with a "label"; `named` tells how they read in the list. `resolves_places`: what is heard
    comes with the gazetteer's candidates; `several_places`: with those of each part, too. `also`
    gives the answers to other questions that an answer brings along ("20 blankets by Friday"), or
    ANEW. `dictated`: the words are for others to read, so a command or a wish in them is not the
    writer's."""

    parse: Parser
    share: Share | None = None
    resolves_places: bool = False
    several_places: bool = False
    offers: Callable[[Answers], Sequence[dict[str, Any]]] | None = None
    show: Callable[[Any], Localizable | str] = str
    named: Callable[[Any], Localizable | str] = _label
    also: Callable[[Any], Answers] | None = None
    dictated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Confirm(Step):
    """Shows every answer with its number; yes ends the flow, a number asks that question again.

    `yes` is its button, `words` say the same besides any yes."""

    key: str = "confirm"
    yes: Message = _SAVE
    words: frozenset[str] = frozenset()

    def is_agreed(self, text: str) -> bool:
        said = fold(text)
        return said in self.words or agrees(said)


@dataclass(frozen=True, slots=True)
class Flow:
    """`renamed` maps a step's key in an older version to its key now, so that answers move along.

    `left` is said when a person leaves; `title` names the flow in "we were at …". `passing`: one
    question at the way, which any command ends, and nobody is told that it grew old.
    """

    name: str
    version: int
    title: Message
    left: Message
    steps: tuple[Step, ...]
    renamed: Mapping[str, str] = field(default_factory=dict)
    passing: bool = False
    _by_key: Mapping[str, Step] = field(init=False, repr=False, compare=False)
    _in_order: tuple[tuple[str, Condition | None, Step], ...] = field(
        init=False, repr=False, compare=False
    )

    def __post_init__(self) -> None:
        in_order = [
            (each.key, None if each.when is always else each.when, each) for each in self.steps
        ]
        object.__setattr__(self, "_by_key", {step.key: step for step in self.steps})
        object.__setattr__(self, "_in_order", tuple(in_order))

    def step(self, key: str) -> Step | None:
        return self._by_key.get(key)

    def asked_of(self, answers: Answers) -> tuple[Step, ...]:
        """The steps that apply to someone with these answers, in order.

        A condition sees the answers of the steps before it that apply themselves, so that
        a branch that was left behind can't lead anywhere.
        """
        return tuple(self._applying(answers))

    def open_step(self, answers: Answers) -> Step | None:
        """The first question without an answer; the position of a conversation is never stored."""
        counting = self._unasked(answers)
        for key, when, step in self._in_order:
            if when is None or when(counting):
                if key not in answers:
                    return step
                counting[key] = answers[key]
        return None

    def _applying(self, answers: Answers) -> Iterator[Step]:
        counting = self._unasked(answers)
        for key, when, step in self._in_order:
            if when is None or when(counting):
                yield step
                if key in answers:
                    counting[key] = answers[key]

    def _unasked(self, answers: Answers) -> dict[str, Any]:
        """Facts that came with the session: no step asks for them."""
        return {key: value for key, value in answers.items() if key not in self._by_key}
