"""Pledges: who promised how much of a need, and what came of it. Tables and SQL.

Every change here keeps the need's three quantities: `committed` is what is held, confirmed,
delivered and received, `on_the_way` what is confirmed or delivered and not received yet. The need's
row is held first, so that changes to one need follow one another.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
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
    Select,
    String,
    Table,
    delete,
    exists,
    literal_column,
    select,
    text,
    update,
)

from storage import needs as needs_of
from storage.columns import Id
from storage.database import Instant, insert, lock_row, metadata
from storage.ids import new_id
from storage.needs import needs


class Pledged(StrEnum):
    """Held → confirmed → delivered → received; or released, lapsed, or never brought."""

    HELD = "held"
    CONFIRMED = "confirmed"
    DELIVERED = "delivered"
    RECEIVED = "received"
    RELEASED = "released"
    LAPSED = "lapsed"
    NO_SHOW = "no_show"


LIVE = (Pledged.HELD, Pledged.CONFIRMED)
"""What its person may still change."""

COMING = (Pledged.CONFIRMED, Pledged.DELIVERED)
OPEN = (*LIVE, Pledged.DELIVERED)
"""What the shelter is still waiting for."""

_LIVE = "status IN ('held', 'confirmed')"

pledges = Table(
    "pledges",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("need_id", Id, ForeignKey("needs.id", ondelete="CASCADE"), nullable=False),
    Column("person_id", Id, ForeignKey("people.id", ondelete="SET NULL")),
    Column("units", Integer, nullable=False),
    Column("received", Integer, nullable=False, server_default="0"),
    Column("status", String(16), nullable=False),
    Column("nudge_at", Instant, comment="when they are asked, or reminded"),
    Column("nudged_at", Instant),
    Column("held_until", Instant, comment="when a held one lapses"),
    Column("eta", Instant, comment="when they mean to bring it"),
    Column("contact", LargeBinary, comment="sealed: who comes on the day, as typed"),
    Column("created_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
    CheckConstraint("units > 0", name="units"),
    CheckConstraint("received >= 0 AND received <= units", name="received"),
    CheckConstraint(
        "status IN ('held', 'confirmed', 'delivered', 'received', 'released', 'lapsed', 'no_show')",
        name="status",
    ),
    Index(
        "uq_pledges_live",
        "person_id",
        "need_id",
        unique=True,
        sqlite_where=text(_LIVE),
        postgresql_where=text(_LIVE),
    ),
    Index("ix_pledges_need_id", "need_id", "status"),
    Index("ix_pledges_person_id", "person_id"),
    Index(
        "ix_pledges_held_until",
        "held_until",
        sqlite_where=text("status IN ('held')"),
        postgresql_where=text("status IN ('held')"),
    ),
    Index(
        "ix_pledges_nudge_at",
        "nudge_at",
        sqlite_where=text(f"{_LIVE} AND nudged_at IS NULL"),
        postgresql_where=text(f"{_LIVE} AND nudged_at IS NULL"),
    ),
)

answers = Table(
    "need_answers",
    metadata,
    Column(
        "person_id",
        Id,
        ForeignKey("people.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    ),
    Column(
        "need_id",
        Id,
        ForeignKey("needs.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    ),
    Column("at", Instant, nullable=False),
    Index("ix_need_answers_need_id", "need_id"),
)
"""Who has said something to an ask, a number or a no: they are not asked for it any more."""

pledge_events = Table(
    "pledge_events",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("need_id", Id, ForeignKey("needs.id", ondelete="CASCADE"), nullable=False),
    Column("pledge_id", Id, ForeignKey("pledges.id", ondelete="CASCADE"), nullable=False),
    Column("what", String(16), nullable=False),
    Column("units", Integer, nullable=False),
    Column("at", Instant, nullable=False),
    Column("told_at", Instant, comment="when the shelter was told"),
    CheckConstraint(
        "what IN ('held', 'more', 'fewer', 'confirmed', 'delivered', 'received', 'released',"
        " 'lapsed', 'no_show')",
        name="what",
    ),
    Index("ix_pledge_events_need_id", "need_id"),
    Index("ix_pledge_events_pledge_id", "pledge_id"),
    Index(
        "ix_pledge_events_untold",
        "id",
        sqlite_where=text("told_at IS NULL"),
        postgresql_where=text("told_at IS NULL"),
    ),
)
"""What happened to pledges, for the shelter to be told; `units` are those that it happened to."""

_p = pledges.c


@dataclass(frozen=True, slots=True)
class Pledge:
    """A row of `pledges`. `person_id`: None when they are not with us any more."""

    id: int
    need_id: int
    person_id: int | None
    units: int
    received: int
    status: Pledged
    nudge_at: datetime | None
    nudged_at: datetime | None
    held_until: datetime | None
    eta: datetime | None
    contact: bytes | None
    created_at: datetime
    updated_at: datetime

    @property
    def due(self) -> int:
        """What the shelter has not received of it."""
        return self.units - self.received

    def counted(self) -> tuple[int, int, int]:
        """Its part of what is committed, on the way and received."""
        if self.status not in (*OPEN, Pledged.RECEIVED):
            return 0, 0, 0
        return self.units, self.due if self.status in COMING else 0, self.received


@dataclass(frozen=True, slots=True)
class Hold:
    """Until when units are held for somebody, and when they are asked whether they still come."""

    nudge_at: datetime
    until: datetime


def _pledge(row: Any) -> Pledge:
    return Pledge(**{**row._mapping, "status": Pledged(row.status)})


def _all(connection: Connection, statement: Select[Any]) -> list[Pledge]:
    return [_pledge(row) for row in connection.execute(statement)]


def read(connection: Connection, pledge_id: int) -> Pledge | None:
    return next(iter(_all(connection, select(pledges).where(_p.id == pledge_id))), None)


def live_pledge(connection: Connection, need_id: int, person_id: int) -> Pledge | None:
    """The one that this person has on it and may still change."""
    statement = select(pledges).where(
        _p.need_id == need_id, _p.person_id == person_id, _p.status.in_(LIVE)
    )
    return next(iter(_all(connection, statement)), None)


def of_person(
    connection: Connection, person_id: int, states: Sequence[Pledged] = LIVE
) -> list[Pledge]:
    """Oldest first."""
    statement = select(pledges).where(_p.person_id == person_id, _p.status.in_(states))
    return _all(connection, statement.order_by(_p.id))


def of_need(connection: Connection, need_id: int, states: Sequence[Pledged] = OPEN) -> list[Pledge]:
    """Oldest first."""
    statement = select(pledges).where(_p.need_id == need_id, _p.status.in_(states))
    return _all(connection, statement.order_by(_p.id))


def take(
    connection: Connection, need_id: int, person_id: int, units: int, *, hold: Hold, now: datetime
) -> Pledge | None:
    """So many (more) units are held for this person; None when not as many are open (law 6).

    Added to a live pledge of theirs they are what that one is: held, or confirmed.
    """
    if not _reserve(connection, need_id, units):
        return None
    answer(connection, need_id, person_id, now)
    known = live_pledge(connection, need_id, person_id)
    if known is None:
        made = _held(need_id, person_id, units, hold, now)
        connection.execute(insert(pledges), asdict(made))
        _note(connection, made, Pledged.HELD, units, now)
    else:
        made = replace(known, units=known.units + units)
        coming = units if known.status in COMING else 0
        _write(connection, made, now)
        _count(connection, need_id, (0, coming, 0))
        _note(connection, made, "more", units, now)
    needs_of.settle(connection, need_id, now)
    return made


def _reserve(connection: Connection, need_id: int, units: int) -> bool:
    n = needs.c
    open_still = n.id == need_id, n.status == needs_of.State.OPEN
    statement = update(needs).where(*open_still, n.committed + units <= n.quantity)
    taken = connection.execute(statement.values(committed=n.committed + units))
    return units > 0 and taken.rowcount == 1


def _held(need_id: int, person_id: int, units: int, hold: Hold, now: datetime) -> Pledge:
    return Pledge(
        new_id(),
        need_id,
        person_id,
        units,
        received=0,
        status=Pledged.HELD,
        nudge_at=hold.nudge_at,
        nudged_at=None,
        held_until=hold.until,
        eta=None,
        contact=None,
        created_at=now,
        updated_at=now,
    )


def reduce(connection: Connection, pledge_id: int, units: int, now: datetime) -> Pledge | None:
    """It is for fewer units from now on, but for what was received at least; None: it can't be."""
    before = _held_row(connection, pledge_id)
    if before is None or before.status not in OPEN or not 0 < units < before.units:
        return None
    if units < before.received:
        return None
    after = replace(before, units=units)
    if units == before.received:
        after = replace(after, status=Pledged.RECEIVED, contact=None)
    return _become(connection, before, after, "fewer", units=before.units - units, now=now)


