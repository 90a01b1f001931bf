"""What becomes of two people who are one: nothing is lost, and the stricter wish holds."""

import importlib
import pkgutil
from datetime import timedelta
from itertools import product
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, ForeignKey, insert, select, update

import storage
from locales.labels import SKILLS, TOPICS
from storage import linking, outbox, profiles, standing
from storage.database import metadata
from storage.ids import new_id
from storage.linking import MERGED
from storage.messages import deliveries, inbound
from storage.network import organisations
from storage.people import addresses, consents, handovers, people, registrations, traits
from tests.linking.conftest import (
    Pair,
    address_of,
    are_one,
    asks_to_link,
    asks_to_link_quietly,
    delivery,
    joins,
    links,
    name_of,
    person_of,
    queue,
    stranger,
    traits_of,
)
from tests.talk import Office, Person

for module in pkgutil.iter_modules(storage.__path__):
    importlib.import_module(f"storage.{module.name}")


def test_every_column_that_names_a_person_is_known_to_a_merge() -> None:
    """What a new feature stores of a person is added to MERGED in storage/linking.py."""
    naming = {
        (table.name, column.name)
        for table in metadata.tables.values()
        for column in table.columns
        if column.name == "person_id" or any(_names_a_person(key) for key in column.foreign_keys)
    }
    assert naming - {(each.table.name, each.column) for each in MERGED} == set()


def _names_a_person(key: ForeignKey) -> bool:
    return key.target_fullname == "people.id"


@pytest.mark.parametrize("chat_is_older", [True, False])
def test_whoever_joined_stays(bare_office: Office, chat_is_older: bool) -> None:
    order = ["telegram", "sms"] if chat_is_older else ["sms", "telegram"]
    made = {}
    for channel in order:
        made[channel] = stranger(bare_office, channel)
        bare_office.later(minutes=1)
    joins(made["sms"], name="Rosa")
    handle = made["sms"].row()["handle"]
    links(made["telegram"], made["sms"])
    assert made["telegram"].row()["handle"] == handle


def test_of_two_who_joined_or_did_not_the_older_stays(bare_office: Office) -> None:
    for joined in (True, False):
        phone = stranger(bare_office)
        bare_office.later(days=1)
        chat = stranger(bare_office, "telegram")
        if joined:
            joins(chat, name="Rosa M.", language="en")
            joins(phone, name="Rosa", language="en")
        handle, created = phone.row()["handle"], phone.row()["created_at"]
        links(phone, chat)
        assert (chat.row()["handle"], chat.row()["created_at"]) == (handle, created)
        assert name_of(chat) == ("Rosa" if joined else None)


_ORDER = ("out", "in", "none")


@pytest.mark.parametrize(("one", "other"), list(product(("in", "none"), _ORDER)))
def test_the_stricter_consent_holds(pair: Pair, one: str, other: str) -> None:
    code = asks_to_link(pair.chat)
    _consents(pair, one, other)
    pair.phone.says(code)
    pair.phone.says("yes").hears("Linked")
    assert are_one(pair.chat, pair.phone)
    assert pair.chat.row()["consent"] == min(one, other, key=_ORDER.index)


def _consents(pair: Pair, phone: str, chat: str) -> None:
    def unit(connection: Connection) -> None:
        profiles.change_person(connection, person_of(pair.phone), consent=phone)
        profiles.change_person(connection, person_of(pair.chat), consent=chat)

    pair.chat.office.database.run_now(unit)


def test_a_stop_at_one_side_holds_at_both_and_the_way_back_is_told(
    pair: Pair, bare_office: Office
) -> None:
    joins(pair.phone, language="en")
    joins(pair.chat, language="en")
    code = asks_to_link(pair.phone)
    pair.phone.says("STOP")
    pair.chat.says(code)
    waits = queue(pair.chat, kind="broadcast", priority=6)
    pair.chat.says("yes").hears("neither gets any", "START")
    pair.phone.looks().hears_nothing()
    assert {row.status for row in bare_office.rows(addresses)} == {"opted_out"}
    assert delivery(bare_office, waits).status == "suppressed"
    assert [row.act for row in bare_office.rows(consents)].count("out") == 2
    pair.chat.says("TOPICS").hears_nothing()
    pair.chat.says("START").hears("Welcome back")
    assert pair.chat.row()["consent"] == "in"


