"""Flows to test the engine with, most of them made up by hypothesis. No real ones."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from hypothesis import strategies as st

from handlers.conversation import engine
from handlers.conversation.flow import (
    Answers,
    Ask,
    AskBack,
    Choose,
    Confirm,
    Flow,
    Heard,
    Hearing,
    Option,
    Step,
)
from handlers.conversation.parsing import short_text
from handlers.conversation.session import Session
from handlers.conversation.turn import Prompt, Turn
from locales import Message

CODES = ("apple", "pear", "plum", "lemon")
BACKS = ({"label": "Springfield, IL"}, {"label": "Springfield, MO"})


def text(words: str) -> Message:
    return Message(words, None, None, ())


def color(heard: Heard) -> Hearing:
    """Takes any word but "none"; asks back at "springfield"."""
    if heard.text == "springfield":
        return AskBack(text("Which one?"), BACKS)
    return short_text(20)(heard)


def shown(value: Any) -> str:
    return str(value["label"]) if isinstance(value, dict) else str(value)


@dataclass(frozen=True)
class Chosen:
    """A condition: an earlier choice fell on this code."""

    key: str
    code: str

    def __call__(self, answers: Answers) -> bool:
        value = answers.get(self.key)
        return self.code in value if isinstance(value, list) else value == self.code


def ask(key: str, **more: Any) -> Ask:
    facts = {"ask": text(f"{key}?"), "label": text(key), "example": text("blue"), "show": shown}
    return Ask(key=key, parse=color, **{**facts, **more})


def choose(key: str, codes: Sequence[str] = CODES, **more: Any) -> Choose:
    facts = {"ask": text(f"{key}?"), "label": text(key), "example": text("1")}
    options = tuple(Option(code, text(code)) for code in codes)
    return Choose(key=key, options=options, **{**facts, **more})


def confirm() -> Confirm:
    return Confirm(ask=text("Right?"), label=text("Right"), example=text("YES"))


def flow(*steps: Step, version: int = 1, renamed: dict[str, str] | None = None) -> Flow:
    return Flow("tested", version, text("Test"), text("Left."), steps, renamed or {})


@st.composite
def flows(draw: st.DrawFn, prefix: str = "q") -> Flow:
    """Up to six questions of every kind; later ones may hang on earlier choices."""
    steps: list[Step] = []
    for number in range(draw(st.integers(1, 6))):
        choices = [each.key for each in steps if isinstance(each, Choose)]
        more: dict[str, Any] = {"optional": draw(st.booleans())}
        hangs: bool = draw(st.booleans())
        if choices and hangs:
            more["when"] = Chosen(draw(st.sampled_from(choices)), CODES[0])
        if draw(st.booleans()):
            codes = draw(st.lists(st.sampled_from(CODES), min_size=2, unique=True))
            steps.append(choose(f"{prefix}{number}", codes, many=draw(st.booleans()), **more))
        else:
            steps.append(ask(f"{prefix}{number}", **more))
    if draw(st.booleans()):
        steps.append(confirm())
    return flow(*steps)


HOSTILE = (
    *(
        "",
        " ",
        "\x00",
        "\ud800",
        "\u202eabc",
        "\u200b\u200d",
        "٣",
        "²",
        "½",
        "\U0001f469\u200d\U0001f33e",
    ),
    *(
        "a" * 10_000,
        "1" * 10_000,
        "1 " * 5_000,
        "%s {0} {x}",
        "'; DROP TABLE people; --",
        "e\u0301" * 99,
    ),
    *(
        "-1",
        "0",
        "99999999999999999999",
        "1-3",
        "1e9",
        "NaN",
        "None",
        "null",
        "true",
        "ﬁ",
        "İ",
        "ß",
    ),
)
WORDS = (
    *("back", "atrás", "exit", "salir", "skip", "saltar", "help", "ayuda", "?", "yes", "sí", "no"),
    *(
        "all",
        "todo",
        "none",
        "ninguno",
        "done",
        "listo",
        "1",
        "2",
        "3",
        "1 2",
        "2, 1 y 3",
        "los dos",
    ),
    *("apple", "pears", "plum and pear", "lemmon", "springfield", "blue", "change q1", "q0"),
)
texts = st.one_of(st.sampled_from(WORDS), st.sampled_from(HOSTILE), st.text(max_size=40))
tokens = st.one_of(
    st.integers(-1, 9).map(str),
    st.sampled_from(("yes", "done", "all", "skip", "", "9" * 5_000, "٣", "x", "1:1")),
    st.text(max_size=6),
)
presses = st.builds(lambda mark, token: f"{mark}:{token}", st.integers(-1, 12), tokens)
heards = st.one_of(
    texts.map(Heard),
    st.one_of(presses, texts).map(lambda data: Heard(press=data)),
)


@dataclass
class Talk:
    """A conversation with the engine alone. `keep` is done to the session between turns."""

    flow: Flow
    keep: Callable[[Session], Session] = lambda session: session
    turn: Turn = field(init=False)

    def __post_init__(self) -> None:
        self.turn = engine.start(self.flow)

    @property
    def session(self) -> Session:
        assert self.turn.session is not None, "the flow is over"
        return self.turn.session

    @property
    def is_over(self) -> bool:
        return self.turn.session is None

    @property
    def prompt(self) -> Prompt:
        return self.turn.says[-1]

    def hears(self, heard: Heard) -> Turn:
        self.turn = engine.advance(self.flow, self.keep(self.session), heard)
        return self.turn

    def says(self, *words: str) -> Turn:
        for each in words:
            self.hears(Heard(each))
        return self.turn

    def presses(self, token: str, mark: int | None = None) -> Turn:
        return self.hears(Heard(press=f"{self.session.question if mark is None else mark}:{token}"))

    def answers_well(self) -> Turn:
        """A good answer to the open question, whatever it is."""
        step = engine.open_question(self.flow, self.session)
        assert step is not None
        return self.says(good_answer(step))


def good_answer(step: Step) -> str:
    match step:
        case Choose():
            return "1"
        case Confirm():
            return "yes"
    return "blue"
