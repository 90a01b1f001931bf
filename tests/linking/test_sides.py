"""Two sides of one person: one copy, one stop, where we write, and parting."""

import pytest

from handlers.features import COMMANDS
from handlers.idle import expire_idle
from storage import profiles, standing
from storage.messages import deliveries, inbound
from storage.people import addresses, consents, people
from tests.linking.conftest import (
    Pair,
    address_of,
    are_one,
    asks_to_link,
    delivery,
    joins,
    name_of,
    person_of,
    queue,
    shares_own_number,
    stranger,
    written_to,
)
from tests.talk import Office


@pytest.mark.parametrize("side", ["chat", "phone"])
def test_a_stop_on_either_stops_both(linked: Pair, bare_office: Office, side: str) -> None:
    speaker = getattr(linked, side)
    waits = queue(linked.chat, kind="notice"), queue(linked.phone, kind="broadcast")
    speaker.says("STOP").hears("no more messages")
    assert {delivery(bare_office, row).status for row in waits} == {"suppressed"}
    assert {row.status for row in bare_office.rows(addresses)} == {"opted_out"}
    assert written_to(linked.chat) is None
    for person in (linked.chat, linked.phone):
        person.says("TOPICS").hears_nothing()


def test_an_opt_out_at_the_provider_stops_the_chat_too(linked: Pair, bare_office: Office) -> None:
    phone = address_of(linked.phone)
    bare_office.database.run_now(
        lambda connection: standing.opted_out(
            connection, phone.person_id, phone.id, "sms", now=bare_office.now
        )
    )
    assert linked.chat.row()["consent"] == "out"
    linked.chat.says("TOPICS").hears_nothing()


def test_a_start_on_telegram_leaves_the_number_closed_until_it_says_so_too(
    linked: Pair, bare_office: Office
) -> None:
    """Its carrier still blocks it; a send there would come back as one more stop."""
    linked.phone.says("STOP")
    linked.chat.says("START").hears("Welcome back")
    assert linked.chat.row()["consent"] == "in"
    assert written_to(linked.chat) == "telegram"
    linked.chat.says("PREFER SMS").hears("Send START from there first")
    linked.phone.says("TOPICS").hears_nothing()
    linked.phone.says("HELP").hears("STOP")
    linked.phone.says("START").hears("Welcome back")
    assert address_of(linked.phone).status == "active"
    assert written_to(linked.chat) == "sms"


def test_a_start_by_sms_opens_the_chat_as_well(linked: Pair) -> None:
    linked.chat.says("STOP")
    linked.phone.says("START").hears("Welcome back")
    assert address_of(linked.chat).status == "active"


def test_a_closed_number_may_stop_everything_again(linked: Pair) -> None:
    linked.phone.says("STOP")
    linked.chat.says("START")
    linked.phone.says("STOP")
    assert linked.chat.row()["consent"] == "out"


def test_the_one_just_used_is_preferred_until_one_is_chosen(linked: Pair) -> None:
    assert written_to(linked.chat) == "sms"
    linked.chat.says("PREFER telegram").hears("on Telegram")
    assert written_to(linked.phone) == "telegram"
    linked.phone.says("prefiero sms").hears("by SMS")
    assert written_to(linked.phone) == "sms"
    linked.phone.says("PREFER").hears("1 Telegram", "2 SMS")
    linked.phone.says("1")
    assert written_to(linked.phone) == "telegram"


@pytest.mark.parametrize("status", ["blocked", "invalid"])
def test_the_other_side_stands_in_while_the_preferred_one_cannot_be_reached(
    linked: Pair, bare_office: Office, status: str
) -> None:
    phone = address_of(linked.phone).id
    bare_office.database.run_now(
        lambda connection: profiles.set_one_address_status(connection, phone, status)
    )
    assert written_to(linked.chat) == "telegram"
    bare_office.database.run_now(
        lambda connection: profiles.set_one_address_status(connection, phone, "active")
    )
    assert written_to(linked.chat) == "sms"


