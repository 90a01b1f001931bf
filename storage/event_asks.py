"""What somebody was asked about events, and what they answered: for telling what a "yes" is to."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, and_, bindparam, func, or_, select

from storage.broadcasts import broadcasts
from storage.database import Instant
from storage.event_circles import ANEW, INVITE, MOVED, NEXT
from storage.events import events
from storage.messages import deliveries
from storage.prepared import Prepared
from storage.rsvps import rsvps

_b, _d, _e, _r = broadcasts.c, deliveries.c, events.c, rsvps.c

_ASKING = (INVITE, NEXT, MOVED, ANEW)
_MINE = Prepared(
    select(
        *(_e.id, _r.answer, _r.asked_at, _r.answered_at),
    )
    .join(rsvps, _r.event_id == _e.id)
    .where(_r.person_id == bindparam("person"), _e.status == "open")
)
_SENT = Prepared(
    select(_b.subject_id, func.max(_d.called_at, type_=Instant))
    .join(deliveries, _d.broadcast_id == _b.id)
    .join(events, _e.id == _b.subject_id)
    .where(
        _d.person_id == bindparam("person"),
        or_(
            and_(_b.kind == "event", or_(*(_b.part == each for each in _ASKING))),
            and_(_b.kind == "reminder", or_(*map(_b.part.contains, ("day", "week", "early")))),
        ),
        _d.called_at.is_not(None),
        _e.status == "open",
    )
    .group_by(_b.subject_id)
)


class Asked(NamedTuple):
    """An open event that somebody was asked about or has answered. `asked_at`: the last time."""

    event_id: int
    asked_at: datetime | None
    answered_at: datetime | None
    answer: str | None


def asked_of(connection: Connection, person_id: int) -> list[Asked]:
    """By event."""
    who = {"person": person_id}
    found = {row[0]: Asked(row[0], row[2], row[3], row[1]) for row in _MINE.all(connection, who)}
    for event_id, at in _SENT.all(connection, who):
        mine = found.get(event_id, Asked(event_id, None, None, None))
        last = max(filter(None, (mine.asked_at, at)), default=None)
        found[event_id] = mine._replace(asked_at=last)
    return [found[each] for each in sorted(found)]
