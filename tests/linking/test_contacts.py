"""Linking by a shared contact: proof of one's own number, after LINK, and never anybody else's."""

from datetime import timedelta

import pytest
from sqlalchemy import Connection

from bot.telegram_setup import menu
from handlers.conversation.messages import SharedContact, from_json, to_json
from handlers.linking import LONG_SILENT
from storage import leaving, profiles
from storage.people import addresses, consents, people
from tests.linking.conftest import (
    Pair,
    address_of,
    are_one,
    asks_to_link,
    joins,
    name_of,
    person_of,
    shares_own_number,
    stranger,
    written_to,
)
from tests.talk import Office


def test_link_offers_the_button_that_shares_ones_own_number(pair: Pair) -> None:
    asks_to_link(pair.chat)
    assert pair.chat.fresh[-1].ask == "contact"
    assert pair.chat.fresh[-1].ask_label == "Share my number"


def test_link_is_in_telegrams_menu() -> None:
    assert "vincular" in dict(menu("es"))
    assert "link" in dict(menu("en"))


@pytest.mark.parametrize("form", ["{}", "{digits}"])
def test_the_number_of_somebody_known_makes_one_person(pair: Pair, form: str) -> None:
    joins(pair.phone, name="Rosa", language="en")
    asks_to_link(pair.chat)
    number = pair.phone.sender
    shared = form.format(number, digits=number.removeprefix("+"))
    shares_own_number(pair.chat, shared).hears("Linked", "Where should we write to you?")
    assert are_one(pair.chat, pair.phone)
    assert name_of(pair.chat) == "Rosa"
    pair.phone.looks().hears("linked now", "UNLINK")


def test_a_number_that_never_wrote_becomes_an_address_that_is_left_alone(
    pair: Pair, bare_office: Office
) -> None:
    joins(pair.chat, language="en")
    asks_to_link(pair.chat)
    shares_own_number(pair.chat, "+13125559999").hears("only if you choose SMS")
    phone = bare_office.texter("+13125559999")
    assert are_one(phone, pair.chat)
    row = address_of(phone)
    assert (row.status, row.preferred, row.may_stand_in) == ("active", False, False)
    phone.looks().hears_nothing()
    assert written_to(pair.chat) == "telegram"
    pair.chat.sends(kind="blocked")
    assert written_to(pair.chat) is None
    pair.chat.says("EXIT")
    pair.chat.says("PREFER SMS").hears("by SMS")
    assert written_to(pair.chat) == "sms"


def test_the_consent_of_the_person_is_kept_as_given_for_the_new_number(
    pair: Pair, bare_office: Office
) -> None:
    joins(pair.chat)
    asks_to_link(pair.chat)
    shares_own_number(pair.chat, "+13125559999")
    new = address_of(bare_office.texter("+13125559999")).id
    kept = [(row.act, row.channel, row.address_id) for row in bare_office.rows(consents)]
    assert kept == [("in", "sms", new)]


def test_who_never_agreed_to_messages_has_not_by_linking(pair: Pair, bare_office: Office) -> None:
    asks_to_link(pair.chat)
    shares_own_number(pair.chat, pair.phone.sender)
    assert pair.chat.row()["consent"] == "none"
    assert bare_office.rows(consents) == []


def test_a_contact_of_somebody_else_is_refused_and_not_kept(
    pair: Pair, bare_office: Office
) -> None:
    joins(pair.phone, name="Rosa")
    asks_to_link(pair.chat)
    forged = SharedContact(pair.phone.sender, own=False)
    pair.chat.sends(contact=forged).hears("somebody else's contact")
    assert not are_one(pair.chat, pair.phone)
    inbound = pair.chat.message(contact=forged)
    assert pair.phone.sender not in to_json(inbound)
    assert from_json(to_json(inbound)).contact == SharedContact("", own=False)
    own = pair.chat.message(contact=SharedContact(pair.phone.sender, own=True))
    assert from_json(to_json(own)) == own


