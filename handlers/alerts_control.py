"""HOLD, RESUME and ABORT of what is sent to many, by its code, in the chat of who may do so."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import Connection

from handlers import breaks, broadcasts, help
from handlers.access import covers, grants_of, privileged
from handlers.alerts import KIND
from handlers.alerts_plan import may_write_to
from handlers.broadcast_subjects import home_of
from handlers.context import Context
from handlers.conversation.turn import Words
from handlers.rendering import Joined
from locales import Message, _
from locales.labels import TOPICS
from storage import broadcasts as storage
from storage import watchers
from storage.approvals import withdraw
from storage.audience import Scope
from storage.broadcasts import Broadcast, State
from storage.coordinators import Role, has_grant

_MOST_LISTED = 5
_CODE = re.compile(r"[A-Za-z][0-9]{1,7}(?:\.[0-9]{1,4})?", re.ASCII)
STATES: Mapping[State, Message] = {
    State.DRAFT: _("a draft"),
    State.AWAITING: _("waiting for a second yes"),
    State.SCHEDULED: _("scheduled"),
    State.RUNNING: _("going out"),
    State.HELD: _("on hold"),
    State.DONE: _("done"),
    State.ABORTED: _("ended"),
}


def may_steer(context: Context, run: Broadcast) -> bool:
    """Whoever may write to all whom it is for, looks after what it is about, or wrote it."""
    grants = grants_of(context)
    if run.kind == "alert" and may_write_to(context, Scope.from_json(run.scope)):
        return True
    home = home_of(context.connection, run)
    if covers(grants, Role.COORDINATOR, shelter=home.shelter, organisation=home.organisation):
        return True
    return bool(grants) and watchers.watches(context.connection, run.id, context.caller.person_id)


def steerable(context: Context, *states: State) -> list[Broadcast]:
    found = storage.unfinished(context.connection)
    return [each for each in found if each.state in states and may_steer(context, each)]


def hold(context: Context, rest: str) -> None:
    run = _named(
        context, rest, _("Hold which one? Send it with its code:"), State.SCHEDULED, State.RUNNING
    )
    if run is not None:
        _do(context, "hold", run, _("Hold {code}.", code=run.code))


def resume(context: Context, rest: str) -> None:
    """RESUME alone ends one's own pause; with a code it is for what is sent to many."""
    if not rest:
        breaks.resume(context, rest)
        _hint_of_held(context)
    elif _CODE.fullmatch(rest.strip()) and has_grant(context.connection, context.caller.person_id):
        run = _named(context, rest, _("Go on with what? RESUME and its code:"), State.HELD)
        if run is not None:
            _do(context, "resume", run, _("Go on with {code}.", code=run.code))
    else:
        help.greet_lost(context)


def _hint_of_held(context: Context) -> None:
    held = steerable(context, State.HELD) if grants_of(context) else []
    if held:
        context.say(_("To go on with the alert on hold: RESUME {code}.", code=held[0].code))


def abort(context: Context, rest: str) -> None:
    open_states = [state for state in State if state not in (State.DONE, State.ABORTED)]
    run = _named(context, rest, _("End what for good? ABORT and its code:"), *open_states)
    if run is not None:
        about = _("End {code} for good: who hasn't got it won't.", code=run.code)
        _do(context, "abort", run, about)


def _do(context: Context, act: str, run: Broadcast, about: Message) -> None:
    privileged(context, f"{act}_broadcast", {"broadcast": run.id}, about)


def _named(context: Context, rest: str, which: Message, *states: State) -> Broadcast | None:
    """The broadcast of this code; without one, or one that isn't theirs, they are told."""
    if rest and _CODE.fullmatch(rest.strip()):
        run = broadcasts.find(context.connection, rest, states)
        if run is not None and may_steer(context, run):
            return run
        context.say(_("Nothing of yours has the code {code}.", code=rest.strip().upper()))
        return None
    found = steerable(context, *states)[:_MOST_LISTED]
    if not found:
        context.say(_("There is nothing to do that to. STOP is for leaving, STATUS for the state."))
        return None
    stop = _("To leave our messages yourself: STOP.")
    lines: list[Words] = [which, *(line(each) for each in found), stop]
    context.say(Joined(tuple(lines), "\n"))
    return None


def line(run: Broadcast) -> Words:
    """One broadcast in one line: its code, what it is about, its state."""
    about = TOPICS.get(run.topic or "")
    parts: tuple[Words, ...] = (run.code, about, STATES[run.state]) if about else ()
    return Joined(parts or (run.code, STATES[run.state]), ", ")


def do_hold(context: Context, payload: Mapping[str, Any]) -> None:
    run = _steered(context, payload)
    if run is None:
        return
    if _act(context, broadcasts.hold, run):
        _show_soon(context, run, "held person")
        context.say(
            _(
                "{code} is on hold: nothing more goes out. "
                "RESUME {code}: go on. ABORT {code}: end it.",
                code=run.code,
            )
        )
    else:
        _is_already(context, run)


def do_resume(context: Context, payload: Mapping[str, Any]) -> None:
    run = _steered(context, payload)
    if run is None:
        return
    if _act(context, broadcasts.resume, run):
        _show_soon(context, run, "running")
        context.say(_("{code} goes on. HOLD {code}: stop for a while.", code=run.code))
    else:
        _is_already(context, run)


def do_abort(context: Context, payload: Mapping[str, Any]) -> None:
    run = _steered(context, payload)
    if run is None:
        return
    if _act(context, broadcasts.abort, run):
        withdraw(context.connection, KIND, run.id, context.now)
        context.say(_("{code} is ended: who hasn't got it won't.", code=run.code))
    else:
        _is_already(context, run)


def _steered(context: Context, payload: Mapping[str, Any]) -> Broadcast | None:
    """Looked at again: it may have been confirmed long after it was asked for."""
    run = storage.lock(context.connection, payload["broadcast"])
    if run is None or not may_steer(context, run):
        context.say(_("That is for coordinators of an organization or of the network."))
        return None
    return run


def _act(context: Context, act: Callable[..., bool], run: Broadcast) -> bool:
    connection: Connection = context.connection
    return act(connection, run, actor=str(context.caller.person_id), now=context.now)


def _show_soon(context: Context, run: Broadcast, news: str) -> None:
    """What is shown of it changes at once; whoever did it needs no other news of that."""
    watch = watchers.hold_watch(context.connection, run.id, context.caller.person_id)
    if watch is not None and watch.told is not None:
        watchers.note(context.connection, watch, told=news, next_at=context.now)


def _is_already(context: Context, run: Broadcast) -> None:
    state = STATES[run.state]
    context.say(_("{code} is {state}: nothing was changed.", code=run.code, state=state))
