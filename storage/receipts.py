"""Receipts' SQL: those that came early, and the deliveries that they move up. No decisions."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, delete, select, update

from storage.database import among, insert, lock_row, packed
from storage.messages import Status, deliveries, receipts
from storage.prepared import Prepared

RANK = {
    Status.QUEUED: 0,
    Status.SENDING: 1,
    Status.UNKNOWN: 2,
    Status.SENT: 3,
    Status.CANCELLED: 4,
    Status.EXPIRED: 4,
    Status.SUPPRESSED: 4,
    Status.FAILED: 4,
    Status.DELIVERED: 5,
}
"""A status only moves up (law 10), so that any order of receipts ends in the same one."""

_d = deliveries.c
_RECEIPT = insert(receipts).on_conflict_do_nothing()
_EARLY = Prepared(
    select(receipts.c.provider_id, receipts.c.status, receipts.c.error).where(
        among(receipts.c.provider_id, "ids")
    )
)
_CROSSED = (
    select(receipts.c.provider_id)
    .join(deliveries, _d.provider_id == receipts.c.provider_id)
    .where(_d.channel == bindparam("channel"))
    .distinct()
    .limit(100)
)
_FORGET = delete(receipts).where(
    receipts.c.provider_id == bindparam("provider"), receipts.c.status == bindparam("state")
)
_FORGET_OLD = delete(receipts).where(receipts.c.at < bindparam("before"))
_RECEIVED = lock_row(
    select(_d.id, _d.person_id, _d.address_id, _d.status, _d.broadcast_id).where(
        _d.provider_id == bindparam("provider"), _d.channel == bindparam("channel")
    )
)
_ADVANCE = (
    update(deliveries)
    .where(_d.id == bindparam("row"))
    .values(status=bindparam("to"), error=bindparam("why"), updated_at=bindparam("now"))
)


class Received(NamedTuple):
    """The delivery that a receipt is about."""

    id: int
    person_id: int
    address_id: int
    status: Status
    broadcast_id: int | None


def keep(
    connection: Connection, provider_id: str, status: str, error: str | None, *, now: datetime
) -> None:
    """Keeps a receipt that came before its send was recorded."""
    fields = {"provider_id": provider_id, "status": status, "error": error, "at": now}
    connection.execute(_RECEIPT, fields)


def kept(connection: Connection, provider_ids: Sequence[str]) -> list[tuple[str, str, str | None]]:
    """Provider id, status and error code of what came early for these messages."""
    if not provider_ids:
        return []
    found = _EARLY.all(connection, {"ids": packed(provider_ids)})
    return [(known, status, error) for known, status, error in found]


def crossed(connection: Connection, channel: str) -> list[str]:
    """Messages that are recorded and still have receipts kept: they crossed in two transactions."""
    return list(connection.scalars(_CROSSED, {"channel": channel}))


def forget(connection: Connection, provider_id: str, status: str) -> None:
    connection.execute(_FORGET, {"provider": provider_id, "state": status})


def forget_old(connection: Connection, *, before: datetime) -> int:
    return connection.execute(_FORGET_OLD, {"before": before}).rowcount


def received(connection: Connection, channel: str, provider_id: str) -> Received | None:
    """The delivery of the provider's message, held until the transaction ends."""
    fields = {"channel": channel, "provider": provider_id}
    row = connection.execute(_RECEIVED, fields).first()
    if row is None:
        return None
    return Received(row.id, row.person_id, row.address_id, Status(row.status), row.broadcast_id)


def advance(
    connection: Connection, delivery: Received, to: Status, error: str | None, *, now: datetime
) -> bool:
    """Moves a held delivery up in RANK; False when that would not be up."""
    if RANK[to] <= RANK[delivery.status]:
        return False
    connection.execute(_ADVANCE, {"row": delivery.id, "to": to, "why": error, "now": now})
    return True
