"""When each shelter hears how its day went. Table and SQL; a shelter without a row has the usual
hour."""

from datetime import date
from typing import NamedTuple

from sqlalchemy import (
    CheckConstraint,
    Column,
    Connection,
    Date,
    ForeignKey,
    SmallInteger,
    Table,
    or_,
    select,
    update,
)

from storage.columns import Id
from storage.database import insert, metadata
from storage.needs import LIVE, needs
from storage.network import shelters

USUAL_HOUR = 18

shelter_summaries = Table(
    "shelter_summaries",
    metadata,
    Column(
        "shelter_id",
        Id,
        ForeignKey("shelters.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    ),
    Column("hour", SmallInteger, comment="on the shelter's clocks; none: it wants no summary"),
    Column("told_on", Date, comment="the last day that it was told of"),
    CheckConstraint("hour BETWEEN 0 AND 23", name="hour"),
)

_u, _s, _n = shelter_summaries.c, shelters.c, needs.c
_add = insert(shelter_summaries)


class Due(NamedTuple):
    """A shelter that waits for something, and when it hears of it."""

    shelter_id: int
    zone: str
    hour: int | None
    told_on: date | None


def waiting(connection: Connection) -> list[Due]:
    """Every shelter that waits for something."""
    hour = select(_s.id, _s.zone, _u.shelter_id, _u.hour, _u.told_on)
    statement = (
        hour.select_from(shelters.outerjoin(shelter_summaries, _u.shelter_id == _s.id))
        .where(_s.id.in_(select(_n.shelter_id).where(_n.status.in_(LIVE))))
        .order_by(_s.id)
    )
    return [
        Due(row.id, row.zone, USUAL_HOUR if row.shelter_id is None else row.hour, row.told_on)
        for row in connection.execute(statement)
    ]


def take_day(connection: Connection, shelter_id: int, day: date) -> bool:
    """That day counts as told from now on; False: it was."""
    first = {"shelter_id": shelter_id, "hour": USUAL_HOUR, "told_on": day}
    new = _add.values(first).on_conflict_do_nothing(index_elements=[_u.shelter_id])
    if connection.execute(new).rowcount == 1:
        return True
    untold = _u.shelter_id == shelter_id, or_(_u.told_on.is_(None), _u.told_on < day)
    statement = update(shelter_summaries).where(*untold).values(told_on=day)
    return connection.execute(statement).rowcount == 1


def set_hour(connection: Connection, shelter_id: int, hour: int | None) -> None:
    """None: no summary."""
    row = _add.values(shelter_id=shelter_id, hour=hour)
    connection.execute(
        row.on_conflict_do_update(index_elements=[_u.shelter_id], set_={"hour": hour})
    )
