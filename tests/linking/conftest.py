"""What tests of linking share: codes off a screen, people with facts, the books of the database."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import Connection, Row, select

from handlers.conversation.messages import Outgoing, SharedContact
from handlers.outbox import To, decode, enqueue
from storage import linking, profiles
from storage.ids import new_id
from storage.messages import deliveries
from storage.people import addresses, people
from tests.talk import Office, Person

CODE = re.compile(r"[A-Z0-9]{4}-[A-Z0-9]{4}")


def code_seen_by(person: Person) -> str:
    found = CODE.search(person.heard[-1])
    assert found is not None, f"no code in {person.heard}"
    return found[0]


def asks_to_link(person: Person) -> str:
    """The code that LINK shows."""
    return code_seen_by(person.says("LINK"))


def links(shows: Person, sends: Person) -> None:
    """By a code, with a yes, and the question where to write left unanswered."""
    sends.says(f"LINK {asks_to_link(shows)}")
    sends.says("yes").hears("1 Telegram" if sends.channel == "sms" else "?")


def asks_to_link_quietly(shows: Person) -> str:
    """A code, with the outbox as it is but for the message that shows it."""
    office = shows.office
    office.receive(shows.message("LINK"))
    newest = max(office.rows(deliveries), key=lambda row: row.id)
    text = decode(office.desk.vault.open("deliveries", "body", newest.id, newest.body)).text
    found = CODE.search(text)
    assert found is not None
    return found[0]


def shares_own_number(person: Person, number: str) -> Person:
    return person.sends(contact=SharedContact(number, own=True))


def person_of(person: Person) -> int:
    return int(person.row()["id"])


def are_one(one: Person, other: Person) -> bool:
    return person_of(one) == person_of(other)


def address_of(person: Person) -> Row[Any, Any]:
    office = person.office
    lookup = office.desk.vault.index(person.channel, person.sender)
    statement = select(addresses).where(addresses.c.lookup == lookup)
    return office.database.read_now(lambda connection: connection.execute(statement).one())


def joins(
    person: Person,
    kind: str = "individual",
    name: str | None = None,
    **columns: Any,
) -> Person:
    """Registered, without the many questions. Someone who hasn't written yet writes first."""
    office, vault = person.office, person.office.desk.vault
    if not _is_known(person):
        person.says("hola")
    row = person_of(person)

    def unit(connection: Connection) -> None:
        sealed = vault.seal("people", "name", row, name) if name else None
        profiles.change_person(connection, row, consent="in", name=sealed, **columns)
        profiles.save_registration(connection, _registration(row, kind, office.now))

    office.database.run_now(unit)
    return person


def _is_known(person: Person) -> bool:
    lookup = person.office.desk.vault.index(person.channel, person.sender)
    return any(row.lookup == lookup for row in person.office.rows(addresses))


def _registration(person: int, kind: str, now: datetime) -> dict[str, Any]:
    return {
        "id": new_id(),
        "person_id": person,
        "kind": kind,
        "status": "active",
        "created_at": now,
        "updated_at": now,
    }


def name_of(person: Person) -> str | None:
    row = person.row()
    if row["name"] is None:
        return None
    return person.office.desk.vault.open("people", "name", row["id"], row["name"])


def traits_of(person: Person, kind: str) -> set[str]:
    found = person.office.database.read_now(
        lambda connection: profiles.traits_of(connection, person_of(person))
    )
    return set(found.get(kind, ()))


def written_to(person: Person) -> str | None:
    """The channel on which this person is written to unasked."""
    found = person.office.database.read_now(
        lambda connection: linking.reachable_address(connection, person_of(person))
    )
    in_a_set = person.office.database.read_now(
        lambda connection: connection.scalar(
            select(linking.reachable()).where(people.c.id == person_of(person))
        )
    )
    assert (found.address_id if found else None) == in_a_set
    return found.channel if found else None


def queue(person: Person, text: str = "hola", **more: Any) -> int:
    """A delivery that waits for this address."""
    office, to = person.office, To(person_of(person), address_of(person).id, person.channel)

    def unit(connection: Connection) -> int:
        return enqueue(connection, office.desk.vault, to, [Outgoing(text)], now=office.now, **more)[
            0
        ]

    return office.database.run_now(unit)


def stranger(office: Office, channel: str = "sms") -> Person:
    """Somebody new, who speaks English."""
    person = office.texter() if channel == "sms" else office.telegrammer("en")
    return person.says("hello there, good morning")


@dataclass(frozen=True)
class Pair:
    """Somebody's chat and somebody's phone; whether they are one human is up to the test."""

    chat: Person
    phone: Person


@pytest.fixture
def pair(bare_office: Office) -> Pair:
    return Pair(stranger(bare_office, "telegram"), stranger(bare_office))


@pytest.fixture
def linked(pair: Pair) -> Pair:
    """One human who takes part, on both."""
    joins(pair.phone, language="en")
    links(pair.chat, pair.phone)
    pair.phone.says("EXIT")
    pair.chat.looks()
    pair.chat.office.later(minutes=20)
    return pair


def delivery(office: Office, row: int) -> Row[Any, Any]:
    return next(each for each in office.rows(deliveries) if each.id == row)
