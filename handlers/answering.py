"""What one message leads to: consent words first, then commands, then the flow. Nothing is sent."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import Connection

from handlers import access, asks, gate, help, linking
from handlers.commands import Command
from handlers.consent import note_for_human
from handlers.context import Context, session_of
from handlers.conversation import engine
from handlers.conversation.flow import Ask, Flow
from handlers.conversation.messages import ChannelName, Inbound
from handlers.conversation.session import Session, dump
from handlers.conversation.turn import Ending
from handlers.conversation.vocabulary import steering
from handlers.conversation.words import fold
from handlers.desk import Desk
from handlers.features import ACTS, APPROVALS, ASKERS, COMMANDS, FEATURES, Feature
from handlers.hearing import hear, hear_place
from handlers.outbox import To, enqueue
from handlers.rendering import COMMAND, render
from locales import Language, Message, _
from storage import conversations, profiles
from storage.conversations import Caller
from storage.coordinators import has_grant

_RESUMED_AFTER = timedelta(days=1)
_PASSES = timedelta(days=1)
"""How long a question at the way waits for its answer."""

_OWN_NAMES = frozenset({"english", "espanol"})
"""Each language by its own name: said by who would read it, even where it could be an answer."""
_HEARD_EVERY = timedelta(hours=1)


def take_turn(
    connection: Connection, desk: Desk, inbound: Inbound, caller: Caller, now: datetime
) -> None:
    context = _context(connection, desk, inbound, caller, now)
    _answer(context)
    _save(context, had_session=caller.state is not None)


def apologise(
    connection: Connection, desk: Desk, inbound: Inbound, caller: Caller, now: datetime
) -> None:
    """For a fault of ours; the question that was open stays so, unless it can't be read."""
    context = _context(connection, desk, replace(inbound, press=None), caller, now)
    if caller.consent != "out":
        context.say(_("Sorry, something broke on our side. We kept your message and will fix it."))
    _save(context, had_session=caller.state is not None)


def _context(
    connection: Connection, desk: Desk, inbound: Inbound, caller: Caller, now: datetime
) -> Context:
    session, unreadable = session_of(desk.vault, caller)
    pressed = inbound.press.data if inbound.press else ""
    if pressed.startswith(f"{COMMAND}:"):
        inbound = replace(inbound, text=pressed.removeprefix(f"{COMMAND}:"))
    return Context(
        connection,
        desk.vault,
        desk.policy,
        now,
        inbound,
        hear(inbound, caller, now),
        caller,
        cast("Language", caller.language),
        caller.country,
        session,
        ACTS,
        APPROVALS,
        unreadable=unreadable,
    )


def _answer(context: Context) -> None:
    if context.heard.kind == "group":
        help.about_groups(context)
    elif context.heard.kind in ("blocked", "unblocked"):
        _block(context)
    elif not gate.handled(context):
        if context.unreadable is not None:
            raise context.unreadable
        _converse(context)


def _block(context: Context) -> None:
    """Blocked: nothing can reach that chat. Unblocked: it can, if there was no stop."""
    blocked = context.heard.kind == "blocked"
    status = "blocked" if blocked else "active"
    if not blocked and context.caller.consent == "out":
        status = "opted_out"
    profiles.set_one_address_status(context.connection, context.caller.address_id, status)


def _converse(context: Context) -> None:
    _wake(context)
    session = context.session
    if context.heard.kind == "edited":
        help.about_edits(context)
    elif access.confirmed(context):
        _ask_again(context, session)
    elif context.heard.contact is not None:
        linking.take_contact(context)
        _ask_again(context, session)
    elif _answers_an_ask(context):
        _ask_again(context, session)
    elif context.session is not None:
        _in_flow(context)
    else:
        _outside(context)


def _answers_an_ask(context: Context) -> bool:
    """Whether it was about a need or an event that we asked about, or that its code names."""
    text, session = context.heard.text, context.session
    if gate.is_dictation(context):
        return False
    named = COMMANDS.named_in(context)
    if (named and _may_use(context, named[0])) or (session and steering(text) is not None):
        return False
    feature = FEATURES.get(session.flow) if session else None
    busy = feature is not None and not feature.flow.passing
    return asks.handled(context, ASKERS, busy=busy)


def _ask_again(context: Context, session: Session | None) -> None:
    """What came was about something else than the open question, which returns."""
    feature = FEATURES.get(session.flow) if session else None
    if session is not None and feature is not None and context.session is session:
        context.take(engine.restate(feature.flow, session))


def _wake(context: Context) -> None:
    """Who writes can be reached again, whatever was thought of the address."""
    if context.caller.address_status in ("blocked", "invalid"):
        profiles.set_one_address_status(context.connection, context.caller.address_id, "active")


def _outside(context: Context) -> None:
    named = COMMANDS.named_in(context)
    found = named if named and _may_use(context, named[0]) else None
    if found is not None:
        command, rest = found
        command.run(context, rest)
    elif named is not None and not named[1]:
        access.refuse(context)
    elif context.heard.press is not None:
        context.toast = _("That button is from an earlier question.")
    elif _has_no_words(context):
        help.thank_for_media(context)
    else:
        help.greet_lost(context)
    if found is not None and context.caller.misses:
        profiles.describe(context.connection, context.caller.person_id, misses=0)