def confirm(
    connection: Connection,
    pledge_id: int,
    eta: datetime | None,
    now: datetime,
    *,
    remind_at: datetime | None = None,
) -> Pledge | None:
    """They come, and perhaps when; said again it changes the time. None: it is live no more."""
    before = _held_row(connection, pledge_id)
    if before is None or before.status not in LIVE:
        return None
    after = replace(before, status=Pledged.CONFIRMED, eta=eta or before.eta)
    after = replace(after, nudge_at=remind_at, nudged_at=None)
    return _become(connection, before, after, Pledged.CONFIRMED, units=before.due, now=now)


def deliver(connection: Connection, pledge_id: int, now: datetime) -> Pledge | None:
    """They say that they brought it."""
    before = _held_row(connection, pledge_id)
    if before is None or before.status not in LIVE:
        return None
    after = replace(before, status=Pledged.DELIVERED, contact=None)
    return _become(connection, before, after, Pledged.DELIVERED, units=before.due, now=now)


def receive(
    connection: Connection, pledge_id: int, units: int, now: datetime, *, rest_comes: bool = False
) -> Pledge | None:
    """The shelter has so many more of it. The rest is open again, unless it still comes.

    None: it is over, or never was for so many.
    """
    before = _held_row(connection, pledge_id)
    if before is None or before.status not in OPEN or not 0 < units <= before.due:
        return None
    after = replace(before, received=before.received + units)
    if after.due and rest_comes:
        after = replace(after, status=Pledged.CONFIRMED)
    else:
        after = replace(after, units=after.received, status=Pledged.RECEIVED, contact=None)
    return _become(connection, before, after, Pledged.RECEIVED, units=units, now=now)


