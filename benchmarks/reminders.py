"""100,000 reminders due in the same second, beside bare claims and one scheduler job a reminder."""

import asyncio
import resource
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from statistics import quantiles
from typing import Any

from sqlalchemy import Connection, func, insert, select

from benchmarks import reminders_bare as bare
from benchmarks.crowd import register
from benchmarks.figures import Figure, Size, alone, contest
from benchmarks.places import Workshop, fill
from bot import collector
from bot.reminding import Reminder
from handlers import events
from handlers.events import Plan
from handlers.policy import Policy
from handlers.reminder_times import LEAD
from handlers.reminders import Reminding
from storage.audit import OPERATOR
from storage.database import Database
from storage.messages import deliveries
from storage.people import people
from storage.rsvps import Answer, rsvps
from storage.sealed import Vault, new_secret_key
from tests.postgres import Server, running

_PEOPLE_FOR_ONE = 50
_CROWDS = {"one event": 1_000_000, "many events": 100}
"""How many come to each event, at most."""

_STARTS = datetime(2026, 12, 5, 20, tzinfo=UTC)
_DUE = _STARTS - timedelta(hours=24)
_EARLIER = _DUE - timedelta(hours=1)
_AT_ONCE = 5_000
_TARGET, _LATEST_SECONDS, _FLAT_MB = 1.5, 15.0, 50.0


@dataclass(frozen=True, slots=True)
class Seen:
    """Seconds of work until all were queued; how long after the due second that was, where the
    clock had run all along; the lateness of the hundredth part that waited longest where it had
    been away until then; and by how many MB the process grew."""

    took: float
    after: float
    late: float
    grew: float


def measure(size: Size, here: Workshop) -> list[Figure]:
    number = size.people * _PEOPLE_FOR_ONE
    rounds = min(size.rounds, 3)
    figures = [_scheduler(number, here)]
    key = new_secret_key()
    with running() as server:
        for name, contestants in {
            "SQLite": _on_sqlite(here, key, number),
            "PostgreSQL": _on_postgres(server, key, number),
        }.items():
            figures += _figures(name, contestants, rounds)
    return figures


Runs = dict[str, Callable[[], Any]]


def _figures(name: str, runs: Runs, rounds: int) -> list[Figure]:
    seen: dict[str, list[Seen]] = {name: [] for name in _CROWDS}

    def one(which: str) -> float:
        found: Seen = runs[which]()
        seen[which].append(found)
        return found.took

    took = contest(
        rounds,
        {"bare": runs["bare"]} | {name: partial(one, name) for name in _CROWDS},
    )
    everything = [each for some in seen.values() for each in some]
    figures = [
        Figure(
            "reminders",
            f"work to queue all, {which}, {name}, against bare claims",
            took[which],
            "s",
            took["bare"],
            at_most=_TARGET,
        )
        for which in seen
    ]
    return [
        *figures,
        Figure(
            "reminders",
            f"seconds after the due one until all are queued, {name}, against bare claims",
            max(each.after for each in everything),
            "s",
            took["bare"],
            at_most=_TARGET,
        ),
        Figure(
            "reminders",
            f"lateness p99 when the clock was away, {name}",
            max(each.late for each in everything),
            "s",
            _LATEST_SECONDS,
            at_most=1.0,
        ),
        Figure(
            "reminders",
            f"memory that it takes, {name}",
            max(each.grew for each in everything),
            "MB",
            _FLAT_MB,
            at_most=1.0,
        ),
    ]


def _on_sqlite(here: Workshop, key: str, number: int) -> Runs:
    due = here.empty()
    alone(bare.prepare, f"sqlite:///{due}", number)
    prepared = {name: here.filled() for name in _CROWDS}
    for name, path in prepared.items():
        alone(prepare, f"sqlite:///{path}", key, number, min(_CROWDS[name], number))

    def once(path: str) -> Seen:
        return alone(remind, f"sqlite:///{here.copy(path)}", key, number)

    return {"bare": lambda: alone(bare.claim, f"sqlite:///{here.copy(due)}")} | {
        name: partial(once, path) for name, path in prepared.items()
    }


