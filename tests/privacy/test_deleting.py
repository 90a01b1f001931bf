"""DELETE MY DATA: one question, a plain yes, and then nobody is there any more."""

from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import insert, select, update

from handlers.conversation.messages import Outgoing
from handlers.outbox import To, enqueue
from storage import leaving
from storage.ids import new_id
from storage.leaving import counts, farewells, provider_deletions
from storage.messages import deliveries, inbound
from storage.people import (
    addresses,
    consents,
    handovers,
    people,
    registrations,
    sessions,
    suppressions,
    traits,
)
from storage.schema import metadata
from tests.privacy.conftest import ZIP, joins, volunteers
from tests.talk import Office, Person

GONE = (registrations, traits, consents, sessions, handovers)


def deletes(person: Person) -> Person:
    return person.says("BORRAR MIS DATOS").hears("¿Lo confirmas?").says("sí")


def parts(office: Office) -> list[bool]:
    """What the eraser does once the farewell has gone out."""
    found = office.database.read_now(lambda c: leaving.partings(c, office.now, 10))
    part = partial(leaving.part, at_provider={}, now=office.now)
    return [office.database.run_now(partial(part, person_id=each.person_id)) for each in found]


def test_a_plain_yes_deletes_everything_and_says_so(town: Office) -> None:
    ana = volunteers(town.texter())
    ana.says("persona")
    before = ana.row()["handle"]

    deletes(ana).hears("Borramos todo")

    assert ana.segments == [1]
    assert [len(town.rows(table)) for table in GONE] == [0] * len(GONE)
    [empty] = town.rows(people)
    assert (empty.name, empty.zone, empty.city_id, empty.consent) == (None, None, None, "out")
    assert empty.handle != before
    assert {row.payload for row in town.rows(inbound)} == {None}
    assert len(town.rows(deliveries)) == 1


def test_once_the_farewell_is_sent_not_even_an_empty_person_remains(town: Office) -> None:
    ana = deletes(volunteers(town.texter()))

    assert parts(town) == [True]

    for table in (people, addresses, deliveries, farewells):
        assert town.rows(table) == []
    assert all(row.address_id is None for row in town.rows(inbound))
    [kept] = town.rows(suppressions)
    assert kept.lookup == town.desk.vault.index("sms", ana.sender)


def test_nobody_parts_before_the_farewell_has_gone_out(town: Office) -> None:
    ana = town.texter()
    ana.says("hola").says("BORRAR MIS DATOS")
    town.receive(ana.message("sí"))

    assert parts(town) == []
    ana.looks().hears("Borramos todo")
    assert parts(town) == [True]


@pytest.mark.parametrize(
    "answer",
    ["no", "NO", "2", "no gracias", "SALIR", "exit", "No, déjalo"],
)
def test_a_no_keeps_everything(lite_town: Office, answer: str) -> None:
    ana = volunteers(lite_town.texter())

    ana.says("borrar mis datos").says(answer).hears("no borramos nada")

    assert ana.row()["name"] is not None


@pytest.mark.parametrize(
    "answer",
    ["no sé si borra todo", "claro que no", "¿sí o no?", "sí pero no ahora", "borrar mis datos"],
)
def test_what_only_sounds_like_a_yes_is_asked_again(lite_town: Office, answer: str) -> None:
    ana = volunteers(lite_town.texter())

    ana.says("borrar mis datos").says(answer)

    assert ana.row()["name"] is not None


@pytest.mark.parametrize("answer", ["sí", "SI", "1", "yes", "Sí.", "y", "Sí, borra todo", "uno"])
def test_a_plain_yes_is_understood_however_it_is_written(lite_town: Office, answer: str) -> None:
    ana = volunteers(lite_town.texter())

    ana.says("borrar mis datos").says(answer).hears("Borramos todo")


def test_a_yes_that_comes_days_later_is_asked_again(town: Office) -> None:
    ana = volunteers(town.texter())
    ana.says("borrar mis datos")
    town.later(days=1)

    ana.says("sí").hears("¿Lo confirmas?")
    ana.says("sí").hears("Borramos todo")


