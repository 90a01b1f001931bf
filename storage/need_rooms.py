"""What shelters' rooms read of needs: those of before, where they are, what is near. SQL only."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Connection, select

from storage.needs import READ, Need, Shelter, State, need_of, needs
from storage.network import shelters

_n, _s = needs.c, shelters.c


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
