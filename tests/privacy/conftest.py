"""What the privacy tests share: an office in a country of one town, on both databases."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, insert

from storage.database import Database
from storage.gazetteer import cities, zips
from tests.talk import Office, Person

ZIP = "60608"


def found_chicago(connection: Connection) -> None:
    """Enough of the gazetteer for somebody to live in."""
    chicago = {
        "id": 4887398,
        "name": "Chicago",
        "region_code": "IL",
        "region": "Illinois",
        "country": "US",
        "zone": "America/Chicago",
        "lat": 41.85,
        "lon": -87.65,
        "population": 2_700_000,
    }
    connection.execute(insert(cities), chicago)
    connection.execute(
        insert(zips), {"code": ZIP, "city_id": chicago["id"], "zone": chicago["zone"]}
    )


@pytest.fixture
def town(bare_office: Office) -> Office:
    bare_office.database.run_now(found_chicago)
    return bare_office


@pytest.fixture
def lite_town(sqlite_url: str) -> Iterator[Office]:
    """On SQLite alone: for what is about words, not about SQL."""
    database = Database(sqlite_url)
    database.run_now(found_chicago)
    yield Office(database)
    database.close_now()


def volunteers(person: Person, name: str = "Ana Lucía") -> Person:
    """Somebody who speaks Spanish and has joined."""
    for text in ("UNIRME", "2", name, ZIP, "1 3", "todas", "1 2", "sí"):
        person.says(text)
    return person.hears("Ya eres parte")


def joins(person: Person) -> Person:
    """A member, who is asked two questions."""
    for text in ("JOIN", "1", "all", ZIP):
        person.says(text)
    return person.hears("You're in")
