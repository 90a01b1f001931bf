"""Whom a broadcast is for: the filters, and the freezing of an audience by set-based SQL."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any, Self

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    and_,
    case,
    exists,
    false,
    func,
    literal,
    or_,
    select,
)

from storage.broadcasts import Broadcast, State, broadcasts, change, lock
from storage.circles import has, in_area, near
from storage.columns import Id
from storage.database import Instant, freshen, insert
from storage.linking import reachable
from storage.messages import Status, deliveries
from storage.people import addresses, people, registrations, traits
from storage.subjects import CIRCLES

BATCH = 10_000
"""People looked at in one unit: the writer of SQLite is never taken for longer."""

BULK_IDS = 1 << 62
"""Ids of deliveries in bulk are above; those of single ones, made before the insert, below."""

_A_DAY = timedelta(hours=24)
_p, _d, _b = people.c, deliveries.c, broadcasts.c


@dataclass(frozen=True, slots=True)
class Scope:
    """Whom it is for; an empty filter leaves nobody out, several are all kept.

    `topics`: chosen by the person. `roles`: kinds of registration. `zones`: IANA names, None for
    people without. `organisations`: ids. `areas`: country and region code, or
    None for all of the country. `cities`: gazetteer ids and a radius in km.
    """

    topics: tuple[str, ...] = ()
    organisations: tuple[int, ...] = ()
    languages: tuple[str, ...] = ()
    areas: tuple[tuple[str, str | None], ...] = ()
    cities: tuple[tuple[int, float], ...] = ()
    channels: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    zones: tuple[str | None, ...] = ()

    def to_json(self) -> str:
        given = ((each.name, getattr(self, each.name)) for each in fields(self))
        return json.dumps({name: value for name, value in given if value})

    @classmethod
    def from_json(cls, text: str) -> Self:
        kept: dict[str, Any] = json.loads(text)
        for name in ("areas", "cities"):
            kept[name] = map(tuple, kept.get(name, ()))
        return cls(**{name: tuple(values) for name, values in kept.items()})


@dataclass(frozen=True, slots=True)
class Terms:
    """What decides who is in, besides the scope. `cap`: broadcasts a person a day."""

    channels: Sequence[str]
    cap: int


@dataclass(frozen=True, slots=True)
class Hours:
    """When people of a zone may get it, and until when."""

    due_at: datetime
    expires_at: datetime


def look_at_crowd(connection: Connection) -> None:
    """Before an audience is frozen: so that the plans fit how many people there are by now."""
    freshen(connection, people, addresses, registrations, traits, deliveries)


def zones(connection: Connection) -> list[str | None]:
    """All zones in which people are who agreed; None among them for those without."""
    found = connection.scalars(select(_p.zone).where(_p.consent == "in").distinct())
    return [*{*found, None}]


def freeze_more(
    connection: Connection,
    broadcast_id: int,
    terms: Terms,
    hours: Mapping[str | None, Hours],
    now: datetime,
) -> bool:
    """Takes the next people into the audience, in the order of their ids; False: no more to take.

    `hours` are by zone, with None for every other. One delivery a person, at the address where
    they are reached. It may be broken off at any time and gone on with by anybody.
    """
    run = lock(connection, broadcast_id)
    if run is None or run.frozen_at is not None or run.state not in (State.RUNNING, State.HELD):
        return False
    last = _last_of_batch(connection, run)
    if last is None:
        change(connection, run.id, frozen_at=now)
        return False
    taken = _take(connection, _Batch(run, last, terms, now), hours)
    change(connection, run.id, frozen_upto=last, audience=run.audience + taken)
    return True


@dataclass(frozen=True, slots=True)
class _Batch:
    """People up to the id `last`, from those on that were looked at before."""

    run: Broadcast
    last: int
    terms: Terms
    now: datetime

    def holds(self, person_id: ColumnElement[int]) -> ColumnElement[bool]:
        return and_(person_id > self.run.frozen_upto, person_id <= self.last)


def _last_of_batch(connection: Connection, run: Broadcast) -> int | None:
    """Who came after it had started is not in it."""
    ids = (
        select(_p.id.label("id"))
        .where(_p.id > run.frozen_upto, _p.created_at <= run.started_at)
        .order_by(_p.id)
        .limit(BATCH)
        .subquery()
    )
    return connection.execute(select(func.max(ids.c.id))).scalar()


def _take(connection: Connection, batch: _Batch, hours: Mapping[str | None, Hours]) -> int:
    highest = connection.scalar(select(func.max(_d.id))) or 0
    moment = literal(batch.now, Instant)
    columns: dict[str, ColumnElement[Any]] = {
        "id": literal(max(highest, BULK_IDS), Id) + func.row_number().over(order_by=_p.id),
        "broadcast_id": literal(batch.run.id, Id),
        "person_id": _p.id,
        "address_id": addresses.c.id,
        "channel": addresses.c.channel,
        "kind": literal("broadcast"),
        "priority": literal(batch.run.priority),
        "due_at": _by_zone({zone: each.due_at for zone, each in hours.items()}),
        "expires_at": _by_zone(_stale(batch.run, hours)),
        "wording": _p.language,
        "created_at": moment,
        "updated_at": moment,
    }
    chosen = (
        select(*columns.values())
        .select_from(people.join(addresses, REACHED))
        # Of both, so that whichever the planner reads first is read by this range.
        .where(batch.holds(_p.id), batch.holds(addresses.c.person_id))
        .where(*_conditions(connection, batch))
        .order_by(_p.id)
    )
    statement = insert(deliveries).from_select(list(columns), chosen)
    once = statement.on_conflict_do_nothing(index_elements=[_d.broadcast_id, _d.person_id])
    return connection.execute(once).rowcount


def _stale(run: Broadcast, hours: Mapping[str | None, Hours]) -> dict[str | None, datetime]:
    """When each zone's copies expire: after so many decent hours, or at the broadcast's own end."""
    last = run.expires_at
    return {z: min(h.expires_at, last) if last else h.expires_at for z, h in hours.items()}


# The common case is told without asking what else a person has.
REACHED = and_(
    addresses.c.person_id == _p.id,
    addresses.c.status == "active",
    or_(addresses.c.preferred, addresses.c.id == reachable(_p.id)),
)


def _conditions(connection: Connection, batch: _Batch) -> list[ColumnElement[bool]]:
    """Over people joined with the address where they are reached."""
    run = batch.run
    found = [
        _p.consent == "in",
        _p.created_at <= run.started_at,
        or_(_p.paused_until.is_(None), _p.paused_until <= batch.now),
        # Not by the index that begins with the channel: it would go through all addresses.
        func.coalesce(addresses.c.channel, "").in_(batch.terms.channels),
        *within(connection, Scope.from_json(run.scope)),
    ]
    circle = CIRCLES.get(run.kind)
    if circle is not None and circle.within is not None:
        found += circle.within(connection, run)
    if run.topic is not None:
        found.append(~has("muted", (run.topic,)))
    if run.capped:
        found += _below_cap(connection, batch)
    return found


def within(connection: Connection, scope: Scope) -> list[ColumnElement[bool]]:
    """Over people and the address where they are reached."""
    found: list[ColumnElement[bool]] = []
    if scope.topics:
        found.append(has("topic", scope.topics))
    if scope.organisations:
        found.append(_p.organisation_id.in_(scope.organisations))
    if scope.channels:
        found.append(addresses.c.channel.in_(scope.channels))
    if scope.roles:
        found.append(_registered_as(scope.roles))
    found += in_zones(scope.zones)
    if scope.languages:
        found.append(_p.language.in_(scope.languages))
    if scope.areas or scope.cities:
        found.append(or_(false(), *map(in_area, scope.areas), *near(connection, scope.cities)))
    return found


def in_zones(zones: Sequence[str | None]) -> list[ColumnElement[bool]]:
    """People of these zones, None for those without; no zones: everyone."""
    if not zones:
        return []
    known = [zone for zone in zones if zone is not None]
    missing = _p.zone.is_(None) if None in zones else false()
    return [or_(_p.zone.in_(known), missing)]


def _registered_as(kinds: Sequence[str]) -> ColumnElement[bool]:
    r = registrations.c
    return exists().where(r.person_id == _p.id, r.kind.in_(kinds))


def _below_cap(connection: Connection, batch: _Batch) -> list[ColumnElement[bool]]:
    cap, now = batch.terms.cap, batch.now
    if cap == 0:
        return [false()]
    at_cap = people_at_cap(connection, cap, now, besides=batch.run.id)
    return [] if at_cap is None else [_p.id.not_in(at_cap.where(batch.holds(_d.person_id)))]


def people_at_cap(
    connection: Connection, cap: int, now: datetime, besides: int = 0
) -> Select[tuple[int]] | None:
    """Ids of who has had, or is to get, as many capped broadcasts within a day as the cap allows.

    None, and nothing to ask of anybody, while fewer than that ran (`besides`: not counting this).
    """
    since = now - _A_DAY
    ran = or_(_b.ended_at.is_(None), _b.ended_at > since)
    lately = list(
        connection.scalars(
            select(_b.id).where(_b.capped, _b.id != besides, _b.started_at.is_not(None), ran)
        )
    )
    if len(lately) < cap:
        return None
    opened = _d.status.in_((Status.QUEUED, Status.SENDING, Status.UNKNOWN))
    came = and_(_d.status.in_((Status.SENT, Status.DELIVERED)), _d.called_at > since)
    return (
        select(_d.person_id)
        .where(_d.broadcast_id.in_(lately), or_(opened, came))
        .group_by(_d.person_id)
        .having(func.count() >= cap)
    )


def _by_zone(instants: Mapping[str | None, datetime]) -> ColumnElement[Any]:
    """The zone's instant; zones with the same one are looked at together."""
    other = instants[None]
    groups: dict[datetime, list[str]] = {}
    for zone, instant in instants.items():
        if zone is not None and instant != other:
            groups.setdefault(instant, []).append(zone)
    default = literal(other, Instant)
    if not groups:
        return default
    return case(
        *((_p.zone.in_(names), literal(instant, Instant)) for instant, names in groups.items()),
        else_=default,
    )
