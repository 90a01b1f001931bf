"""What the documentation shows of the conversations: diagrams, and what the texts cost as SMS."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from handlers.conversation import asking
from handlers.conversation.diagram import diagram
from handlers.conversation.flow import Choose, Flow, Step
from handlers.conversation.session import Session
from handlers.conversation.turn import Prompt
from handlers.features import FEATURES
from handlers.policy import Policy
from handlers.rendering import Reader, as_sms
from locales import LANGUAGES, Language, Message, _
from locales.catalog import texts_said_by
from locales.formatting import Day
from locales.gsm7 import Cost, cost

PAGE = Path("docs") / "conversations.md"
_SAMPLES: Mapping[str, object] = {
    "chat": "@alianza_americas_enlace_bot",
    "code": "chicago",
    "day": Day(date(2026, 12, 30)),
    "days": 30,
    "example": "60608, o Tijuana, Baja California",
    "last": 12,
    "least": 0,
    "minutes": 15,
    "most": 3,
    "name": "Guadalupe",
    "number": "+13125550100",
    "organisation": "Comité Comunitario Nueva York",
    "place": "Tijuana, Baja California, MX",
    "value": "Guadalupe",
    "programme": Policy().programme,
    "what": _("Joining the network"),
}
"""What stands in the placeholders when a text is measured: long, as a real one may be."""


@dataclass(frozen=True, slots=True)
class Measured:
    """One text as an SMS in one language."""

    name: str
    language: Language
    text: str
    cost: Cost


def flow_diagrams(language: Language) -> Mapping[str, str]:
    return {name: diagram(feature.flow, language) for name, feature in FEATURES.items()}


def measured() -> list[Measured]:
    """Every question of every flow, and everything else the bot says by itself."""
    return [
        Measured(name, language, text, cost(text))
        for name, prompt in _prompts()
        for language in LANGUAGES
        for text in [as_sms(prompt, Reader(language, None), "auto")]
    ]


def segment_table() -> str:
    """One line a text, dearest first within a language, and a total."""
    rows = sorted(measured(), key=lambda row: (row.language, -row.cost.segments, row.name))
    lines = [f"{'lang':4} {'segments':>8} {'units':>5} {'encoding':8} text"]
    lines += [
        f"{row.language:4} {row.cost.segments:>8} {row.cost.units:>5} {row.cost.encoding:8} "
        f"{row.name}"
        for row in rows
    ]
    for language in LANGUAGES:
        ours = [row.cost.segments for row in rows if row.language == language]
        one = sum(each == 1 for each in ours)
        lines.append(f"{language}: {one} of {len(ours)} texts fit one segment")
    return "\n".join(lines)


def _prompts() -> Iterator[tuple[str, Prompt]]:
    for name, feature in FEATURES.items():
        for step in feature.flow.steps:
            yield f"{name}.{step.key}", _asked(feature.flow, step)
        yield f"{name}.left", Prompt(feature.flow.left)
    for id, plural, context in texts_said_by("handlers"):
        args = tuple(sorted({**_SAMPLES, **({"n": 12} if plural else {})}.items()))
        yield id, Prompt(Message(id, plural, context, args))


def _asked(flow: Flow, step: Step) -> Prompt:
    offered = tuple(option.code for option in step.options) if isinstance(step, Choose) else ()
    session = Session(flow.name, flow.version, asked=step.key, offered=offered)
    return asking.prompt(flow, session, step)


def conversations_page() -> str:
    """docs/conversations.md: every flow as a diagram, in both languages."""
    parts = [
        "# Conversations",
        "Each conversation as a diagram, made by `enlace flows`. Boxes are questions, rhombi are"
        " choices (○ one, ☐ several), and “if …” says who is asked.",
    ]
    for language, title in (("en", "In English"), ("es", "En español")):
        parts.append(f"## {title}")
        for name, text in flow_diagrams("es" if language == "es" else "en").items():
            parts.append(f"### {name}\n\n```mermaid\n{text}\n```")
    return "\n\n".join(parts) + "\n"


if __name__ == "__main__":
    PAGE.write_text(conversations_page(), "utf-8")
