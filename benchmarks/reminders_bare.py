"""What reminders are held against: due rows claimed in batches, and a scheduler's job for each."""

import asyncio
import time
from datetime import UTC, datetime

from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Engine,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    bindparam,
    insert,
    select,
    text,
    update,
)

from storage.database import database_url, skip_locked
from storage.postgres import postgres_engine
from storage.sqlite import create_privately, sqlite_engine

JOBS = 5_000
_BATCH = 1_000
_DUE = 1_795_000_000_000_000

metadata = MetaData()
_Key = BigInteger().with_variant(Integer(), "sqlite")
_due = Table(
    "due",
    metadata,
    Column("id", _Key, primary_key=True, autoincrement=False),
    Column("person", _Key, nullable=False),
    Column("status", String(8), nullable=False),
    Column("due_at", _Key, nullable=False),
    Index("ix_due_status_due_at", "status", "due_at"),
)
_waiting = (
    select(_due.c.id)
    .where(_due.c.status == "waiting", _due.c.due_at <= _DUE)
    .order_by(_due.c.due_at)
    .limit(_BATCH)
)
_CLAIM = (
    update(_due)
    .where(_due.c.id.in_(skip_locked(_waiting)))
    .values(status=bindparam("claimed"))
    .returning(_due.c.id, _due.c.person)
)
_ran = 0


def _engine(url: str) -> Engine:
    parsed = database_url(url)
    if parsed.get_backend_name() == "sqlite":
        create_privately(parsed)
        return sqlite_engine(parsed, "BEGIN IMMEDIATE")
    return postgres_engine(parsed, 1)


def prepare(url: str, number: int) -> None:
    engine = _engine(url)
    metadata.create_all(engine)
    rows = [
        {"id": each, "person": each, "status": "waiting", "due_at": _DUE} for each in range(number)
    ]
    with engine.begin() as connection:
        connection.execute(insert(_due), rows)
        analyse(connection)
    engine.dispose()


def analyse(connection: Connection) -> None:
    """As PostgreSQL does by itself a minute after so many rows."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("ANALYZE"))


def claim(url: str) -> float:
    """Seconds to claim all, a batch a commit."""
    engine = _engine(url)
    began = time.perf_counter()
    claimed = 1
    with engine.connect() as connection:
        while claimed:
            with connection.begin():
                claimed = len(connection.execute(_CLAIM, {"claimed": "claimed"}).all())
    took = time.perf_counter() - began
    engine.dispose()
    return took


def run_jobs(url: str, jobs: int) -> float:
    """Seconds from when all are due until all have run, each kept in the database until then."""
    return asyncio.run(_run_jobs(url, jobs))


async def _run_jobs(url: str, jobs: int) -> float:
    defaults = {"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
    scheduler = AsyncIOScheduler(
        {"default": SQLAlchemyJobStore(url)}, job_defaults=defaults, timezone=UTC
    )
    due = datetime.now(UTC)
    scheduler.start(paused=True)
    for number in range(jobs):
        scheduler.add_job(_job, "date", run_date=due, args=(number,))
    began = time.perf_counter()
    scheduler.resume()
    while _ran < jobs:
        await asyncio.sleep(0.05)
    took = time.perf_counter() - began
    scheduler.shutdown(wait=False)
    return took


async def _job(_number: int) -> None:
    global _ran  # noqa: PLW0603
    _ran += 1
