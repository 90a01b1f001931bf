"""Cities and ZIP codes of the Americas: tables, the one-time filling, look-ups. No words of people.

The tables are filled as one and only from here, so no foreign keys hold them together.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from math import cos, radians, sqrt
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    Float,
    Index,
    Integer,
    Result,
    Select,
    String,
    Table,
    and_,
    bindparam,
    delete,
    func,
    or_,
    select,
    text,
)

from storage import gazetteer_sources as sources
from storage.columns import Id
from storage.database import metadata
from storage.dialect import insert, lock_table
from storage.later import REFERENCE
from storage.place_names import Area, skeletons, sound
from storage.prepared import Prepared

cities = Table(
    "cities",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("name", String(200), nullable=False),
    Column("region_code", String(16), nullable=False),
    Column("region", String(100), nullable=False),
    Column("country", String(2), nullable=False),
    Column("zone", String(64), nullable=False),
    Column("lat", Float, nullable=False),
    Column("lon", Float, nullable=False),
    Column("population", Integer, nullable=False),
    Index("ix_cities_country", "country", "region_code", "population"),
    Index("ix_cities_lat", "lat", "lon"),
)
city_names = Table(
    "city_names",
    metadata,
    Column("name", String(200), primary_key=True),
    Column("city_id", Id, primary_key=True, autoincrement=False),
    Column("belongs", Integer, nullable=False),
    Column("weight", Integer, nullable=False),
    sqlite_with_rowid=False,
)
city_name_keys = Table(
    "city_name_keys",
    metadata,
    Column("skeleton", String(32), primary_key=True),
    Column("name", String(200), primary_key=True),
    Column("sound", String(200), nullable=False),
    sqlite_with_rowid=False,
)
zips = Table(
    "zips",
    metadata,
    Column("code", String(5), primary_key=True),
    Column("city_id", Id, nullable=False),
    Column("zone", String(64), nullable=False),
    sqlite_with_rowid=False,
)
gazetteer_editions = Table(
    "gazetteer_editions",
    metadata,
    Column("edition", String(200), primary_key=True),
)

NICKNAME, OWN, FOREIGN = sources.NICKNAME, sources.OWN, sources.FOREIGN
"""How a name belongs to a city: given by its people, its own (whole or in part), another one."""

_ROWS_A_STATEMENT = 5_000
_SUBURB_KM = 25
_OF_ZIP = Prepared(
    select(*(zips.c.zone if column is cities.c.zone else column for column in cities.c))
    .join(zips, zips.c.city_id == cities.c.id)
    .where(zips.c.code == bindparam("code")),
    reference=True,
)
_MISSPELT_FROM = 3_000
"""Inhabitants from which a city is offered for a misspelt name."""


@dataclass(frozen=True, slots=True)
class City:
    """A row of `cities`. `weight` says how likely it is meant by `matched`, folded."""

    id: int
    name: str
    region_code: str
    region: str
    country: str
    zone: str
    lat: float
    lon: float
    population: int
    matched: str = ""
    belongs: int = OWN
    weight: int = 0


def is_filled(connection: Connection) -> bool:
    """Whether the gazetteer holds what the installed libraries carry."""
    return connection.scalar(select(gazetteer_editions.c.edition)) == sources.edition()


def fill(connection: Connection, progress: Callable[[int, int], None] | None = None) -> None:
    """Brings the gazetteer up to date, in the caller's transaction; does nothing if it is.

    `progress` hears rows written and rows in all. Cities are never removed, since people and
    organisations refer to them.
    """
    lock_table(connection, gazetteer_editions)
    if is_filled(connection):
        return
    found = sources.read_cities()
    keys, codes = list(_key_rows(found)), [_zip_row(code) for code in sources.read_zips(found)]
    tables: list[tuple[Table, int, Iterable[dict[str, Any]]]] = [
        (cities, len(found), map(_city_row, found)),
        (city_names, sum(len(city.names) for city in found), _name_rows(found)),
        (city_name_keys, len(keys), keys),
        (zips, len(codes), codes),
        (gazetteer_editions, 1, [{"edition": sources.edition()}]),
    ]
    for table in (city_names, city_name_keys, zips, gazetteer_editions):
        connection.execute(delete(table))
    total, written = sum(count for _, count, _ in tables), 0
    for table, _, rows in tables:
        for batch in _batches(rows):
            connection.execute(_writing(table), batch)
            written += len(batch)
            if progress:
                progress(written, total)
        # The planner of neither database guesses the spread of names; both can look.
        connection.execute(text(f"ANALYZE {table.name}"))


def _writing(table: Table) -> Any:
    statement = insert(table)
    if table is not cities:
        return statement
    changed = {column.name: statement.excluded[column.name] for column in cities.c}
    return statement.on_conflict_do_update(index_elements=["id"], set_=changed)


def _batches(rows: Iterable[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    left = iter(rows)
    while batch := list(islice(left, _ROWS_A_STATEMENT)):
        yield batch


def _city_row(city: sources.SourceCity) -> dict[str, Any]:
    return {column.name: getattr(city, column.name) for column in cities.c}


def _zip_row(code: sources.SourceZip) -> dict[str, Any]:
    return {"code": code.code, "city_id": code.city_id, "zone": code.zone}


def _name_rows(found: Iterable[sources.SourceCity]) -> Iterator[dict[str, Any]]:
    for city in found:
        for name, belongs in city.names.items():
            weight = city.weight_of(name)
            yield {"name": name, "city_id": city.id, "belongs": belongs, "weight": weight}


def _key_rows(found: Iterable[sources.SourceCity]) -> Iterator[dict[str, Any]]:
    names = {
        name
        for city in found
        if city.population >= _MISSPELT_FROM
        for name, belongs in city.names.items()
        if len(name) >= (8 if belongs == NICKNAME else 5) and belongs != FOREIGN
    }
    for name in sorted(names):
        for skeleton in skeletons(name):
            yield {"skeleton": skeleton, "name": name, "sound": sound(name)}


def cities_named(
    connection: Connection, names: Sequence[str], within: Iterable[Area] = (), limit: int = 2_000
) -> list[City]:
    """Cities with one of these folded names, the likeliest first; within any of the areas."""
    of_name = city_names.c
    query = (
        select(cities, of_name.name.label("matched"), of_name.belongs, of_name.weight)
        .join(city_names, of_name.city_id == cities.c.id)
        .where(of_name.name.in_(names))
        .order_by(of_name.weight.desc(), cities.c.id)
        .limit(limit)
    )
    return [_city(row) for row in _read(connection, _in_areas(query, within))]


def _read(connection: Connection, query: Select[Any]) -> Result[Any]:
    return connection.execute(query, execution_options={REFERENCE: True})


def names_like(connection: Connection, name: str) -> list[tuple[str, str]]:
    """Towns' folded names that share a skeleton with this one, and their sound: to be compared."""
    keys = city_name_keys.c
    query = (
        select(keys.name, keys.sound)
        .where(
            keys.skeleton.in_(skeletons(name)),
            func.length(keys.name).between(len(name) - 3, len(name) + 3),
        )
        .distinct()
    )
    return [(row.name, row.sound) for row in _read(connection, query)]


