"""`enlace need FILE.json`: strict, in one line, and open at once."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from handlers.need_file import read_need
from handlers.status import all_open, facts_of
from storage.needs import Audience
from tests.needs.conftest import Office

GIVEN: Mapping[str, Any] = {
    "shelter": "tijuana",
    "category": "infant",
    "item": "pañales talla 4",
    "quantity": 100,
    "unit": "pack",
    "urgency": "critical",
    "needed_by": None,
    "drop_off": None,
    "ask": "everyone",
}


def test_a_file_is_read_as_it_is_written(lite: Office) -> None:
    by = lite.now + timedelta(days=2)
    given = {**GIVEN, "needed_by": by.isoformat(), "drop_off": "9 a 18 h\nPuerta azul"}
    lack = lite.database.read_now(lambda c: read_need(c, given, lite.now))
    assert (lack.item, lack.quantity, lack.ask) == ("pañales talla 4", 100, Audience.EVERYONE)
    assert (lack.needed_by, lack.drop_off) == (by, "9 a 18 h Puerta azul")


@pytest.mark.parametrize(
    ("wrong", "names"),
    [
        ({"shelter": "atlantis"}, "shelter must be the code of a shelter: cafemin, tijuana"),
        ({"category": "gold"}, "category must be one of"),
        ({"item": "  "}, "item is missing"),
        ({"item": 5}, "item must be a text"),
        ({"item": "x" * 81}, "item is longer than 80"),
        ({"quantity": 0}, "quantity must be a whole number"),
        ({"quantity": True}, "quantity must be a whole number"),
        ({"quantity": "5"}, "quantity must be a whole number"),
        ({"unit": "lorry"}, "unit must be one of"),
        ({"urgency": None}, "urgency must be one of"),
        ({"needed_by": "2026-12-05T10:30"}, "needed_by must be null or such as"),
        ({"needed_by": "2020-12-05T10:30-06:00"}, "needed_by must lie ahead"),
        ({"ask": "some"}, "ask must be one of everyone, matched, nobody"),
        ({"quantiy": 5}, "'quantiy', which is none of"),
    ],
)
def test_what_is_wrong_is_named_in_one_line(
    lite: Office, wrong: Mapping[str, Any], names: str
) -> None:
    with pytest.raises(ValueError, match=names) as refused:
        lite.database.read_now(lambda c: read_need(c, {**GIVEN, **wrong}, lite.now))
    assert "\n" not in str(refused.value)


def test_status_tells_what_is_promised_on_its_way_and_there(lite: Office) -> None:
    [one, other] = lite.crowd(2)
    code = lite.post(quantity=100)
    lite.brings(lite.promises(code, one, 5))
    lite.promises(code, other, 10)
    facts = lite.database.read_now(lambda c: facts_of(c, code))
    assert facts is not None
    counts = ("quantity", "committed", "on_the_way", "received", "status")
    assert [facts[name] for name in counts] == [100, 15, 5, 0, "open"]
    found = lite.database.read_now(all_open)["open"]
    assert code in {each["code"] for each in found}
    assert datetime.fromisoformat(facts["opened_at"]).tzinfo == UTC
