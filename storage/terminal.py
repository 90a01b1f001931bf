"""The outbox of one person at a terminal (`enlace chat`): read there, never sent by a worker."""

from datetime import datetime

from sqlalchemy import Connection, select, update

from storage.messages import Status, deliveries
from storage.people import addresses


def take_for_terminal(
    connection: Connection, channel: str, lookup: bytes, now: datetime
) -> list[tuple[int, bytes]]:
    """(delivery, sealed body) of what waits, in order; it counts as delivered from now on."""
    mine = select(addresses.c.id).where(
        addresses.c.channel == channel, addresses.c.lookup == lookup
    )
    waiting = (
        deliveries.c.address_id.in_(mine),
        deliveries.c.status == Status.QUEUED,
        deliveries.c.body.is_not(None),
    )
    found = connection.execute(
        select(deliveries.c.id, deliveries.c.body)
        .where(*waiting)
        .order_by(deliveries.c.priority, deliveries.c.id)
    ).all()
    connection.execute(
        update(deliveries)
        .where(deliveries.c.id.in_([row.id for row in found]))
        .values(status=Status.DELIVERED, updated_at=now)
    )
    return [(row.id, row.body) for row in found]
