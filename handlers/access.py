"""Who may do what, and the one-time code that a privileged act by SMS waits for. No features.

A caller id can be forged, receiving can't: so by SMS nothing privileged is done before the code
that went to the phone has come back. A Telegram chat is proof enough.
"""

import re
import secrets
from collections.abc import Iterable, Mapping
from datetime import timedelta
from hmac import compare_digest
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, select

from handlers.context import Context
from handlers.conversation.compact import compact_json, read_json
from handlers.conversation.turn import Words
from handlers.conversation.vocabulary import NO, YES
from handlers.conversation.words import fold
from handlers.rendering import is_sms
from locales import Message, _
from storage import coordinators
from storage.coordinators import Grant, Pending, Role, ScopeKind, at_least
from storage.ids import new_id
from storage.network import organisations, shelters

CODE_LASTS = timedelta(minutes=10)
WRONG_CODES = 3
_DIGITS: Final = 6
_LIKE_A_CODE: Final = re.compile(r"[0-9]{4,6}", re.ASCII)
_LONGEST: Final = 40


class Place(NamedTuple):
    """A shelter or an organisation."""

    id: int
    code: str
    name: str


def covers(
    grants: Iterable[Grant],
    role: Role,
    *,
    shelter: int | None = None,
    organisation: int | None = None,
) -> bool:
    """Whether they let one act in this role there; neither given: for the whole network."""
    there: set[tuple[str, int | None]] = {("network", None)}
    if shelter is not None:
        there.add(("shelter", shelter))
    if organisation is not None:
        there.add(("organisation", organisation))
    roles = at_least(role)
    return any(each.role in roles and (each.scope, each.scope_id) in there for each in grants)


def grants_of(context: Context) -> tuple[Grant, ...]:
    """The caller's."""
    return coordinators.grants_of(context.connection, context.caller.person_id)


def shelters_of(connection: Connection, grants: Iterable[Grant]) -> list[Place]:
    """Those that somebody with these grants may act for, by name."""
    return _places(connection, "shelter", grants)


def organisations_of(connection: Connection, grants: Iterable[Grant]) -> list[Place]:
    return _places(connection, "organisation", grants)


def _places(connection: Connection, kind: str, grants: Iterable[Grant]) -> list[Place]:
    table = shelters if kind == "shelter" else organisations
    held = tuple(grants)
    statement = select(table.c.id, table.c.code, table.c.name).order_by(table.c.name)
    if not any(each.scope == "network" for each in held):
        ids = [each.scope_id for each in held if each.scope == kind]
        statement = statement.where(table.c.id.in_(ids))
    return [Place._make(row) for row in connection.execute(statement)]


def scope_words(connection: Connection, scope: ScopeKind, scope_id: int | None) -> Words:
    """ "The whole network", or the name of the place."""
    if scope == "network":
        return _("the whole network")
    table = shelters if scope == "shelter" else organisations
    return connection.scalar(select(table.c.name).where(table.c.id == scope_id)) or "-"


def privileged(context: Context, act: str, payload: Mapping[str, Any], about: Message) -> None:
    """Does what `context.acts` has under this name: at once on Telegram, by SMS after a code.

    `payload` is JSON. `about` is a sentence of what the code will do, such as "Post the need A7:
    20 blankets.", so that nobody confirms blindly. The act itself looks again whether the person
    may do it still.
    """
    kept = compact_json(dict(payload))
    if is_sms(context.caller.channel):
        _ask_for_code(context, act, kept, about)
    else:
        context.acts[act](context, read_json(kept))


