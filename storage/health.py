"""What health and metrics ask of the database. No personal data."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from storage.database import insert
from storage.messages import clock_runs, deliveries, senders

SWEEP = "sweep"


@dataclass(frozen=True, slots=True)
class Queue:
    """`waiting` by channel; `oldest` is when the delivery that is due the longest fell due."""

    waiting: dict[str, int]
    oldest: datetime | None
    halted: dict[str, str]
    last_sweep: datetime | None


def look(connection: Connection, now: datetime) -> Queue:
    waiting = connection.execute(
        select(deliveries.c.channel, func.count().label("rows"))
        .where(deliveries.c.status == "queued")
        .group_by(deliveries.c.channel)
    )
    oldest = connection.execute(
        select(func.min(deliveries.c.due_at)).where(
            deliveries.c.status == "queued", deliveries.c.due_at <= now
        )
    ).scalar()
    halted = connection.execute(
        select(senders.c.name, senders.c.halted).where(senders.c.halted.is_not(None))
    )
    return Queue(
        {row.channel: row.rows for row in waiting},
        oldest,
        {row.name: row.halted for row in halted},
        last_run(connection, SWEEP),
    )


def last_run(connection: Connection, job: str) -> datetime | None:
    return connection.execute(select(clock_runs.c.at).where(clock_runs.c.job == job)).scalar()


def record_run(connection: Connection, job: str, at: datetime, rows: int) -> None:
    statement = insert(clock_runs).values(job=job, at=at, rows=rows)
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=[clock_runs.c.job], set_={"at": at, "rows": rows}
        )
    )
