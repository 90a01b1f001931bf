"""A flow as a Mermaid diagram: a flow is documentation. Nothing is run."""

from itertools import pairwise

from handlers.conversation.flow import Choose, Confirm, Flow, Step, always
from locales import Language, translate


def diagram(flow: Flow, language: Language = "en") -> str:
    """Mermaid text: boxes are questions, rhombi are choices; "if …" says for whom a step is."""
    names = ["begin", *(step.key for step in flow.steps), "done"]
    lines = [
        "flowchart TD",
        f'  begin(["{_quoted(translate(flow.title, language))}"])',
        *(f"  {step.key}{_shape(step, language)}" for step in flow.steps),
        "  done([✓])",
        *(f"  {one} --> {other}" for one, other in pairwise(names)),
    ]
    return "\n".join(lines)


def _shape(step: Step, language: Language) -> str:
    text = _condition(step) + _quoted(translate(step.ask, language))
    if isinstance(step, Choose):
        labels = [_quoted(translate(each.label, language)) for each in step.options]
        mark = "☐" if step.many else "○"
        return f'{{"{text}<br/><i>{mark} {" · ".join(labels)}</i>"}}'
    return f'[["{text}"]]' if isinstance(step, Confirm) else f'["{text}"]'


def _condition(step: Step) -> str:
    if step.when is always:
        return ""
    name = getattr(step.when, "__name__", "it applies")
    return f"<b>if {name.removeprefix('is_').replace('_', ' ')}</b><br/>"


def _quoted(text: str) -> str:
    return text.replace('"', "#quot;").replace("\n", " ")
