"""Stops whose ends are still to be seen to: the table and its SQL. What ends is the handlers'."""

from datetime import datetime

from sqlalchemy import Column, Connection, Table, delete, select

from storage.columns import person_key
from storage.database import Instant, insert, lock_row, metadata
from storage.people import people

departures = Table(
    "departures",
    metadata,
    person_key(),
    Column("since", Instant, nullable=False),
)
"""People who have stopped, and may still hold what others wait for."""

_d = departures.c


def add(connection: Connection, person_id: int, now: datetime) -> None:
    row = {"person_id": person_id, "since": now}
    connection.execute(insert(departures).on_conflict_do_nothing(), row)


def waiting(connection: Connection) -> list[int]:
    """Whose, the oldest first."""
    return list(connection.scalars(select(_d.person_id).order_by(_d.since)))


def close(connection: Connection, person_id: int) -> bool:
    """Holds the person as a turn of theirs does. True: they are still gone; False: they came
    back since, or somebody else has closed it."""
    held = lock_row(select(people.c.consent).where(people.c.id == person_id), referable=True)
    consent = connection.scalar(held)
    closed = connection.execute(delete(departures).where(_d.person_id == person_id))
    return consent == "out" and closed.rowcount == 1
