"""From a step to the prompt that asks it, and from an answer to the words that show it. Pure."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from handlers.conversation.flow import Ask, Choose, Confirm, Flow, Option, Step
from handlers.conversation.session import Session
from handlers.conversation.turn import Choice, Prompt, Words
from locales import Message, _
from locales.formatting import Listing

YES, DONE, ALL, SKIP = "yes", "done", "all", "skip"
_ALL, _DONE = Choice(_("All"), ALL), Choice(_("Done"), DONE)
_SKIP = Choice(_("Skip"), SKIP)

_FEW = 3


def prompt(flow: Flow, session: Session, step: Step, lead: Message | None = None) -> Prompt:
    """The question of a step, with what can be chosen, as it stands in this session."""
    if isinstance(step, Confirm):
        return _summary(flow, session, step, lead)
    if isinstance(step, Choose):
        ticked = frozenset(str(index) for index in _ticked(session))
        menu = (step, session.offered, ticked, session.question)
        return Prompt(
            step.ask,
            lead,
            choices=_choices(step, session),
            many=step.many,
            ticked=ticked,
            extras=_extras(step),
            mark=session.question,
            menu=menu if step.is_fixed else None,
        )
    choices, share = _offered(step, session.offered), step.share if isinstance(step, Ask) else None
    return Prompt(
        step.ask,
        lead,
        choices=choices,
        extras=_extras(step),
        share=None if choices else share,
        mark=session.question,
    )


def _offered(step: Step, values: Sequence[Any]) -> tuple[Choice, ...]:
    if not isinstance(step, Ask):
        return ()
    return tuple(Choice(step.named(value), str(index)) for index, value in enumerate(values))


def offers(flow: Flow, session: Session, step: Step) -> tuple[Any, ...]:
    """What the numbers will mean when this step is shown."""
    if isinstance(step, Choose):
        return tuple(option.code for option in step.open_options(session.known()))
    if isinstance(step, Confirm):
        return tuple(each.key for each in answered_steps(flow, session))
    if isinstance(step, Ask) and step.offers is not None:
        return tuple(step.offers(session.known()))
    return ()


def shown(step: Step, value: Any) -> Words:
    """An answer in words."""
    if value is None:
        return "-"
    if isinstance(step, Choose):
        return _chosen(step, value if isinstance(value, list) else [value])
    return step.show(value) if isinstance(step, Ask) else str(value)


def _chosen(step: Choose, codes: Sequence[str]) -> Words:
    """The labels of what was chosen, short where there are many; "all" where that is so."""
    chosen = [option for option in step.options if option.code in codes]
    if step.many and len(chosen) == len(step.options):
        return _("All")
    if not chosen:
        return "-"
    many = len(chosen) > _FEW or not step.many
    return Listing(tuple((option.short if many else None) or option.label for option in chosen))


def answered_steps(flow: Flow, session: Session) -> Sequence[Step]:
    """The steps that a summary lists and lets one change, in order."""
    known = session.known()
    given = {key for key, _value in session.answers}
    return [step for step in flow.asked_of(known) if step.key in given]


def _choices(step: Choose, session: Session) -> tuple[Choice, ...]:
    if step.is_fixed:
        return _fixed_choices(step, session.offered)
    return _as_choices(step.open_options(session.known()), session.offered)


@lru_cache(1_000)
def _fixed_choices(step: Choose, offered: tuple[str, ...]) -> tuple[Choice, ...]:
    return _as_choices(step.options, offered)


def _as_choices(open_options: Sequence[Option], offered: Sequence[str]) -> tuple[Choice, ...]:
    options = {option.code: option for option in open_options}
    shown = [(options[code], index) for index, code in enumerate(offered) if code in options]
    return tuple([Choice(option.label, str(index), option.short) for option, index in shown])


def _ticked(session: Session) -> list[int]:
    return [index for index, value in enumerate(session.offered) if value in session.picked]


def _extras(step: Step) -> tuple[Choice, ...]:
    many = (_ALL, _DONE) if isinstance(step, Choose) and step.many else ()
    return (*many, _SKIP) if step.optional else many


def _summary(flow: Flow, session: Session, step: Confirm, lead: Message | None) -> Prompt:
    values = dict(session.answers)
    steps = tuple(answered_steps(flow, session))
    return Prompt(
        step.ask,
        lead,
        choices=tuple([Choice(each.label, str(index)) for index, each in enumerate(steps)]),
        lines=tuple([(each.label, shown(each, values[each.key])) for each in steps]),
        extras=(Choice(step.yes, YES),),
        mark=session.question,
        menu=(step, steps, session.question),
    )
