"""A network to choose from: people of many zones, some of whom a broadcast must leave out."""

from datetime import datetime, timedelta
from functools import partial
from itertools import islice
from typing import Any

from sqlalchemy import Connection, insert, literal, select

from bot.terms import utc_now
from storage.audience import Scope
from storage.broadcasts import State, add
from storage.columns import Id
from storage.database import Database, Instant
from storage.messages import Priority, Status, deliveries
from storage.people import addresses, people, traits

TOPIC = "shelters"
CAP = 3
_ZONES = (
    *("America/Chicago", "America/New_York", "America/Los_Angeles", "America/Denver"),
    *("America/Phoenix", "America/Mexico_City", "America/Tijuana", "America/Guatemala"),
)
_AT_ONCE = 10_000
_FIRST, _HOMES = 1 << 50, 1 << 51
_IDS_OF_A_BROADCAST = 1 << 40


def settle_in(url: str, number: int) -> None:
    """About half of them get what is sent to SPANISH: the others read English, have stopped, take a
    break, have muted the topic, can't be reached, or have had as many as they want today."""
    database, now = Database(url), utc_now()
    numbers = iter(range(number))
    while chunk := list(islice(numbers, _AT_ONCE)):
        database.run_now(partial(_add, numbers=chunk, now=now))
    for each in range(CAP):
        database.run_now(partial(_sent_before, each=each, now=now))
    database.close_now()


SPANISH = Scope(languages=("es",))
EVERYBODY = Scope()
ONE_STATE = Scope(areas=(("US", "IL"),))


def _add(connection: Connection, numbers: list[int], now: datetime) -> None:
    connection.execute(insert(people), [_person(number, now) for number in numbers])
    connection.execute(insert(addresses), [_address(number, now) for number in numbers])
    muted = [_FIRST + number for number in numbers if number % 25 == 2]
    rows = [{"person_id": person, "kind": "muted", "value": TOPIC} for person in muted]
    connection.execute(insert(traits), rows)


def _person(number: int, now: datetime) -> dict[str, Any]:
    return {
        "id": _FIRST + number,
        "handle": f"V-{number:06}",
        "language": "es" if number % 8 < 5 else "en",
        "consent": "out" if number % 20 == 0 else "in",
        "zone": _ZONES[number // 8 % len(_ZONES)],
        "country": "US",
        "region": "IL" if number // 64 % 10 == 0 else "TX",
        "paused_until": now + timedelta(days=3) if number % 50 == 1 else None,
        "created_at": now - timedelta(days=90),
        "seen_at": now,
    }


def _address(number: int, now: datetime) -> dict[str, Any]:
    return {
        "id": _HOMES + number,
        "person_id": _FIRST + number,
        "channel": "telegram" if number % 3 else "sms",
        "status": "blocked" if number % 25 == 3 else "active",
        "lookup": number.to_bytes(32),
        "value": number.to_bytes(40),
        "created_at": now,
        "heard_at": now,
    }


def _sent_before(connection: Connection, each: int, now: datetime) -> None:
    """A broadcast of this morning, to a fifth of them; a quarter of those had all of them."""
    at, row = now - timedelta(hours=1), each + 1
    ended = {"state": State.DONE, "started_at": at, "ended_at": at}
    add(connection, [_broadcast(row, f"X{row}", at) | ended])
    theirs = people.c.id % 20
    columns = {
        "id": people.c.id - _FIRST + literal(row * _IDS_OF_A_BROADCAST, Id),
        "broadcast_id": literal(row, Id),
        "person_id": people.c.id,
        "address_id": people.c.id + (_HOMES - _FIRST),
        "channel": literal("telegram"),
        "kind": literal("broadcast"),
        "priority": literal(Priority.BULK),
        "status": literal(Status.SENT.value),
        "due_at": literal(at, Instant),
        "called_at": literal(at, Instant),
        "created_at": literal(at, Instant),
        "updated_at": literal(at, Instant),
    }
    chosen = select(*columns.values()).where(theirs.in_((4, *range(5 + 3 * each, 8 + 3 * each))))
    connection.execute(insert(deliveries).from_select(list(columns), chosen))


def _broadcast(row: int, code: str, at: datetime) -> dict[str, Any]:
    return {
        "id": row,
        "code": code,
        "kind": "alert",
        "topic": TOPIC,
        "scope": EVERYBODY.to_json(),
        "capped": True,
        "priority": Priority.BULK,
        "decent_hours": 24,
        "starts_at": at,
        "created_at": at,
    }


def schedule(connection: Connection, scope: Scope, row: int, at: datetime) -> None:
    planned = {"state": State.SCHEDULED, "scope": scope.to_json()}
    add(connection, [_broadcast(row, f"Y{row}", at) | planned])
