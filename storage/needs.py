"""Needs: what a shelter lacks, and how much of it is promised, on its way and there. Table and SQL.

Who promised what is in pledges; pledging keeps the three quantities; whom to ask is in need_circle.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    Column,
    Connection,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Select,
    SmallInteger,
    String,
    Table,
    and_,
    case,
    literal,
    null,
    or_,
    select,
    update,
)

from storage.columns import Id
from storage.database import Instant, insert, lock_row, metadata
from storage.network import shelters


class State(StrEnum):
    """Draft → awaiting approval → open ⇄ covered → received; or expired, or cancelled."""

    DRAFT = "draft"
    AWAITING = "awaiting_approval"
    OPEN = "open"
    COVERED = "covered"
    RECEIVED = "received"
    EXPIRED = "expired"
    CANCELLED = "cancelled"


class Audience(StrEnum):
    """Who is asked: all who agreed, those whom it fits in waves, or whoever finds it."""

    EVERYONE = "everyone"
    MATCHED = "matched"
    NOBODY = "nobody"


LIVE = (State.OPEN, State.COVERED)
COVERED, AGAIN = "covered", "again"
"""The pieces of news that whoever was asked may have to be told: it is covered; it was, and no
longer is."""

CLOSED = (State.RECEIVED, State.EXPIRED, State.CANCELLED)

needs = Table(
    "needs",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("code", String(8), nullable=False, unique=True),
    Column("shelter_id", Id, ForeignKey("shelters.id"), nullable=False),
    Column("category", String(16), nullable=False),
    Column("item", LargeBinary, nullable=False, comment="sealed: what it is, as typed"),
    Column("note", LargeBinary, comment="sealed: what else there is to know, as typed"),
    Column("drop_off", LargeBinary, comment="sealed: where and when to bring it, as typed"),
    Column("unit", String(16), nullable=False),
    Column("quantity", Integer, nullable=False),
    Column("committed", Integer, nullable=False, server_default="0"),
    Column("on_the_way", Integer, nullable=False, server_default="0"),
    Column("received", Integer, nullable=False, server_default="0"),
    Column("urgency", String(16), nullable=False),
    Column("needed_by", Instant),
    Column("expires_at", Instant, comment="when it closes by itself, once it is open"),
    Column("status", String(24), nullable=False),
    Column("reason", String(64), comment="why it was closed"),
    Column("ask", String(16), nullable=False),
    Column("waves", SmallInteger, nullable=False, server_default="0", comment="sent so far"),
    Column("next_wave_at", Instant, comment="when more people are asked; none: nobody any more"),
    Column("news", String(16), comment="what whoever was asked is still to be told"),
    Column("posted_by", Id, ForeignKey("people.id", ondelete="SET NULL")),
    Column("created_at", Instant, nullable=False),
    Column("opened_at", Instant),
    Column("closed_at", Instant),
    Column("version", Integer, nullable=False, server_default="0", comment="grows with each edit"),
    CheckConstraint("quantity > 0", name="quantity"),
    CheckConstraint("committed >= 0 AND committed <= quantity", name="committed"),
    CheckConstraint("on_the_way >= 0 AND received >= 0", name="counted"),
    CheckConstraint("on_the_way + received <= committed", name="of_committed"),
    CheckConstraint(
        "status IN ('draft', 'awaiting_approval', 'open', 'covered', 'received', 'expired',"
        " 'cancelled')",
        name="status",
    ),
    CheckConstraint("ask IN ('everyone', 'matched', 'nobody')", name="ask"),
    Index("ix_needs_status", "status", "next_wave_at"),
    Index("ix_needs_shelter_id", "shelter_id", "status"),
    Index("ix_needs_posted_by", "posted_by"),
    Index("ix_needs_closed_at", "closed_at"),
)

_n, _s = needs.c, shelters.c


@dataclass(frozen=True, slots=True)
class Shelter:
    """Where a need is. `city` and `region` are words for people; `city_id` is the gazetteer's."""

    id: int
    code: str
    name: str
    city: str
    region: str
    country: str
    zone: str
    city_id: int | None


@dataclass(frozen=True, slots=True)
class Need:
    """A row of `needs` and its shelter. `item`, `note` and `drop_off` are sealed."""

    id: int
    code: str
    shelter: Shelter
    category: str
    item: bytes
    note: bytes | None
    drop_off: bytes | None
    unit: str
    quantity: int
    committed: int
    on_the_way: int
    received: int
    urgency: str
    needed_by: datetime | None
    expires_at: datetime | None
    status: State
    reason: str | None
    ask: Audience
    waves: int
    next_wave_at: datetime | None
    news: str | None
    posted_by: int | None
    created_at: datetime
    opened_at: datetime | None
    closed_at: datetime | None
    version: int

    @property
    def remaining(self) -> int:
        """What nobody has promised yet."""
        return self.quantity - self.committed


