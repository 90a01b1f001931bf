"""The door of an event: the code that is shown there, and what is told of who came. The table."""

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import (
    Column,
    Connection,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    and_,
    exists,
    func,
    or_,
    select,
    update,
)

from storage.columns import Id
from storage.database import Instant, insert, metadata
from storage.rsvps import Answer, rsvps

doors = Table(
    "doors",
    metadata,
    Column(
        "event_id",
        Id,
        ForeignKey("events.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    ),
    Column("code", String(8), nullable=False, comment="digits, shown at the door"),
    Column("opens_at", Instant, nullable=False),
    Column("closes_at", Instant, nullable=False),
    Column("told", Integer, nullable=False, comment="how many had come when we last said"),
    Column("told_at", Instant),
    Column("thanks_at", Instant, comment="when whoever came is thanked; none: they were"),
    Index("ix_doors_code", "code"),
    Index("ix_doors_closes_at", "closes_at"),
    Index("ix_doors_thanks_at", "thanks_at"),
)

_DIGITS = 4
_TRIES = 50
_o, _r = doors.c, rsvps.c


@dataclass(frozen=True, slots=True)
class Door:
    """A row of `doors`."""

    event_id: int
    code: str
    opens_at: datetime
    closes_at: datetime
    told: int
    told_at: datetime | None
    thanks_at: datetime | None


def hang(
    connection: Connection,
    event_id: int,
    opens_at: datetime,
    closes_at: datetime,
    thanks_at: datetime,
) -> None:
    """A door with a code that no other has meanwhile; one that is there keeps its code."""
    hours = {"opens_at": opens_at, "closes_at": closes_at, "thanks_at": thanks_at}
    row = {"event_id": event_id, "code": _free_code(connection), "told": 0, **hours}
    statement = insert(doors).on_conflict_do_update(index_elements=[_o.event_id], set_=hours)
    connection.execute(statement, row)


def new_code(connection: Connection, event_id: int) -> str:
    """Another code in the place of the one that was shown to too many."""
    code = _free_code(connection)
    connection.execute(update(doors).where(_o.event_id == event_id).values(code=code))
    return code


def _free_code(connection: Connection) -> str:
    """Codes of the past are free again when their event is deleted with its records."""
    for digits in (_DIGITS, _DIGITS + 2):
        for _try in range(_TRIES):
            code = str(10 ** (digits - 1) + secrets.randbelow(9 * 10 ** (digits - 1)))
            if connection.scalar(select(_o.event_id).where(_o.code == code).limit(1)) is None:
                return code
    raise RuntimeError("no free door code was found")


def of_event(connection: Connection, event_id: int) -> Door | None:
    row = connection.execute(select(doors).where(_o.event_id == event_id)).first()
    return None if row is None else Door(*row)


def behind(connection: Connection, code: str, now: datetime) -> Door | None:
    """The door that this code opens now."""
    statement = select(doors).where(_o.code == code, _o.opens_at <= now, _o.closes_at > now)
    row = connection.execute(statement).first()
    return None if row is None else Door(*row)


def check_in(connection: Connection, event_id: int, person_id: int, now: datetime) -> bool:
    """Whoever has an RSVP is there; False: had been before, or has none."""
    statement = update(rsvps).where(
        _r.event_id == event_id, _r.person_id == person_id, _r.checked_in_at.is_(None)
    )
    return connection.execute(statement.values(checked_in_at=now, updated_at=now)).rowcount > 0


def came(connection: Connection, event_id: int) -> tuple[int, int]:
    """Parties that were checked in, and how many people they are."""
    statement = select(func.count(), func.coalesce(func.sum(_r.party), 0)).where(
        _r.event_id == event_id, _r.checked_in_at.is_not(None)
    )
    parties, heads = connection.execute(statement).one()
    return int(parties), int(heads)


def to_tell(connection: Connection, now: datetime, silent_since: datetime) -> Sequence[Door]:
    """Open doors that people came through since the organiser was last told."""
    arrived = (
        select(func.count())
        .where(_r.event_id == _o.event_id, _r.checked_in_at.is_not(None))
        .scalar_subquery()
    )
    statement = select(doors).where(
        _o.opens_at <= now,
        _o.closes_at > now,
        or_(_o.told_at.is_(None), _o.told_at <= silent_since),
        arrived > _o.told,
    )
    return [Door(*row) for row in connection.execute(statement.order_by(_o.event_id))]


def told(connection: Connection, door: Door, parties: int, now: datetime) -> bool:
    """The organiser hears that so many have come; False: somebody else has said it."""
    same = _o.told_at.is_(None) if door.told_at is None else _o.told_at == door.told_at
    statement = update(doors).where(and_(_o.event_id == door.event_id, same))
    return connection.execute(statement.values(told=parties, told_at=now)).rowcount > 0


def absent(connection: Connection, event_id: int) -> int:
    """Parties that had said yes and were not checked in."""
    statement = select(func.count()).where(
        _r.event_id == event_id, _r.answer == Answer.YES, _r.checked_in_at.is_(None)
    )
    return connection.scalar(statement) or 0


def any_to_tend(connection: Connection, now: datetime) -> bool:
    """Whether any door is open, or whoever came through one is to be thanked."""
    is_open = and_(_o.opens_at <= now, _o.closes_at > now)
    found = exists().where(or_(is_open, _o.thanks_at <= now))
    return bool(connection.scalar(select(found)))


def to_thank(connection: Connection, now: datetime) -> Sequence[Door]:
    statement = select(doors).where(_o.thanks_at <= now).order_by(_o.thanks_at, _o.event_id)
    return [Door(*row) for row in connection.execute(statement)]


def thanked(connection: Connection, event_ids: Iterable[int]) -> int:
    """Nobody is thanked twice: how many of these had not been."""
    which = _o.event_id.in_(list(event_ids)), _o.thanks_at.is_not(None)
    return connection.execute(update(doors).where(*which).values(thanks_at=None)).rowcount