def _on_postgres(server: Server, key: str, number: int) -> Runs:
    due = server.create("due")
    alone(bare.prepare, due, number)
    prepared = {name: server.create(f"crowd_{at}") for at, name in enumerate(_CROWDS)}
    for name, url in prepared.items():
        fill(url)
        alone(prepare, url, key, number, min(_CROWDS[name], number))
    made = iter(range(1_000))

    def fresh(template: str) -> str:
        return server.create(f"reminders_{next(made)}", template)

    def once(template: str) -> Seen:
        return alone(remind, fresh(template), key, number)

    crowds = {name: f"crowd_{at}" for at, name in enumerate(_CROWDS)}
    return {"bare": lambda: alone(bare.claim, fresh("due"))} | {
        name: partial(once, template) for name, template in crowds.items()
    }


def _scheduler(number: int, here: Workshop) -> Figure:
    """A job for each: as many as can be waited for, and that many times slower for all of them."""
    share = max(1, number // bare.JOBS)
    jobs = number // share
    took = alone(bare.run_jobs, f"sqlite:///{here.empty()}", jobs) * share
    claims = here.empty()
    alone(bare.prepare, f"sqlite:///{claims}", number)
    return Figure(
        "reminders",
        f"for comparison: one APScheduler job each ({jobs:,} measured, times {share})",
        took,
        "s",
        alone(bare.claim, f"sqlite:///{claims}"),
    )


def prepare(url: str, key: str, number: int, each: int) -> None:
    """People, and events so large that everybody comes to one."""
    register(url, key, number)
    database = Database(url)
    vault = database.run_now(lambda c: Vault.load(c, [key]))
    database.run_now(partial(_make_events, vault=vault, number=number, each=each))
    database.run_now(bare.analyse)
    database.close_now()


def remind(url: str, key: str, number: int) -> Seen:
    """All due at once when the clock comes back; one that runs all along begins LEAD before."""
    return asyncio.run(_remind(url, key, number))


async def _remind(url: str, key: str, number: int) -> Seen:
    database = Database(url)
    vault = await database.run(lambda c: Vault.load(c, [key]))
    reminding = Reminding(vault, Policy(), None)
    reminder = Reminder(database, reminding, ("telegram", "sms"), lambda: _EARLIER)
    await reminder.step()
    collector.settle()
    began = time.monotonic()
    reminder.clock = lambda: _DUE + timedelta(seconds=time.monotonic() - began)
    before = _resident_mb()
    await reminder.step()
    took = time.monotonic() - began
    grew = _resident_mb() - before
    late = await database.read(_lateness)
    await database.close()
    if len(late) != number:
        raise RuntimeError(f"{len(late)} of {number} reminders were queued")
    after = max(0.0, took - LEAD.total_seconds())
    return Seen(took, after, quantiles(late, n=100)[-1], grew)


def _make_events(connection: Connection, vault: Vault, number: int, each: int) -> None:
    """And one that was reminded of before, so that the clock is no longer new to its work."""
    ids = list(connection.scalars(select(people.c.id).order_by(people.c.id).limit(number)))
    _make_event(connection, vault, _EARLIER + timedelta(hours=24), ids[:1])
    for first in range(0, number, each):
        _make_event(connection, vault, _STARTS, ids[first : first + each])


def _make_event(connection: Connection, vault: Vault, starts: datetime, coming: list[int]) -> None:
    made = _DUE - timedelta(days=10)
    plan = Plan("march", "Marcha", "March", starts, "America/Chicago", place="Plaza Daley")
    event = events.create(connection, vault, plan, actor=OPERATOR, now=made)
    rows = [
        {
            "event_id": event.id,
            "person_id": person,
            "answer": Answer.YES,
            "party": 1,
            "answered_at": made,
            "created_at": made,
            "updated_at": made,
        }
        for person in coming
    ]
    for at in range(0, len(rows), _AT_ONCE):
        connection.execute(insert(rsvps), rows[at : at + _AT_ONCE])


def _lateness(connection: Connection) -> list[float]:
    """Seconds between when each was due and when it was queued."""
    statement = (
        select(deliveries.c.created_at, func.count())
        .where(deliveries.c.due_at == _DUE)
        .group_by(deliveries.c.created_at)
    )
    return [
        max(0.0, (queued - _DUE).total_seconds())
        for queued, number in connection.execute(statement)
        for _ in range(number)
    ]


def _resident_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
