"""What shelters' rooms read of needs: those of before, where they are, what is near. SQL only."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, exists, select, update

from storage.coordinators import grants
from storage.needs import LIVE, READ, Need, Shelter, State, need_of, needs
from storage.network import shelters
from storage.pledges import pledge_events

_e, _g, _n, _s = pledge_events.c, grants.c, needs.c, shelters.c


class Home(NamedTuple):
    """A shelter, as far as a form needs to know it."""

    id: int
    code: str
    name: str
    zone: str


def homes(connection: Connection, shelter_ids: Sequence[int]) -> list[Home]:
    """By name."""
    statement = select(_s.id, _s.code, _s.name, _s.zone).where(_s.id.in_(shelter_ids))
    return [Home._make(row) for row in connection.execute(statement.order_by(_s.name))]


def former(connection: Connection, shelter_ids: Sequence[int], most: int) -> list[Need]:
    """Their needs that were asked for, the newest first."""
    asked = _n.shelter_id.in_(shelter_ids), _n.status.not_in((State.DRAFT, State.AWAITING))
    statement = READ.where(*asked).order_by(_n.id.desc()).limit(most)
    return [need_of(row) for row in connection.execute(statement)]


def shelter(connection: Connection, shelter_id: int) -> Shelter:
    columns = (_s.id, _s.code, _s.name, _s.city, _s.region, _s.country, _s.zone, _s.city_id)
    return Shelter(*connection.execute(select(*columns).where(_s.id == shelter_id)).one())


def live(connection: Connection, shelter_ids: Sequence[int]) -> list[Need]:
    """What these shelters still wait for, the newest first."""
    waiting = _n.shelter_id.in_(shelter_ids), _n.status.in_((*LIVE, State.AWAITING))
    statement = READ.where(*waiting).order_by(_n.id.desc())
    return [need_of(row) for row in connection.execute(statement)]


def keepers(connection: Connection, shelter_id: int) -> list[int]:
    """Who looks after this shelter and no more than it; else whoever posted what it needs."""
    held = _g.scope == "shelter", _g.scope_id == shelter_id, _g.revoked_at.is_(None)
    found = list(connection.scalars(select(_g.person_id).where(*held).distinct()))
    if found:
        return found
    granted = exists().where(_g.person_id == _n.posted_by, _g.revoked_at.is_(None))
    posted = _n.shelter_id == shelter_id, _n.status.in_(LIVE), granted
    return list(connection.scalars(select(_n.posted_by).where(*posted).distinct()))


class Happened(NamedTuple):
    """What happened to a pledge, as the shelter is to be told."""

    id: int
    need_id: int
    pledge_id: int
    what: str
    units: int


def shelters_with_news(connection: Connection) -> list[int]:
    statement = select(_n.shelter_id).join(pledge_events, _e.need_id == _n.id)
    return list(connection.scalars(statement.where(_e.told_at.is_(None)).distinct()))


def untold(connection: Connection, shelter_id: int) -> list[Happened]:
    """Oldest first."""
    statement = (
        select(_e.id, _e.need_id, _e.pledge_id, _e.what, _e.units)
        .join(needs, _n.id == _e.need_id)
        .where(_n.shelter_id == shelter_id, _e.told_at.is_(None))
        .order_by(_e.id)
    )
    return [Happened._make(row) for row in connection.execute(statement)]


def told_since(
    connection: Connection, shelter_id: int, since: datetime, *, besides: Collection[str]
) -> list[datetime]:
    """When this shelter was told of each pledge's news, of other kinds, the latest first."""
    statement = (
        select(_e.told_at, _e.pledge_id)
        .join(needs, _n.id == _e.need_id)
        .where(_n.shelter_id == shelter_id, _e.told_at > since, _e.what.not_in(besides))
        .distinct()
        .order_by(_e.told_at.desc())
    )
    return [row.told_at for row in connection.execute(statement)]


def take_news(connection: Connection, ids: Sequence[int], now: datetime) -> bool:
    """They count as told from now on. False: somebody else has told them meanwhile."""
    statement = update(pledge_events).where(_e.id.in_(ids), _e.told_at.is_(None))
    return connection.execute(statement.values(told_at=now)).rowcount == len(ids)
