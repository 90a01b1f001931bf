"""Readings of a text looked for in the gazetteer, and what to make of the cities found. No words.

A name is taken without asking when one city outweighs every other by DOMINANCE, weighed as the
gazetteer does: San Salvador is the capital, but León and Portland are asked back.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import log10
from typing import Literal

from rapidfuzz.distance import OSA
from sqlalchemy import Connection

from handlers import place_text
from handlers.place_text import ANYWHERE, Areas, PlaceText, Reading
from locales import Language
from storage import gazetteer
from storage.gazetteer import City
from storage.place_names import HOME_COUNTRIES, Area, area_names, sound

DOMINANCE = 12
OFFERED = 4
_NEAR_SHARE = 0.05
_KNOWN_ABROAD = 50_000
_SURELY_MEANT = 100_000
_ENGLISH = {
    *("AG", "AI", "BB", "BM", "BS", "BZ", "CA", "DM", "FK", "GD", "GY"),
    *("JM", "KN", "KY", "LC", "MS", "TC", "TT", "US", "VC", "VG", "VI"),
}

Kind = Literal["one", "several", "close", "broad", "nothing"]


@dataclass(frozen=True, slots=True)
class Sighting:
    """What a text may mean, the likeliest city first.

    one: exactly that city · several: cities of one name, to be asked back · close: none is named
    so, these are similar ("did you mean …?") · broad: a country or region (`area`, empty when it
    could be several; all that it may be are in `within`), with its largest cities as examples ·
    nothing.
    """

    kind: Kind
    cities: tuple[City, ...] = ()
    area: str = ""
    within: Areas = ANYWHERE


def look_for(connection: Connection, text: str, language: Language, near: str | None) -> Sighting:
    """The words of a text, its ZIP code left aside. `near` is a country code to prefer."""
    parts = place_text.take_apart(text)
    if parts is None:
        return NOTHING
    search = _Search(connection, parts, language, near)
    return (
        search.as_said()
        or search.in_parts()
        or search.misspelt()
        or search.somewhere_within()
        or search.only_area()
        or NOTHING
    )


NOTHING = Sighting("nothing")


class _Search:
    """One text looked for in one connection, each way in turn; None: not found that way."""

    def __init__(
        self, connection: Connection, parts: PlaceText, language: Language, near: str | None
    ) -> None:
        self._connection = connection
        self._parts = parts
        self._language = language
        self._near = near
        self._distances: dict[str, dict[str, float]] = {}

    def as_said(self) -> Sighting | None:
        """The whole text, less fillers, as a city, a city and its area, or an area alone."""
        readings = list(place_text.readings_by_comma(self._parts.segments))
        for core in self._parts.cores:
            readings += place_text.readings_of(core)
        return self._first(readings)

    def in_parts(self) -> Sighting | None:
        """A part between commas, or the end of a street address."""
        readings: list[Reading] = []
        if len(self._parts.segments) > 1:
            readings += place_text.readings_of_segments(self._parts.segments)
        readings += place_text.readings_of_address(self._parts.cores[0])
        return self._first(readings)

    def misspelt(self) -> Sighting | None:
        """Towns whose names look or sound nearly the same, to be asked back."""
        tried: dict[Reading, None] = {}
        for core in self._parts.cores[:3]:
            for reading in place_text.readings_of(core):
                if 5 <= len(reading.name) <= 40:
                    tried.setdefault(reading)
        for reading in sorted(tried, key=lambda reading: not reading.areas)[:6]:
            similar = self._similar(reading)
            if similar:
                return Sighting("close", tuple(similar[: OFFERED - 1]))
        return None

    def somewhere_within(self) -> Sighting | None:
        """A well-known city among other words, to be asked back."""
        return self._first(list(place_text.readings_within(self._parts.cores[0])))

    def only_area(self) -> Sighting | None:
        """The state or country, when its city is not known."""
        area = place_text.last_area(self._parts)
        return self._broad(area) if area else None

    def _first(self, readings: Sequence[Reading]) -> Sighting | None:
        rows = self._named({reading.name for reading in readings})
        for reading in readings:
            found = self._read(reading, matching(rows, reading))
            if found:
                return found
        return None

    def _named(self, names: Iterable[str], areas: Areas = ANYWHERE) -> list[City]:
        names = sorted(names)
        return gazetteer.cities_named(self._connection, names, areas) if names else []

    def _read(self, reading: Reading, same: Sequence[City]) -> Sighting | None:
        called = bool(same) and same[0].belongs == gazetteer.NICKNAME
        area = frozenset() if called else _worth_asking(reading.itself, same)
        if area:
            own = [city for city in same if city.belongs == gazetteer.OWN]
            return self._city_or_area(area, own)
        if same and reading.sure and not reading.areas and not called:
            return self._doubt_if_small(reading, same)
        return self._choose(same, reading.sure) if same else None

    def _choose(self, same: Sequence[City], sure: bool = True) -> Sighting:
        pool = self._preferred(same)
        best = pool[0]
        clear = len(pool) == 1 or best.weight >= DOMINANCE * pool[1].weight
        if best.belongs == gazetteer.FOREIGN and best.population < _KNOWN_ABROAD:
            sure = False
        if clear:
            return Sighting("one" if sure else "close", (best,))
        return Sighting("several" if sure else "close", tuple(self._ordered(pool)[:OFFERED]))

    def _preferred(self, same: Sequence[City]) -> Sequence[City]:
        """Those of the preferred country alone, unless theirs is small beside the others."""
        near = [city for city in same if city.country == self._near]
        return near if near and near[0].weight >= _NEAR_SHARE * same[0].weight else same

    def _ordered(self, same: Iterable[City]) -> list[City]:
        return sorted(same, key=lambda city: -city.weight * (3 if self._speaks(city) else 1))

    def _speaks(self, city: City) -> bool:
        return (city.country in _ENGLISH) == (self._language == "en")

    def _city_or_area(self, area: Areas, same: Sequence[City]) -> Sighting:
        """A city named like a state is the city, unless the state has far larger ones."""
        inside = [city for city in same if _within(city, area)]
        largest = gazetteer.largest_cities(self._connection, area)
        if same and largest and all(each.region for each in area):
            rival = 0.2 if inside else 1
            if (inside or same)[0].population >= rival * largest[0].population:
                return self._choose(same)
        return self._broad(area, same)

    def _broad(self, area: Areas, same: Sequence[City] = ()) -> Sighting:
        """The largest cities of the area; among them one of its own name, inside or outside."""
        is_country = any(each.region is None for each in area)
        largest = _spread(
            gazetteer.largest_cities(self._connection, area), km=25 if is_country else 5
        )
        share = 0.2 if is_country else 0.05
        inside = [city for city in same if _within(city, area)][:1]
        outside = [
            city
            for city in same
            if not _within(city, area) and city.population >= share * largest[0].population
        ][:1]
        others = [city for city in largest if city.id not in {own.id for own in inside}]
        offered = [*inside, *others][: OFFERED - len(outside)] + outside
        return Sighting("broad", tuple(offered), _name_of(area), area)

    def _doubt_if_small(self, reading: Reading, same: Sequence[City]) -> Sighting:
        """A small town may be a large city's name with one letter wrong: then both are offered."""
        chosen = self._choose(same)
        if same[0].population >= _SURELY_MEANT:
            return chosen
        names = {reading.name, " ".join(self._parts.cores[0])}
        likely = [
            city
            for name in names
            for city in self._similar(Reading(name), furthest=1)
            if city.population >= 25 * max(same[0].population, 500)
            and city.country in HOME_COUNTRIES
            and city.matched[0] == name[0]
        ]
        if not likely:
            return chosen
        best = max(likely, key=lambda city: (city.weight, city.id))
        return Sighting("close", (best, *chosen.cities)[: OFFERED - 1])

    def _similar(self, reading: Reading, furthest: int = 3) -> list[City]:
        most = min(furthest, _allowed(reading.name))
        distances = {
            other: apart
            for other, apart in self._distances_from(reading.name).items()
            if apart <= most
        }
        nearest = sorted(distances, key=distances.__getitem__)[:40]
        found = [
            city
            for city in self._named(nearest, reading.areas)
            if city.belongs != gazetteer.FOREIGN
        ]
        cost = {city: 1.6 * distances[city.matched] - self._likelihood(city) for city in found}
        ranked = _distinct(sorted(found, key=cost.__getitem__))
        return [city for city in ranked if cost[city] <= cost[ranked[0]] + 1.2]

    def _distances_from(self, name: str) -> dict[str, float]:
        if name not in self._distances:
            heard, most = sound(name), _allowed(name)
            self._distances[name] = {
                other: apart
                for other, sounding in gazetteer.names_like(self._connection, name)
                if (apart := _distance(name, heard, other, sounding, most)) <= most
                and other != name
            }
        return self._distances[name]

    def _likelihood(self, city: City) -> float:
        return log10(max(city.weight, 1)) + (0.5 if city.country == self._near else 0)