def _ask_for_code(context: Context, act: str, payload: str, about: Message) -> None:
    """The newest act counts. Wrong tries go on counting: a new act buys nobody new guesses."""
    person = context.caller.person_id
    before = coordinators.pending_act(context.connection, person, context.now)
    if before is not None and before.tries >= WRONG_CODES:
        context.say(_too_many())
        return
    row, code = new_id(), str(10 ** (_DIGITS - 1) + secrets.randbelow(9 * 10 ** (_DIGITS - 1)))
    coordinators.keep_act(
        context.connection,
        {
            "id": row,
            "person_id": person,
            "name": act,
            "payload": context.seal("pending_acts", "payload", row, payload),
            "lookup": _lookup(context, code),
            "expires_at": context.now + CODE_LASTS,
            "tries": before.tries if before else 0,
        },
    )
    context.say(
        _(
            "{about} To confirm, text back {code} within {minutes} minutes. "
            "Wasn't it you? Ignore this.",
            about=about,
            code=code,
            minutes=CODE_LASTS // timedelta(minutes=1),
        )
    )


def confirmed(context: Context) -> bool:
    """True: the message was about the act that waits for its code, and was answered."""
    if not context.caller.awaited:
        return False
    text = "" if context.heard.press else fold(context.heard.text[:_LONGEST])
    code = text.replace(" ", "")
    word = context.session is None and text in YES | NO
    if not word and not _LIKE_A_CODE.fullmatch(code):
        return False
    pending = coordinators.pending_act(context.connection, context.caller.person_id, context.now)
    if pending is None or (word and not pending.lookup):
        return False
    if word:
        _answer_word(context, pending, agreed=text in YES)
        return True
    return _answer_code(context, pending, code)


def _answer_word(context: Context, pending: Pending, *, agreed: bool) -> None:
    """A yes may come from anybody who forges the number."""
    if agreed:
        context.say(_("Please text back the code itself, so that we know it's you."))
    else:
        coordinators.void_act(context.connection, pending.id)
        context.say(_("All right, nothing was done."))


def _answer_code(context: Context, pending: Pending, code: str) -> bool:
    right = compare_digest(pending.lookup, _lookup(context, code))
    if not right and context.session is not None and len(code) != _DIGITS:
        return False  # a ZIP code, say: it answers the question that is open
    if pending.tries >= WRONG_CODES:
        context.say(_too_many())
    elif right:
        _do(context, pending)
    else:
        _miss(context, pending)
    return True


def _do(context: Context, pending: Pending) -> None:
    if not coordinators.take_act(context.connection, pending.id):
        return
    if coordinators.has_grant(context.connection, context.caller.person_id):
        payload = context.vault.open("pending_acts", "payload", pending.id, pending.payload)
        context.acts[pending.name](context, read_json(payload))
    else:
        refuse(context)


def _miss(context: Context, pending: Pending) -> None:
    coordinators.miss_act(context.connection, pending.id)
    if pending.tries + 1 >= WRONG_CODES:
        context.say(_too_many())
    else:
        context.say(_("That isn't the code we texted you. Nothing was done. Try once more?"))


def _too_many() -> Message:
    return _(
        "Too many wrong codes, so nothing was done. Please wait {minutes} minutes and start again.",
        minutes=CODE_LASTS // timedelta(minutes=1),
    )


def _lookup(context: Context, code: str) -> bytes:
    return context.vault.index("act_code", f"{context.caller.person_id}:{code}")


ROLE_WORDS: Mapping[Role, Message] = {
    Role.COORDINATOR: _("You can send NEED, EVENT, ALERT, STATUS."),
    Role.APPROVER: _("You can send NEED, EVENT, ALERT, STATUS, APPROVE."),
    Role.ADMIN: _("You can send NEED, EVENT, ALERT, STATUS, APPROVE, INVITE, TEAM, REMOVE."),
}
"""What somebody in this role may send."""


def words_for(grants: Iterable[Grant]) -> Message | None:
    """None: they have no role."""
    held = {each.role for each in grants}
    return next((ROLE_WORDS[role] for role in reversed(Role) if role in held), None)


def leave_to_admins(context: Context) -> None:
    """A coordinator who sends REMOVE may have meant to stop."""
    context.say(_("That is for admins. To stop our messages: STOP."))


def refuse(context: Context) -> None:
    """Whoever has no grant for it: what there is for them instead."""
    context.say(
        _("That is for coordinators. NEEDS: what is needed. EVENTS: what's on. HUMAN: a person.")
    )
