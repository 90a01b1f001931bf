"""A shelter's needs in the chat of whoever looks after them: whose they are, and STATUS.

What has come is in need_keeping_received, more, less, later and closed in need_keeping_edits.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from handlers import access, needs, verbs
from handlers.context import Context
from handlers.conversation.numbers import whole_number
from handlers.conversation.turn import Choice, Prompt, Words
from handlers.need_keeping_words import STATES, counts, deadline, left, line, pledge_line
from handlers.needs_words import is_service, so_many, told
from handlers.rendering import Joined
from handlers.verbs import On
from locales import _
from locales.formatting import Listing
from storage import audit, need_rooms, pledges
from storage import needs as rows
from storage.coordinators import Role, handle_of
from storage.needs import Need
from storage.pledges import OPEN, Pledge

HANDLE: Final = re.compile(r"\bV-?(\d{6,12})\b", re.IGNORECASE | re.ASCII)
MOST_LISTED: Final = 6
MOST_UNITS: Final = 100_000
_NUMBER = re.compile(r"\d{1,9}")


def mine(context: Context) -> list[Need]:
    """What the caller's shelters wait for."""
    places = access.shelters_of(context.connection, access.grants_of(context))
    return need_rooms.live(context.connection, [place.id for place in places])


def acting(kinds: Mapping[str, On]) -> Callable[[Context, str], None]:
    """What a word does to what its code names; without a code, to the one need there is."""

    def alone(context: Context, rest: str) -> None:
        found = [each for each in mine(context) if each.status in rows.LIVE]
        if len(found) == 1:
            kinds["need"](context, found[0].id, rest)
        elif found:
            codes = Listing(tuple(each.code for each in found[:MOST_LISTED]), "or")
            context.say(_("Which one? The same word with its code: {codes}.", codes=codes))
        else:
            context.say(_("Nothing of yours is open."))

    return verbs.acting(kinds, alone)


def need_of(context: Context, need_id: int, *, live: bool = True) -> Need | None:
    """The need, if the caller looks after its shelter; else they are told."""
    need = rows.read(context.connection, need_id)
    grants = access.grants_of(context)
    if need is None or not access.covers(grants, Role.COORDINATOR, shelter=need.shelter.id):
        code = need.code if need else "-"
        context.say(_("Nothing of yours has the code {code}.", code=code))
        return None
    if live and need.status not in rows.LIVE:
        context.say(Joined((need.code, STATES[need.status])))
        return None
    return need


def number_in(text: str) -> int | None:
    """The one number that is there, besides a handle."""
    words = HANDLE.sub(" ", text)
    found = _NUMBER.findall(words)
    if len(found) == 1:
        return int(found[0])
    return None if found else whole_number(words)


def desk_of(context: Context) -> needs.Desk:
    return needs.Desk(context.vault, context.policy, context.now)


def actor_of(context: Context) -> str:
    return str(context.caller.person_id)


class NeedTeller:
    """STATUS of needs, to those who look after the shelter."""

    def tell(self, context: Context, row_id: int) -> Sequence[Prompt]:
        need = rows.read(context.connection, row_id)
        grants = access.grants_of(context)
        if need is None or not access.covers(grants, Role.COORDINATOR, shelter=need.shelter.id):
            return ()
        return [Prompt(_whole(context, need), commands=_buttons(need))]

    def open_lines(self, context: Context) -> Sequence[Words]:
        return [line(told(context.vault, each)) for each in mine(context)]


def _whole(context: Context, need: Need) -> Joined:
    """The need and every promise that is open, by handle; who comes on the day, if they said."""
    known = told(context.vault, need)
    head = Joined((need.shelter.name, Joined((need.code, so_many(known, need.quantity)), " ")))
    lines: list[Words] = [head]
    if need.status in rows.LIVE:
        lines += [Joined((counts(need), left(need)), ". "), deadline(need)]
    else:
        lines.append(STATES[need.status])
    found = pledges.of_need(context.connection, need.id, OPEN)
    lines += [_promise(context, need, each) for each in found[:MOST_LISTED]]
    if len(found) > MOST_LISTED:
        lines.append(_("And {n} more.", n=len(found) - MOST_LISTED))
    if any(each.contact for each in found[:MOST_LISTED]):
        audit.record(
            context.connection, actor_of(context), "read_contact", need.code, at=context.now
        )
    return Joined(tuple(lines), "\n")


def _promise(context: Context, need: Need, pledge: Pledge) -> Joined:
    whole = pledge_line(need, pledge, handle_of_giver(context, pledge))
    if pledge.contact is None:
        return whole
    contact = context.vault.open("pledges", "contact", pledge.id, pledge.contact)
    return Joined((whole, _("comes: {contact}", contact=contact)), ". ")


def handle_of_giver(context: Context, pledge: Pledge) -> str:
    if pledge.person_id is None:
        return "V-"
    return handle_of(context.connection, pledge.person_id) or "V-"


def _buttons(need: Need) -> tuple[Choice, ...]:
    if need.status not in rows.LIVE:
        return ()
    received = Choice(
        _("Yes, it's done") if is_service(need) else _("It has come"), f"RECIBIDO {need.code}"
    )
    return (received, Choice(_("Close"), f"CERRAR {need.code}"))