def _allowed(name: str) -> int:
    return 1 if len(name) < 6 else 2 if len(name) < 10 else 3


def _distance(name: str, heard: str, other: str, sounding: str, most: int) -> float:
    written = OSA.distance(name, other, score_cutoff=most)
    # What only sounds the same comes after what is written the same.
    return min(written, OSA.distance(heard, sounding, score_cutoff=most) + 0.5)


def matching(rows: Iterable[City], reading: Reading) -> list[City]:
    """Cities of that name, the best kind of belonging only, the likeliest first, none twice."""
    named = [
        city
        for city in rows
        if city.matched == reading.name
        and city.population >= reading.smallest
        and (not reading.areas or _within(city, reading.areas))
    ]
    if not named:
        return []
    kind = min(city.belongs for city in named)
    return _distinct(city for city in named if city.belongs == kind)


def _distinct(likeliest_first: Iterable[City]) -> list[City]:
    """Without a second entry for what is one place to people: same label, or same name close by."""
    kept: list[City] = []
    for city in likeliest_first:
        if not any(_is_same(city, other) for other in kept):
            kept.append(city)
    return kept


def _is_same(city: City, other: City) -> bool:
    if (city.region_code, city.country) != (other.region_code, other.country):
        return False
    return city.name == other.name or gazetteer.distance_km(city, other) < 25


def _spread(largest_first: Iterable[City], km: float) -> list[City]:
    """Without the suburbs: none so near to a larger one."""
    kept: list[City] = []
    for city in largest_first:
        if all(gazetteer.distance_km(city, other) >= km for other in kept):
            kept.append(city)
    return kept


def _worth_asking(area: Areas, same: Sequence[City]) -> Areas:
    """What a name means besides cities: a country before its region, far regions not at all."""
    countries = frozenset(each for each in area if each.region is None)
    regions = frozenset(each for each in area if not same or each.country in HOME_COUNTRIES)
    return countries or regions


def _name_of(area: Areas) -> str:
    return area_names()[next(iter(area))] if len(area) == 1 else ""


def _within(city: City, areas: Areas) -> bool:
    return Area(city.country) in areas or Area(city.country, city.region_code) in areas
