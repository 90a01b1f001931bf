"""The conversation engine: a pure function from a flow, a session and what was heard to a turn.

No clock, no database, no network; the same three always give the same turn.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from handlers.conversation import asking
from handlers.conversation.choosing import choose_many, choose_offered, choose_one
from handlers.conversation.flow import (
    ANEW,
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
from handlers.conversation.vocabulary import DONE, NO, Steer, steering
from handlers.conversation.words import fold
from locales import LANGUAGES, Message, _, translate

_MISSES_BEFORE_HUMAN = 2
_FEWEST_DICTATED = 3
_MOST_DIGITS = 4
_LONGEST_CHANGE = 200


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
    if heard.press is not None:
        return _pressed(flow, session, step, heard.press)
    steer = steering(heard.text)
    if steer is not None:
        return _steered(flow, session, step, steer)
    if session.asked != step.key:
        return _ask(flow, session)
    if isinstance(step, Confirm):
        return _confirm_heard(flow, session, step, heard.text)
    return _take(flow, session, step, _hear(session, step, heard))


def question_on_screen(flow: Flow, session: Session) -> Step | None:
    """The step that was asked last; an answer is to this one, if it still is the open one."""
    asked = adopt(flow, session).asked
    return flow.step(asked) if asked else None


def open_question(flow: Flow, session: Session) -> Step | None:
    """The step that this session waits at."""
    return flow.open_step(adopt(flow, session).known())


def sums_up(flow: Flow, before: Session | None, turn: Turn) -> bool:
    """Whether the turn brings up the summary, which was not what was asked before."""
    after = turn.session
    if after is None or not isinstance(open_question(flow, after), Confirm):
        return False
    return before is None or before.asked != after.asked


def is_dictation(flow: Flow, session: Session, text: str) -> bool:
    """Whether the words are what the open question wants to be told for others to read."""
    if len(text.split()) < _FEWEST_DICTATED:
        return False
    step = open_question(flow, session)
    return isinstance(step, Ask) and step.dictated


def is_choice(flow: Flow, session: Session, heard: Heard) -> bool:
    """Whether the words name an option of the open question, or agree to what it sums up."""
    session = adopt(flow, session)
    step = flow.open_step(session.known())
    if step is None or session.asked != step.key:
        return False
    if isinstance(step, Confirm):
        return step.is_agreed(heard.text)
    if not isinstance(step, Choose):
        return False
    return isinstance(_hear(session, step, heard), Understood)


def _hear(session: Session, step: Step, heard: Heard) -> Hearing:
    if isinstance(step, Choose):
        options = step.open_options(session.known())
        if not step.many:
            return choose_one(options, session.offered, heard)
        if session.picked and fold(heard.text) in DONE:
            return Understood(_in_order(session, step))
        return choose_many(options, session.offered, heard)
    if isinstance(step, Ask):
        if _may_choose(session, step, heard) and (chosen := choose_offered(session.offered, heard)):
            return chosen
        return step.parse(heard.knowing(session.known()))
    return NotUnderstood()


def _may_choose(session: Session, step: Ask, heard: Heard) -> bool:
    """Words of one's own that only look like what is offered are one's own still."""
    return bool(session.offered) and (not step.dictated or whole_number(heard.text) is not None)


def _in_order(session: Session, step: Choose) -> list[str]:
    return [option.code for option in step.options if option.code in session.picked]


def _take(flow: Flow, session: Session, step: Step, hearing: Hearing) -> Turn:
    match hearing:
        case Understood(value):
            return _ask(flow, _with_also(step, session.answered(step.key, value), value))
        case AskBack(text, values):
            asked = replace(session, offered=values, question=session.question + 1, misses=0)
            say = replace(asking.prompt(flow, asked, step), text=text)
            return Turn(asked, (say,))
        case NotUnderstood(why):
            return _missed(flow, session, step, why)


def _with_also(step: Step, session: Session, value: Any) -> Session:
    also = step.also(value) if isinstance(step, Ask) and step.also else {}
    for key, answer in also.items():
        session = session.without(key) if answer == ANEW else session.answered(key, answer)
    return session


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
            return _back(flow, session, step)
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


def _back(flow: Flow, session: Session, step: Step) -> Turn:
    """Forget the latest answer before this question, so that its own question opens again.

    Who was changing an answer gets back to the summary, with that answer as it was.
    """
    if session.editing is not None:
        return _ask(flow, session.answered(*session.editing))
    applying = [each.key for each in flow.asked_of(session.known())]
    earlier = applying[: applying.index(step.key)]
    latest = next((key for key, _value in reversed(session.answers) if key in earlier), None)
    if latest is None:
        return _ask(flow, session, lead=_("This is the first question."), again=True)
    return _ask(flow, session.without(latest))


def _ask(flow: Flow, session: Session, *, lead: Message | None = None, again: bool = False) -> Turn:
    """Ask the first open question, or finish.

    `again`: if it is the one on the screen, its numbers and its buttons stay what they are.
    """
    step = flow.open_step(session.known())
    if step is None:
        return _finish(flow, session)
    if not (again and _is_on_the_screen(flow, session, step)):
        session = session.showing(step.key, asking.offers(flow, session, step))
    return Turn(session, (asking.prompt(flow, session, step, lead),))


def _is_on_the_screen(flow: Flow, session: Session, step: Step) -> bool:
    """After an upgrade the same question may offer something else."""
    if session.asked != step.key or isinstance(step, Ask):
        return session.asked == step.key
    return set(session.offered) == set(asking.offers(flow, session, step))


def _finish(flow: Flow, session: Session) -> Turn:
    answers = {**dict(session.given), **visible(flow, session)}
    return Turn(None, ending=Ending.FINISHED, answers=answers)


def _pressed(flow: Flow, session: Session, step: Step, press: str) -> Turn:
    mark, _colon, token = press.partition(":")
    if mark != str(session.question) or session.asked != step.key:
        return _stale(flow, session, mark)
    if isinstance(step, Confirm):
        return _confirm_pressed(flow, session, step, token)
    if token == asking.SKIP and step.optional:
        return _settle(_ask(flow, session.answered(step.key, None)), step, _("Skip"))
    if isinstance(step, Choose) and step.many:
        return _many_pressed(flow, session, step, token)
    pressed = _offered_as(session, step, token)
    if pressed is None:
        return _stale(flow, session)
    shown = asking.shown(step, pressed.value)
    return _settle(_take(flow, session, step, pressed), step, shown)


def _offered_as(session: Session, step: Step, token: str) -> Understood | None:
    """What the button of this number stands for, if that can still be chosen."""
    if len(token) > _MOST_DIGITS or not token.isascii() or not token.isdigit():
        return None
    if int(token) >= len(session.offered):
        return None
    value = session.offered[int(token)]
    if isinstance(step, Choose):
        codes = {option.code for option in step.open_options(session.known())}
        return Understood(value) if value in codes else None
    return Understood(value)


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
    pressed = _offered_as(session, step, token)
    if pressed is None:
        return _stale(flow, session)
    ticked = replace(session, picked=_toggle(session.picked, pressed.value))
    return Turn(ticked, refreshed=asking.prompt(flow, ticked, step))


def _toggle(picked: tuple[Any, ...], value: Any) -> tuple[Any, ...]:
    if value in picked:
        return tuple(each for each in picked if each != value)
    return (*picked, value)


def _settle(turn: Turn, step: Step, choice: Any, lines: tuple[Any, ...] = ()) -> Turn:
    return replace(turn, settled=Settled(step.ask, choice, lines))


def _stale(flow: Flow, session: Session, mark: str = "") -> Turn:
    """Asks again, unless the button is of the question just answered: then it was a double tap."""
    toast = _("That button is from an earlier question.")
    step = flow.open_step(session.known())
    if mark == str(session.question - 1) and step is not None and step.key == session.asked:
        return Turn(session, toast=toast)
    return replace(_ask(flow, session, again=True), toast=toast)


def _confirm_pressed(flow: Flow, session: Session, step: Confirm, token: str) -> Turn:
    if token == asking.YES:
        lines = asking.prompt(flow, session, step).lines
        turn = _ask(flow, session.answered(step.key, True))
        return _settle(turn, step, step.yes, lines)
    pressed = _offered_as(session, step, token)
    chosen = _answered(flow, session, pressed.value) if pressed else None
    if chosen is None:
        return _stale(flow, session)
    lines = asking.prompt(flow, session, step).lines
    return _settle(_ask(flow, session.edited(chosen.key)), step, chosen.label, lines)


def _answered(flow: Flow, session: Session, key: Any) -> Step | None:
    steps = asking.answered_steps(flow, session)
    return next((step for step in steps if step.key == key), None)


def _confirm_heard(flow: Flow, session: Session, step: Confirm, text: str) -> Turn:
    folded = fold(text)
    if step.is_agreed(text):
        return _ask(flow, session.answered(step.key, True))
    chosen = _to_change(flow, session, text)
    if chosen is not None:
        return _ask(flow, session.edited(chosen.key))
    if folded in NO:
        return _ask(flow, session, lead=_("Send the number of the answer to change."), again=True)
    return _missed(flow, session, step, None)


def _to_change(flow: Flow, session: Session, text: str) -> Step | None:
    """The answered step that a number names as it was shown, or the only one whose label is said.

    So "change my name" and "el lugar" are understood.
    """
    number = whole_number(text)
    if number is not None:
        shown = session.offered[number - 1 : number] if number else ()
        return _answered(flow, session, shown[0]) if shown else None
    said = f" {fold(text[:_LONGEST_CHANGE])} "
    steps = asking.answered_steps(flow, session)
    named = [step for step in steps if any(f" {label} " in said for label in _labels(step))]
    return named[0] if len(named) == 1 else None


def _labels(step: Step) -> set[str]:
    return {fold(translate(step.label, language)) for language in LANGUAGES}