def let_fall(connection: Connection, pledge_id: int, to: Pledged, now: datetime) -> Pledge | None:
    """Released, lapsed or never brought: what was not received of it is open again.

    None: there was nothing to let fall any more.
    """
    before = _held_row(connection, pledge_id)
    if before is None or before.status not in OPEN:
        return None
    if before.received:
        after = replace(before, units=before.received, status=Pledged.RECEIVED, contact=None)
    else:
        after = replace(before, status=to, contact=None)
    return _become(connection, before, after, to, units=before.due, now=now)


def close(
    connection: Connection, need_id: int, to: needs_of.State, reason: str | None, now: datetime
) -> list[Pledge] | None:
    """Nothing more is wanted of it: what was promised and not brought is let go.

    Those pledges, as they were, for their people to be told; None: it was over before.
    """
    fields = {"reason": reason, "closed_at": now, "next_wave_at": None, "news": None}
    if not needs_of.move(connection, need_id, to, _CLOSABLE, **fields):
        return None
    fallen = of_need(connection, need_id, LIVE)
    for each in fallen:
        let_fall(connection, each.id, Pledged.RELEASED, now)
    return fallen


_CLOSABLE = (*needs_of.LIVE, needs_of.State.DRAFT, needs_of.State.AWAITING)


def set_contact(connection: Connection, pledge_id: int, sealed: bytes, now: datetime) -> None:
    """Who comes on the day."""
    which = _p.id == pledge_id, _p.status.in_(LIVE)
    connection.execute(update(pledges).where(*which).values(contact=sealed, updated_at=now))


def _held_row(connection: Connection, pledge_id: int) -> Pledge | None:
    """As it is once its need is held: nobody else changes it meanwhile."""
    need_id = connection.scalar(select(_p.need_id).where(_p.id == pledge_id))
    if need_id is None or _hold_need(connection, need_id) is None:
        return None
    return read(connection, pledge_id)


def _hold_need(connection: Connection, need_id: int) -> int | None:
    return connection.scalar(lock_row(select(needs.c.id).where(needs.c.id == need_id)))


def _become(
    connection: Connection, before: Pledge, after: Pledge, what: str, *, units: int, now: datetime
) -> Pledge:
    after = replace(after, updated_at=now)
    was, is_now = before.counted(), after.counted()
    _write(connection, after, now)
    moved = (is_now[0] - was[0], is_now[1] - was[1], is_now[2] - was[2])
    _count(connection, after.need_id, moved)
    needs_of.settle(connection, after.need_id, now)
    _note(connection, after, what, units, now)
    return after


