"""Saying whether one comes: places are given or waited for, and what that means is said.

How words are read is in conversation/rsvp_replies, which event they are to in event_asker; who
moves up when a place is free, in event_waiting.
"""

from datetime import datetime

from handlers import calendar
from handlers.context import Context
from handlers.event_facts import Told, tell_of
from locales import Message, _, n_
from storage import events as event_rows
from storage import rsvps as storage
from storage.events import Event, EventState
from storage.rsvps import Answer, Rsvp


def answer(context: Context, event_id: int, said: Answer, party: int | None) -> None:
    """`party`: how many come, whoever answers among them; None: as before, else one."""
    event = event_rows.lock(context.connection, event_id)
    if event is None or not takes_answers(context, event):
        _say_over(context, event)
        return
    told = tell_of(context.connection, context.vault, event)
    mine = storage.read(context.connection, event.id, context.caller.person_id)
    wanted = party or (mine.party if mine else 1)
    if said is Answer.YES:
        _come(context, told, mine, wanted)
    else:
        _put(context, event, mine, said, wanted)
        context.say(_maybe(told) if said is Answer.MAYBE else _not_coming(told))


def decline_all(context: Context, event: Event) -> None:
    """This one and all that follow it every week: none of them is asked about again."""
    connection, told = context.connection, tell_of(context.connection, context.vault, event)
    assert event.series_id is not None
    for each in event_rows.of_series(connection, event.series_id):
        locked = event_rows.lock(connection, each.id)
        if locked is not None and takes_answers(context, locked):
            mine = storage.read(connection, locked.id, context.caller.person_id)
            _put(context, locked, mine, Answer.NO, mine.party if mine else 1)
    context.say(
        _(
            "All right, no more of these: {title}. If that changes, send EVENTS and answer one.",
            title=told.title,
        )
    )


def takes_answers(context: Context, event: Event) -> bool:
    """Also while it goes on: somebody may be on the way."""
    return event.status is EventState.OPEN and context.now < event.ends_at


def _say_over(context: Context, event: Event | None) -> None:
    if event is not None and event.status is EventState.CANCELLED:
        context.say(_("{code} is cancelled. What's on: EVENTS", code=event.code))
    else:
        context.say(_("That event is over. What's on: EVENTS"))


def _put(context: Context, event: Event, mine: Rsvp | None, said: Answer, party: int) -> None:
    """The answer is kept, and its places with it; whoever had some that are too many gives them."""
    holds = party if said is Answer.YES else 0
    held = mine.holds if mine else 0
    if not event_rows.take_places(context.connection, event.id, holds - held):
        raise RuntimeError("a place was promised that isn't there")
    storage.write(
        context.connection,
        event.id,
        context.caller.person_id,
        context.now,
        answer=said,
        party=party,
        was=None,
        queued_at=_since(context, mine, party) if said is Answer.WAITING else None,
        offered_until=None,
        answered_at=context.now,
    )


def _since(context: Context, mine: Rsvp | None, party: int) -> datetime:
    """Whoever waits keeps their turn, unless they are more than they said."""
    keeps = mine is not None and mine.queued_at is not None and party <= mine.party
    return mine.queued_at if keeps and mine and mine.queued_at else context.now


def _come(context: Context, told: Told, mine: Rsvp | None, party: int) -> None:
    event, held = told.event, mine.holds if mine else 0
    free = _free_for(context, event, mine)
    if free is None or party <= held + free:
        again = mine is not None and mine.answer is Answer.YES
        _put(context, event, mine, Answer.YES, party)
        if again and mine is not None and mine.party == party:
            _confirm(context, told)
        else:
            context.say(_coming(told, party))
        if not again:
            calendar.give(context, told)
    elif held:
        context.say(_keeps_fewer(told, held, held + free))
    else:
        _put(context, event, mine, Answer.WAITING, party)
        context.say(_waiting(context, told, party, free + held))


def _confirm(context: Context, told: Told) -> None:
    """They had said so before, and now again."""
    person, now = context.caller.person_id, context.now
    storage.write(context.connection, told.event.id, person, now, confirmed_at=now)
    context.say(
        _(
            "Thank you, we count on you: {title}, {when}. If that changes: {code} NO",
            title=told.title,
            when=told.when,
            code=told.event.code,
        )
    )


def _free_for(context: Context, event: Event, mine: Rsvp | None) -> int | None:
    """Places that the caller may have now: none while somebody in line could take them."""
    if event.free is None:
        return None
    first = storage.next_in_line(context.connection, event.id, event.free)
    others = first is not None and (mine is None or first.person_id != mine.person_id)
    return 0 if others else event.free


def _coming(told: Told, party: int) -> Message:
    return n_(
        "You're in: {title}, {when}. We count {n} person. If that changes: {code} NO, "
        "or {code} and how many.",
        "You're in: {title}, {when}. We count {n} people. If that changes: {code} NO, "
        "or {code} and how many.",
        party,
        title=told.title,
        when=told.when,
        code=told.event.code,
    )


def _maybe(told: Told) -> Message:
    return _(
        "Noted as maybe: {title}, {when}. As soon as you know: {code} YES or {code} NO.",
        title=told.title,
        when=told.when,
        code=told.event.code,
    )


def _not_coming(told: Told) -> Message:
    return _(
        "All right, we don't count on you for {title}. If that changes: {code} YES",
        title=told.title,
        code=told.event.code,
    )


def _keeps_fewer(told: Told, held: int, most: int) -> Message:
    """There isn't room for so many more; what they have stays theirs."""
    if most == held:
        return n_(
            "There is no more room at {code}. You keep your place for {n} person.",
            "There is no more room at {code}. You keep your places for {n} people.",
            held,
            code=told.event.code,
        )
    return n_(
        "There isn't room for so many at {code}. You keep your place for {n} person. "
        "There is room for {most}: {code} {most}",
        "There isn't room for so many at {code}. You keep your places for {n} people. "
        "There is room for {most}: {code} {most}",
        held,
        code=told.event.code,
        most=most,
    )


def _waiting(context: Context, told: Told, party: int, free: int) -> Message:
    """They are in line for all of them; fewer may have a place at once."""
    place = storage.place_in_line(context.connection, told.event.id, context.caller.person_id)
    full = n_(
        "{title} is full. You're number {place} in line, for {n} person: we write when it's your "
        "turn. To leave it: {code} NO",
        "{title} is full. You're number {place} in line, for {n} people: we write when it's your "
        "turn. To leave it: {code} NO",
        party,
        title=told.title,
        place=place,
        code=told.event.code,
    )
    if not free:
        return full
    return n_(
        "There is room for {n} person only. To take it: {code} {n}. Or stay in line for {party}: "
        "we'll write when it's your turn.",
        "There is room for {n} people only. To take it: {code} {n}. Or stay in line for {party}: "
        "we'll write when it's your turn.",
        free,
        party=party,
        code=told.event.code,
    )