def test_a_contact_that_nobody_asked_for_links_nothing(pair: Pair, bare_office: Office) -> None:
    shares_own_number(pair.chat, pair.phone.sender).hears("send LINK first")
    assert not are_one(pair.chat, pair.phone)
    asks_to_link(pair.chat)
    bare_office.later(minutes=15)
    shares_own_number(pair.chat, pair.phone.sender).hears("send LINK first")
    assert not are_one(pair.chat, pair.phone)


@pytest.mark.parametrize("phone", ["", "abc", "12", "+" + "9" * 40, "\u0661\u0662"])
def test_what_is_no_number_is_refused_kindly(pair: Pair, phone: str) -> None:
    asks_to_link(pair.chat)
    shares_own_number(pair.chat, phone).hears("can't read that number")


def test_the_same_number_again_is_linked_already(linked: Pair) -> None:
    linked.chat.says("LINK").hears("linked already")
    shares_own_number(linked.chat, linked.phone.sender).hears("send LINK first")


def test_a_number_that_is_linked_with_another_chat_stays_there(
    linked: Pair, bare_office: Office
) -> None:
    chat = stranger(bare_office, "telegram")
    asks_to_link(chat)
    shares_own_number(chat, linked.phone.sender).hears("linked with another one already")
    assert not are_one(chat, linked.phone)


def test_a_number_long_silent_may_have_changed_hands(pair: Pair, bare_office: Office) -> None:
    """Telegram knows a number from when the account was made, perhaps years ago."""
    joins(pair.phone, name="Rosa")
    bare_office.later(seconds=(LONG_SILENT + timedelta(days=1)).total_seconds())
    asks_to_link(pair.chat)
    shares_own_number(pair.chat, pair.phone.sender).hears("silent for long")
    assert not are_one(pair.chat, pair.phone)


def test_a_number_that_nobody_has_any_more_is_not_linked(pair: Pair, bare_office: Office) -> None:
    row = address_of(pair.phone).id
    bare_office.database.run_now(
        lambda connection: profiles.set_one_address_status(connection, row, "invalid")
    )
    asks_to_link(pair.chat)
    shares_own_number(pair.chat, pair.phone.sender).hears("silent for long")


def test_a_number_that_was_deleted_after_a_stop_says_start_itself(
    pair: Pair, bare_office: Office
) -> None:
    person = person_of(pair.phone)

    def forget(connection: Connection) -> None:
        leaving.suppress(connection, [person], bare_office.now)
        leaving.erase(connection, [person])

    bare_office.database.run_now(forget)
    asks_to_link(pair.chat)
    shares_own_number(pair.chat, pair.phone.sender).hears("Text START from it")
    assert len(bare_office.rows(addresses)) == 1


def test_a_number_whose_data_was_just_deleted_says_start_itself(pair: Pair) -> None:
    joins(pair.phone, language="en")
    pair.phone.says("DELETE MY DATA")
    pair.phone.says("yes").hears("We deleted everything")
    asks_to_link(pair.chat)
    shares_own_number(pair.chat, pair.phone.sender).hears("Text START from it")
    assert pair.chat.row()["consent"] == "none"


def test_in_the_middle_of_joining_the_question_returns(pair: Pair) -> None:
    pair.chat.says("JOIN")
    pair.chat.says("2").hears("call you")
    pair.chat.says("LINK")
    shares_own_number(pair.chat, "+13125559999").hears("Linked", "call you")
    pair.chat.says("Rosa").hears("Where are you?")


def test_in_the_middle_of_joining_a_number_that_has_joined_ends_it(pair: Pair) -> None:
    joins(pair.phone, name="Rosa", language="en")
    pair.chat.says("JOIN")
    pair.chat.says("LINK")
    shares_own_number(pair.chat, pair.phone.sender).hears("Linked", "Where should we write")
    pair.chat.says("EXIT")
    pair.chat.says("JOIN").hears("already in")


def test_a_contact_that_comes_twice_changes_nothing(pair: Pair, bare_office: Office) -> None:
    asks_to_link(pair.chat)
    contact = SharedContact(pair.phone.sender, own=True)
    shared = pair.chat.message(contact=contact)
    for _ in range(2):
        bare_office.receive(shared)
    assert len(bare_office.rows(people)) == 1
