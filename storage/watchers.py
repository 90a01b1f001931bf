"""Who watches how a broadcast goes, and what they were shown of it: the table and its SQL."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    ForeignKey,
    Index,
    Integer,
    SmallInteger,
    String,
    Table,
    and_,
    case,
    delete,
    exists,
    func,
    or_,
    select,
    update,
)

from storage.broadcasts import State, broadcasts
from storage.columns import Id, person_key
from storage.database import Instant, insert, lock_row, metadata
from storage.messages import Status, deliveries
from storage.people import addresses, people

watchers = Table(
    "watchers",
    metadata,
    Column(
        "broadcast_id",
        Id,
        ForeignKey("broadcasts.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    ),
    person_key(),
    Column(
        "address_id",
        Id,
        ForeignKey("addresses.id", ondelete="SET NULL"),
        comment="the chat where it was written",
    ),
    Column("message_id", Id, comment="the delivery of the message that is edited"),
    Column("edit_id", Id, comment="the delivery of the latest edit"),
    Column("shown", String(64), comment="digest of what it shows"),
    Column("told", String(72), comment="the latest news that were told"),
    Column("losses", SmallInteger, nullable=False, comment="messages that couldn't be"),
    Column("counted", Integer, nullable=False, comment="sent by the time of the last look"),
    Column("counted_at", Instant),
    Column("next_at", Instant, nullable=False),
    Index("ix_watchers_person_id", "person_id"),
    Index("ix_watchers_address_id", "address_id"),
)

_w, _d, _b = watchers.c, deliveries.c, broadcasts.c
_PARKED = timedelta(days=365)
"""What is due later than that was put aside, not planned."""

_IN_FLIGHT = (Status.QUEUED, Status.SENDING, Status.UNKNOWN)
_ON_ITS_WAY = (Status.SENT, Status.DELIVERED)


@dataclass(frozen=True, slots=True)
class Watch:
    """`channel` is that of the chat, None when it is theirs no more."""

    broadcast_id: int
    person_id: int
    address_id: int | None
    channel: str | None
    language: str
    country: str | None
    zone: str | None
    message_id: int | None
    edit_id: int | None
    shown: str | None
    told: str | None
    losses: int
    counted: int
    counted_at: datetime | None


def watch(
    connection: Connection,
    broadcast_id: int,
    person_id: int,
    address_id: int,
    now: datetime,
) -> None:
    """From now on they are told how it goes; once however often it is said."""
    row = {
        "broadcast_id": broadcast_id,
        "person_id": person_id,
        "address_id": address_id,
        "losses": 0,
        "counted": 0,
        "next_at": now,
    }
    keys = [_w.broadcast_id, _w.person_id]
    connection.execute(insert(watchers).on_conflict_do_nothing(index_elements=keys), row)


def watches(connection: Connection, broadcast_id: int, person_id: int) -> bool:
    theirs = exists().where(_w.broadcast_id == broadcast_id, _w.person_id == person_id)
    return bool(connection.scalar(select(theirs)))


def author(connection: Connection, broadcast_id: int) -> int | None:
    """Who watches it, having written it; None: nobody who is still with us."""
    statement = select(_w.person_id).where(_w.broadcast_id == broadcast_id)
    return connection.scalar(statement.order_by(_w.person_id).limit(1))


def due(connection: Connection, now: datetime) -> list[tuple[int, int]]:
    """Who is to be looked after now: pairs of broadcast and person. News don't wait."""
    is_news = or_(
        and_(_b.state == State.RUNNING, _w.told.is_(None)),
        and_(_b.state == State.HELD, _w.told == "running"),
        _b.ended_at.is_not(None),
    )
    statement = (
        select(_w.broadcast_id, _w.person_id)
        .join(broadcasts, _b.id == _w.broadcast_id)
        .where(or_(_w.next_at <= now, is_news))
        .order_by(_w.next_at)
    )
    return [(row.broadcast_id, row.person_id) for row in connection.execute(statement)]


def hold_watch(connection: Connection, broadcast_id: int, person_id: int) -> Watch | None:
    """Held until the transaction ends; None: they don't watch it."""
    chat = and_(addresses.c.id == _w.address_id, addresses.c.person_id == _w.person_id)
    statement = (
        select(
            *(_w.broadcast_id, _w.person_id, addresses.c.id.label("address_id")),
            *(addresses.c.channel, people.c.language, people.c.country, people.c.zone),
            *(_w.message_id, _w.edit_id, _w.shown, _w.told, _w.losses, _w.counted, _w.counted_at),
        )
        .select_from(watchers.join(people, people.c.id == _w.person_id).outerjoin(addresses, chat))
        .where(_w.broadcast_id == broadcast_id, _w.person_id == person_id)
    )
    row = connection.execute(lock_row(statement, of=watchers)).first()
    return None if row is None else Watch(**row._mapping)


def note(connection: Connection, watch: Watch, **fields: Any) -> None:
    """What they were shown or told, and when to look again (`next_at`)."""
    theirs = and_(_w.broadcast_id == watch.broadcast_id, _w.person_id == watch.person_id)
    connection.execute(update(watchers).where(theirs).values(**fields))


def end(connection: Connection, watch: Watch) -> None:
    theirs = and_(_w.broadcast_id == watch.broadcast_id, _w.person_id == watch.person_id)
    connection.execute(delete(watchers).where(theirs))


def end_all(connection: Connection, person_id: int) -> None:
    """This person wants to be told nothing more."""
    connection.execute(delete(watchers).where(_w.person_id == person_id))


@dataclass(frozen=True, slots=True)
class Message:
    """A message of ours as it went out. `number` is what the provider knows it by."""

    status: Status
    number: str | None

    @property
    def in_flight(self) -> bool:
        return self.status in _IN_FLIGHT

    @property
    def arrived(self) -> bool:
        return self.status in _ON_ITS_WAY


def message(connection: Connection, delivery_id: int | None) -> Message | None:
    """None: there is none, or no more."""
    if delivery_id is None:
        return None
    row = connection.execute(select(_d.status, _d.provider_id).where(_d.id == delivery_id)).first()
    return None if row is None else Message(Status(row.status), row.provider_id)


def wait_until(
    connection: Connection, broadcast_id: int, now: datetime
) -> tuple[int, datetime | None]:
    """How many wait for a later hour, and until when the last of them."""
    later = case((and_(_d.due_at > now, _d.due_at < now + _PARKED), _d.due_at))
    found = connection.execute(
        select(func.count(later), func.max(later)).where(
            _d.broadcast_id == broadcast_id, _d.status == Status.QUEUED
        )
    ).one()
    return found[0], found[1]
