"""RECEIVED: a shelter says what has come, in whole or in part, and from whom.

A privileged act: by SMS it waits for a code. Whoever brought it is thanked.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from handlers import needs, pledges_words
from handlers.access import privileged
from handlers.context import Context
from handlers.conversation.turn import Prompt
from handlers.conversation.vocabulary import ALL
from handlers.conversation.words import fold
from handlers.need_keeping import (
    HANDLE,
    MOST_LISTED,
    actor_of,
    desk_of,
    handle_of_giver,
    need_of,
    number_in,
)
from handlers.need_keeping_flows import EVERYTHING, receiving
from handlers.need_keeping_words import counts
from handlers.needs_words import amount, told
from handlers.rendering import Joined
from handlers.verbs import begin
from locales import _
from locales.formatting import Listing
from storage import audit, pledges, pledging
from storage import needs as rows
from storage.needs import Need
from storage.pledges import OPEN, Pledge, Pledged

ACT: Final = "receive_need"


def received(context: Context, need_id: int, rest: str) -> None:
    """RECEIVED A7, with a number and a handle if they like: in whole or in part."""
    need = need_of(context, need_id)
    if need is None:
        return
    found = pledges.of_need(context.connection, need_id, OPEN)
    named, units = HANDLE.search(rest), number_in(rest)
    givers = [_giver(context, need, each) for each in found]
    if named is not None:
        givers = [each for each in givers if each["label"] == f"V-{named[1]}"]
    if not givers:
        _nothing_promised(context, need)
    elif units is not None and units > max(each["due"] for each in givers):
        context.say(
            _("Nobody has promised so many. Who brings what: STATUS {code}", code=need.code)
        )
    elif fold(HANDLE.sub(" ", rest)) in ALL or (len(givers) == 1 and units is None):
        finish_received(context, {"need": need_id, "givers": givers, "who": {"id": EVERYTHING}})
    else:
        _ask_giver(context, need_id, givers, units)


def _nothing_promised(context: Context, need: Need) -> None:
    context.say(
        _("No promise is open there. To ask for less: LOWER {code} and a number.", code=need.code)
    )


def _giver(context: Context, need: Need, pledge: Pledge) -> dict[str, Any]:
    return {
        "label": handle_of_giver(context, pledge),
        "id": str(pledge.id),
        "due": pledge.due,
        "unit": need.unit,
        "brought": pledge.status is Pledged.DELIVERED,
    }


def _ask_giver(
    context: Context, need_id: int, givers: Sequence[dict[str, Any]], units: int | None
) -> None:
    """From whom, where that isn't plain; and whether the rest still comes, of a part."""
    able = [each for each in givers if units is None or each["due"] >= units]
    likely = [each for each in able if each["brought"]] or able
    given: dict[str, Any] = {"need": need_id, "givers": list(able), "units": units}
    if len(likely) == 1:
        given["chosen"] = likely[0]
    elif units is None:
        everybody = {"label": EVERYTHING, "id": EVERYTHING, "due": 0, "unit": able[0]["unit"]}
        given["givers"] = [*able[:MOST_LISTED], everybody]
    answers = begin(context, receiving, given, "")
    if answers is not None:
        finish_received(context, answers)


def finish_received(context: Context, answers: Mapping[str, Any]) -> None:
    need = need_of(context, answers["need"])
    if need is None:
        return
    chosen = answers.get("chosen") or answers["who"]
    everybody = [each for each in answers["givers"] if each["id"] != EVERYTHING]
    givers = everybody if chosen["id"] == EVERYTHING else [chosen]
    units = None if chosen["id"] == EVERYTHING else answers.get("units")
    parts = [[each["id"], each["due"] if units is None else units] for each in givers]
    comes = answers.get("rest") == "yes"
    total, handles = sum(part[1] for part in parts), [each["label"] for each in givers]
    about = _(
        "{code}: note {amount} of {who} as received.",
        code=need.code,
        amount=amount(need, total),
        who=Listing(tuple(handles[:MOST_LISTED])),
    )
    payload = {"need": need.id, "parts": parts, "rest_comes": comes, "handles": handles}
    privileged(context, ACT, payload, about)


def do_receive(context: Context, payload: Mapping[str, Any]) -> None:
    """Each part that is still due; none of it: they never came, which is only counted."""
    need = need_of(context, payload["need"])
    if need is None:
        return
    taken = 0
    for pledge_id, units in payload["parts"]:
        taken += _take_in(context, need, int(pledge_id), units, comes=payload["rest_comes"])
    details = {"units": taken, "pledges": len(payload["parts"])}
    audit.record(
        context.connection, actor_of(context), "receive", need.code, at=context.now, details=details
    )
    after = rows.read(context.connection, need.id) or need
    done = _(
        "{code}: {amount} received from {who}.",
        code=need.code,
        amount=amount(need, taken),
        who=Listing(tuple(payload["handles"][:MOST_LISTED])),
    )
    rest = counts(after) if after.status in rows.LIVE else _("All of it is there. Thank you!")
    context.say(Joined((done, rest), " "))


def _take_in(context: Context, need: Need, pledge_id: int, units: int, *, comes: bool) -> int:
    """How many were taken in; whoever brought them is thanked."""
    now = context.now
    before = pledges.read(context.connection, pledge_id)
    if before is None or before.need_id != need.id:
        return 0
    if units == 0:
        pledging.let_fall(context.connection, pledge_id, Pledged.NO_SHOW, now)
        return 0
    units = min(units, before.due)
    if pledging.receive(context.connection, pledge_id, units, now, rest_comes=comes) is None:
        return 0
    thanks = Prompt(pledges_words.received(told(context.vault, need), units))
    needs.tell(context.connection, desk_of(context), before, thanks)
    return units
