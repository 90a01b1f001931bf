"""What broadcasts have waiting, in groups that go out alike. No judgement."""

from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Connection, case, func, literal, select

from storage.database import Instant
from storage.messages import Status, deliveries
from storage.people import people

_d = deliveries.c
_FAR = timedelta(days=365)
"""What is due later than that is put aside, not planned."""


class Waiting(NamedTuple):
    """`n` copies. `wording` as kept with them, `zone` their readers', `expires_at` of the last."""

    channel: str
    broadcast_id: int
    wording: str | None
    zone: str | None
    due_at: datetime
    expires_at: datetime | None
    n: int


def waiting(connection: Connection, now: datetime) -> list[Waiting]:
    """By one statement. What is due already is due `now`."""
    due = case((_d.due_at <= now, literal(now, Instant)), else_=_d.due_at).label("due_at")
    each = (
        select(_d.channel, _d.broadcast_id, _d.wording, people.c.zone, due, _d.expires_at)
        .join(people, people.c.id == _d.person_id)
        .where(
            _d.status == Status.QUEUED,
            _d.broadcast_id.is_not(None),
            _d.due_at < now + _FAR,
        )
        .subquery()
    ).c
    alike = (each.channel, each.broadcast_id, each.wording, each.zone, each.due_at)
    last = func.max(each.expires_at, type_=Instant)
    statement = select(*alike, last, func.count()).group_by(*alike)
    return [Waiting._make(row) for row in connection.execute(statement)]
