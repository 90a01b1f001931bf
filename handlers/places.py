"""From what a person texts, or a shared location, to a city with its time zone. Nothing is stored.

Only the city is kept of an address; coordinates and streets are dropped here.
"""

from dataclasses import dataclass, fields
from operator import attrgetter
from typing import Any, Self

from sqlalchemy import Connection

from handlers import place_text
from handlers.place_search import Kind, Sighting, look_for, matching
from handlers.place_text import ANYWHERE, Areas, Reading
from locales import Language
from storage import gazetteer
from storage.gazetteer import City
from storage.place_names import Area, fold_name


@dataclass(frozen=True, slots=True)
class Place:
    """A city as it is kept of a person: no street, no coordinates. `zone` is an IANA name."""

    city_id: int
    city: str
    region: str
    region_code: str
    country: str
    zone: str

    @property
    def label(self) -> str:
        """Such as "Chicago, IL" and "Tijuana, Baja California, MX".

        A region that its city's name says already is left out ("San Salvador, SV").
        """
        if self.country == "US":
            return f"{self.city}, {self.region_code}"
        if self.region_code == self.country or fold_name(self.region) in fold_name(self.city):
            return f"{self.city}, {self.country}"
        return f"{self.city}, {self.region}, {self.country}"

    def to_dict(self) -> dict[str, Any]:
        return dict(zip(_PLACE, _of_place(self), strict=True))

    @classmethod
    def from_dict(cls, kept: dict[str, Any]) -> Self:
        return cls(**{name: kept[name] for name in _PLACE})


_PLACE = tuple(field.name for field in fields(Place))
_of_place = attrgetter(*_PLACE)


@dataclass(frozen=True, slots=True)
class Found:
    """What a text may mean: `Sighting`, in places. At most four of them, the likeliest first."""

    kind: Kind
    places: tuple[Place, ...] = ()
    area: str = ""
    within: Areas = ANYWHERE


def find_places(
    connection: Connection, text: str, language: Language, near: str | None = None
) -> Found:
    """`near` is a country code to prefer, such as that of the person's phone number.

    Any text is accepted; long ones are nothing. Five digits are a US ZIP code.
    """
    code = place_text.zip_code(text)
    city = gazetteer.city_of_zip(connection, code.digits) if code else None
    if code and code.alone:
        return _found(Sighting("one", (city,)) if city else Sighting("nothing"))
    seen = look_for(connection, text, language, near)
    if city and _agree(city, seen):
        return _found(Sighting("one", (city,)))
    return _found(seen)


def near_location(connection: Connection, lat: float, lon: float) -> Place | None:
    """The nearest sizeable city to a shared location, else the nearest town; None elsewhere."""
    if not (-90 <= lat <= 90 and -180 <= lon <= 180):
        return None
    for reach_km, smallest in ((30, 15_000), (60, 1_000), (400, 0)):
        city = gazetteer.nearest_city(connection, lat, lon, reach_km, smallest)
        if city:
            return _place(city)
    return None


def locate(connection: Connection, city: str, state: str, country: str) -> Place | None:
    """The place of a city known by name, state (name or abbreviation) and country code."""
    named = place_text.area_of(tuple(fold_name(state).split()))
    inside = frozenset(area for area in named if area.country == country)
    found = matching(
        gazetteer.cities_named(connection, [fold_name(city)]),
        Reading(fold_name(city), inside or frozenset({Area(country)})),
    )
    return _place(found[0]) if found else None


def place_of(connection: Connection, city_id: int) -> Place | None:
    city = gazetteer.city_by_id(connection, city_id)
    return _place(city) if city else None


def _agree(city: City, seen: Sighting) -> bool:
    """Whether a ZIP code's city and the words beside it can be the same place."""
    if seen.kind == "broad":
        return city.country in {other.country for other in seen.cities}
    region = city.country, city.region_code
    return not seen.cities or region in {(c.country, c.region_code) for c in seen.cities}


def _found(seen: Sighting) -> Found:
    return Found(seen.kind, tuple(map(_place, seen.cities)), seen.area, seen.within)


def _place(city: City) -> Place:
    return Place(city.id, city.name, city.region, city.region_code, city.country, city.zone)