def largest_cities(connection: Connection, within: Iterable[Area], limit: int = 40) -> list[City]:
    query = _in_areas(select(cities), within).order_by(cities.c.population.desc(), cities.c.id)
    return [_city(row) for row in _read(connection, query.limit(limit))]


def city_by_id(connection: Connection, city_id: int) -> City | None:
    row = _read(connection, select(cities).where(cities.c.id == city_id)).one_or_none()
    return _city(row) if row else None


def city_of_zip(connection: Connection, code: str) -> City | None:
    """The city of a US ZIP code of five digits, with the ZIP code's own time zone."""
    row = _OF_ZIP.first(connection, {"code": code})
    return City(**dict(zip(cities.c.keys(), row, strict=True))) if row else None


def nearest_city(
    connection: Connection, lat: float, lon: float, reach_km: float, smallest: int
) -> City | None:
    """The nearest city of at least `smallest` inhabitants within reach of a point.

    Or rather the large one of the same region whose suburb or quarter that is.
    """
    query = select(cities).where(*_box(lat, lon, reach_km), cities.c.population >= smallest)
    apart = {city: _km(city, lat, lon) for city in map(_city, _read(connection, query))}
    near = sorted((km, city.id, city) for city, km in apart.items() if km <= reach_km)
    if not near:
        return None
    nearest_km, _, nearest = near[0]
    region = nearest.country, nearest.region_code
    same = [
        city
        for km, _, city in near
        if (city.country, city.region_code) == region and km <= nearest_km + _SUBURB_KM
    ]
    return min(same, key=lambda city: (apart[city] + 1) / sqrt(max(1, city.population)))


def ids_within(city: City, km: float) -> Select[int]:
    """Ids of the cities within a distance of a city, itself included, to be used in a larger query.

    On a flat map, which is within 1 % up to 500 km: databases without trigonometry can do it too.
    """
    north = (cities.c.lat - city.lat) * sources.PER_DEGREE_KM
    east = (cities.c.lon - city.lon) * (sources.PER_DEGREE_KM * cos(radians(city.lat)))
    near = north * north + east * east <= km * km
    return select(cities.c.id).where(*_box(city.lat, city.lon, km), near)


def distance_km(city: City, other: City) -> float:
    return sources.distance_km(city.lat, city.lon, other.lat, other.lon)


def _km(city: City, lat: float, lon: float) -> float:
    return sources.distance_km(city.lat, city.lon, lat, lon)


def _box(lat: float, lon: float, km: float) -> tuple[Any, Any]:
    tall = km / sources.PER_DEGREE_KM
    wide = tall / max(0.01, cos(radians(min(89.0, abs(lat) + tall))))
    return cities.c.lat.between(lat - tall, lat + tall), cities.c.lon.between(
        lon - wide, lon + wide
    )


def _in_areas(query: Select[Any], within: Iterable[Area]) -> Select[Any]:
    wanted = [
        and_(
            cities.c.country == area.country,
            *([cities.c.region_code == area.region] if area.region else []),
        )
        for area in within
    ]
    return query.where(or_(*wanted)) if wanted else query


def _city(row: Any) -> City:
    return City(**row._mapping)
