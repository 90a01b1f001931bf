"""Whether anything was ever asked of somebody that a message could be the answer to. SQL only."""

from sqlalchemy import ColumnElement, exists, or_

from storage.messages import deliveries
from storage.pledges import pledges
from storage.rsvps import rsvps

_d = deliveries.c


def asked_anything(person: ColumnElement[int]) -> ColumnElement[bool]:
    """A broadcast went to them, or they said something to an event or a need."""
    return or_(
        exists().where(_d.person_id == person, _d.broadcast_id.is_not(None)),
        exists().where(rsvps.c.person_id == person),
        exists().where(pledges.c.person_id == person),
    )
