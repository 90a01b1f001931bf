"""What people text as a place is understood, asked back or refused, as a reviewed corpus says."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, event

from handlers.place_search import OFFERED
from handlers.places import Found, Place, find_places, locate, near_location, place_of

PHRASES: list[dict[str, Any]] = [
    phrase
    for section in json.loads(Path(__file__).with_name("phrases.json").read_text("utf-8")).values()
    for phrase in section
]
MOST_STATEMENTS = 30
WORDS = (
    *("san", "la", "de", "el", ",", ";", "60608", "calle", "5", "st", "chicgo", "ca"),
    *("mx", "tijuana", "paz", "new", "méxico"),
)

property_test = settings(
    deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def find(connection: Connection, phrase: dict[str, Any]) -> Found:
    return find_places(connection, phrase["text"], phrase["language"], phrase.get("near"))


def labels(found: Found) -> list[str]:
    return [place.label for place in found.places]


@contextmanager
def counted_statements(connection: Connection) -> Iterator[list[str]]:
    statements: list[str] = []

    def count(conn: Any, cursor: Any, statement: str, *rest: Any) -> None:
        statements.append(statement)

    event.listen(connection, "before_cursor_execute", count)
    yield statements
    event.remove(connection, "before_cursor_execute", count)


@pytest.mark.parametrize("phrase", PHRASES, ids=lambda phrase: f"{phrase['text']!a}")
def test_phrase_means_what_the_corpus_says(
    sqlite_connection: Connection, phrase: dict[str, Any]
) -> None:
    found = find(sqlite_connection, phrase)
    expected = phrase.get("places", [])
    assert found.kind == phrase["kind"], labels(found)
    if found.kind in ("one", "nothing"):
        assert labels(found) == expected
    else:
        assert set(expected) <= set(labels(found))
        assert found.kind == "broad" or labels(found)[0] == expected[0]


def test_both_databases_understand_the_same(
    sqlite_connection: Connection, connection: Connection
) -> None:
    for phrase in PHRASES:
        assert find(connection, phrase) == find(sqlite_connection, phrase), phrase["text"]


def test_at_most_four_are_offered_and_none_looks_like_another(
    sqlite_connection: Connection,
) -> None:
    for phrase in PHRASES:
        offered = labels(find(sqlite_connection, phrase))
        assert len(offered) <= OFFERED
        assert len(set(offered)) == len(offered), phrase["text"]


def test_of_an_address_only_the_city_is_kept(sqlite_connection: Connection) -> None:
    found = find_places(sqlite_connection, "2015 W Cermak Rd Apt 3B, Chicago IL 60608", "en")
    assert found.places[0].to_dict() == {
        "city_id": 4887398,
        "city": "Chicago",
        "region": "Illinois",
        "region_code": "IL",
        "country": "US",
        "zone": "America/Chicago",
    }


def test_a_broad_answer_names_its_area(sqlite_connection: Connection) -> None:
    assert find_places(sqlite_connection, "chiapas", "es").area == "Chiapas"
    assert find_places(sqlite_connection, "honduras", "es").area == "Honduras"


def test_a_zip_code_has_its_own_time_zone(sqlite_connection: Connection) -> None:
    zones = {
        code: find_places(sqlite_connection, code, "en").places[0].zone
        for code in ("85001", "79901", "37402", "46201", "99501", "96813")
    }
    assert zones == {
        "85001": "America/Phoenix",
        "79901": "America/Denver",
        "37402": "America/New_York",
        "46201": "America/Indiana/Indianapolis",
        "99501": "America/Anchorage",
        "96813": "Pacific/Honolulu",
    }


@pytest.mark.parametrize(
    ("known", "label", "zone"),
    [
        (("Ciudad de México", "CDMX", "MX"), "Ciudad de México, MX", "America/Mexico_City"),
        (("Saltillo", "Coahuila", "MX"), "Saltillo, Coahuila, MX", "America/Monterrey"),
        (("Tapachula", "Chiapas", "MX"), "Tapachula, Chiapas, MX", "America/Mexico_City"),
        (("Tijuana", "Baja California", "MX"), "Tijuana, Baja California, MX", "America/Tijuana"),
        (("Guadalajara", "Jalisco", "MX"), "Guadalajara, Jalisco, MX", "America/Mexico_City"),
        (("Chicago", "IL", "US"), "Chicago, IL", "America/Chicago"),
        (("Los Ángeles", "CA", "US"), "Los Angeles, CA", "America/Los_Angeles"),
        (("New York", "NY", "US"), "New York, NY", "America/New_York"),
        (("San Salvador", "", "SV"), "San Salvador, SV", "America/El_Salvador"),
    ],
)
def test_a_shelter_is_located_by_city_state_and_country(
    connection: Connection, known: tuple[str, str, str], label: str, zone: str
) -> None:
    place = locate(connection, *known)
    assert place is not None
    assert (place.label, place.zone) == (label, zone)


def test_a_city_of_another_country_is_not_located(connection: Connection) -> None:
    assert locate(connection, "Tijuana", "Baja California", "GT") is None
    assert locate(connection, "", "", "US") is None


@pytest.mark.parametrize(
    ("lat", "lon", "label"),
    [
        (41.852, -87.661, "Chicago, IL"),  # in Pilsen
        (41.845, -87.754, "Cicero, IL"),
        (32.520, -117.030, "Tijuana, Baja California, MX"),
        (31.750, -106.490, "El Paso, TX"),  # Ciudad Juárez is nearly as near
        (19.400, -99.150, "Ciudad de México, MX"),
        (14.900, -92.260, "Tapachula, Chiapas, MX"),
        (13.700, -89.200, "San Salvador, SV"),
        (64.000, -150.000, "Healy, AK"),
    ],
)
def test_a_shared_location_becomes_its_city(
    connection: Connection, lat: float, lon: float, label: str
) -> None:
    place = near_location(connection, lat, lon)
    assert place is not None
    assert place.label == label


@pytest.mark.parametrize(
    ("lat", "lon"),
    [(40.4, -3.7), (0.0, 0.0), (91.0, 0.0), (0.0, 181.0), (float("nan"), 0.0), (-90.0, 180.0)],
)
def test_a_location_elsewhere_is_no_place(connection: Connection, lat: float, lon: float) -> None:
    assert near_location(connection, lat, lon) is None


def test_a_place_survives_being_an_answer(sqlite_connection: Connection) -> None:
    place = locate(sqlite_connection, "Chicago", "IL", "US")
    assert place is not None
    assert Place.from_dict(json.loads(json.dumps(place.to_dict()))) == place
    assert place_of(sqlite_connection, place.city_id) == place
    assert place_of(sqlite_connection, -1) is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "\0",
        "a" * 10_000,
        "Chicago " * 1_250,
        "60608 " * 2_000,
        "1" * 10_000,
        "\ud800",
        "\u202e" * 200,
        "🏠" * 300,
        "word " * 30,
        ",,,;;;///",
    ],
    ids=lambda text: f"{len(text)} of {text[:8]!a}",
)
def test_hostile_text_is_nothing_and_asks_the_database_nothing(
    sqlite_connection: Connection, text: str
) -> None:
    with counted_statements(sqlite_connection) as statements:
        assert find_places(sqlite_connection, text, "es") == Found("nothing")
    assert statements == []


@pytest.mark.parametrize("text", ["Chi\0cago", "Chicago\ud800", "\u202eChicago\u202c"])
def test_marks_around_a_name_do_not_hide_it(sqlite_connection: Connection, text: str) -> None:
    assert find_places(sqlite_connection, text, "es").kind in ("one", "close", "nothing")


@property_test
@given(
    text=st.text(max_size=320) | st.lists(st.sampled_from(WORDS), max_size=24).map(" ".join),
    near=st.none() | st.sampled_from(["US", "MX", "SV", "XX", ""]),
)
def test_any_text_is_answered_with_few_statements(
    sqlite_connection: Connection, text: str, near: str | None
) -> None:
    with counted_statements(sqlite_connection) as statements:
        found = find_places(sqlite_connection, text, "en", near)
    assert len(statements) <= MOST_STATEMENTS
    assert len(found.places) <= OFFERED
    assert (found.kind == "nothing") == (not found.places)
    assert found.kind != "one" or len(found.places) == 1


@property_test
@given(lat=st.floats(), lon=st.floats())
def test_any_location_is_answered(sqlite_connection: Connection, lat: float, lon: float) -> None:
    place = near_location(sqlite_connection, lat, lon)
    assert place is None or place.zone
