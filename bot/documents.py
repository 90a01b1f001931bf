"""What the documentation shows of the conversations: diagrams, and what the texts cost as SMS."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
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
from locales.formatting import Day, Listing, Moment
from locales.gsm7 import Cost, cost
from locales.labels import AMOUNTS, CATEGORIES_SHORT, ROLES, UNITS, URGENCY

PAGE = Path("docs") / "conversations.md"
_WHEN = Moment(datetime(2026, 12, 30, 18, 0, tzinfo=UTC), "America/Tijuana")
_SAMPLES: Mapping[str, object] = {
    "about": _("Close {code}: {reason}.", code="A71", reason=_("We have enough now")),
    "absent": 12,
    "all": 1240,
    "amount": AMOUNTS["pack"](120),
    "audience": 1240,
    "category": CATEGORIES_SHORT["infant"],
    "chat": "@alianza_americas_enlace_bot",
    "city": "Ciudad de México",
    "code": "A71",
    "codes": Listing(("A71", "B38", "C52"), "or"),
    "committed": 120,
    "contact": "Guadalupe, 312 555 0100",
    "countries": "MX, US",
    "country": "MX",
    "day": Day(date(2026, 12, 30)),
    "days": 30,
    "dollars": "$12.50",
    "drop_off": "Calle Roma 5, de 9 a 6",
    "duration": _("{hours} h", hours=2),
    "eta": _WHEN,
    "example": "60608, o Tijuana, Baja California",
    "excess": 120,
    "fault": 30007,
    "hosts": "alianzaamericas.org",
    "hour": 18,
    "hours": 12,
    "item": "pañales talla 4",
    "km": 120,
    "last": 12,
    "least": 0,
    "link": "https://enlace.example.org/c/A71",
    "maybe": 12,
    "minutes": 15,
    "steps": "3 días, 1 día y 2 horas",
    "moment": _WHEN,
    "most": 3,
    "n": 12,
    "name": "Guadalupe",
    "news": "A71",
    "no": 12,
    "note": "nuevos o lavados",
    "now": AMOUNTS["pack"](120),
    "number": "+13125550100",
    "old": _WHEN,
    "on_the_way": 45,
    "organisation": "Comité Comunitario Nueva York",
    "page": 2,
    "party": 12,
    "people": 120,
    "place": "Tijuana, Baja California, MX",
    "programme": Policy().programme,
    "quantity": 120,
    "reason": _("We have enough now"),
    "received": 30,
    "region": "Baja California",
    "role": ROLES["coordinator"],
    "segments": 1240,
    "sent": 1240,
    "services": "español, English",
    "shelter": "Casa del Migrante en Tijuana",
    "signs": "á",
    "speed": 25,
    "state": "-",
    "stopped": 3,
    "title": "Marcha por las familias",
    "unit": UNITS["pack"],
    "until": _WHEN,
    "urgency": URGENCY["urgent"],
    "us": "+13125550100",
    "value": "Guadalupe",
    "waiting": 12,
    "what": _("Joining the network"),
    "when": _WHEN,
    "where": "Casa del Migrante en Tijuana",
    "who": "V-482193",
    "why": _("The whole country."),
    "word": _("NEEDS {page}", page=2),
    "wrote": 3,
    "yes": 120,
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
        args = tuple(sorted(_SAMPLES.items()))
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