def _may_use(context: Context, command: Command) -> bool:
    """To whoever has no grant, a coordinators' word that begins a sentence is a word like any."""
    return not command.granted or has_grant(context.connection, context.caller.person_id)


def _in_flow(context: Context) -> None:
    """The open question first; a command that answers anytime does, and the question returns."""
    session = context.session
    feature = FEATURES.get(session.flow) if session else None
    if session is None or feature is None:
        context.session = None
        return _outside(context)
    if _is_back_after_days(context) and not feature.flow.passing:
        context.say(_("Good to have you back. We go on where we were."))
    found = _command_in_flow(context, feature.flow, session)
    if found is not None:
        return _detour(context, feature.flow, session, *found)
    placed = context.heard.location is not None and _place_step(feature.flow, session) is not None
    if _has_no_words(context) and not placed:
        help.thank_for_media(context)
        return context.take(engine.restate(feature.flow, session))
    return _advance(context, feature, session)


def _command_in_flow(context: Context, flow: Flow, session: Session) -> tuple[Command, str] | None:
    """A command's word, unless it answers the open question ("Español" as a language spoken)."""
    if context.overheard.press is not None or steering(context.heard.text) is not None:
        return None
    found = COMMANDS.named_in(context)
    if found is None or not _may_use(context, found[0]):
        return None
    command, rest = found
    if rest and engine.is_dictation(flow, session, context.heard.text):
        return None
    if rest and command.fits is not None and not command.fits(context, rest):
        return None
    switches = fold(context.heard.text) in _OWN_NAMES and command.speaks != context.language
    if not switches and engine.is_choice(flow, session, context.overheard):
        return None
    return found


def _detour(context: Context, flow: Flow, session: Session, command: Command, rest: str) -> None:
    if command.anytime or command.flow == flow.name:
        command.run(context, rest)
    elif flow.passing:
        context.session = None
        command.run(context, rest)
    else:
        context.say(_("First this, please, or EXIT to leave it:"))
    if context.session is session:
        context.take(engine.restate(flow, session))


def _advance(context: Context, feature: Feature, session: Session) -> None:
    heard = context.overheard
    step = _place_step(feature.flow, session)
    if step is not None:
        gazetteer, several = context.connection, step.several_places
        heard = hear_place(gazetteer, heard, context.heard, context.caller, several=several)
    turn = engine.advance(feature.flow, session, heard)
    if feature.preview is not None and engine.sums_up(feature.flow, session, turn):
        context.says.extend(feature.preview(context, turn.session.known() if turn.session else {}))
    context.take(turn)
    if feature.lead is not None and turn.session and turn.session.question != session.question:
        _lead_with(context, feature.lead(context, turn.session))
    if turn.stuck:
        note_for_human(context, "misunderstood")
    if turn.ending is Ending.FINISHED:
        feature.finish(context, turn.answers)


def _lead_with(context: Context, lead: Message | None) -> None:
    """Before the question that is asked now, unless something else stands there already."""
    if lead is not None and context.says and context.says[-1].lead is None:
        context.says[-1] = replace(context.says[-1], lead=lead)


def _place_step(flow: Flow, session: Session) -> Ask | None:
    """The question that waits for a place, if it is one."""
    step = engine.question_on_screen(flow, session)
    return step if isinstance(step, Ask) and step.resolves_places else None


def _is_back_after_days(context: Context) -> bool:
    last = context.caller.session_at
    return last is not None and context.now - last > _RESUMED_AFTER


def _has_no_words(context: Context) -> bool:
    heard = context.heard
    return not heard.text.strip() and bool(heard.media or heard.location or heard.contact)


def _save(context: Context, *, had_session: bool) -> None:
    caller = context.caller
    if context.session is not None:
        row = _session_row(context, context.session)
        conversations.save_session(context.connection, row, was_at=caller.session_address)
    elif had_session:
        conversations.end_session(context.connection, caller.person_id)
    if context.now - caller.heard_at > _HEARD_EVERY:
        conversations.heard(context.connection, caller.address_id, context.now)
    to = To(caller.person_id, caller.address_id, cast("ChannelName", caller.channel))
    messages = render(context)
    if messages:
        enqueue(context.connection, context.vault, to, messages, now=context.now, kind=context.kind)


def _session_row(context: Context, session: Session) -> dict[str, Any]:
    person = context.caller.person_id
    return {
        "person_id": person,
        "address_id": context.caller.address_id,
        "flow": session.flow,
        "state": context.vault.seal("sessions", "state", person, dump(session)),
        "turn": context.caller.turn + 1,
        "updated_at": context.now,
        "expires_at": context.now + _kept_for(context, session),
    }


def _kept_for(context: Context, session: Session) -> timedelta:
    feature = FEATURES.get(session.flow)
    return _PASSES if feature is not None and feature.flow.passing else context.policy.idle
