"""Conditions on people, for statements over them: traits, places. Which apply is not here."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, and_, exists, literal_column, select

from storage import gazetteer
from storage.broadcasts import Broadcast
from storage.people import people, traits

_p = people.c

Copies = Collection[tuple[int, int]]
"""Pairs of broadcast and person."""


@dataclass(frozen=True, slots=True)
class Circle:
    """Whom a kind of broadcast is for, besides its scope.

    `within` narrows the audience as it is frozen; None: a freezing of its own takes them in.
    `over` tells, just before sends, for whom of the copies it has become pointless meanwhile; its
    mapping is of broadcasts to their subjects.
    """

    within: Callable[[Connection, Broadcast], Sequence[ColumnElement[bool]]] | None
    over: Callable[[Connection, Mapping[int, int], Copies], Collection[tuple[int, int]]]


def in_area(area: tuple[str, str | None]) -> ColumnElement[bool]:
    """In a country, and in its region where one is given."""
    country, region = area
    if region is None:
        return _p.country == country
    return and_(_p.country == country, _p.region == region)


def near(connection: Connection, cities: Sequence[tuple[int, float]]) -> list[ColumnElement[bool]]:
    """`cities`: gazetteer ids, each with a radius in km; unknown ones are left out."""
    known = [(gazetteer.city_by_id(connection, city_id), km) for city_id, km in cities]
    return [_p.city_id.in_(gazetteer.ids_within(city, km)) for city, km in known if city]


def has(kind: str, values: Sequence[str]) -> ColumnElement[bool]:
    """One of these traits at least."""
    t = traits.c
    return exists().where(t.person_id == _p.id, t.kind == kind, t.value.in_(values))


def found(*which: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whether there is such a row, looked up for each person and never joined as a whole.

    The planner knows nothing of the newest broadcast, takes it for empty, and would compare
    everybody with all of its copies. It doesn't look through an offset.
    """
    return exists(select(literal_column("1")).where(*which).offset(0).correlate(people))
