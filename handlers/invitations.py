"""Invitations: an admin's that a second one confirms, or the operator's; redeemed by their code.

What those who took one up may do is in access; who they are and how they leave in coordinators.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, select

from handlers import answers as held
from handlers import approvals, invite_flows
from handlers.access import (
    ROLE_WORDS,
    Place,
    covers,
    grants_of,
    leave_to_admins,
    organisations_of,
    privileged,
    refuse,
    scope_words,
    shelters_of,
)
from handlers.context import Approvable, Context
from handlers.conversation.turn import Prompt
from handlers.link_codes import code_in, new_code
from handlers.notices import tell
from handlers.rendering import is_sms
from locales import Message, _
from locales.formatting import Moment
from locales.labels import ROLES
from storage import audit, coordinators
from storage.codes import free_codes, take_code
from storage.coordinators import Grant, Invitation, Role, ScopeKind
from storage.network import organisations, shelters
from storage.sealed import Vault

LASTS = timedelta(days=7)
WRONG_CODES = 5
WAIT = timedelta(hours=1)
_GROUPS = 3
_KINDS: Mapping[str, ScopeKind] = {"org": "organisation", "shelter": "shelter"}
_NO_ZONE = "UTC"


def read_scope(connection: Connection, text: str) -> tuple[ScopeKind, int | None] | None:
    """Of "network", "org:CODE" or "shelter:CODE"; None when there is no such thing."""
    if text == "network":
        return "network", None
    kind, _colon, code = text.partition(":")
    scope = _KINDS.get(kind)
    if scope is None:
        return None
    table = shelters if scope == "shelter" else organisations
    found = connection.scalar(select(table.c.id).where(table.c.code == code.casefold()))
    return None if found is None else (scope, found)


def scope_code(connection: Connection, scope: ScopeKind, scope_id: int | None) -> str:
    """ "network", "org:CODE" or "shelter:CODE", as the audit has it."""
    if scope == "network":
        return scope
    table = shelters if scope == "shelter" else organisations
    code = connection.scalar(select(table.c.code).where(table.c.id == scope_id))
    return f"{'shelter' if scope == 'shelter' else 'org'}:{code}"


def make(
    connection: Connection,
    vault: Vault,
    role: Role,
    scope: ScopeKind,
    scope_id: int | None,
    *,
    now: datetime,
) -> str:
    """The operator's: its code, which nobody else has to confirm."""
    code = new_code(_GROUPS)
    by, lookup = audit.OPERATOR, _lookup(vault, code)
    coordinators.add_invitation(
        connection, role, scope, scope_id, by=by, until=now + LASTS, lookup=lookup
    )
    where = scope_code(connection, scope, scope_id)
    audit.record(connection, by, "invite", where[:32], at=now, details={"role": role})
    return code


def invite(context: Context, _rest: str) -> None:
    """INVITE: what for is asked; a second admin has to say yes before there is a code."""
    mine = _as_admin(context)
    if not mine:
        leave_to_admins(context)
        return
    given = {
        "network": any(each.scope == "network" for each in mine),
        "shelter": _offered(shelters_of(context.connection, mine)),
        "organisation": _offered(organisations_of(context.connection, mine)),
    }
    context.begin(invite_flows.invite, given)


def _as_admin(context: Context) -> list[Grant]:
    return [each for each in grants_of(context) if each.role is Role.ADMIN]


def _offered(places: Sequence[Place]) -> list[dict[str, Any]]:
    return [{"label": each.name, "code": each.code, "id": each.id} for each in places]


def finish(context: Context, answers: Mapping[str, Any]) -> None:
    scope: ScopeKind = answers["scope"]
    scope_id = None if scope == "network" else answers[f"{scope}_place"]["id"]
    payload = {"role": answers["role"], "scope": scope, "scope_id": scope_id}
    about = _about(context, Role(answers["role"]), scope, scope_id)
    privileged(context, "invite", payload, about)


def _about(context: Context, role: Role, scope: ScopeKind, scope_id: int | None) -> Message:
    return _(
        "Invite somebody: {role}, {where}.",
        role=ROLES[role],
        where=scope_words(context.connection, scope, scope_id),
    )


def do_invite(context: Context, payload: Mapping[str, Any]) -> None:
    """It waits, without a code, until a second admin says yes."""
    role, scope, scope_id = Role(payload["role"]), payload["scope"], payload["scope_id"]
    place = {scope: scope_id} if scope != "network" else {}
    if not covers(grants_of(context), Role.ADMIN, **place):
        refuse(context)
        return
    connection, person = context.connection, str(context.caller.person_id)
    until = context.now + approvals.LASTS
    row = coordinators.add_invitation(connection, role, scope, scope_id, by=person, until=until)
    code = take_code(connection, "invitation", row)
    asked = approvals.ask(context, "invitation", row, code=code, role=Role.ADMIN, **place)
    _record(context, "invite_asked", scope, scope_id, role)
    if asked:
        context.say(_("Another admin has to say yes ({code}). Then you get the code.", code=code))
    else:
        context.say(
            _(
                "A second admin has to say yes, and none can be reached. Whoever runs the server "
                "can make a code: enlace invite."
            )
        )


