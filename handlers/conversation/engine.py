"""The conversation engine: a pure function from a flow, a session and what was heard to a turn.

No clock, no database, no network; the same three always give the same turn.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from handlers.conversation import asking
from handlers.conversation.choosing import choose_many, choose_offered, choose_one
from handlers.conversation.flow import (
    Ask,
    AskBack,
    Choose,
    Confirm,
    Flow,
    Heard,
    Hearing,
    NotUnderstood,
    Step,
    Understood,
)
from handlers.conversation.numbers import whole_number
from handlers.conversation.session import Session, adopt, visible
from handlers.conversation.turn import Ending, Prompt, Settled, Turn
from handlers.conversation.vocabulary import DONE, NO, YES, Steer, steering
from handlers.conversation.words import fold
from locales import LANGUAGES, Message, _, translate

_MISSES_BEFORE_HUMAN = 2


def start(
    flow: Flow, given: Mapping[str, Any] | None = None, answers: Mapping[str, Any] | None = None
) -> Turn:
    """Begin a flow; `given` are facts for its conditions, `answers` what is known already."""
    session = Session(
        flow.name,
        flow.version,
        given=tuple((given or {}).items()),
        answers=tuple((answers or {}).items()),
    )
    return _ask(flow, session)


def restate(flow: Flow, session: Session, lead: Message | None = None) -> Turn:
    """Ask the open question again, after a detour or in another language."""
    return _ask(flow, adopt(flow, session), lead=lead, again=True)


def advance(flow: Flow, session: Session, heard: Heard) -> Turn:
    """One step of the conversation."""
    session = adopt(flow, session)
    step = flow.open_step(session.known())
    if step is None:
        return _finish(flow, session)
    session = _facing(session, step)
    if heard.press is not None:
        return _pressed(flow, session, step, heard.press)
    steer = steering(heard.text)
    if steer is not None:
        return _steered(flow, session, step, steer)
    if isinstance(step, Confirm):
        return _confirm_heard(flow, session, step, heard.text)
    return _take(flow, session, step, _hear(session, step, heard))


def open_question(flow: Flow, session: Session) -> Step | None:
    """The step that this session waits at."""
    return flow.open_step(adopt(flow, session).known())


def is_choice(flow: Flow, session: Session, heard: Heard) -> bool:
    """Whether the words name an option of the open question."""
    step = open_question(flow, session)
    if not isinstance(step, Choose):
        return False
    return isinstance(_hear(_facing(adopt(flow, session), step), step, heard), Understood)


def _facing(session: Session, step: Step) -> Session:
    """The session as asked for this step; after an upgrade its offers are made anew."""
    if session.asked == step.key:
        return session
    return replace(session, asked=step.key, offered=asking.offers(step, session.known()), picked=())


def _hear(session: Session, step: Step, heard: Heard) -> Hearing:
    if isinstance(step, Choose):
        options = step.open_options(session.known())
        if not step.many:
            return choose_one(options, session.offered, heard)
        if session.picked and fold(heard.text) in DONE:
            return Understood(_in_order(session, step))
        return choose_many(options, session.offered, heard)
    if isinstance(step, Ask):
        if session.offered and (chosen := choose_offered(session.offered, heard)):
            return chosen
        return step.parse(heard)
    return NotUnderstood()


def _in_order(session: Session, step: Choose) -> list[str]:
    return [option.code for option in step.options if option.code in session.picked]


def _take(flow: Flow, session: Session, step: Step, hearing: Hearing) -> Turn:
    match hearing:
        case Understood(value):
            return _ask(flow, session.answered(step.key, value))
        case AskBack(text, values):
            asked = replace(session, offered=values, question=session.question + 1, misses=0)
            say = replace(asking.prompt(flow, asked, step), text=text)
            return Turn(asked, (say,))
        case NotUnderstood(why):
            return _missed(flow, session, step, why)


def _missed(flow: Flow, session: Session, step: Step, why: Message | None) -> Turn:
    session = replace(session, misses=session.misses + 1)
    if session.misses < _MISSES_BEFORE_HUMAN:
        return _ask(flow, session, lead=why or _("Sorry, I didn't get that."), again=True)
    lead = _("For example: {example}. To talk with someone: HUMAN.", example=step.example)
    turn = _ask(flow, replace(session, misses=0), lead=lead, again=True)
    return replace(turn, stuck=True)


def _steered(flow: Flow, session: Session, step: Step, steer: Steer) -> Turn:
    match steer:
        case Steer.EXIT:
            return Turn(None, (Prompt(flow.left),), ending=Ending.LEFT)
        case Steer.BACK:
            return _back(flow, session)
        case Steer.SKIP:
            if step.optional:
                return _ask(flow, session.answered(step.key, None))
            return _ask(flow, session, lead=_("I do need this one."), again=True)
        case Steer.HELP:
            lead = _(
                "For example: {example}. BACK: go back. EXIT: leave. STOP: no more messages.",
                example=step.example,
            )
            return _ask(flow, session, lead=lead, again=True)


def _back(flow: Flow, session: Session) -> Turn:
    """Forget the latest answer that still counts, so that its question opens again."""
    counting = visible(flow, session)
    latest = next((key for key, _value in reversed(session.answers) if key in counting), None)
    if latest is None:
        return _ask(flow, session, lead=_("This is the first question."), again=True)
    return _ask(flow, session.without(latest))


def _ask(flow: Flow, session: Session, *, lead: Message | None = None, again: bool = False) -> Turn:
    """Ask the first open question, or finish. `again` keeps the offers of the question asked."""
    step = flow.open_step(session.known())
    if step is None:
        return _finish(flow, session)
    if not (again and session.asked == step.key and session.offered):
        session = replace(session, offered=asking.offers(step, session.known()), picked=())
    session = replace(session, asked=step.key, question=session.question + 1)
    return Turn(session, (asking.prompt(flow, session, step, lead),))


def _finish(flow: Flow, session: Session) -> Turn:
    answers = {**dict(session.given), **visible(flow, session)}
    return Turn(None, ending=Ending.FINISHED, answers=answers)


def _pressed(flow: Flow, session: Session, step: Step, press: str) -> Turn:
    mark, _colon, token = press.partition(":")
    if mark != str(session.question):
        return _stale(flow, session)
    if isinstance(step, Confirm):
        return _confirm_pressed(flow, session, step, token)
    if token == asking.SKIP and step.optional:
        return _settle(_ask(flow, session.answered(step.key, None)), step, _("Skip"))
    if isinstance(step, Choose) and step.many:
        return _many_pressed(flow, session, step, token)
    if not token.isascii() or not token.isdigit() or int(token) >= len(session.offered):
        return _stale(flow, session)
    value = session.offered[int(token)]
    shown = asking.shown(step, value)
    return _settle(_take(flow, session, step, Understood(value)), step, shown)


def _many_pressed(flow: Flow, session: Session, step: Choose, token: str) -> Turn:
    if token == asking.ALL:
        everything = [option.code for option in step.open_options(session.known())]
        turn = _ask(flow, session.answered(step.key, everything))
        return _settle(turn, step, asking.shown(step, everything))
    if token == asking.DONE:
        if not session.picked:
            return Turn(session, toast=_("Tick at least one."))
        values = _in_order(session, step)
        turn = _ask(flow, session.answered(step.key, values))
        return _settle(turn, step, asking.shown(step, values))
    if not token.isascii() or not token.isdigit() or int(token) >= len(session.offered):
        return _stale(flow, session)
    ticked = replace(session, picked=_toggle(session.picked, session.offered[int(token)]))
    return Turn(ticked, refreshed=asking.prompt(flow, ticked, step))


def _toggle(picked: tuple[Any, ...], value: Any) -> tuple[Any, ...]:
    if value in picked:
        return tuple(each for each in picked if each != value)
    return (*picked, value)


def _settle(turn: Turn, step: Step, choice: Any) -> Turn:
    return replace(turn, settled=Settled(step.ask, choice))


def _stale(flow: Flow, session: Session) -> Turn:
    turn = _ask(flow, session, again=True)
    return replace(turn, toast=_("That button is from an earlier question."))


def _confirm_pressed(flow: Flow, session: Session, step: Confirm, token: str) -> Turn:
    steps = asking.answered_steps(flow, session)
    if token == asking.YES:
        turn = _ask(flow, session.answered(step.key, True))
        return _settle(turn, step, _("Yes, save"))
    if not token.isascii() or not token.isdigit() or int(token) >= len(steps):
        return _stale(flow, session)
    chosen = steps[int(token)]
    return _settle(_ask(flow, session.without(chosen.key)), step, chosen.label)


def _confirm_heard(flow: Flow, session: Session, step: Confirm, text: str) -> Turn:
    folded = fold(text)
    if folded in YES:
        return _ask(flow, session.answered(step.key, True))
    chosen = _to_change(asking.answered_steps(flow, session), text)
    if chosen is not None:
        return _ask(flow, session.without(chosen.key))
    if folded in NO:
        return _ask(flow, session, lead=_("Send the number of the answer to change."), again=True)
    return _missed(flow, session, step, None)


def _to_change(steps: Sequence[Step], text: str) -> Step | None:
    """The answered step that a number or a label names."""
    number = whole_number(text)
    if number is not None:
        return steps[number - 1] if 1 <= number <= len(steps) else None
    folded = fold(text)
    named = [step for step in steps if folded in _label_words(step)]
    return named[0] if len(named) == 1 else None


def _label_words(step: Step) -> set[str]:
    return {fold(translate(step.label, language)) for language in LANGUAGES}
