"""A flow as a Mermaid diagram: a flow is documentation. Nothing is run."""

from itertools import pairwise

from handlers.conversation.flow import Ask, Choose, Confirm, Flow, Step, always
from locales import Language, translate


def diagram(flow: Flow, language: Language = "en") -> str:
    """Mermaid text: boxes are questions, rhombi are choices, dotted arrows pass over a step."""
    lines = ["flowchart TD", f'  start(["{_quoted(translate(flow.title, language))}"])']
    lines += [f"  {step.key}{_shape(step, language)}" for step in flow.steps]
    lines.append("  finish([✓])")
    names = ["start", *(step.key for step in flow.steps), "finish"]
    lines += [f"  {one} --> {other}" for one, other in pairwise(names)]
    lines += [
        f"  {before} -.->|{_condition(step)}| {after}"
        for before, step, after in zip(names, flow.steps, names[2:], strict=False)
        if step.when is not always
    ]
    return "\n".join(lines)


def _shape(step: Step, language: Language) -> str:
    text = _quoted(translate(step.ask, language))
    match step:
        case Choose(options=options, many=many):
            labels = " · ".join(_quoted(translate(each.label, language)) for each in options)
            return f'{{"{text}<br/><i>{"☐" if many else "○"} {labels}</i>"}}'
        case Confirm():
            return f'[["{text}"]]'
        case Ask():
            return f'["{text}"]'
    return f'["{text}"]'


def _condition(step: Step) -> str:
    name = getattr(step.when, "__name__", "condition")
    return f"unless {name.strip('_').replace('_', ' ')}"


def _quoted(text: str) -> str:
    return text.replace('"', "#quot;").replace("\n", " ")
