"""Messages whose handler raised: what `replay` asks of the inbound log. No handling."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, exists, select, update

from storage.database import lock_row
from storage.messages import inbound
from storage.people import LINK, consents


class Failure(NamedTuple):
    """`payload` is sealed."""

    id: int
    address_id: int | None
    payload: bytes
    received_at: datetime


_FAILED = inbound.c.status == "failed", inbound.c.payload.is_not(None)


def failures(connection: Connection) -> list[int]:
    """In the order in which they came; those whose text is gone can't be handled any more."""
    return list(connection.scalars(select(inbound.c.id).where(*_FAILED).order_by(inbound.c.id)))


def failure(connection: Connection, row: int) -> Failure | None:
    """Held until the transaction ends; None when somebody else has handled it."""
    statement = lock_row(
        select(inbound.c.id, inbound.c.address_id, inbound.c.payload, inbound.c.received_at).where(
            inbound.c.id == row, *_FAILED
        )
    )
    found = connection.execute(statement).first()
    return None if found is None else Failure._make(found)


def settled(connection: Connection, row: int) -> None:
    connection.execute(update(inbound).where(inbound.c.id == row).values(status="done", error=None))


def wrote_since(connection: Connection, failed: Failure) -> bool:
    """Whether a later message from that address was handled."""
    later = (
        inbound.c.address_id == failed.address_id,
        inbound.c.id > failed.id,
        inbound.c.status == "done",
    )
    return bool(connection.scalar(select(exists().where(*later))))


def decided_since(connection: Connection, person_id: int, at: datetime) -> bool:
    """Whether the person has agreed, refused or come back after that instant."""
    return _since(connection, person_id, at, consents.c.wording.not_like(f"{LINK}%"))


def stopped_since(connection: Connection, person_id: int, at: datetime) -> bool:
    return _since(connection, person_id, at, consents.c.act == "out")


def _since(
    connection: Connection, person_id: int, at: datetime, which: ColumnElement[bool]
) -> bool:
    later = consents.c.person_id == person_id, consents.c.at > at, which
    return bool(connection.scalar(select(exists().where(*later))))
