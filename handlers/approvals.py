"""A second person's yes: asked for, looked at, given or refused. What a yes does is its kind's."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from handlers.access import covers, grants_of, privileged
from handlers.context import Context
from handlers.conversation.parsing import tidy
from handlers.conversation.turn import Choice, Prompt, Words
from handlers.conversation.words import fold
from handlers.notices import tell
from handlers.policy import Policy
from handlers.rendering import Joined, is_sms
from locales import Message, _
from storage import approvals, audit
from storage.approvals import Approval
from storage.coordinators import Role, handle_of, has_grant, holders
from storage.linking import reader_of
from storage.sealed import Vault

LASTS = timedelta(days=1)
_LONGEST_REASON = 300
_MOST_LISTED = 8
_BATCH = 100


def ask(
    context: Context,
    kind: str,
    subject_id: int,
    *,
    code: str,
    role: Role = Role.APPROVER,
    shelter: int | None = None,
    organisation: int | None = None,
    lasts: timedelta = LASTS,
) -> int:
    """Asks everybody who may decide there, but the caller; returns how many that reaches.

    It takes the place of an earlier request for the same. On Telegram the request brings the
    preview along; by SMS that comes when they send APPROVE and the code, as it does for whoever saw
    the earlier one: their yes to that may be on its way.
    """
    asker, until = context.caller.person_id, context.now + lasts
    request = approvals.add_approval(
        context.connection,
        kind=kind,
        subject_id=subject_id,
        code=code,
        role=role,
        shelter_id=shelter,
        organisation_id=organisation,
        asked_by=asker,
        now=context.now,
        until=until,
    )
    approval = approvals.read(context.connection, request)
    if approval is None:
        return 0
    asked = holders(context.connection, role, shelter=shelter, organisation=organisation)
    return sum(_ask_one(context, approval, person) for person in asked if person != asker)


def _ask_one(context: Context, approval: Approval, person: int) -> bool:
    about, reader = _about(context, approval), reader_of(context.connection, person)
    if about is None or reader is None:
        return False
    who = handle_of(context.connection, context.caller.person_id) or "-"
    if is_sms(reader.channel):
        prompts = [Prompt(_request(who, about, approval.code))]
    else:
        request = _(
            "{who} asks for a second yes ({code}). {about}",
            who=who,
            code=approval.code,
            about=about,
        )
        prompts = [*_preview(context, approval), _with_buttons(request, approval)]
        if not approvals.saw_earlier(context.connection, approval, person):
            approvals.note_view(context.connection, approval.id, person)
    for prompt in prompts:
        tell(
            context.connection,
            context.vault,
            context.policy,
            person,
            prompt,
            now=context.now,
            expires_at=approval.expires_at,
        )
    return True


def ask_in_absence(
    connection: Connection,
    vault: Vault,
    policy: Policy,
    kind: str,
    subject_id: int,
    *,
    about: Message,
    code: str,
    asker: int,
    now: datetime,
    organisation: int | None = None,
) -> int:
    """As `ask`, in the name of somebody who is not writing now; APPROVE brings the preview."""
    until, role = now + LASTS, Role.APPROVER
    approvals.add_approval(
        connection,
        kind=kind,
        subject_id=subject_id,
        code=code,
        role=role,
        shelter_id=None,
        organisation_id=organisation,
        asked_by=asker,
        now=now,
        until=until,
    )
    request = Prompt(_request(handle_of(connection, asker) or "-", about, code))
    asked = holders(connection, role, organisation=organisation)
    on = connection, vault, policy
    return sum(
        tell(*on, person, request, now=now, expires_at=until) for person in asked if person != asker
    )


def _request(who: str, about: Message, code: str) -> Message:
    return _(
        "{who} asks for a second yes. {about} To see it and say yes: APPROVE {code}. "
        "No: REJECT {code}.",
        who=who,
        about=about,
        code=code,
    )


def _with_buttons(text: Words, approval: Approval) -> Prompt:
    yes = Choice(_("Approve {code}", code=approval.code), f"APROBAR {approval.code}")
    no = Choice(_("Reject {code}", code=approval.code), f"RECHAZAR {approval.code}")
    return Prompt(text, commands=(yes, no))


def approve(context: Context, rest: str) -> None:
    """APPROVE: what waits. With a code: what it is and, for whoever has seen that, a yes."""
    if not rest.strip():
        _list(context)
        return
    approval = _asked_for(context, rest)
    about = _about(context, approval) if approval else None
    if approval is None or about is None:
        return
    seen = approvals.has_seen(context.connection, approval.id, context.caller.person_id)
    if not seen:
        context.says.extend(_preview(context, approval))
        approvals.note_view(context.connection, approval.id, context.caller.person_id)
    if seen or is_sms(context.caller.channel):
        privileged(context, "approve", {"approval": approval.id}, about)
    else:
        context.says.append(_with_buttons(about, approval))


def reject(context: Context, rest: str) -> None:
    """REJECT and the code, and why, if they like; whoever asked is told."""
    approval = _asked_for(context, rest)
    if approval is None:
        return
    reason = tidy(" ".join(rest.split()[1:]))[:_LONGEST_REASON]
    payload = {"approval": approval.id, "reason": reason}
    privileged(context, "reject", payload, _("Say no to {code}.", code=approval.code))


def _list(context: Context) -> None:
    waiting = approvals.waiting(context.connection, context.now)
    mine = [each for each in waiting if _may_decide(context, each)][:_MOST_LISTED]
    told = [Joined((each.code, about)) for each in mine if (about := _about(context, each))]
    if told:
        how = _("To see one and say yes: APPROVE and its code.")
        context.say(Joined((*told, how), "\n"))
    else:
        context.say(_("Nothing waits for your yes."))


def _asked_for(context: Context, rest: str) -> Approval | None:
    """The request of this code, if the caller may decide it now; else they are told why not."""
    code = _code(rest)
    approval = approvals.newest(context.connection, code) if code else None
    refusal = _refusal(context, approval, code)
    if refusal is not None:
        context.say(refusal)
        return None
    return approval


def _code(rest: str) -> str:
    first, *_others = fold(rest).split() or [""]
    return first.upper()


def _refusal(context: Context, approval: Approval | None, code: str) -> Message | None:
    """Of what they may not decide nothing is said, not even that it is there."""
    if approval is None or not _may_see(context, approval):
        return _("Nothing waits for your yes under {code}. All that waits: APPROVE.", code=code)
    if approval.asked_by == context.caller.person_id:
        return _("You asked for {code} yourself, so somebody else has to say yes.", code=code)
    if approval.decision is not None:
        return _("{code} is decided already.", code=code)
    if approval.expires_at <= context.now or _about(context, approval) is None:
        return _("The time to decide {code} is over.", code=code)
    return None


def _may_see(context: Context, approval: Approval) -> bool:
    return covers(
        grants_of(context),
        approval.role,
        shelter=approval.shelter_id,
        organisation=approval.organisation_id,
    )


def _may_decide(context: Context, approval: Approval) -> bool:
    return _may_see(context, approval) and approval.asked_by != context.caller.person_id


def _about(context: Context, approval: Approval) -> Message | None:
    """None too when whoever asked may ask for nothing any more."""
    asker = approval.asked_by
    if asker is None or not has_grant(context.connection, asker):
        return None
    return context.approvals[approval.kind].about(context, approval.subject_id)


def _preview(context: Context, approval: Approval) -> list[Prompt]:
    return list(context.approvals[approval.kind].preview(context, approval.subject_id))


def do_approve(context: Context, payload: Mapping[str, Any]) -> None:
    """Looks again: since the question somebody else may have decided, or a grant have ended."""
    approval = _decided(context, payload, "approved")
    if approval is None:
        return
    news = context.approvals[approval.kind].run(context, approval.subject_id)
    context.say(_("Approved: {code}. Thank you.", code=approval.code))
    _tell_asker(context, approval, news or _("{code} was approved.", code=approval.code))


def do_reject(context: Context, payload: Mapping[str, Any]) -> None:
    approval = _decided(context, payload, "rejected")
    if approval is None:
        return
    context.approvals[approval.kind].reject(context, approval.subject_id)
    context.say(_("You said no to {code}. Whoever asked is told.", code=approval.code))
    _tell_asker(context, approval, _rejected(approval.code, payload["reason"]))


def _rejected(code: str, reason: str) -> Message:
    if reason:
        return _("{code} was not approved: {reason}", code=code, reason=reason)
    return _("{code} was not approved.", code=code)


def _decided(context: Context, payload: Mapping[str, Any], decision: str) -> Approval | None:
    approval = approvals.read(context.connection, payload["approval"])
    refusal = _refusal(context, approval, approval.code if approval else "-")
    if approval is None or refusal is not None:
        context.say(refusal or "-")
        return None
    person = context.caller.person_id
    if not approvals.decide(context.connection, approval.id, decision, by=person, now=context.now):
        context.say(_("{code} is decided already.", code=approval.code))
        return None
    audit.record(
        context.connection,
        str(person),
        decision,
        approval.code,
        at=context.now,
        details={"kind": approval.kind, "asked_by": approval.asked_by},
    )
    return approval


def expire(connection: Connection, vault: Vault, policy: Policy, now: datetime) -> int:
    """Requests that nobody answered in time are over, and whoever asked is told; how many."""
    over = approvals.expire(connection, now, _BATCH)
    for each in over:
        if each.asked_by is not None:
            news = _("Nobody said yes to {code} in time, so nothing was done.", code=each.code)
            tell(connection, vault, policy, each.asked_by, Prompt(news), now=now)
    return len(over)


def _tell_asker(context: Context, approval: Approval, news: Message) -> None:
    if approval.asked_by is not None:
        tell(
            context.connection,
            context.vault,
            context.policy,
            approval.asked_by,
            Prompt(news),
            now=context.now,
        )