def test_an_answer_goes_to_where_the_question_came_from(linked: Pair) -> None:
    linked.chat.says("HELP").hears("STOP")
    linked.phone.looks().hears_nothing()


def test_a_form_begun_at_one_side_goes_on_at_the_other(linked: Pair, bare_office: Office) -> None:
    linked.chat.says("PAUSE").hears("Until when")
    linked.phone.says("2 weeks").hears("Paused until")
    bare_office.later(days=10)
    bare_office.database.run_now(
        lambda connection: expire_idle(connection, bare_office.desk, bare_office.now)
    )
    linked.chat.looks().hears_nothing()


def test_unlink_leaves_all_that_is_known_here_and_nothing_there(
    linked: Pair, bare_office: Office
) -> None:
    joins(linked.chat, kind="member", name="Rosa", zone="America/Chicago")
    handle = linked.chat.row()["handle"]
    linked.chat.says("DESVINCULAR").hears("Separated")
    assert not are_one(linked.chat, linked.phone)
    assert (linked.chat.row()["handle"], name_of(linked.chat)) == (handle, "Rosa")
    other = linked.phone.row()
    assert (other["consent"], other["language"], other["name"]) == ("none", "en", None)
    assert (other["zone"], other["organisation_id"], other["source"]) == (None, None, None)
    assert written_to(linked.chat) == "telegram"
    assert all(row.person_id == person_of(linked.chat) for row in bare_office.rows(consents))
    linked.phone.says("JOIN").hears("How would you like")
    linked.chat.says("UNLINK").hears("Nothing is linked here")


def test_unlink_answers_in_the_middle_of_a_form(linked: Pair) -> None:
    linked.phone.says("PROFILE").hears("What do you want to change?")
    linked.phone.says("UNLINK").hears("Separated", "What do you want to change?")
    assert not are_one(linked.chat, linked.phone)


def test_what_waits_for_the_side_that_leaves_goes_to_the_one_that_stays(
    linked: Pair, bare_office: Office
) -> None:
    notice = queue(linked.phone, kind="notice")
    answer = queue(linked.phone)
    bare_office.receive(linked.chat.message("UNLINK"))
    moved, stayed = delivery(bare_office, notice), delivery(bare_office, answer)
    here, there = address_of(linked.chat), address_of(linked.phone)
    assert (moved.person_id, moved.address_id, moved.channel) == (
        here.person_id,
        here.id,
        "telegram",
    )
    assert (stayed.person_id, stayed.address_id) == (there.person_id, there.id)
    assert not [row for row in bare_office.rows(inbound) if row.address_id == there.id], (
        "what was said belongs to whom the data stays with"
    )
    assert all(row.person_id for row in bare_office.rows(deliveries))


def test_a_number_that_never_wrote_is_forgotten_with_the_link(
    pair: Pair, bare_office: Office
) -> None:
    joins(pair.chat, language="en")
    asks_to_link(pair.chat)
    shares_own_number(pair.chat, "+13125559999")
    before = len(bare_office.rows(people))
    pair.chat.says("UNLINK").hears("Separated")
    assert len(bare_office.rows(people)) == before
    assert bare_office.texter("+13125559999").sender not in {
        bare_office.desk.vault.open("addresses", "value", row.id, row.value)
        for row in bare_office.rows(addresses)
    }


def test_after_parting_they_can_be_linked_again(linked: Pair) -> None:
    linked.chat.says("UNLINK")
    linked.phone.says(asks_to_link(linked.chat)).hears("yours?")
    linked.phone.says("yes").hears("Linked")
    assert are_one(linked.chat, linked.phone)


def test_without_a_second_side_there_is_nothing_to_choose(bare_office: Office) -> None:
    person = stranger(bare_office)
    person.says("PREFER SMS").hears("Nothing is linked here")
    person.says("UNLINK").hears("Nothing is linked here")


def test_an_answer_that_begins_like_the_command_is_still_an_answer() -> None:
    assert COMMANDS.find("Prefiero los sábados") is None
    assert COMMANDS.find("prefer to cook") is None
