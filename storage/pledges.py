"""Pledges: who promised how much of a need, as it stands. Tables, rows and what is read of them.

What changes them is in pledging.
"""

from collections.abc import Sequence
from dataclasses import dataclass
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
    exists,
    literal_column,
    select,
    text,
)

from storage.columns import Id, person_key
from storage.database import Instant, metadata
from storage.needs import AGAIN, State, needs


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
_MOVES_NOTHING = ("confirmed", "delivered")

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
    person_key(),
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


def due_nudges(connection: Connection, now: datetime, most: int) -> list[Pledge]:
    """Held ones whose people are asked once whether they still come; confirmed ones, reminded."""
    live = _p.status.in_(_literally(LIVE)), _p.nudged_at.is_(None), _p.nudge_at <= now
    return _all(connection, select(pledges).where(*live).order_by(_p.nudge_at).limit(most))


def due_lapses(connection: Connection, now: datetime, most: int) -> list[Pledge]:
    held = _p.status.in_(_literally((Pledged.HELD,))), _p.held_until <= now
    return _all(connection, select(pledges).where(*held).order_by(_p.held_until).limit(most))


def calm_again(connection: Connection, since: datetime) -> list[int]:
    """Needs that are open again and nobody was told, of which no units moved since that time."""
    e, n = pledge_events.c, needs.c
    moved = exists().where(e.need_id == n.id, e.at > since, e.what.not_in(_MOVES_NOTHING))
    open_again = n.status == State.OPEN, n.news == AGAIN
    return list(connection.scalars(select(n.id).where(*open_again, ~moved)))


def _literally(states: Sequence[Pledged]) -> list[ColumnElement[str]]:
    """Written out, not bound, so that the planners recognise the partial indexes."""
    return [literal_column(f"'{state}'") for state in states]