def test_evidence_handovers_and_messages_move_along(pair: Pair, bare_office: Office) -> None:
    joins(pair.phone)
    pair.chat.says("HUMAN")
    pair.phone.says("HUMAN")
    before = len(bare_office.rows(inbound))
    links(pair.chat, pair.phone)
    survivor = person_of(pair.chat)
    assert {row.person_id for row in bare_office.rows(handovers)} == {survivor}
    assert len(bare_office.rows(handovers)) == 2
    ours = {row.id for row in bare_office.rows(addresses)}
    messages = bare_office.rows(inbound)
    assert len(messages) == before + 3
    assert {row.address_id for row in messages} == ours
    assert {row.person_id for row in bare_office.rows(deliveries)} == {survivor}


def test_of_two_registrations_of_one_kind_whoever_stays_keeps_theirs(
    pair: Pair, bare_office: Office
) -> None:
    joins(pair.phone)
    joins(pair.chat)
    joins(pair.chat, kind="legal_expert")
    older = min(
        (row for row in bare_office.rows(registrations) if row.kind == "individual"),
        key=lambda row: row.person_id,
    )
    links(pair.chat, pair.phone)
    kept = bare_office.rows(registrations)
    assert {row.kind for row in kept} == {"individual", "legal_expert"}
    assert older.id in {row.id for row in kept}


def test_where_they_come_from_is_kept(pair: Pair, bare_office: Office) -> None:
    row = new_id()
    place = {"city": "Chicago", "region": "IL", "country": "US", "zone": "America/Chicago"}
    bare_office.database.run_now(
        lambda connection: connection.execute(
            insert(organisations), {"id": row, "code": "chicago", "name": "Casa", **place}
        )
    )
    pair.chat.says("JOIN chicago")
    joins(pair.phone, zone="America/New_York", country="US")
    links(pair.chat, pair.phone)
    found = pair.phone.row()
    assert (found["organisation_id"], found["source"]) == (row, "o_chicago")
    assert found["zone"] == "America/New_York"


Facts = dict[str, Any]

_TRAITS = st.fixed_dictionaries(
    {
        "topic": st.sets(st.sampled_from(sorted(TOPICS))),
        "muted": st.sets(st.sampled_from(sorted(TOPICS))),
        "skill": st.sets(st.sampled_from(sorted(SKILLS))),
        "speaks": st.sets(st.sampled_from(["es", "en", "mam"])),
    }
)
_FACTS = st.fixed_dictionaries(
    {
        "name": st.none() | st.sampled_from(["Rosa", "Ana", "José"]),
        "kinds": st.sets(st.sampled_from(["member", "individual", "legal_expert"])),
        "traits": _TRAITS,
        "pause": st.none() | st.integers(1, 90),
        "zone": st.none() | st.sampled_from(["America/Chicago", "America/Tijuana"]),
    }
)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(first=_FACTS, second=_FACTS, chat_speaks=st.booleans())
def test_every_fact_of_either_is_a_fact_of_both(
    bare_office: Office,
    first: Facts,
    second: Facts,
    chat_speaks: bool,
) -> None:
    pair = Pair(stranger(bare_office, "telegram"), stranger(bare_office))
    _write(pair.chat, first)
    _write(pair.phone, second)
    if chat_speaks:
        pair.chat.says(asks_to_link(pair.phone))
        pair.chat.says("yes").hears("Linked")
    else:
        links(pair.chat, pair.phone)
    row, elder = pair.chat.row(), first if first["kinds"] or not second["kinds"] else second
    younger = second if elder is first else first
    assert are_one(pair.chat, pair.phone)
    for kind in ("topic", "muted", "skill", "speaks"):
        assert traits_of(pair.chat, kind) == first["traits"][kind] | second["traits"][kind]
    held = {each.kind for each in bare_office.rows(registrations) if each.person_id == row["id"]}
    assert held == first["kinds"] | second["kinds"]
    assert name_of(pair.chat) == (elder["name"] or younger["name"])
    assert row["zone"] == (elder["zone"] or younger["zone"])
    pauses = [facts["pause"] for facts in (first, second) if facts["pause"]]
    until = bare_office.now + timedelta(days=max(pauses)) if pauses else None
    assert row["paused_until"] == until
    preferred = [
        each.preferred for each in bare_office.rows(addresses) if each.person_id == row["id"]
    ]
    assert sorted(preferred) == [False, True]


