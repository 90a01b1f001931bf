"""`enlace event FILE.json`: what an operator may write, and what is refused in one line."""

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Connection

from handlers import events
from handlers.event_file import post, read_event
from storage.broadcasts import about
from storage.events import Event
from tests.events.conftest import as_now, facts, town_of
from tests.talk import Office

town = pytest.fixture(town_of)

GIVEN: dict[str, Any] = {
    "kind": "rally",
    "title": {"es": "Gran marcha", "en": "Big march"},
    "starts": "2026-12-05T10:30",
    "zone": "America/Chicago",
    "place": "Federal Plaza, Chicago, IL",
    "link": None,
    "capacity": 80,
    "announce": "everyone",
}


def posted(office: Office, **changed: object) -> str:
    def unit(connection: Connection) -> str:
        posting = read_event(connection, GIVEN | changed, office.now)
        return post(connection, office.desk.vault, office.desk.policy, posting, office.now)

    return office.database.run_now(unit)


def event_of(office: Office, code: str) -> Event:

    found = office.database.read_now(lambda c: events.event_of(c, code))
    assert found is not None
    return found


def test_an_event_is_posted_and_announced_without_a_cap(town: Office) -> None:
    event = event_of(town, posted(town))

    assert event.starts_at == datetime(2026, 12, 5, 16, 30, tzinfo=UTC)
    assert (event.zone, event.capacity, event.kind) == ("America/Chicago", 80, "rally")
    [run] = town.database.read_now(lambda c: about(c, event.id))
    assert (run.code, run.part, run.capped) == (f"{event.code}.1", "invite", False)
    assert facts(town, event)["people"] == 0
    assert as_now(town, event).status == "open"


def test_nobody_is_written_to_unless_asked_for(town: Office) -> None:
    event = event_of(town, posted(town, announce="nobody", title={"es": "Asamblea"}))
    assert town.database.read_now(lambda c: about(c, event.id)) == []


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"starts": "2026-11-01T10:30"}, "starts must lie ahead"),
        ({"starts": "2027-03-14T02:30"}, "skip that hour"),
        ({"starts": "2027-11-07T01:30"}, "show that hour twice"),
        ({"starts": "2026-12-05"}, "starts must be a local day"),
        ({"starts": "2026-12-05T10:30-06:00"}, "starts must be a local day"),
        ({"starts": "2026-02-30T10:30"}, "starts must be a local day"),
        ({"starts": "9999-12-31T23:59"}, "starts must lie ahead"),
        ({"zone": "Chicago"}, "zone must be"),
        ({"zone": "../etc/passwd"}, "zone must be"),
        ({"kind": "party"}, "kind must be one of"),
        ({"title": {"fr": "Marche"}}, "title has 'fr'"),
        ({"title": {"es": None, "en": " "}}, "are both missing"),
        ({"title": "Marcha"}, "title must be such as"),
        ({"title": {"es": "x" * 81}}, "title.es is longer"),
        ({"place": None}, "place and link are both missing"),
        ({"link": "javascript:alert(1)"}, "link must be"),
        ({"capacity": 0}, "capacity must be"),
        ({"capacity": True}, "capacity must be"),
        ({"capacity": "80"}, "capacity must be"),
        ({"announce": "all"}, "announce must be"),
        ({"anounce": "everyone"}, "none of"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_kept(
    town: Office, changed: dict[str, object], said: str
) -> None:
    with pytest.raises(ValueError, match=said):
        posted(town, **changed)
