"""What the tests of events share: a town with its people, and events to come."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Table, insert, select

from handlers import events
from handlers.events import Plan
from handlers.status import Facts, facts_of
from storage.audience import Scope
from storage.audit import OPERATOR
from storage.database import Database
from storage.events import Event, EventState
from storage.events import read as read_event
from storage.ids import new_id
from storage.messages import deliveries
from storage.people import addresses, registrations
from storage.people import people as folk
from tests.privacy.conftest import found_chicago, lite_town
from tests.talk import Office, Person

__all__ = ["lite_town"]

SATURDAY = datetime(2026, 12, 5, 16, 30, tzinfo=UTC)
"""10:30 in Chicago."""


def plan(**fields: Any) -> Plan:
    given: dict[str, Any] = {
        "kind": "march",
        "title_es": "Marcha por la dignidad",
        "title_en": "March for dignity",
        "starts_at": SATURDAY,
        "zone": "America/Chicago",
        "place": "Federal Plaza",
        "city_id": 4887398,
    }
    return Plan(**given | fields)


def made(office: Office, status: EventState = EventState.OPEN, **fields: Any) -> Event:
    """An event that is there already, announced to nobody."""
    return office.database.run_now(
        lambda c: events.create(
            c, office.desk.vault, plan(**fields), actor=OPERATOR, now=office.now, status=status
        )
    )


def as_now(office: Office, event: Event) -> Event:
    found = office.database.read_now(lambda c: read_event(c, event.id))
    assert found is not None
    return found


def facts(office: Office, event: Event) -> Facts:
    found = office.database.read_now(lambda c: facts_of(c, event.code))
    assert found is not None
    return found


def tally(office: Office, event: Event) -> tuple[int, int, int, int, int]:
    """As `enlace status CODE --json` has it: yes, maybe, no, waiting, people."""
    found = facts(office, event)
    return tuple(found[each] for each in ("yes", "maybe", "no", "waiting", "people"))


def member(office: Office) -> Person:
    """Somebody who reads Spanish and has joined."""
    person = office.texter()
    for text in ("UNIRME", "1", "todos", "60608"):
        person.says(text)
    return person.hears("Ya eres parte")


def crowd(office: Office, number: int) -> list[Person]:
    """So many members at once, who text."""
    people = [office.texter() for _ in range(number)]
    rows: dict[Table, list[dict[str, Any]]] = {folk: [], addresses: [], registrations: []}
    for each in people:
        person, home, now = new_id(), new_id(), office.now
        vault = office.desk.vault
        times = {"created_at": now, "updated_at": now}
        seen = {"created_at": now, "seen_at": now, "zone": "America/Chicago"}
        lookup, value = (
            vault.index("sms", each.sender),
            vault.seal("addresses", "value", home, each.sender),
        )
        named = {"id": person, "handle": f"V-{person % 10**12}"}
        rows[folk].append(named | seen | {"language": "es", "consent": "in"})
        where = {"id": home, "person_id": person, "channel": "sms", "lookup": lookup}
        rows[addresses].append(where | {"value": value, "created_at": now, "heard_at": now})
        rows[registrations].append(times | {"id": new_id(), "person_id": person, "kind": "member"})

    def unit(connection: Connection) -> None:
        for table, many in rows.items():
            connection.execute(insert(table), many)

    office.database.run_now(unit)
    return people


def invited(office: Office, event: Event, *whom: Person) -> None:
    """An invitation goes to everybody; to these it has come."""

    def unit(connection: Connection) -> None:
        now = office.now
        run = events.announce(
            connection, office.desk.vault, event, Scope(), actor=OPERATOR, now=now
        )
        for each in whom:
            person = each.row()["id"]
            home = connection.scalar(select(addresses.c.id).where(addresses.c.person_id == person))
            copy = {"id": new_id(), "broadcast_id": run.id, "person_id": person}
            copy |= {"address_id": home, "channel": each.channel, "kind": "broadcast"}
            copy |= {"status": "sent", "priority": 6, "due_at": now, "called_at": now}
            connection.execute(insert(deliveries), copy | {"created_at": now, "updated_at": now})

    office.database.run_now(unit)
    office.later(minutes=1)


def town_of(sqlite_url: str) -> Iterator[Office]:
    """Of one city, on SQLite."""
    database = Database(sqlite_url)
    database.run_now(found_chicago)
    yield Office(database)
    database.close_now()
