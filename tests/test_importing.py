"""Importing people: consent needed, duplicates merged, refusals named, a second run harmless."""

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import partial

import pytest
from sqlalchemy import Connection, Table, func, select

from handlers.import_rows import RefusedError, read_row
from handlers.importing import Imported, Importer
from storage.people import addresses, consents, people, registrations, traits
from tests.talk import Office

NOW = datetime(2026, 11, 21, 18, 0, tzinfo=UTC)
ROW = {
    "phone": "(312) 555-0142",
    "name": "Rosa",
    "language": "es",
    "place": "60608",
    "organisation": "chicago",
    "topics": "tps;shelters",
    "role": "member",
    "consent_at": "2026-03-01",
    "consent_source": "rally",
    "consent_words": "sign me up",
}


def _import(office: Office, *rows: Mapping[str, str]) -> Imported:
    entries = [(number, read_row(row, NOW)) for number, row in enumerate(rows, start=2)]
    importer = Importer(office.desk.vault)
    return office.database.run_now(lambda connection: importer.take(connection, entries, NOW))


def _count(connection: Connection, table: Table) -> int:
    return connection.execute(select(func.count()).select_from(table)).scalar_one()


def _counts(office: Office) -> dict[str, int]:
    tables: tuple[Table, ...] = (people, addresses, consents, traits, registrations)
    return {table.name: office.database.read_now(partial(_count, table=table)) for table in tables}


def test_a_row_becomes_a_person_who_is_known_when_they_write(office: Office) -> None:
    assert _import(office, ROW).added == 1
    rosa = office.texter("+13125550142").says("PERFIL")
    rosa.hears("cambiar")
    stored = rosa.row()
    assert stored["consent"] == "in"
    assert stored["zone"] == "America/Chicago"
    assert stored["language"] == "es"


def test_a_second_run_changes_nothing(office: Office) -> None:
    _import(office, ROW)
    before = _counts(office)
    again = _import(office, ROW)
    assert (again.added, again.merged, _counts(office)) == (0, 1, before)


def test_rows_of_one_number_are_one_person(office: Office) -> None:
    done = _import(office, ROW | {"name": ""}, ROW | {"phone": "+1 312 555 0142", "topics": "daca"})
    assert (done.added, done.merged) == (1, 1)
    assert _counts(office) == {
        "people": 1,
        "addresses": 1,
        "consents": 1,
        "traits": 3,
        "registrations": 1,
    }
    assert office.texter("+13125550142").says("hola").row()["name"] is not None


def test_phone_and_telegram_of_a_row_are_one_person_reached_by_phone(office: Office) -> None:
    _import(office, ROW | {"telegram_id": "77001"})
    statement = select(addresses.c.channel, addresses.c.preferred).order_by(addresses.c.channel)
    found = office.database.read_now(lambda connection: connection.execute(statement).all())
    assert [tuple(row) for row in found] == [("sms", True), ("telegram", False)]


def test_who_has_stopped_is_refused(office: Office) -> None:
    office.texter("+13125550142").says("ALTO")
    done = _import(office, ROW)
    assert done.added == done.merged == 0
    assert "stopped" in done.refused[0][1]


def test_phone_and_telegram_of_two_people_are_refused(office: Office) -> None:
    office.texter("+13125550142").says("hola")
    office.telegrammer(chat="77002").says("hola")
    assert "two people" in _import(office, ROW | {"telegram_id": "77002"}).refused[0][1]


def test_no_place_takes_the_zone_of_the_organisation(office: Office) -> None:
    _import(office, ROW | {"place": "", "organisation": "nyc"})
    assert office.texter("+13125550142").says("hola").row()["zone"] == "America/New_York"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"consent_words": ""}, "consent_words is missing"),
        ({"consent_at": "soon"}, "not a date"),
        ({"consent_at": "2030-01-01"}, "not in the past"),
        ({"phone": "12"}, "not a number that can exist"),
        ({"phone": "", "telegram_id": ""}, "neither"),
        ({"telegram_id": "@rosa"}, "telegram_id"),
        ({"topics": "weather"}, "topics"),
        ({"role": "admin"}, "role"),
        ({"language": "fr"}, "language"),
        ({"name": "x" * 41}, "longer"),
    ],
)
def test_a_row_is_refused_with_its_reason(change: dict[str, str], reason: str) -> None:
    with pytest.raises(RefusedError, match=reason):
        read_row(ROW | change, NOW)


@pytest.mark.parametrize(
    ("change", "reason"),
    [({"place": "Springfield"}, "certain"), ({"organisation": "nobody"}, "organisation")],
)
def test_a_row_is_refused_for_what_the_database_says(
    office: Office, change: dict[str, str], reason: str
) -> None:
    assert reason in _import(office, ROW | change).refused[0][1]


def test_many_are_taken_in_on_both_databases_each_with_a_handle_of_their_own(
    bare_office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn = iter(["V-100000001"] * 3 + [f"V-10000{number:04d}" for number in range(1000)])
    monkeypatch.setattr("handlers.importing.new_handle", lambda _digits: next(drawn))
    bare = ROW | {"place": "", "organisation": ""}
    rows = [bare | {"phone": f"+1312555{number:04d}"} for number in range(100, 130)]
    assert _import(bare_office, *rows).added == 30
    handles = [row.handle for row in bare_office.rows(people)]
    assert len(set(handles)) == 30
    before = _counts(bare_office)
    assert (before["traits"], before["registrations"]) == (60, 30)
    more = _import(bare_office, *(row | {"topics": "tps;daca", "role": ""} for row in rows))
    assert more.merged == 30
    assert _counts(bare_office) == before | {"traits": 90}
