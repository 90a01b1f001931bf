"""Which needs a person was asked for lately and has said nothing to. SQL only."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, exists, func, select

from storage.broadcasts import broadcasts
from storage.database import Instant
from storage.messages import deliveries
from storage.need_circle import COVERED, KIND
from storage.needs import State, needs
from storage.pledges import answers
from storage.prepared import Prepared

_a, _b, _d, _n = answers.c, broadcasts.c, deliveries.c, needs.c
_said = exists().where(_a.person_id == bindparam("person"), _a.need_id == _n.id)
_ASKED = Prepared(
    select(_n.id, func.max(_d.called_at, type_=Instant), _n.status)
    .select_from(deliveries)
    .join(broadcasts, _b.id == _d.broadcast_id)
    .join(needs, _n.id == _b.subject_id)
    .where(
        _d.person_id == bindparam("person"),
        _d.called_at > bindparam("since", type_=Instant),
        _b.kind == KIND,
        _b.part != COVERED,
        ~_said,
    )
    .group_by(_n.id, _n.status)
)


class Asked(NamedTuple):
    """`at`: just before it was sent to them; `is_open`: something is missing still."""

    need_id: int
    at: datetime
    is_open: bool


def asked_of(connection: Connection, person_id: int, since: datetime) -> list[Asked]:
    """Without an answer of theirs."""
    rows = _ASKED.all(connection, {"person": person_id, "since": since})
    return [Asked(need_id, at, status == State.OPEN) for need_id, at, status in rows]
