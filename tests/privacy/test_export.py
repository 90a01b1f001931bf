"""An export: people who take part, in a file to be imported again, which only its owner reads."""

import csv
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import insert, update

from bot import upkeep
from bot.faults import OperatorError
from handlers.export import COLUMNS, people, safe
from storage import people as tables
from storage.exporting import registered
from storage.ids import new_id
from storage.network import organisations
from tests.privacy.conftest import joins, volunteers
from tests.talk import Office


def exported(office: Office) -> list[dict[str, str]]:
    return [
        dict(zip(COLUMNS, row, strict=True)) for row in people(office.database, office.desk.vault)
    ]


def test_a_volunteer_is_a_row_as_an_import_wants_it(town: Office) -> None:
    volunteers(town.texter("+13125550187"))

    [row] = exported(town)

    assert row == {
        "phone": "+13125550187",
        "telegram_id": "",
        "name": "Ana Lucía",
        "language": "es",
        "place": "Chicago, IL",
        "organisation": "",
        "topics": "",
        "skills": "interpreting;medical",
        "role": "volunteer",
        "consent_at": "2026-11-21T18:00:00+00:00",
        "consent_source": "sms",
        "consent_words": "UNIRME / sí",
    }


def test_a_member_on_telegram_is_known_by_their_chat(town: Office) -> None:
    joins(town.telegrammer("en", chat="7700112233"))

    [row] = exported(town)

    assert (row["phone"], row["telegram_id"], row["role"]) == ("", "7700112233", "member")
    assert row["topics"].split(";") == sorted(row["topics"].split(";"))
    assert "tps" in row["topics"]


def test_their_organisation_goes_by_its_code(town: Office) -> None:
    joins(town.texter())
    chicago = {
        "id": new_id(),
        "code": "chicago",
        "name": "Casa Comunitaria",
        "city": "Chicago",
        "region": "IL",
        "country": "US",
        "zone": "America/Chicago",
    }
    town.database.run_now(lambda c: c.execute(insert(organisations), chicago))
    came = update(tables.people).values(organisation_id=chicago["id"])
    town.database.run_now(lambda c: c.execute(came))

    assert exported(town)[0]["organisation"] == "chicago"


def test_who_stopped_or_can_not_be_reached_is_left_out(town: Office) -> None:
    joins(town.texter()).says("STOP")
    joins(town.texter())
    kept = joins(town.telegrammer("en"))
    gone = update(tables.addresses).where(tables.addresses.c.channel == "sms")
    town.database.run_now(lambda c: c.execute(gone.values(status="invalid")))

    assert [row["telegram_id"] for row in exported(town)] == [kept.sender]
    assert town.database.read_now(registered) == 3


def test_many_come_in_batches(town: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("storage.exporting._BATCH", 2)
    for _ in range(5):
        joins(town.texter())

    assert len({row["phone"] for row in exported(town)}) == 5


@pytest.mark.parametrize("cell", ["=1+1", "+cmd", "-2", "@sum", "\tx", "'quoted"])
def test_a_spreadsheet_runs_nothing(cell: str) -> None:
    assert safe(cell) == f"'{cell}" or cell == "-2"


@pytest.mark.parametrize("cell", ["+13125550187", "7700112233", "Ana", "", "Łódź"])
def test_plain_cells_stay_as_they_are(cell: str) -> None:
    assert safe(cell) == cell


@given(st.text())
def test_one_apostrophe_off_gives_every_cell_back(cell: str) -> None:
    assert safe(cell).removeprefix("'") == cell
    assert not safe(cell).startswith(("=", "@", "\t", "\r"))


def test_the_file_is_whole_and_only_for_its_owner(town: Office, tmp_path: Path) -> None:
    joins(town.texter())
    file = tmp_path / "people.csv"
    file.write_text("what was there")
    file.chmod(0o644)

    assert upkeep._write(file, people(town.database, town.desk.vault)) == 1

    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    with file.open(encoding="utf-8", newline="") as opened:
        header, row = csv.reader(opened)
    assert tuple(header) == COLUMNS
    assert row[3] == "en"


def test_a_failed_export_leaves_nothing_and_what_was_there(tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text("what was there")

    def breaking() -> Iterator[tuple[str, ...]]:
        yield ("x",) * len(COLUMNS)
        raise RuntimeError

    with pytest.raises(RuntimeError):
        upkeep._write(file, breaking())

    assert file.read_text() == "what was there"
    assert list(tmp_path.iterdir()) == [file]


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(OperatorError, match="can't be written"):
        upkeep._write(tmp_path / "none" / "people.csv", [])
