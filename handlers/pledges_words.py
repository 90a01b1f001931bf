"""What people who promised something are told: what, when and where. Only they learn where."""

from collections.abc import Iterable

from handlers.conversation.turn import Words
from handlers.needs_words import Told, at_shelter, by_when, is_service, place_of, so_many
from handlers.rendering import Joined
from locales import Message, _, n_
from storage.pledges import Pledge


def _together(parts: Iterable[Words | None]) -> Joined:
    return Joined(tuple(part for part in parts if part is not None), " ")


def held(told: Told, pledge: Pledge) -> Message:
    if is_service(told.need):
        return _(
            "Thank you! You're down for {what} ({code}). It's for {shelter}.",
            what=so_many(told, pledge.units),
            shelter=told.need.shelter.name,
            code=told.need.code,
        )
    return _(
        "Thank you! {what} for {shelter}: we hold it for you ({code}).",
        what=so_many(told, pledge.units),
        shelter=told.need.shelter.name,
        code=told.need.code,
    )


def held_until(told: Told, pledge: Pledge, reader: str | None) -> Words:
    """Where the question by when can't be asked now. `reader`: their zone, here as below."""
    if pledge.held_until is None:
        return held(told, pledge)
    until = at_shelter(told.need, pledge.held_until, reader)
    say = _("Confirm before {until}: {code} YES.", until=until, code=told.need.code)
    return _together((held(told, pledge), say))


def confirmed(told: Told, pledge: Pledge, reader: str | None) -> Words:
    what, code = so_many(told, pledge.units), told.need.code
    if pledge.eta is None:
        lead = _("Confirmed: {what} ({code}).", what=what, code=code)
    else:
        eta = at_shelter(told.need, pledge.eta, reader)
        lead = _("Confirmed for {eta}: {what} ({code}).", what=what, code=code, eta=eta)
    return _together((lead, _is_late(told, pledge), where(told), _afterwards(told)))


def _is_late(told: Told, pledge: Pledge) -> Message | None:
    need = told.need
    if need.needed_by is None or pledge.eta is None or pledge.eta <= need.needed_by:
        return None
    return by_when(need, need.needed_by)


def _afterwards(told: Told) -> Message:
    if is_service(told.need):
        return _("Once it's done: DELIVERED. If you can't: DROP.")
    return _("Once it's there: DELIVERED. If you can't: DROP.")


def where(told: Told) -> Message:
    """The place, and what its people wrote about bringing things there."""
    place = place_of(told.need)
    if told.drop_off:
        return _('{place}: "{drop_off}".', place=place, drop_off=told.drop_off)
    return _("{place}.", place=place)


def changed_number(told: Told, pledge: Pledge) -> Message:
    return _(
        "Changed: now {what} ({code}). Thank you.",
        what=so_many(told, pledge.units),
        code=told.need.code,
    )


def same_number(told: Told, pledge: Pledge) -> Message:
    return _(
        "We have you down for {what} ({code}). Thank you.",
        what=so_many(told, pledge.units),
        code=told.need.code,
    )


def released(told: Told, pledge: Pledge) -> Message:
    return _(
        "Released: {what} ({code}). Thank you for telling us: others can help now.",
        what=so_many(told, pledge.due),
        code=told.need.code,
    )


def delivered(told: Told, pledge: Pledge) -> Message:
    shelter, what = told.need.shelter.name, so_many(told, pledge.due)
    if is_service(told.need):
        return _("Thank you! We tell {shelter} that it's done: {what}.", shelter=shelter, what=what)
    return _("Thank you! We tell {shelter} that you brought {what}.", shelter=shelter, what=what)


def asks_to_confirm(told: Told, pledge: Pledge) -> Message:
    """The one nudge of a held pledge."""
    facts: dict[str, object] = {
        "what": so_many(told, pledge.due),
        "shelter": told.need.shelter.name,
        "code": told.need.code,
    }
    if is_service(told.need):
        return _("Can {shelter} still count on you for {what}? Reply {code} YES, or DROP.", **facts)
    return _(
        "Are you still bringing {what} to {shelter} ({code})? Reply {code} YES, or DROP.", **facts
    )


def reminds(told: Told, pledge: Pledge, reader: str | None) -> Words:
    """Before the hour that they gave themselves."""
    what, code = so_many(told, pledge.due), told.need.code
    lead = _("A reminder: {what} ({code}).", what=what, code=code)
    if pledge.eta is not None:
        eta = at_shelter(told.need, pledge.eta, reader)
        lead = _("A reminder for {eta}: {what} ({code}).", what=what, code=code, eta=eta)
    return _together((lead, where(told), _afterwards(told)))


def lapsed(told: Told, pledge: Pledge) -> Message:
    return _(
        "We let go of {what} ({code}), since we didn't hear from you. "
        "If you still can: {code} {n}.",
        what=so_many(told, pledge.due),
        code=told.need.code,
        n=pledge.due,
    )


def not_needed(told: Told, pledge: Pledge) -> Message:
    facts: dict[str, object] = {
        "shelter": told.need.shelter.name,
        "what": so_many(told, pledge.due),
        "code": told.need.code,
    }
    if is_service(told.need):
        return _(
            "{shelter} doesn't need {what} ({code}) any more. Thank you all the same!", **facts
        )
    return _(
        "{shelter} doesn't need {what} ({code}) any more. Please don't bring it. Thank you!",
        **facts,
    )


def changed(told: Told, pledge: Pledge) -> Words:
    """Everything anew, whatever of it has changed."""
    lead = _(
        "{code} has changed. From you: {what}.",
        code=told.need.code,
        what=so_many(told, pledge.due),
    )
    at = told.need.needed_by
    by = by_when(told.need, at) if at else None
    return _together((lead, by, where(told), _("If you can't: DROP.")))


def instead(lead: Message, other: Told) -> Words:
    """Another need, in the place of one that is covered."""
    offer = _(
        "{shelter} still needs {what}: reply {code} and how many.",
        shelter=other.need.shelter.name,
        what=so_many(other, other.need.remaining),
        code=other.need.code,
    )
    return _together((lead, offer))


def received(told: Told, units: int) -> Message:
    """What they brought is there: the shelter says so."""
    facts: dict[str, object] = {
        "shelter": told.need.shelter.name,
        "what": so_many(told, units),
        "code": told.need.code,
    }
    if is_service(told.need):
        return _("{shelter} confirms that it's done: {what} ({code}). Thank you!", **facts)
    return _("{shelter} has {what} from you ({code}). Thank you!", **facts)


def missing(told: Told, n: int) -> Message:
    """More was offered than is missing."""
    if is_service(told.need):
        return n_(
            "Only {n} is still missing. Shall I put you down for {n}?",
            "Only {n} are still missing. Shall I put you down for {n}?",
            n,
        )
    return n_(
        "Only {n} is still missing. Will you bring {n}?",
        "Only {n} are still missing. Will you bring {n}?",
        n,
    )
