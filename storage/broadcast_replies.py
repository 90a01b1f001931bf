"""What people did after a broadcast reached them, besides DONE: counted, without their words."""

from datetime import timedelta
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, Table, distinct, func, select

from storage.messages import deliveries
from storage.people import consents, handovers

WITHIN = timedelta(days=2)
"""What comes later is hardly about it any more."""

_d = deliveries.c


class Replies(NamedTuple):
    """`stopped`: people who left; `wrote`: whose words wait, or waited, for a human."""

    stopped: int
    wrote: int


def replies(connection: Connection, broadcast_id: int) -> Replies:
    left = consents.c.act == "out"
    return Replies(
        _people(connection, consents, broadcast_id, left),
        _people(connection, handovers, broadcast_id),
    )


def _people(
    connection: Connection, table: Table, broadcast_id: int, *which: ColumnElement[bool]
) -> int:
    at = table.c.at
    statement = (
        select(func.count(distinct(_d.person_id)))
        .join(table, table.c.person_id == _d.person_id)
        .where(
            _d.broadcast_id == broadcast_id,
            at > _d.called_at,
            at < _d.called_at + WITHIN,
            *which,
        )
    )
    return connection.scalar(statement) or 0
