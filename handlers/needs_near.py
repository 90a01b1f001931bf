"""Open needs in the order in which they lie near somebody. No words."""

from collections.abc import Iterable

from sqlalchemy import Connection

from storage import gazetteer, needs
from storage.gazetteer import City, distance_km
from storage.needs import Need, State

_FAR = 40_000.0
_URGENCY = ("critical", "urgent", "soon", "ongoing")


def nearest(
    connection: Connection, city_id: int | None, *, besides: Iterable[int] = ()
) -> list[Need]:
    """All open ones but for some; equally near ones by how urgent they are."""
    left_out = set(besides)
    here = gazetteer.city_by_id(connection, city_id) if city_id else None
    found = [each for each in needs.in_state(connection, (State.OPEN,)) if each.id not in left_out]
    ids = {each.shelter.city_id for each in found} - {None}
    cities = {each: gazetteer.city_by_id(connection, each) for each in ids if each}

    def order(need: Need) -> tuple[float, int, int]:
        there = cities.get(need.shelter.city_id) if need.shelter.city_id else None
        return _apart(here, there), _URGENCY.index(need.urgency), need.id

    return sorted(found, key=order)


def _apart(here: City | None, there: City | None) -> float:
    return distance_km(here, there) if here and there else _FAR
