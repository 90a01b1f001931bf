"""How needs and pledges read to a shelter: one line each, with handles and never with names."""

from collections.abc import Iterable

from handlers.conversation.turn import Words
from handlers.needs_words import Told, amount, is_service, so_many
from handlers.rendering import Joined
from locales import Message, _, n_
from locales.formatting import Moment
from locales.labels import URGENCY
from storage.needs import Need, State
from storage.pledges import Pledge, Pledged

STATES = {
    State.DRAFT: _("a draft"),
    State.AWAITING: _("waiting for a second yes"),
    State.OPEN: _("open"),
    State.COVERED: _("covered"),
    State.RECEIVED: _("received"),
    State.EXPIRED: _("over"),
    State.CANCELLED: _("closed"),
}


def line(told: Told) -> Joined:
    """ "A7 20 boxes of “diapers”: 12 promised, 5 on the way, 3 received"."""
    need = told.need
    lead = Joined((need.code, so_many(told, need.quantity)), " ")
    if need.status not in (State.OPEN, State.COVERED):
        return Joined((lead, STATES[need.status]))
    return Joined((lead, counts(need)))


def counts(need: Need) -> Message:
    facts: dict[str, object] = {
        "committed": need.committed,
        "on_the_way": need.on_the_way,
        "received": need.received,
    }
    if is_service(need):
        return _("{committed} promised, {on_the_way} confirmed, {received} done", **facts)
    return _("{committed} promised, {on_the_way} on the way, {received} received", **facts)


def left(need: Need) -> Message:
    if need.remaining:
        return n_(
            "Still missing: {amount}.",
            "Still missing: {amount}.",
            need.remaining,
            amount=amount(need, need.remaining),
        )
    return _("Nothing is missing.")


def deadline(need: Need) -> Message:
    urgency = URGENCY[need.urgency]
    if need.needed_by is None:
        return _("Urgency: {urgency}", urgency=urgency)
    by = Moment(need.needed_by, need.shelter.zone)
    return _("By {moment} ({urgency})", moment=by, urgency=urgency)


def pledge_line(need: Need, pledge: Pledge, handle: str) -> Joined:
    """ "V-482193: 5 boxes, confirmed, Sunday 5 PM"."""
    parts: list[Message | Moment] = [
        amount(need, pledge.due),
        _pledged(pledge.status, service=is_service(need)),
    ]
    if pledge.eta is not None:
        parts.append(Moment(pledge.eta, need.shelter.zone))
    return Joined((handle, Joined(tuple(parts), ", ")))


def _pledged(status: Pledged, *, service: bool) -> Message:
    match status:
        case Pledged.HELD:
            return _("not confirmed yet")
        case Pledged.CONFIRMED:
            return _("confirmed")
        case _:
            return _("done, they say") if service else _("brought, they say")


def news(need: Need, pledge: Pledge, what: str, units: int, who: Words) -> Message | None:
    """One thing that happened to a pledge; None: the shelter did it itself."""
    so_much = amount(need, units)
    facts: dict[str, object] = {"code": need.code, "who": who, "amount": so_much}
    match what:
        case "held" | "more" | "fewer":
            facts["amount"] = amount(need, pledge.units)
            return _("{code}: {who} promises {amount}.", **facts)
        case "confirmed":
            return _confirmed(need, pledge, facts)
        case "delivered":
            return _delivered(need, facts)
        case "released":
            return _("{code}: {who} can't manage {amount} after all.", **facts)
        case "lapsed":
            return _("{code}: {who} didn't confirm {amount}, so it is open again.", **facts)
        case _:
            return None


def _delivered(need: Need, facts: dict[str, object]) -> Message:
    if is_service(need):
        return _("{code}: {who} says it's done: {amount}. Is it? RECEIVED {code}", **facts)
    return _("{code}: {who} says they brought {amount}. Did it come? RECEIVED {code}", **facts)


def _confirmed(need: Need, pledge: Pledge, facts: dict[str, object]) -> Message:
    if pledge.eta is None:
        return _("{code}: {who} confirms {amount}.", **facts)
    eta = Moment(pledge.eta, need.shelter.zone)
    return _("{code}: for {eta}, {who} confirms {amount}.", **facts, eta=eta)


def digest(need: Need, people: int, promised: int, fallen: int) -> Joined:
    """Many pledges in one line."""
    parts: list[Message] = []
    if promised:
        parts.append(
            n_(
                "{code}: {n} person promised {amount}.",
                "{code}: {n} people promised {amount}.",
                people,
                code=need.code,
                amount=amount(need, promised),
            )
        )
    else:
        parts.append(_("{code}: news of its pledges.", code=need.code))
    if fallen:
        parts.append(_("{amount} fell through.", amount=amount(need, fallen)))
    return Joined((*parts, left(need)), " ")


def summary(shelter: str, lines: Iterable[Joined]) -> Joined:
    head = _("{shelter} today:", shelter=shelter)
    return Joined((head, *lines, _("More: STATUS and a code.")), "\n")
