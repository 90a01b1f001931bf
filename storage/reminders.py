"""What is due of events' reminders: one row an event, which says when something of it is due next.

When and what that is, is decided in the handlers; who gets it in reminder_freezing.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import (
    Column,
    Connection,
    ForeignKey,
    Index,
    String,
    Table,
    Text,
    bindparam,
    func,
    or_,
    select,
    tuple_,
    type_coerce,
    update,
)

from storage.broadcasts import broadcasts
from storage.circles import Circle, Copies
from storage.columns import Id
from storage.database import Instant, insert, metadata, skip_locked
from storage.events import EventState, events
from storage.people import people
from storage.rsvps import Answer, rsvps

KIND = "reminder"
LINK = "link"
"""The part that has the link to join from afar: for whoever said yes alone."""
reminder_plans = Table(
    "reminder_plans",
    metadata,
    Column(
        "event_id",
        Id,
        ForeignKey("events.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    ),
    Column("starts_at", Instant, nullable=False),
    Column("zone", String(64), nullable=False),
    Column("ladder", Text, nullable=False, comment="minutes before the start by part, as JSON"),
    Column("done_upto", Instant, nullable=False, comment="what fell due before is settled"),
    Column("due_at", Instant, comment="when something falls due next; none: no more"),
    Index("ix_reminder_plans_due_at", "due_at"),
)

_p, _b, _e, _r = people.c, broadcasts.c, events.c, rsvps.c
_plan = reminder_plans.c


@dataclass(frozen=True, slots=True)
class Plan:
    """How an event's reminders stand: a row of `reminder_plans`."""

    event_id: int
    starts_at: datetime
    zone: str
    ladder: str
    done_upto: datetime
    due_at: datetime | None


class Upcoming(NamedTuple):
    """An open event, with the plan that there is for it."""

    event_id: int
    starts_at: datetime
    minutes: int
    zone: str
    ladder: str | None
    has_place: bool
    has_link: bool
    updated_at: datetime
    plan: Plan | None


def upcoming(connection: Connection, now: datetime) -> list[Upcoming]:
    """All that can still be reminded of."""
    statement = (
        select(
            *(_e.id, _e.starts_at, _e.minutes, _e.zone, _e.ladder, _e.place.is_not(None)),
            *(_e.link.is_not(None), _e.updated_at, *reminder_plans.columns),
        )
        .select_from(events.outerjoin(reminder_plans, _plan.event_id == _e.id))
        .where(_e.status == EventState.OPEN, _e.starts_at > now)
        .order_by(_e.id)
    )
    return [
        Upcoming._make((*row[:8], None if row[8] is None else Plan(*row[8:])))
        for row in connection.execute(statement)
    ]


def write_plans(connection: Connection, plans: Sequence[Plan]) -> None:
    """Each in the place of the event's last one."""
    if not plans:
        return
    put = insert(reminder_plans)
    fields = ("starts_at", "zone", "ladder", "done_upto", "due_at")
    anew = {name: put.excluded[name] for name in fields}
    rows = [
        {
            "event_id": each.event_id,
            "starts_at": each.starts_at,
            "zone": each.zone,
            "ladder": each.ladder,
            "done_upto": each.done_upto,
            "due_at": each.due_at,
        }
        for each in plans
    ]
    connection.execute(put.on_conflict_do_update(index_elements=[_plan.event_id], set_=anew), rows)


def next_due(connection: Connection) -> datetime | None:
    """When something falls due next, of any event."""
    return connection.scalar(select(type_coerce(func.min(_plan.due_at), Instant)))


def claim(connection: Connection, upto: datetime, most: int) -> list[Plan]:
    """Plans of which something is due by then, earliest first, held until the unit ends."""
    statement = (
        select(*reminder_plans.columns)
        .where(_plan.due_at <= upto)
        .order_by(_plan.due_at, _plan.event_id)
        .limit(most)
    )
    return [Plan(*row) for row in connection.execute(skip_locked(statement))]


def move_on(connection: Connection, steps: Iterable[tuple[int, datetime, datetime | None]]) -> None:
    """`steps`: the event, up to when all is settled, and when something falls due next."""
    rows = [{"row": row, "upto": upto, "next": due} for row, upto, due in steps]
    statement = (
        update(reminder_plans)
        .where(_plan.event_id == bindparam("row"))
        .values(done_upto=bindparam("upto"), due_at=bindparam("next"))
    )
    if rows:
        connection.execute(statement, rows)


def zones_of_people(connection: Connection) -> list[str | None]:
    """Of all who agreed."""
    return list(connection.scalars(select(_p.zone).where(_p.consent == "in").distinct()))


def _over(
    connection: Connection, subjects: Mapping[int, int], copies: Copies
) -> set[tuple[int, int]]:
    """The event is cancelled, or at another time now; or they said that they don't come."""
    stale = (
        select(_b.id)
        .join(events, _e.id == _b.subject_id)
        .where(
            _b.id.in_(list(subjects)),
            or_(_e.status != EventState.OPEN, _e.starts_at != _b.happens_at),
        )
    )
    gone = set(connection.scalars(stale))
    asked = {(subjects[each], person) for each, person in copies}
    left = select(_r.event_id, _r.person_id).where(
        tuple_(_r.event_id, _r.person_id).in_(asked),
        _r.answer.in_((Answer.NO, Answer.WAITING)),
    )
    stay_away = {(event, person) for event, person in connection.execute(left)}
    return {
        (each, person)
        for each, person in copies
        if each in gone or (subjects[each], person) in stay_away
    }


CIRCLE = Circle(within=None, over=_over)
"""Its own freezing takes its people in."""
