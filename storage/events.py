"""Events: the table, the reading, and the changes of one. Who comes is in rsvps."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    Column,
    ColumnElement,
    Connection,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    String,
    Table,
    Text,
    select,
    update,
)

from storage.columns import Id
from storage.database import Instant, insert, lock_row, metadata, notify

WAKE = "events"
"""The channel on which whoever tends waiting lists is told that a place may have become free."""


class EventState(StrEnum):
    """Draft → open → past, or cancelled before."""

    DRAFT = "draft"
    OPEN = "open"
    CANCELLED = "cancelled"
    PAST = "past"


events = Table(
    "events",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("code", String(8), nullable=False, unique=True),
    Column("kind", String(16), nullable=False),
    Column("status", String(16), nullable=False),
    Column("organisation_id", Id, ForeignKey("organisations.id"), comment="who invites"),
    Column("title_es", LargeBinary, comment="sealed"),
    Column("title_en", LargeBinary, comment="sealed"),
    Column("starts_at", Instant, nullable=False),
    Column("zone", String(64), nullable=False, comment="whose clocks its hour is told by"),
    Column("minutes", SmallInteger, nullable=False, comment="how long it lasts"),
    Column("place", LargeBinary, comment="sealed: where to go, as written"),
    Column("city_id", Id),
    Column("link", LargeBinary, comment="sealed: where to join from afar"),
    Column("notes", LargeBinary, comment="sealed: what to bring or to know"),
    Column("services", Text, comment="codes of what makes it easier to come, as JSON"),
    Column("capacity", Integer),
    Column("taken", Integer, nullable=False, comment="people who come, and places on offer"),
    Column("ladder", Text, comment="when to remind, as JSON; none: as usual"),
    Column("sequence", Integer, nullable=False, comment="changes so far, for calendars"),
    Column("uid", String(64), nullable=False, unique=True, comment="its name in calendars"),
    Column("series_id", Id, comment="the first of the weekly meetings that this is one of"),
    Column("audience", Text, comment="whom it is announced to, as JSON; none: nobody"),
    Column("created_by", Id, ForeignKey("people.id", ondelete="SET NULL")),
    Column("created_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
    Column("ended_at", Instant, comment="since when it is past or cancelled"),
    CheckConstraint("status IN ('draft', 'open', 'cancelled', 'past')", name="status"),
    CheckConstraint(
        "kind IN ('rally', 'vigil', 'march', 'delegation', 'training', 'briefing', 'assembly',"
        " 'prayer_day')",
        name="kind",
    ),
    CheckConstraint("taken >= 0 AND (capacity IS NULL OR taken <= capacity)", name="taken"),
    Index("ix_events_starts_at", "starts_at"),
    Index("ix_events_series_id", "series_id"),
    Index("ix_events_created_by", "created_by"),
)

_e = events.c


@dataclass(frozen=True, slots=True)
class Event:
    """A row of `events`; its texts are sealed still (handlers/event_facts opens them)."""

    id: int
    code: str
    kind: str
    status: EventState
    organisation_id: int | None
    title_es: bytes | None
    title_en: bytes | None
    starts_at: datetime
    zone: str
    minutes: int
    place: bytes | None
    city_id: int | None
    link: bytes | None
    notes: bytes | None
    services: str | None
    capacity: int | None
    taken: int
    ladder: str | None
    sequence: int
    uid: str
    series_id: int | None
    audience: str | None
    created_by: int | None
    created_at: datetime
    updated_at: datetime
    ended_at: datetime | None

    @property
    def ends_at(self) -> datetime:
        return self.starts_at + timedelta(minutes=self.minutes)

    @property
    def free(self) -> int | None:
        """Places that nobody has, and that are not on offer; None: no limit."""
        return None if self.capacity is None else self.capacity - self.taken


_READ = select(events)


def event_of(row: Any) -> Event:
    fields = dict(row._mapping)
    return Event(**{**fields, "status": EventState(fields["status"])})


def add(connection: Connection, row: dict[str, Any]) -> None:
    """`row` has what `create` in the handlers decides."""
    connection.execute(insert(events), {"taken": 0, "sequence": 0, **row})
    notify(connection, WAKE)


def read(connection: Connection, event_id: int) -> Event | None:
    row = connection.execute(_READ.where(_e.id == event_id)).first()
    return None if row is None else event_of(row)


def read_all(connection: Connection, ids: Sequence[int]) -> dict[int, Event]:
    """Those that there are, by id."""
    rows = connection.execute(_READ.where(_e.id.in_(ids)))
    return {row.id: event_of(row) for row in rows}


def lock(connection: Connection, event_id: int) -> Event | None:
    """The event, held until the transaction ends: all that changes who comes goes one by one."""
    row = connection.execute(lock_row(_READ.where(_e.id == event_id))).first()
    return None if row is None else event_of(row)


def upcoming(connection: Connection, now: datetime, most: int) -> list[Event]:
    """Open ones that have not ended, nearest first; of weekly meetings the next one alone."""
    statement = _READ.where(_open_at(now)).order_by(_e.starts_at, _e.id).limit(most * 12)
    seen: set[int] = set()
    found: list[Event] = []
    for row in connection.execute(statement):
        series = row.series_id
        if series is None or series not in seen:
            found.append(event_of(row))
        seen.add(series if series is not None else row.id)
    return found[:most]


def _open_at(now: datetime) -> ColumnElement[bool]:
    return (_e.status == EventState.OPEN) & (_e.starts_at > now)


def open_events(connection: Connection) -> list[Event]:
    """All that are open, also while they go on, nearest first."""
    statement = _READ.where(_e.status == EventState.OPEN).order_by(_e.starts_at, _e.id)
    return [event_of(row) for row in connection.execute(statement)]


def of_series(connection: Connection, series_id: int) -> list[Event]:
    """All meetings of a series, in order."""
    statement = _READ.where(_e.series_id == series_id).order_by(_e.starts_at, _e.id)
    return [event_of(row) for row in connection.execute(statement)]


def of_hosts(
    connection: Connection,
    organisations: Sequence[int] | None,
    states: Sequence[EventState],
    most: int,
) -> list[Event]:
    """Those of these organisations (None: of anybody), the latest to start first."""
    statement = _READ.where(_e.status.in_(states)).order_by(_e.starts_at.desc(), _e.id).limit(most)
    if organisations is not None:
        statement = statement.where(_e.organisation_id.in_(organisations))
    return [event_of(row) for row in connection.execute(statement)]


def change(connection: Connection, event_id: int, now: datetime, **fields: Any) -> None:
    """`fields` are columns; whoever shows it to calendars counts `sequence` up."""
    statement = update(events).where(_e.id == event_id).values(updated_at=now, **fields)
    connection.execute(statement)
    notify(connection, WAKE)


def open_up(connection: Connection, event_id: int, now: datetime) -> bool:
    """A draft is open from now on; False: it was no draft."""
    statement = update(events).where(_e.id == event_id, _e.status == EventState.DRAFT)
    return connection.execute(statement.values(status=EventState.OPEN, updated_at=now)).rowcount > 0


def end(connection: Connection, event_id: int, state: EventState, now: datetime) -> bool:
    """Cancelled or past; False: it was before."""
    before = (EventState.DRAFT, EventState.OPEN)
    statement = update(events).where(_e.id == event_id, _e.status.in_(before))
    done = connection.execute(statement.values(status=state, ended_at=now, updated_at=now))
    notify(connection, WAKE)
    return done.rowcount > 0


def any_over(connection: Connection, now: datetime) -> bool:
    return bool(_over(connection, now))


def end_all_over(connection: Connection, now: datetime) -> list[int]:
    """Whatever has come to its end is past; the ids of those."""
    ids = _over(connection, now)
    if ids:
        statement = update(events).where(_e.id.in_(ids))
        connection.execute(statement.values(status=EventState.PAST, ended_at=now))
    return ids


def next_of_series(connection: Connection, event_id: int, now: datetime) -> Event | None:
    """The open one that follows; None too where it is one of no series."""
    this = select(_e.series_id).where(_e.id == event_id).scalar_subquery()
    statement = _READ.where(_e.series_id == this, _open_at(now)).order_by(_e.starts_at).limit(1)
    row = connection.execute(statement).first()
    return None if row is None else event_of(row)


def _over(connection: Connection, now: datetime) -> list[int]:
    begun = _e.status.in_((EventState.OPEN, EventState.DRAFT)), _e.starts_at <= now
    rows = connection.execute(select(_e.id, _e.starts_at, _e.minutes).where(*begun))
    return [row.id for row in rows if row.starts_at + timedelta(minutes=row.minutes) <= now]


def take_places(connection: Connection, event_id: int, more: int) -> bool:
    """So many more places are taken (or fewer, if negative): law 6. False: they don't fit."""
    if more == 0:
        return True
    fits = _e.capacity.is_(None) | (_e.taken + more <= _e.capacity)
    which = update(events).where(_e.id == event_id, *([fits] if more > 0 else []))
    done = connection.execute(which.values(taken=_e.taken + more)).rowcount > 0
    if more < 0:
        notify(connection, WAKE)
    return done