def test_a_button_deletes_on_telegram(town: Office) -> None:
    dev = joins(town.telegrammer("en"))

    dev.says("/deletemydata").presses("Yes, delete it all")

    dev.hears("We deleted everything", "This chat stays on your phone")
    assert town.rows(registrations) == []


def test_it_works_after_a_stop(town: Office) -> None:
    ana = volunteers(town.texter())
    ana.says("ALTO")

    deletes(ana).hears("Borramos todo")

    assert town.rows(registrations) == []


def test_it_works_after_a_stop_where_the_provider_takes_yes_for_a_start(town: Office) -> None:
    ana = volunteers(town.texter())
    ana.says("ALTO").says("borrar mis datos")

    ana.says("YES", opt_out="start").hears("Borramos todo")


def test_a_start_word_leaves_the_question_and_comes_back(town: Office) -> None:
    ana = volunteers(town.texter())
    ana.says("ALTO").says("borrar mis datos")

    ana.says("ALTA").hears("Alianza Americas")
    ana.says("sí")

    assert ana.row()["consent"] == "in"
    assert ana.row()["name"] is not None


def test_it_works_in_the_middle_of_another_form(town: Office) -> None:
    ana = town.texter()
    ana.says("UNIRME").says("2").says("Ana")

    deletes(ana).hears("Borramos todo")

    assert town.rows(sessions) == []


def test_a_stop_instead_of_a_yes_is_a_stop(town: Office) -> None:
    ana = volunteers(town.texter())

    ana.says("borrar mis datos").says("ALTO").hears("no más mensajes")

    assert ana.row()["consent"] == "out"
    assert ana.row()["name"] is not None


def test_somebody_who_never_joined_can_be_forgotten(town: Office) -> None:
    deletes(town.texter()).hears("Borramos todo")


def test_a_stop_right_after_it_leaves_the_farewell(town: Office) -> None:
    ana = volunteers(town.texter()).says("BORRAR MIS DATOS")
    for text in ("sí", "ALTO"):
        town.receive(ana.message(text))
    assert len(ana.looks().heard) == 1


def test_the_same_yes_twice_deletes_and_says_so_once(town: Office) -> None:
    ana = volunteers(town.texter())
    ana.says("borrar mis datos").says("sí", provider_id="SM-yes").hears("Borramos todo")

    ana.says("sí", provider_id="SM-yes").hears_nothing()


def test_after_a_deletion_nothing_is_said_but_to_a_start_word(town: Office) -> None:
    ana = deletes(volunteers(town.texter()))
    parts(town)

    ana.says("hola").hears_nothing()
    ana.says("sí").hears_nothing()
    ana.says("ALTA").hears("Como quieres participar")


def test_who_comes_back_starts_afresh_and_stays(town: Office) -> None:
    ana = deletes(volunteers(town.texter()))
    parts(town)
    ana.says("UNIRME").says("2").says("Otra").says(ZIP).says("1").says("1").says("1")

    ana.says("sí").hears("Ya eres parte, Otra")

    assert town.rows(suppressions) == []
    assert ana.row()["consent"] == "in"


def test_who_comes_back_before_the_farewell_is_through_stays_too(town: Office) -> None:
    ana = deletes(volunteers(town.texter()))
    ana.says("UNIRME")

    assert parts(town) == [False]
    assert town.rows(farewells) == []
    ana.says("2").hears("llamas")


def test_all_addresses_are_suppressed_and_gone(town: Office) -> None:
    ana = volunteers(town.texter())
    vault, other = town.desk.vault, new_id()
    second = {
        "id": other,
        "person_id": ana.row()["id"],
        "channel": "telegram",
        "lookup": vault.index("telegram", "7700112233"),
        "value": vault.seal("addresses", "value", other, "7700112233"),
        "created_at": town.now,
        "heard_at": town.now,
    }
    town.database.run_now(lambda c: c.execute(insert(addresses), second))

    deletes(ana)

    assert {row.channel for row in town.rows(suppressions)} == {"sms", "telegram"}
    assert [row.channel for row in town.rows(addresses)] == ["sms"]