_SHELTER = tuple(
    _s[name] for name in ("id", "code", "name", "city", "region", "country", "zone", "city_id")
)
_OWN = tuple(column for column in _n if column.name != "shelter_id")
READ: Select[Any] = select(*_OWN, *(each.label(f"shelter_{each.name}") for each in _SHELTER)).join(
    shelters, _s.id == _n.shelter_id
)
"""Every need with its shelter; `need_of` reads a row of it."""


def need_of(row: Any) -> Need:
    fields = dict(row._mapping)
    shelter = Shelter(*(fields.pop(f"shelter_{each.name}") for each in _SHELTER))
    fields |= {"status": State(fields["status"]), "ask": Audience(fields["ask"])}
    return Need(shelter=shelter, **fields)


def add(connection: Connection, row: dict[str, Any]) -> None:
    connection.execute(insert(needs), row)


def read(connection: Connection, need_id: int) -> Need | None:
    return _first(connection, READ.where(_n.id == need_id))


def lock(connection: Connection, need_id: int) -> Need | None:
    """The need, nothing of which changes until the transaction ends."""
    return _first(connection, lock_row(READ.where(_n.id == need_id), of=needs))


def _first(connection: Connection, statement: Select[Any]) -> Need | None:
    row = connection.execute(statement).first()
    return None if row is None else need_of(row)


def in_state(
    connection: Connection, states: Iterable[State], shelter_id: int | None = None
) -> list[Need]:
    """All of them, of one shelter if given, the oldest first."""
    statement = READ.where(_n.status.in_(tuple(states))).order_by(_n.id)
    if shelter_id is not None:
        statement = statement.where(_n.shelter_id == shelter_id)
    return [need_of(row) for row in connection.execute(statement)]


def change(connection: Connection, need_id: int, **fields: Any) -> None:
    """Columns as given; the quantity has a function of its own."""
    fields |= {"version": _n.version + 1}
    connection.execute(update(needs).where(_n.id == need_id).values(**fields))


def schedule(
    connection: Connection, need_id: int, waves: int, next_wave_at: datetime | None
) -> None:
    """So many waves have gone out, and when the next one is due; it is no edit."""
    values = {"waves": waves, "next_wave_at": next_wave_at}
    connection.execute(update(needs).where(_n.id == need_id).values(**values))


def no_news(connection: Connection, need_id: int) -> None:
    """What whoever was asked is to be told is on its way."""
    connection.execute(update(needs).where(_n.id == need_id).values(news=None))


def due_waves(connection: Connection, now: datetime) -> list[int]:
    statement = select(_n.id).where(_n.status == State.OPEN, _n.next_wave_at <= now)
    return list(connection.scalars(statement.order_by(_n.next_wave_at)))


def with_news(connection: Connection) -> list[int]:
    """It has become covered, and nobody was told yet."""
    return list(connection.scalars(select(_n.id).where(_n.status.in_(LIVE), _n.news == COVERED)))


def overdue(connection: Connection, now: datetime, covered_before: datetime) -> list[int]:
    """Open ones that nobody waits for any more, and covered ones that were not confirmed."""
    late = or_(
        and_(_n.status == State.OPEN, _n.expires_at <= now),
        and_(_n.status == State.COVERED, _n.expires_at <= covered_before),
    )
    return list(connection.scalars(select(_n.id).where(late)))


def move(
    connection: Connection, need_id: int, to: State, before: Iterable[State], **fields: Any
) -> bool:
    """False when it is in none of the states from which it may move there."""
    statement = update(needs).where(_n.id == need_id, _n.status.in_(tuple(before)))
    values = {"status": to, "version": _n.version + 1, **fields}
    return connection.execute(statement.values(**values)).rowcount == 1


def resize(connection: Connection, need_id: int, quantity: int, now: datetime) -> bool:
    """Asks for more or less; False when more than that is promised, or it is over.

    What is promised now covers it, or no longer does.
    """
    statement = update(needs).where(
        _n.id == need_id, _n.committed <= quantity, _n.status.not_in(CLOSED)
    )
    values = {"quantity": quantity, "version": _n.version + 1}
    done = connection.execute(statement.values(**values)).rowcount == 1
    if done:
        settle(connection, need_id, now)
    return done


def settle(connection: Connection, need_id: int, now: datetime) -> None:
    """Open while something is missing, covered once nothing is, received once all of it is.

    That it has become covered is news for whoever was asked, and so is that it is open again.
    """
    whole, full = _n.received == _n.quantity, _n.committed == _n.quantity
    again = or_(_n.status == State.COVERED, _n.news == AGAIN)
    values = {
        "status": case((whole, State.RECEIVED), (full, State.COVERED), else_=State.OPEN),
        "closed_at": case((whole, literal(now, Instant)), else_=null()),
        "news": case(
            (and_(full, _n.status == State.OPEN), COVERED),
            (full, _n.news),
            (again, AGAIN),
            else_=null(),
        ),
    }
    connection.execute(update(needs).where(_n.id == need_id, _n.status.in_(LIVE)).values(**values))
