"""Claimed deliveries, looked at once more before their calls. Who may go is not decided here."""

from collections.abc import Sequence

from sqlalchemy import Connection, literal_column, null, select

from storage.dialect import among, packed
from storage.messages import deliveries
from storage.outbox import Due, looked_at
from storage.people import addresses, people
from storage.prepared import Prepared

_d = deliveries.c
_AGAIN = Prepared(looked_at(null(), null()).where(among(_d.id, "ids")))
_IN_NO_DOUBT = Prepared(
    select(_d.id)
    .join(addresses, addresses.c.id == _d.address_id)
    .join(people, people.c.id == _d.person_id)
    .where(
        among(_d.id, "ids"),
        addresses.c.status == literal_column("'active'"),
        people.c.paused_until.is_(None),
        people.c.consent == literal_column("'in'"),
    )
)


def in_no_doubt(connection: Connection, ids: Sequence[int]) -> set[int]:
    """Those of people who take part, have no break and can be reached: the recheck would let all
    of them pass. Others may pass too."""
    return {row[0] for row in _IN_NO_DOUBT.all(connection, {"ids": packed(ids)})}


def again(connection: Connection, ids: Sequence[int]) -> list[Due]:
    """Without what is sealed; those that are gone are not among them."""
    return [Due._make(row) for row in _AGAIN.all(connection, {"ids": packed(ids)})]