def _record(context: Context, act: str, scope: ScopeKind, scope_id: int | None, role: Role) -> None:
    where = scope_code(context.connection, scope, scope_id)
    audit.record(
        context.connection,
        str(context.caller.person_id),
        act,
        where[:32],
        at=context.now,
        details={"role": role},
    )


def _asked_about(context: Context, row: int) -> Message | None:
    found = coordinators.invitation(context.connection, row)
    return _about(context, found.role, found.scope, found.scope_id) if found else None


def _nothing_more(_context: Context, _row: int) -> Sequence[Prompt]:
    return ()


def _confirm(context: Context, row: int) -> Message | None:
    """The code goes to whoever asked, to be handed over."""
    found, code, until = (
        coordinators.invitation(context.connection, row),
        new_code(_GROUPS),
        context.now + LASTS,
    )
    lookup, by = _lookup(context.vault, code), str(context.caller.person_id)
    if found is None or not coordinators.confirm_invitation(
        context.connection, row, lookup, by=by, until=until
    ):
        return None
    free_codes(context.connection, "invitation", [row])
    _record(context, "invite", found.scope, found.scope_id, found.role)
    return _handed_over(context, found, code, until)


def _handed_over(context: Context, found: Invitation, code: str, until: datetime) -> Message:
    name = context.policy.telegram_username
    return _(
        "Approved. {role}, {where}: the code is {code}. Whoever sends it to {us} first gets the "
        "role, until {day}. Hand it over in person or by a safe way.",
        role=ROLES[found.role],
        where=scope_words(context.connection, found.scope, found.scope_id),
        code=code,
        us=f"t.me/{name}?start={code}" if name else context.policy.sms_number or _("us"),
        day=Moment(until, context.caller.zone or _NO_ZONE, "date"),
    )


def _drop(context: Context, row: int) -> None:
    free_codes(context.connection, "invitation", [row])
    coordinators.use_invitation(context.connection, row, context.now)


APPROVABLE = Approvable(_asked_about, _nothing_more, _confirm, _drop)


def redeem(context: Context, text: str) -> None:
    """A wrong code, an old one and a used one sound the same."""
    connection, address = context.connection, context.caller.address_id
    if coordinators.tries_since(connection, address, context.now - WAIT) >= WRONG_CODES:
        context.say(_("Too many wrong codes. Please wait an hour, then try again."))
        return
    code = code_in(text, _GROUPS)
    lookup = _lookup(context.vault, code) if code else b""
    found = coordinators.open_invitation(connection, lookup, context.now)
    if found is None or not coordinators.use_invitation(connection, found.id, context.now):
        coordinators.note_try(connection, address, context.now)
        context.say(_("That invitation isn't right, or its time is over. Ask for a new one."))
        return
    _grant(context, found)
    _welcome(context, found)
    _tell_inviter(context, found)


def _grant(context: Context, found: Invitation) -> None:
    same = (found.role, found.scope, found.scope_id)
    if same not in [(each.role, each.scope, each.scope_id) for each in grants_of(context)]:
        coordinators.add_grant(
            context.connection,
            context.caller.person_id,
            *same,
            by=found.made_by,
            now=context.now,
        )
    _record(context, "redeem", found.scope, found.scope_id, found.role)


def _welcome(context: Context, found: Invitation) -> None:
    """What they may do now; a name is asked of those who never gave one, and they may skip it."""
    role = _(
        "Welcome to the team. Your role: {role}, {where}. {what}",
        role=ROLES[found.role],
        where=scope_words(context.connection, found.scope, found.scope_id),
        what=ROLE_WORDS[found.role],
    )
    context.say(role)
    if context.caller.fresh and is_sms(context.caller.channel):
        context.say(_("En español: ESPAÑOL."))
    if context.caller.name is None and context.session is None:
        context.begin(invite_flows.name)


def finish_name(context: Context, answers: Mapping[str, Any]) -> None:
    held.save(context, answers)
    context.say(_("Thank you, {name}.", name=answers["name"]))


def _tell_inviter(context: Context, found: Invitation) -> None:
    if found.made_by.isdecimal() and found.made_by != str(context.caller.person_id):
        news = _(
            "{who} has taken up your invitation: {role}, {where}. Wasn't it meant for them? "
            "REMOVE {who}.",
            who=context.caller.handle,
            role=ROLES[found.role],
            where=scope_words(context.connection, found.scope, found.scope_id),
        )
        person = int(found.made_by)
        tell(
            context.connection, context.vault, context.policy, person, Prompt(news), now=context.now
        )


def _lookup(vault: Vault, code: str) -> bytes:
    return vault.index("invitation_code", code.replace("-", ""))
