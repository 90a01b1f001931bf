"""The statements of one inbound turn: who is speaking, seen before, and where the talk stands."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import (
    Connection,
    and_,
    bindparam,
    delete,
    exists,
    func,
    or_,
    select,
    update,
)

from storage.asked import asked_anything
from storage.coordinators import pending_acts
from storage.database import insert, lock_row, locks_rows, skip_locked
from storage.dialect import among_digests
from storage.messages import inbound
from storage.people import addresses, handovers, people, registrations, sessions, suppressions
from storage.prepared import Prepared


class Caller(NamedTuple):
    """The person and address behind an inbound message, with their running session if any.

    `name` and `state` are sealed. `asked`: we may have asked them something that they can answer
    at any time; `awaited`: an act of theirs may wait for its code, or they may have been asked
    whether to stop; `joined`: they may have registered. `fresh`: nobody had written from this
    address before.
    """

    person_id: int
    address_id: int
    channel: str
    address_status: str
    heard_at: datetime
    handle: str
    language: str
    consent: str
    name: bytes | None = None
    zone: str | None = None
    country: str | None = None
    region: str | None = None
    city_id: int | None = None
    organisation_id: int | None = None
    source: str | None = None
    paused_until: datetime | None = None
    misses: int = 0
    flow: str | None = None
    state: bytes | None = None
    turn: int = 0
    session_at: datetime | None = None
    session_address: int | None = None
    doubted_at: datetime | None = None
    asked: bool = True
    awaited: bool = True
    joined: bool = True
    fresh: bool = False


_behind = addresses.join(people, people.c.id == addresses.c.person_id)
_named = and_(
    addresses.c.channel == bindparam("channel"), addresses.c.lookup == bindparam("lookup")
)
_listed = and_(
    addresses.c.channel == bindparam("channel"), among_digests(addresses.c.lookup, "lookups")
)
# The address too: who waited for the row meanwhile finds it gone to somebody else, not stale.
_HOLD = Prepared(
    lock_row(
        select(people.c.id).select_from(_behind).where(_named),
        of=(people, addresses),
        referable=True,
    )
)
_HOLD_FREE = Prepared(
    lock_row(
        select(addresses.c.lookup).select_from(_behind).where(_listed),
        of=(people, addresses),
        referable=True,
        if_free=True,
    )
)
# In the order of Caller's fields.
_callers = select(
    addresses.c.person_id,
    addresses.c.id.label("address_id"),
    addresses.c.channel,
    addresses.c.status.label("address_status"),
    addresses.c.heard_at,
    people.c.handle,
    people.c.language,
    people.c.consent,
    people.c.name,
    people.c.zone,
    people.c.country,
    people.c.region,
    people.c.city_id,
    people.c.organisation_id,
    people.c.source,
    people.c.paused_until,
    people.c.misses,
    sessions.c.flow,
    sessions.c.state,
    func.coalesce(sessions.c.turn, 0).label("turn"),
    sessions.c.updated_at.label("session_at"),
    sessions.c.address_id.label("session_address"),
    addresses.c.doubted_at,
    asked_anything(people.c.id).label("asked"),
    or_(
        exists().where(pending_acts.c.person_id == people.c.id),
        exists().where(handovers.c.person_id == people.c.id),
    ).label("awaited"),
    exists().where(registrations.c.person_id == people.c.id).label("joined"),
).select_from(_behind.outerjoin(sessions, sessions.c.person_id == people.c.id))
_FIND = Prepared(_callers.where(_named))
_FIND_ALL = Prepared(_callers.add_columns(addresses.c.lookup).where(_listed))

_session = insert(sessions)

_LOG = Prepared(
    insert(inbound).on_conflict_do_nothing(
        index_elements=[inbound.c.channel, inbound.c.provider_id]
    )
)
_ADD_ADDRESS = Prepared(
    insert(addresses).on_conflict_do_nothing(
        index_elements=[addresses.c.channel, addresses.c.lookup]
    )
)
_SUPPRESSED = Prepared(
    select(suppressions.c.lookup).where(
        suppressions.c.channel == bindparam("channel"),
        among_digests(suppressions.c.lookup, "lookups"),
    )
)


def _saving(*changed: str) -> Prepared:
    return Prepared(
        _session.on_conflict_do_update(
            index_elements=[sessions.c.person_id],
            set_={name: _session.excluded[name] for name in changed},
        )
    )


_CHANGES = ("flow", "state", "turn", "updated_at", "expires_at")
_SAVE = _saving(*_CHANGES)
_SAVE_ELSEWHERE = _saving(*_CHANGES, "address_id")
"""To write an address costs as much again, the same one too: its index, and whether it exists."""

_DROP = Prepared(delete(sessions).where(sessions.c.person_id == bindparam("person")))
_HEARD = Prepared(
    update(addresses)
    .where(addresses.c.id == bindparam("address"))
    .values(heard_at=bindparam("at"), strikes=0)
)


def find_caller(connection: Connection, channel: str, lookup: bytes) -> Caller | None:
    """Who writes from this address; on PostgreSQL both are held until the turn commits.

    Held first and looked at then: what a statement waits to lock it knows anew, but what it joins
    to that it shows as it was before, which may be one turn ago.
    """
    named = {"channel": channel, "lookup": lookup}
    if locks_rows(connection):
        _HOLD.first(connection, named)
    row = _FIND.first(connection, named)
    return None if row is None else Caller(*row)


def find_callers(
    connection: Connection, channel: str, lookups: Collection[bytes]
) -> dict[bytes, Caller | None]:
    """Those of many addresses that are known; None: somebody else holds them at this moment."""
    named = {"channel": channel, "lookups": list(lookups)}
    free = set(lookups)
    if locks_rows(connection):
        free = {lookup for (lookup,) in _HOLD_FREE.all(connection, named)}
    rows = _FIND_ALL.all(connection, named)
    return {row[-1]: Caller(*row[:-1]) if row[-1] in free else None for row in rows}


def log_inbound(connection: Connection, rows: Sequence[dict[str, Any]]) -> list[bool]:
    """Keeps messages; False for each that the provider had sent before (law 1)."""
    return [count == 1 for count in _LOG.run_each(connection, rows)]


def forget_inbound(connection: Connection, rows: Collection[int]) -> None:
    """As if they had not come yet."""
    if rows:
        connection.execute(delete(inbound).where(inbound.c.id.in_(rows)))


def add_addresses(connection: Connection, rows: Sequence[dict[str, Any]]) -> list[bool]:
    """False for each that somebody else has just added."""
    return [count == 1 for count in _ADD_ADDRESS.run_each(connection, rows)]


def suppressed(connection: Connection, channel: str, lookups: Collection[bytes]) -> set[bytes]:
    """Which addresses were deleted after a stop, and must not be written to."""
    rows = _SUPPRESSED.all(connection, {"channel": channel, "lookups": list(lookups)})
    return {lookup for (lookup,) in rows}


def save_session(connection: Connection, row: dict[str, Any], *, was_at: int | None) -> None:
    """Of whom the turn is of. `was_at`: the address where it was held so far, if it was."""
    statement = _SAVE if was_at == row["address_id"] else _SAVE_ELSEWHERE
    statement.write(connection, row)


def end_session(connection: Connection, person_id: int) -> None:
    """Of whom the turn is of."""
    _DROP.write(connection, {"person": person_id})


def drop_session(connection: Connection, person_id: int) -> None:
    _DROP.run(connection, {"person": person_id})


def heard(connection: Connection, address_id: int, at: datetime) -> None:
    """The address is alive: earlier soft failures no longer count."""
    _HEARD.write(connection, {"address": address_id, "at": at})


@dataclass(frozen=True, slots=True)
class IdleSession:
    """A session past its time. `reachable`: the person may still be written to."""

    person_id: int
    address_id: int
    channel: str
    flow: str
    language: str
    country: str | None
    reachable: bool


def idle_sessions(connection: Connection, now: datetime, limit: int) -> list[IdleSession]:
    """Sessions whose time is over, oldest first, held until the transaction ends."""
    statement = skip_locked(
        select(
            sessions.c.person_id,
            sessions.c.address_id,
            addresses.c.channel,
            sessions.c.flow,
            people.c.language,
            people.c.country,
            and_(people.c.consent != "out", addresses.c.status == "active").label("reachable"),
        )
        .select_from(
            sessions.join(people, people.c.id == sessions.c.person_id).join(
                addresses, addresses.c.id == sessions.c.address_id
            )
        )
        .where(sessions.c.expires_at <= now)
        .order_by(sessions.c.expires_at)
        .limit(limit),
        of=sessions,
    )
    return [IdleSession(**row._mapping) for row in connection.execute(statement)]
