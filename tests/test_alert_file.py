"""The operator's file: what is taken, and what is refused in one line before anything is sent."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from handlers.alert_file import read_alert
from handlers.broadcasts import Draft
from storage.audience import Scope
from tests.talk import Office

NOW = datetime(2026, 12, 1, 18, tzinfo=UTC)
GIVEN: dict[str, Any] = {
    "topic": "shelters",
    "es": "Llama hoy",
    "en": "Call today",
    "link": None,
    "audience": {"topics": [], "organisations": [], "places": [], "languages": []},
    "when": "now",
}


def read(office: Office, **changes: Any) -> Draft:
    given = {**GIVEN, **changes}
    return office.database.read_now(lambda c: read_alert(c, given, office.desk.policy, NOW))


def scope(office: Office, **filters: Any) -> Scope:
    return read(office, audience=filters).scope


def test_empty_lists_are_everyone_and_now_is_now(office: Office) -> None:
    alert = read(office)
    assert (alert.topic, alert.scope, alert.starts_at) == ("shelters", Scope(), NOW)
    assert (alert.texts.es, alert.texts.en, alert.texts.link) == ("Llama hoy", "Call today", None)


def test_what_may_be_left_out(office: Office) -> None:
    given = {"topic": "tps", "es": "Llama"}
    alert = office.database.read_now(lambda c: read_alert(c, given, office.desk.policy, NOW))
    assert (alert.texts.en, alert.scope) == (None, Scope())


def test_places_are_read_as_people_text_them(office: Office) -> None:
    found = scope(office, places=["60608", "tijuana", "Texas", "Guatemala"])
    assert [km for _city, km in found.cities] == [50.0, 50.0]
    assert found.areas == (("US", "TX"), ("GT", None))


def test_organisations_by_their_code(office: Office) -> None:
    assert len(scope(office, organisations=["chicago"]).organisations) == 1


def test_an_instant_with_its_offset(office: Office) -> None:
    at = read(office, when="2026-12-05T10:30-06:00").starts_at
    assert at == datetime(2026, 12, 5, 16, 30, tzinfo=UTC)
    assert read(office, when="2026-12-01T17:58:00Z").starts_at == NOW


def test_the_hostile_is_cleaned(office: Office) -> None:
    assert read(office, es=" a\x00b\ud800c\x07\n d ").texts.es == "abc\n d"


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"topic": None}, "topic"),
        ({"topic": "weather"}, "asylum"),
        ({"topic": ["tps"]}, "topic"),
        ({"es": None, "en": "  "}, "es and en"),
        ({"es": 7}, "es"),
        ({"es": "x" * 1600}, "too long"),
        ({"link": "javascript:alert(1)"}, "link"),
        ({"link": "https://a b"}, "link"),
        ({"link": "https://[x"}, "link"),
        ({"link": 5}, "link"),
        ({"audience": []}, "audience"),
        ({"audience": {"topic": ["tps"]}}, "'topic'"),
        ({"audience": {"topics": "tps"}}, "audience.topics"),
        ({"audience": {"topics": ["weather"]}}, "audience.topics"),
        ({"audience": {"languages": ["fr"]}}, "audience.languages"),
        ({"audience": {"organisations": ["nobody"]}}, "nobody"),
        ({"audience": {"places": ["qqqqzzzz"]}}, "qqqqzzzz"),
        ({"audience": {"places": ["Springfield"]}}, "could be several"),
        ({"audience": {"places": [5]}}, "audience.places"),
        ({"when": "tomorrow"}, "when"),
        ({"when": "2026-12-05T10:30"}, "when"),
        ({"when": "2026-11-30T10:30Z"}, "when"),
        ({"when": "2036-11-30T10:30Z"}, "when"),
        ({"when": 5}, "when"),
        ({"audiense": {}}, "audiense"),
    ],
    ids=repr,
)
def test_what_is_wrong_is_named(office: Office, changes: dict[str, Any], named: str) -> None:
    with pytest.raises(ValueError, match=named) as refused:
        read(office, **changes)
    assert "\n" not in str(refused.value)


def test_a_moment_that_has_just_gone_by_is_now(office: Office) -> None:
    just = (NOW - timedelta(minutes=4)).isoformat()
    assert read(office, when=just).starts_at == NOW
