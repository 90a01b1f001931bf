"""ALERT: an action alert written in a chat, tried on oneself, sent for real once that is confirmed.

The form is in alerts_flow, what is shown before in alert_preview; holding and aborting what runs
is in alerts_control, how it goes is told in progress.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from handlers import broadcasts
from handlers.access import grants_of, organisations_of, privileged
from handlers.alert_preview import is_big, moment, preview, starting
from handlers.alerts_flow import alert_flow
from handlers.alerts_plan import (
    Plan,
    draft_of,
    may_write_to,
    only_organisation,
    own_scope,
    plan_of,
    plan_of_draft,
    reach,
    scope_of,
    strange_hosts,
)
from handlers.approvals import ask
from handlers.broadcast_texts import Recipient, outgoing
from handlers.context import Approvable, Context
from handlers.conversation import engine
from handlers.conversation.flow import Flow
from handlers.conversation.session import Session
from handlers.conversation.turn import Prompt
from handlers.rendering import is_sms
from handlers.wall_hours import NO_ZONE
from locales import LANGUAGES, Message, _, n_
from locales.formatting import Count
from locales.gsm7 import without_accents as plainly
from storage import audit, watchers
from storage import broadcasts as storage
from storage.approvals import withdraw
from storage.broadcasts import REJECTED, Broadcast, State
from storage.coordinators import Role

KIND = "alert"
"""Of its approvals."""

_CLOSE = 50
"""The number that is typed may be off by one in so many, since people come and go meanwhile."""

_WHOM = frozenset(("narrow", "area", "radius", "organisation", "roles", "languages", "channels"))
_EACH = ("text", "in_english", "in_spanish")


def start(context: Context, rest: str) -> None:
    """ALERT, alone or with its topic."""
    own = own_scope(context)
    if own is None:
        context.say(_("Alerts are for coordinators of an organization or of the network."))
        return
    given = {
        "by_sms": is_sms(context.caller.channel),
        "zone": context.caller.zone or NO_ZONE,
        "organisations": [
            {"label": each.name, "code": each.code, "ids": [each.id]}
            for each in organisations_of(context.connection, grants_of(context))
        ],
    }
    turn = engine.start(alert_flow, given)
    if rest and turn.session is not None:
        turn = engine.advance(alert_flow, turn.session, replace(context.overheard, text=rest))
    context.take(turn)


def lead(context: Context, session: Session) -> Message | None:
    """How many it would reach, as soon as that can be told."""
    own, answers = own_scope(context), session.known()
    if own is None:
        return None
    if session.asked == "audience":
        return _on_topic(context, answers, own)
    if "audience" not in answers or session.asked not in {*_WHOM, "when"}:
        return None
    people = reach(context, scope_of(answers, own), answers["topic"])
    return n_("That is {n} person.", "That is {n} people.", people)


def _on_topic(context: Context, answers: Mapping[str, Any], own: tuple[int, ...]) -> Message:
    chosen = {**answers, "audience": "topic"}
    some = reach(context, scope_of(chosen, own), answers["topic"])
    everyone = reach(context, scope_of({}, own), answers["topic"])
    return n_(
        "{n} person chose this topic, of {all}.",
        "{n} people chose this topic, of {all}.",
        some,
        all=Count(everyone),
    )


def before_sending(context: Context, answers: Mapping[str, Any]) -> list[Prompt]:
    own = own_scope(context)
    if own is None:
        return []
    return [
        *preview(context, plan_of(context, answers, own)),
        Prompt(_("To get it yourself first: TEST.")),
    ]


def test(context: Context, _rest: str) -> None:
    """TEST, while an alert is written: it comes to whoever writes it, as it is by now."""
    session, own = context.session, own_scope(context)
    answers = session.known() if session and session.flow == alert_flow.name else {}
    if own is None or "text" not in answers:
        context.say(_("There is nothing to test yet. ALERT: write one."))
        return
    plan = plan_of(context, {"when": {"kind": "now"}, "audience": "all", **answers}, own)
    for language in LANGUAGES:
        if plan.texts.own(language) is not None:
            reader = Recipient(language)
            text = outgoing(plan.texts, reader, context.caller.channel, context.policy).text
            context.says.append(Prompt(text))


def without_accents(context: Context, _rest: str) -> None:
    """NO ACCENTS, while an alert is written: a i o u in its texts, whatever the setting."""
    session = context.session
    if session is None or session.flow != alert_flow.name or "text" not in session.known():
        context.say(_("That is for a text of an alert. ALERT: write one."))
        return
    lighter = tuple((key, _lighter(key, value)) for key, value in session.answers)
    context.session = replace(session, answers=lighter)
    answers = context.session.known()
    if session.asked == "confirm":
        context.says.extend(before_sending(context, answers))
    context.take(engine.restate(alert_flow, context.session))


def _lighter(key: str, value: Any) -> Any:
    if key not in _EACH or value is None:
        return value
    return {**value, "label": plainly(value["label"])}


def finish(context: Context, answers: Mapping[str, Any]) -> None:
    """A draft is kept, and sent once that is confirmed: by the number of people, by SMS by code."""
    own = own_scope(context)
    if own is None:
        context.say(alert_flow.left)
        return
    plan = plan_of(context, answers, own)
    people = reach(context, plan.scope, plan.topic)
    if people == 0:
        _again(context, answers, "audience", *_WHOM, "confirm", "number")
        context.says[-1] = replace(context.says[-1], lead=_("Nobody would get it."))
    elif "number" in answers and not _is_close(answers["number"], people):
        _again(context, answers, "number")
        goes = n_("It goes to {n} person.", "It goes to {n} people.", people)
        context.says[-1] = replace(context.says[-1], lead=goes)
    else:
        _confirm(context, plan, people)


def _is_close(number: int, people: int) -> bool:
    return abs(number - people) <= people // _CLOSE


def _again(context: Context, answers: Mapping[str, Any], *asked: str) -> None:
    """The form once more, with these questions open."""
    flow: Flow = alert_flow
    given = {key: value for key, value in answers.items() if flow.step(key) is None}
    known = {key: value for key, value in answers.items() if flow.step(key) and key not in asked}
    context.begin(flow, given, known)


def _confirm(context: Context, plan: Plan, people: int) -> None:
    caller = context.caller
    run = broadcasts.create(
        context.connection,
        context.vault,
        draft_of(plan),
        actor=str(caller.person_id),
        now=context.now,
    )
    watchers.watch(context.connection, run.id, caller.person_id, caller.address_id, context.now)
    about = n_("Send {code} to {n} person.", "Send {code} to {n} people.", people, code=run.code)
    privileged(context, "send_alert", {"broadcast": run.id}, about)


def send(context: Context, payload: Mapping[str, Any]) -> None:
    """What was confirmed: it starts, or asks for a second yes where it needs one."""
    run = storage.lock(context.connection, payload["broadcast"])
    plan = plan_of_draft(context, run) if run else None
    if run is None or plan is None or run.state is not State.DRAFT:
        context.say(_("That alert is sent or dropped already."))
        return
    if not may_write_to(context, plan.scope):
        context.say(_("Alerts are for coordinators of an organization or of the network."))
        return
    people = reach(context, plan.scope, plan.topic)
    if strange_hosts(context, plan.texts):
        _ask_second(context, run, plan, Role.ADMIN)
    elif is_big(context, people):
        _ask_second(context, run, plan, Role.APPROVER)
    else:
        context.say(_release(context, run, plan, people))


def _ask_second(context: Context, run: Broadcast, plan: Plan, role: Role) -> None:
    storage.submit(context.connection, run.id)
    one = only_organisation(plan.scope)
    asked = ask(context, KIND, run.id, code=run.code, role=role, organisation=one)
    _audit(context, "ask for approval", run, {"asked": asked})
    context.say(waits(run.code, asked))


def waits(code: str, asked: int) -> Message:
    """For a second yes, which so many were asked for."""
    if asked:
        return n_(
            "{code} waits for a second yes; {n} person was asked. ABORT {code}: drop it.",
            "{code} waits for a second yes; {n} people were asked. ABORT {code}: drop it.",
            asked,
            code=code,
        )
    return _(
        "{code} needs a second yes, but nobody else may give it yet. "
        "Ask an admin to invite someone. ABORT {code}: drop it.",
        code=code,
    )


def _release(context: Context, run: Broadcast, plan: Plan, people: int) -> Message:
    big = is_big(context, people)
    starts_at = starting(context, plan.starts_at, big)
    storage.release(context.connection, run.id, starts_at)
    _audit(context, "send", run, {"people": people})
    if starts_at <= context.now:
        return _(
            "{code} goes out. HOLD {code}: stop for a while. ABORT {code}: end it.", code=run.code
        )
    return _(
        "{code} starts {moment}. Until then and after: HOLD {code}, ABORT {code}.",
        code=run.code,
        moment=moment(context, starts_at),
    )


def _audit(context: Context, act: str, run: Broadcast, details: Mapping[str, object]) -> None:
    actor = str(context.caller.person_id)
    audit.record(context.connection, actor, act, run.code, at=context.now, details=details)


def _awaiting(context: Context, broadcast_id: int) -> tuple[Broadcast, Plan] | None:
    run = storage.lock(context.connection, broadcast_id)
    plan = plan_of_draft(context, run) if run else None
    if run is None or plan is None or run.state is not State.AWAITING:
        return None
    return run, plan


def _about(context: Context, broadcast_id: int) -> Message | None:
    found = _awaiting(context, broadcast_id)
    if found is None:
        return None
    run, plan = found
    return sending(run.code, reach(context, plan.scope, plan.topic))


def sending(code: str, people: int) -> Message:
    """What a yes does."""
    return n_(
        "Send the alert {code} to {n} person.",
        "Send the alert {code} to {n} people.",
        people,
        code=code,
    )


def _shown(context: Context, broadcast_id: int) -> list[Prompt]:
    found = _awaiting(context, broadcast_id)
    return preview(context, found[1]) if found else []


def _approved(context: Context, broadcast_id: int) -> Message | None:
    found = _awaiting(context, broadcast_id)
    if found is None:
        return None
    run, plan = found
    people = reach(context, plan.scope, plan.topic)
    news = _release(context, run, plan, people)
    return _("Approved. {news}", news=news)


def _rejected(context: Context, broadcast_id: int) -> None:
    storage.abort(context.connection, broadcast_id, REJECTED)
    withdraw(context.connection, KIND, broadcast_id, context.now)


APPROVABLE = Approvable(about=_about, preview=_shown, run=_approved, reject=_rejected)
