"""From words to a broadcast's scope: places as people text them, organisations by code. No SQL."""

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection

from handlers.places import Found, find_places
from locales import Language
from storage import profiles
from storage.audience import Scope

RADIUS_KM = 50.0
"""Who lives this near a city is reached by its name."""


class ScopeError(ValueError):
    """Words that name nobody in particular; its text says which, and what would do."""


def scope_of(
    connection: Connection,
    *,
    topics: Sequence[str] = (),
    organisations: Iterable[str] = (),
    places: Iterable[str] = (),
    languages: Sequence[Language] = (),
) -> Scope:
    areas: list[tuple[str, str | None]] = []
    cities: list[tuple[int, float]] = []
    for place in places:
        found = find_places(connection, place, "en")
        if found.kind == "one":
            cities.append((found.places[0].city_id, RADIUS_KM))
        elif found.kind == "broad" and len(found.within) == 1:
            areas += [(area.country, area.region) for area in found.within]
        else:
            raise ScopeError(_which(place, found))
    return Scope(
        tuple(topics),
        tuple(_organisation(connection, code) for code in organisations),
        tuple(languages),
        tuple(areas),
        tuple(cities),
    )


def _organisation(connection: Connection, code: str) -> int:
    found = profiles.organisation_by_code(connection, code.strip().lower())
    if found is None:
        raise ScopeError(f"no organisation has the code {code[:40]!r}")
    return found.id


def _which(place: str, found: Found) -> str:
    if not found.places:
        return f"no place is known as {place[:60]!r}"
    labels = "; ".join(each.label for each in found.places)
    return f"the place {place[:60]!r} could be several: write one of them as: {labels}"
