"""The senders' SQL: pace shared by all workers, holds and halts. No decisions."""

import json
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, null, or_, select, update

from storage.database import insert, lock_row
from storage.messages import senders
from storage.prepared import Prepared

_s = senders.c


@dataclass(frozen=True, slots=True)
class Sender:
    """`free_at` and `recent` (slots and weights) are in microseconds since the epoch.

    `held_until`: the provider said "not before". `halted`: the code of an error of ours, which
    stops everything but a probe now and then.
    """

    free_at: int = 0
    recent: tuple[tuple[int, int], ...] = ()
    held_until: datetime | None = None
    halted: str | None = None
    halted_at: datetime | None = None


_ENSURE = insert(senders).values(name=bindparam("sender"), free_at=0).on_conflict_do_nothing()
_READ = select(_s.free_at, _s.recent, _s.held_until, _s.halted, _s.halted_at).where(
    _s.name == bindparam("sender")
)
_LOOK, _LOCK = Prepared(_READ), Prepared(lock_row(_READ))
_TAKE = Prepared(
    update(senders)
    .where(_s.name == bindparam("sender"))
    .values(free_at=bindparam("free"), recent=bindparam("slots"))
)
_HOLD = (
    update(senders)
    .where(
        _s.name == bindparam("sender"),
        or_(_s.held_until.is_(None), _s.held_until < bindparam("until")),
    )
    .values(held_until=bindparam("until"))
)
_HALT = (
    update(senders)
    .where(_s.name == bindparam("sender"))
    .values(halted=bindparam("code"), halted_at=bindparam("now"))
)
_PROBE = (
    update(senders)
    .where(
        _s.name == bindparam("sender"),
        _s.halted.is_not(None),
        _s.halted_at <= bindparam("before"),
    )
    .values(halted_at=bindparam("now"))
)
_RESUME = (
    update(senders)
    .where(_s.name == bindparam("sender"), _s.halted.is_not(None))
    .values(halted=null(), halted_at=null())
)
_HALTED = select(_s.name, _s.halted).where(_s.halted.is_not(None))


def ensure(connection: Connection, name: str) -> None:
    connection.execute(_ENSURE, {"sender": name})


def read(connection: Connection, name: str, *, lock: bool) -> Sender:
    """`lock`: nobody else takes slots of it until the transaction ends."""
    row = (_LOCK if lock else _LOOK).first(connection, {"sender": name})
    if row is None:
        return Sender()
    free_at, recent, *halts = row
    slots = tuple((slot, weight) for slot, weight in json.loads(recent)) if recent else ()
    return Sender(free_at, slots, *halts)


def take(
    connection: Connection, name: str, free_at: int, recent: tuple[tuple[int, int], ...]
) -> None:
    """Writes back what is left after a reservation, on a row that `read` locked."""
    slots = json.dumps(recent, separators=(",", ":")) if recent else None
    _TAKE.run(connection, {"sender": name, "free": free_at, "slots": slots})


def hold(connection: Connection, name: str, *, until: datetime) -> None:
    """Halts every worker until then; never shortens an earlier hold."""
    connection.execute(_HOLD, {"sender": name, "until": until})


def halt(connection: Connection, name: str, code: str, *, now: datetime) -> None:
    connection.execute(_HALT, {"sender": name, "code": code, "now": now})


def probe(connection: Connection, name: str, *, now: datetime, before: datetime) -> bool:
    """Whether this caller, alone, may try one delivery of a halted sender now."""
    fields = {"sender": name, "now": now, "before": before}
    return connection.execute(_PROBE, fields).rowcount == 1


def resume(connection: Connection, name: str) -> bool:
    return connection.execute(_RESUME, {"sender": name}).rowcount == 1


def halted(connection: Connection) -> dict[str, str]:
    """Halted senders with the code of the error that halted them."""
    return {row.name: row.halted for row in connection.execute(_HALTED)}