def _write(person: Person, facts: Facts) -> None:
    office = person.office
    pause = facts["pause"]
    for kind in sorted(facts["kinds"]):
        joins(person, kind=kind)
    row = person_of(person)

    def unit(connection: Connection) -> None:
        name = facts["name"]
        profiles.change_person(
            connection,
            row,
            name=office.desk.vault.seal("people", "name", row, name) if name else None,
            zone=facts["zone"],
            paused_until=office.now + timedelta(days=pause) if pause else None,
        )
        values = [
            {"person_id": row, "kind": kind, "value": value}
            for kind, chosen in facts["traits"].items()
            for value in sorted(chosen)
        ]
        if values:
            connection.execute(insert(traits), values)

    office.database.run_now(unit)


def test_what_is_queued_is_sent_and_what_was_claimed_is_recorded(
    pair: Pair, bare_office: Office
) -> None:
    joins(pair.phone)
    queued, claimed = queue(pair.chat, "one"), queue(pair.chat, "two")
    now = bare_office.now
    bare_office.database.run_now(
        lambda connection: outbox.start(
            connection, [claimed], "w1", now=now, lease_until=now + timedelta(minutes=1)
        )
    )
    pair.phone.says(asks_to_link_quietly(pair.chat))
    pair.phone.says("yes")
    bare_office.database.run_now(
        lambda connection: outbox.sent(connection, [(claimed, "77", 1)], now=now)
    )
    assert delivery(bare_office, claimed).status == "sent"
    assert delivery(bare_office, queued).status == "queued"
    assert delivery(bare_office, queued).person_id == person_of(pair.phone)


def test_a_refusal_that_comes_after_the_merge_stops_whoever_stayed(
    pair: Pair, bare_office: Office
) -> None:
    """A worker holds the person of its claim; the provider then says that they opted out."""
    joins(pair.chat)
    gone, address = person_of(pair.phone), address_of(pair.phone).id
    links(pair.phone, pair.chat)
    assert person_of(pair.phone) != gone
    bare_office.database.run_now(
        lambda connection: standing.opted_out(connection, gone, address, "sms", now=bare_office.now)
    )
    assert pair.chat.row()["consent"] == "out"


@pytest.mark.parametrize(
    ("phones", "chats", "kept"),
    [
        ("queued", "queued", ("queued", "cancelled")),
        ("sent", "queued", ("sent", "cancelled")),
        ("queued", "delivered", ("delivered", "cancelled")),
        ("failed", "queued", ("queued", "failed")),
        ("sending", "sent", ("sending", "sent")),
    ],
)
def test_of_two_copies_of_a_broadcast_one_goes_on(
    pair: Pair, bare_office: Office, phones: str, chats: str, kept: tuple[str, str]
) -> None:
    joins(pair.phone)
    copies = queue(pair.phone, kind="broadcast"), queue(pair.chat, kind="broadcast")
    code = asks_to_link_quietly(pair.chat)

    def unit(connection: Connection) -> None:
        for row, status in zip(copies, (phones, chats), strict=True):
            connection.execute(
                update(deliveries)
                .where(deliveries.c.id == row)
                .values(broadcast_id=1, status=status)
            )
        held = linking.shown_code(
            connection,
            bare_office.desk.vault.index("link_code", code.replace("-", "")),
            bare_office.now,
        )
        assert held is not None
        linking.merge(connection, person_of_row(connection, copies[0]), held.person_id)

    bare_office.database.run_now(unit)
    ours = [delivery(bare_office, row) for row in copies]
    in_it = [row.status for row in ours if row.broadcast_id == 1]
    out_of_it = [row.status for row in ours if row.broadcast_id is None]
    assert (in_it, out_of_it) == ([kept[0]], [kept[1]])


def person_of_row(connection: Connection, delivery: int) -> int:
    statement = select(deliveries.c.person_id).where(deliveries.c.id == delivery)
    return int(connection.execute(statement).scalar_one())


def test_the_absorbed_person_is_gone_and_the_handle_free(pair: Pair, bare_office: Office) -> None:
    joins(pair.phone)
    gone = person_of(pair.chat)
    links(pair.chat, pair.phone)
    assert gone not in {row.id for row in bare_office.rows(people)}