def _write(connection: Connection, after: Pledge, now: datetime) -> None:
    values = {
        name: getattr(after, name)
        for name in ("units", "received", "status", "eta", "contact", "nudge_at", "nudged_at")
    }
    statement = update(pledges).where(_p.id == after.id)
    connection.execute(statement.values(**values, updated_at=now))


def _count(connection: Connection, need_id: int, moved: tuple[int, int, int]) -> None:
    n = needs.c
    committed, on_the_way, received = moved
    if any(moved):
        connection.execute(
            update(needs)
            .where(n.id == need_id)
            .values(
                committed=n.committed + committed,
                on_the_way=n.on_the_way + on_the_way,
                received=n.received + received,
            )
        )


def _note(connection: Connection, pledge: Pledge, what: str, units: int, now: datetime) -> None:
    row = {
        "id": new_id(),
        "need_id": pledge.need_id,
        "pledge_id": pledge.id,
        "what": what,
        "units": units,
        "at": now,
    }
    connection.execute(insert(pledge_events), row)


def answer(connection: Connection, need_id: int, person_id: int, now: datetime) -> None:
    """The person has said something to the ask."""
    row = {"person_id": person_id, "need_id": need_id, "at": now}
    connection.execute(insert(answers).on_conflict_do_nothing(), row)


def has_answered(connection: Connection, need_id: int, person_id: int) -> bool:
    said = exists().where(answers.c.need_id == need_id, answers.c.person_id == person_id)
    return bool(connection.scalar(select(said)))


def due_nudges(connection: Connection, now: datetime, most: int) -> list[Pledge]:
    """Held ones whose people are asked once whether they still come; confirmed ones, reminded."""
    live = _p.status.in_(_literally(LIVE)), _p.nudged_at.is_(None), _p.nudge_at <= now
    return _all(connection, select(pledges).where(*live).order_by(_p.nudge_at).limit(most))


def nudged(connection: Connection, pledge_id: int, now: datetime) -> bool:
    """False when somebody else has, or there is nothing to ask any more."""
    live = _p.id == pledge_id, _p.status.in_(LIVE), _p.nudged_at.is_(None)
    return connection.execute(update(pledges).where(*live).values(nudged_at=now)).rowcount == 1


def due_lapses(connection: Connection, now: datetime, most: int) -> list[Pledge]:
    held = _p.status.in_(_literally((Pledged.HELD,))), _p.held_until <= now
    return _all(connection, select(pledges).where(*held).order_by(_p.held_until).limit(most))


def _literally(states: Sequence[Pledged]) -> list[ColumnElement[str]]:
    """Written out, not bound, so that the planners recognise the partial indexes."""
    return [literal_column(f"'{state}'") for state in states]


def let_go(connection: Connection, person_id: int, now: datetime) -> None:
    """They stop, or are deleted: what they promised is open again, and the shelter is told."""
    for each in of_person(connection, person_id):
        let_fall(connection, each.id, Pledged.RELEASED, now)


def unite_pledges(connection: Connection, stays: int, goes: int) -> None:
    """Before a merge: of two live pledges on one need the sum is left, confirmed if one was."""
    for theirs in of_person(connection, goes):
        mine = live_pledge(connection, theirs.need_id, stays)
        if mine is not None:
            _unite(connection, mine, theirs)
    moved = update(pledges).where(_p.person_id == goes)
    connection.execute(moved.values(person_id=stays))


def _unite(connection: Connection, mine: Pledge, theirs: Pledge) -> None:
    _hold_need(connection, mine.need_id)
    first = mine if mine.status is Pledged.CONFIRMED else theirs
    both = replace(
        mine,
        units=mine.units + theirs.units,
        received=mine.received + theirs.received,
        status=first.status,
        eta=mine.eta or theirs.eta,
    )
    events = pledge_events.c
    moved = update(pledge_events).where(events.pledge_id == theirs.id)
    connection.execute(moved.values(pledge_id=mine.id))
    connection.execute(delete(pledges).where(_p.id == theirs.id))
    _write(connection, both, max(mine.updated_at, theirs.updated_at))
    on_the_way = both.counted()[1] - mine.counted()[1] - theirs.counted()[1]
    _count(connection, mine.need_id, (0, on_the_way, 0))
