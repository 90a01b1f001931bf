"""The people with a role: TEAM shows them, REMOVE ends a grant, and what happens when one leaves.

How they are invited is in invitations, what a grant lets one do in access.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Any

from handlers.access import covers, grants_of, leave_to_admins, privileged, scope_words
from handlers.context import Context
from handlers.conversation.flow import (
    Answers,
    Ask,
    Choose,
    Flow,
    Heard,
    Hearing,
    NotUnderstood,
    Option,
)
from handlers.conversation.turn import Ending, Prompt, Words
from handlers.conversation.vocabulary import NO, YES
from handlers.conversation.words import fold
from handlers.notices import tell
from handlers.rendering import Joined, Reader, is_sms
from locales import Message, _
from locales.labels import ROLES
from storage import audit, coordinators
from storage.coordinators import Grant, Held, Role

_MOST_OFFERED = 9
_A_MESSAGE = 6
"""So many people are listed in one message."""


def _offered(answers: Answers) -> Sequence[dict[str, Any]]:
    return answers.get("grants") or ()


def _nothing_else(_heard: Heard) -> Hearing:
    return NotUnderstood(_("Please send one of the numbers."))


def _label(value: Any) -> str:
    return str(value["label"])


def _on_telegram(answers: Answers) -> bool:
    """By SMS the one-time code is the yes."""
    return answers.get("by_sms") is not True


remove_flow = Flow(
    "remove",
    version=1,
    title=_("Removing a coordinator"),
    left=_("All right, nobody was removed."),
    steps=(
        Ask(
            key="grant",
            ask=_("Which role ends?"),
            label=_("Role"),
            example=_("1"),
            parse=_nothing_else,
            offers=_offered,
            show=_label,
        ),
        Choose(
            key="sure",
            ask=_("From now on they can't act for the network in that role. Are you sure?"),
            label=_("Sure"),
            example=_("YES, or NO"),
            when=_on_telegram,
            options=(
                Option("yes", _("Yes, end it"), words=YES),
                Option("no", _("No"), words=NO),
            ),
        ),
    ),
)


def remove(context: Context, rest: str) -> None:
    """REMOVE, with a handle such as V-482193 or without."""
    if not _is_admin(context):
        leave_to_admins(context)
        return
    wanted = fold(rest)
    found = [each for each in _team(context) if not wanted or fold(each.handle) == wanted]
    if not found:
        context.say(_("Nobody of your team has that code. TEAM shows them."))
    elif len(found) > _MOST_OFFERED:
        context.say(_("Send REMOVE and their code, such as REMOVE V-482193. TEAM shows them."))
    else:
        _ask_which(context, found, named=bool(wanted) and len(found) == 1)


def _ask_which(context: Context, found: Sequence[Held], *, named: bool) -> None:
    read = Reader(context.language, context.country)
    offers: list[dict[str, Any]] = [
        {"label": read(_told(context, each)), "id": each.grant.id} for each in found
    ]
    given = {"grants": offers, "by_sms": is_sms(context.caller.channel)}
    if not named:
        context.begin(remove_flow, given)
        return
    turn = context.begin(remove_flow, given, {"grant": offers[0]})
    if turn.ending is Ending.FINISHED:
        finish_remove(context, turn.answers)
    else:
        context.says[-1] = replace(context.says[-1], lead=_about(offers[0]["label"]))


def _about(what: str) -> Message:
    return _("End this role: {what}.", what=what)


def finish_remove(context: Context, answers: Mapping[str, Any]) -> None:
    if answers.get("sure", "yes") != "yes":
        context.say(remove_flow.left)
        return
    chosen = answers["grant"]
    privileged(context, "remove", {"grant": chosen["id"]}, _about(chosen["label"]))


def do_remove(context: Context, payload: Mapping[str, Any]) -> None:
    """Never the last admin of the network: then nobody could invite another."""
    admins = coordinators.hold_network_admins(context.connection)
    found = next((each for each in _team(context) if each.grant.id == payload["grant"]), None)
    if found is None:
        context.say(_("That role has ended already, or isn't yours to end."))
    elif _is_network_admin(found.grant) and admins == [found.grant.person_id]:
        context.say(_("That is the network's only admin. INVITE another one first."))
    else:
        _end(context, found)


def _end(context: Context, found: Held) -> None:
    coordinators.revoke_grant(context.connection, found.grant.id, context.now)
    coordinators.drop_act(context.connection, found.grant.person_id)
    _record(context, "remove", {"person": found.grant.person_id, "role": found.grant.role})
    context.say(_("Ended: {what}.", what=_told(context, found)))
    if found.grant.person_id != context.caller.person_id:
        news = _("Your role has ended: {role}. Questions? HUMAN.", role=_role(context, found.grant))
        _tell(context, found.grant.person_id, news)


def team(context: Context, _rest: str) -> None:
    """TEAM: who may do what, of those whom this admin answers for. That they looked is kept."""
    if not _is_admin(context):
        leave_to_admins(context)
        return
    found = _team(context)
    _record(context, "team_read", {"people": len({each.grant.person_id for each in found})})
    lines = [
        _person(context, list(theirs))
        for _id, theirs in groupby(found, key=lambda each: each.grant.person_id)
    ]
    for at in range(0, len(lines), _A_MESSAGE):
        context.say(Joined(tuple(lines[at : at + _A_MESSAGE]), "\n"))


def _person(context: Context, theirs: Sequence[Held]) -> Words:
    """ "V-482193 Rosa: Coordination, CAFEMIN; Approval, the whole network"."""
    first = theirs[0]
    name = _name(context, first)
    who = f"{first.handle} {name}" if name else first.handle
    roles = Joined(tuple(_role(context, each.grant) for each in theirs), "; ")
    return Joined((who, roles))


def _name(context: Context, held: Held) -> str | None:
    if held.name is None:
        return None
    return context.vault.open("people", "name", held.grant.person_id, held.name)


def _told(context: Context, held: Held) -> Words:
    return Joined((held.handle, _role(context, held.grant)))


def _role(context: Context, grant: Grant) -> Words:
    where = scope_words(context.connection, grant.scope, grant.scope_id)
    return Joined((ROLES[grant.role], where), ", ")


def _is_admin(context: Context) -> bool:
    return any(each.role is Role.ADMIN for each in grants_of(context))


def _is_network_admin(grant: Grant) -> bool:
    return grant.role is Role.ADMIN and grant.scope == "network"


def _team(context: Context) -> list[Held]:
    """Every grant that the caller may end."""
    mine = grants_of(context)
    return [
        each for each in coordinators.live_grants(context.connection) if _answers_for(mine, each)
    ]


def _answers_for(mine: Sequence[Grant], held: Held) -> bool:
    scope, scope_id = held.grant.scope, held.grant.scope_id
    if scope == "network":
        return covers(mine, Role.ADMIN)
    if scope == "shelter":
        return covers(mine, Role.ADMIN, shelter=scope_id)
    return covers(mine, Role.ADMIN, organisation=scope_id)


def is_last_admin(context: Context) -> bool:
    return coordinators.hold_network_admins(context.connection) == [context.caller.person_id]


def step_down(context: Context, why: str) -> bool:
    """The caller may nothing more; the admins are told, or, when there is none left, the others.

    False: they had no role.
    """
    person = context.caller.person_id
    ended = coordinators.revoke_all(context.connection, person, context.now)
    if not ended:
        return False
    _record(context, "step_down", {"why": why, "grants": ended})
    admins = coordinators.hold_network_admins(context.connection)
    others = {each.grant.person_id for each in coordinators.live_grants(context.connection)}
    news = _left(context) if admins else _nobody_left(context)
    for each in admins or sorted(others):
        _tell(context, each, news)
    return True


def _left(context: Context) -> Message:
    return _("{who} is no longer with the team.", who=context.caller.handle)


def _nobody_left(context: Context) -> Message:
    return _(
        "{who} has left, and the network has no admin now. Please tell whoever runs the server: "
        "enlace invite --role admin.",
        who=context.caller.handle,
    )


def _tell(context: Context, person: int, news: Message) -> None:
    tell(context.connection, context.vault, context.policy, person, Prompt(news), now=context.now)


def _record(context: Context, act: str, details: Mapping[str, object]) -> None:
    actor = str(context.caller.person_id)
    audit.record(context.connection, actor, act, None, at=context.now, details=details)
