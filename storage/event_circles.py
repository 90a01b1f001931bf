"""Whom the news of an event are for: invitations, changes, cancellations. SQL only."""

from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta

from sqlalchemy import (
    ColumnElement,
    Connection,
    and_,
    distinct,
    exists,
    func,
    or_,
    select,
    tuple_,
)

from storage.broadcasts import Broadcast, broadcasts
from storage.circles import Circle, Copies
from storage.events import EventState, events
from storage.messages import Status, deliveries
from storage.people import people
from storage.rsvps import Answer, rsvps

INVITE, NEXT, MOVED, CANCELLED = "invite", "next", "moved", "cancelled"
ANEW, WITHDRAWN = "anew", "withdrawn"
"""What a broadcast of kind "event" is to its event. The next of a series is for those who said that
they might come to an earlier one. Anew and withdrawn are an invitation's own change and end: for
those whom it has come to and who have not said anything, since they may have noted it."""

_b, _d, _e, _r = broadcasts.c, deliveries.c, events.c, rsvps.c
_SAID = (Answer.YES, Answer.MAYBE, Answer.NO, Answer.WAITING)
_LATELY = timedelta(days=31)
"""Of weekly meetings the last four: whoever has not come to any of them is not asked any more."""

_REACHED = (Status.SENDING, Status.UNKNOWN, Status.SENT, Status.DELIVERED)


def news_of(connection: Connection, runs: Collection[int]) -> dict[int, int]:
    """Those of the broadcasts that tell of a change or an end, with their events."""
    parts = _b.kind == "event", _b.part.in_((MOVED, CANCELLED))
    rows = connection.execute(select(_b.id, _b.subject_id).where(_b.id.in_(runs), *parts))
    return {row.id: row.subject_id for row in rows}


def _within(_connection: Connection, run: Broadcast) -> Sequence[ColumnElement[bool]]:
    if run.part == INVITE:
        return [~_answered(run), ~_was_invited(run)]
    if run.part == NEXT:
        return [~_answered(run), ~_was_invited(run), _came_before(run)]
    if run.part in (ANEW, WITHDRAWN):
        return [~_answered(run), _was_invited(run)]
    return [_concerned(run)]


def count_silent(connection: Connection, event_id: int) -> int:
    """So many were invited, as far as we know, and have not said anything."""
    copy, said = (
        deliveries.c,
        exists().where(
            _r.event_id == event_id,
            _r.person_id == deliveries.c.person_id,
            or_(_r.answer.in_(_SAID), _r.was.is_not(None)),
        ),
    )
    statement = (
        select(func.count(distinct(copy.person_id)))
        .join(broadcasts, _b.id == copy.broadcast_id)
        .where(
            _b.subject_id == event_id,
            _b.part.in_((INVITE, NEXT)),
            copy.status.in_(_REACHED),
            ~said,
        )
    )
    return connection.scalar(statement) or 0


def _answered(run: Broadcast) -> ColumnElement[bool]:
    theirs = _r.event_id == run.subject_id, _r.person_id == people.c.id
    return exists().where(*theirs, or_(_r.answer.in_(_SAID), _r.was.is_not(None)))


def _was_invited(run: Broadcast) -> ColumnElement[bool]:
    """By an earlier invitation to the same: one is enough."""
    earlier = select(_b.id).where(
        _b.subject_id == run.subject_id, _b.part.in_((INVITE, NEXT)), _b.id != run.id
    )
    return exists().where(
        _d.broadcast_id.in_(earlier), _d.person_id == people.c.id, _d.status.in_(_REACHED)
    )


def _came_before(run: Broadcast) -> ColumnElement[bool]:
    """To another meeting of the same series, not long before: said yes or maybe."""
    this, said = events.alias("this"), _r.answer.in_((Answer.YES, Answer.MAYBE))
    others = (
        select(_e.id)
        .join(this, this.c.series_id == _e.series_id)
        .where(
            this.c.id == run.subject_id,
            _e.id != run.subject_id,
            _e.starts_at + _LATELY >= this.c.starts_at,
        )
    )
    return exists().where(_r.event_id.in_(others), _r.person_id == people.c.id, said)


def _concerned(run: Broadcast) -> ColumnElement[bool]:
    """Whoever comes, may come or waits; and whoever was asked anew, since the day has changed."""
    count_on_it = (Answer.YES, Answer.MAYBE, Answer.WAITING)
    return exists().where(
        _r.event_id == run.subject_id,
        _r.person_id == people.c.id,
        or_(_r.answer.in_(count_on_it), and_(_r.answer == Answer.ASKED, _r.was.is_not(None))),
    )


def _over(
    connection: Connection, subjects: Mapping[int, int], copies: Copies
) -> Collection[tuple[int, int]]:
    """Invitations to whoever has answered, or to what is no more; changes nobody waits for."""
    parts = _parts(connection, subjects)
    states = _states(connection, set(subjects.values()))
    said = _answers(connection, subjects, copies)
    return [
        copy
        for copy in copies
        if _is_over(
            parts.get(copy[0]),
            states.get(subjects[copy[0]]),
            said.get((subjects[copy[0]], copy[1])),
        )
    ]


def _is_over(part: str | None, state: str | None, answer: str | None) -> bool:
    if part in (INVITE, NEXT, ANEW):
        return state != EventState.OPEN or answer in _SAID
    if part == WITHDRAWN:
        return state != EventState.CANCELLED or answer in _SAID
    if answer is None or answer == Answer.NO:
        return True
    return state != (EventState.CANCELLED if part == CANCELLED else EventState.OPEN)


def _parts(connection: Connection, subjects: Mapping[int, int]) -> dict[int, str | None]:
    rows = connection.execute(select(_b.id, _b.part).where(_b.id.in_(subjects)))
    return {row.id: row.part for row in rows}


def _states(connection: Connection, ids: Collection[int]) -> dict[int, str]:
    rows = connection.execute(select(_e.id, _e.status).where(_e.id.in_(ids)))
    return {row.id: row.status for row in rows}


def _answers(
    connection: Connection, subjects: Mapping[int, int], copies: Copies
) -> dict[tuple[int, int], str]:
    pairs = {(subjects[run], person) for run, person in copies}
    rows = connection.execute(
        select(_r.event_id, _r.person_id, _r.answer).where(
            tuple_(_r.event_id, _r.person_id).in_(pairs)
        )
    )
    return {(row.event_id, row.person_id): row.answer for row in rows}


EVENT = Circle(_within, _over)