def test_only_a_number_a_day_is_left(town: Office) -> None:
    for _ in range(2):
        deletes(volunteers(town.texter()))
    deletes(town.texter())

    counted = {(row.day, row.what): row.n for row in town.rows(counts)}
    assert counted == {("2026-11-21", "deleted"): 3, ("2026-11-21", "deleted_individual"): 2}


def test_the_provider_is_to_delete_every_message_of_theirs(town: Office) -> None:
    ana = volunteers(town.texter())
    town.database.run_now(_number_deliveries)

    deletes(ana)

    asked = {row.provider_id for row in town.rows(provider_deletions)}
    sent = {row.provider_id for row in town.rows(inbound)}
    assert sent < asked
    assert any(each.startswith("SM-out-") for each in asked - sent)


def test_no_provider_is_asked_about_telegram(town: Office) -> None:
    dev = joins(town.telegrammer("en"))
    dev.says("delete my data").says("yes").hears("We deleted")

    assert town.rows(provider_deletions) == []


def test_what_the_provider_is_taking_just_now_becomes_known_by_its_id(town: Office) -> None:
    """It can't be called back, but its record can be deleted once it has an id."""
    ana = volunteers(town.texter())
    row = _queue(town, ana, "on its way")
    _set(town, row, status="sending", attempts=1)

    deletes(ana)
    [flying] = [each for each in town.rows(deliveries) if each.id == row]
    assert (flying.body, flying.status) == (None, "sending")
    assert parts(town) == []

    _set(town, row, status="sent", provider_id="SM-late")
    assert parts(town) == [True]
    assert "SM-late" in {each.provider_id for each in town.rows(provider_deletions)}


def test_what_waits_for_them_is_never_sent(town: Office) -> None:
    ana = volunteers(town.texter())
    row = _queue(town, ana, "tomorrow's news", due_in=timedelta(days=1))

    deletes(ana)

    assert row not in {each.id for each in town.rows(deliveries)}


def test_others_lose_nothing(town: Office) -> None:
    berta = volunteers(town.texter(), name="Berta")
    ana = volunteers(town.texter())

    deletes(ana)
    parts(town)

    berta.says("mis datos").hears("Berta", "18 mensajes")


def test_every_table_of_a_persons_goes_with_them() -> None:
    """By its foreign key, or it forgets them (who asked for an approval, who posted an event);
    where that only lets go, `erase` empties the row itself."""
    kept = {"inbound"}
    staying = [
        f"{table.name}.{key.parent.name}"
        for table in metadata.sorted_tables
        for key in table.foreign_keys
        if key.column.table.name == "people" and key.ondelete not in ("CASCADE", "SET NULL")
    ]
    orphans = {
        table.name
        for table in metadata.sorted_tables
        if {key.column.table.name for key in table.foreign_keys} == {"addresses"}
        and any(key.ondelete != "CASCADE" for key in table.foreign_keys)
    }
    assert staying == []
    assert orphans == kept


def _queue(office: Office, person: Person, text: str, due_in: timedelta = timedelta()) -> int:
    row = person.row()

    def unit(connection):  # type: ignore[no-untyped-def]
        address = connection.scalar(
            select(addresses.c.id).where(addresses.c.person_id == row["id"])
        )
        to = To(row["id"], address, person.channel)
        [queued] = enqueue(
            connection,
            office.desk.vault,
            to,
            [Outgoing(text)],
            now=office.now,
            due_at=office.now + due_in,
        )
        return queued

    return int(office.database.run_now(unit))


def _set(office: Office, row: int, **columns: object) -> None:
    statement = update(deliveries).where(deliveries.c.id == row).values(**columns)
    office.database.run_now(lambda connection: connection.execute(statement))


def _number_deliveries(connection) -> None:  # type: ignore[no-untyped-def]
    for row in connection.scalars(select(deliveries.c.id)).all():
        connection.execute(
            update(deliveries).where(deliveries.c.id == row).values(provider_id=f"SM-out-{row}")
        )
