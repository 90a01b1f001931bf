"""Linking by a code: shown at one side, sent from the other, and nothing before a plain yes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers import linking
from handlers.consent_words import Consent, classify
from handlers.features import COMMANDS
from handlers.link_codes import code_in, new_code
from locales.gsm7 import cost
from storage.linking import link_codes
from storage.people import addresses, people, registrations
from tests.linking.conftest import (
    Pair,
    are_one,
    asks_to_link,
    joins,
    links,
    name_of,
    person_of,
    stranger,
    written_to,
)
from tests.talk import Office


@pytest.mark.parametrize("way", ["LINK {}", "vincular {}", "/link {}", "{}", "  {}. "])
def test_a_code_from_the_chat_is_texted_and_confirmed(pair: Pair, way: str) -> None:
    joins(pair.phone, name="Rosa", language="en")
    code = asks_to_link(pair.chat)
    pair.phone.says(way.format(code)).hears("Is the Telegram chat", "1 Yes", "2 No")
    assert not are_one(pair.chat, pair.phone)
    pair.phone.says("yes").hears("Linked", "Where should we write to you?", "1 Telegram")
    assert are_one(pair.chat, pair.phone)
    assert name_of(pair.chat) == "Rosa"


def test_a_code_from_the_phone_is_sent_on_telegram_and_confirmed_by_a_button(pair: Pair) -> None:
    joins(pair.phone, name="Rosa", language="en")
    code = asks_to_link(pair.phone)
    pair.chat.says(code.lower().replace("-", " ")).hears("Is the phone that got this code")
    pair.chat.presses("Yes").hears("Linked", "Where should we write to you?")
    assert are_one(pair.chat, pair.phone)
    pair.chat.presses("SMS").hears("From now on we write to you by SMS.")
    assert written_to(pair.chat) == "sms"


@pytest.mark.parametrize("answer", ["no", "2", "no es mio", "not mine", "EXIT", "SALIR"])
def test_nothing_is_linked_without_a_yes(pair: Pair, answer: str) -> None:
    code = asks_to_link(pair.chat)
    pair.phone.says(code)
    pair.phone.says(answer)
    assert not are_one(pair.chat, pair.phone)


@pytest.mark.parametrize(
    "answer", ["si claro que no", "no es correcto", "yes?? no", "maybe", "sí o no", "ok no"]
)
def test_what_is_not_plainly_a_yes_links_nothing(pair: Pair, answer: str) -> None:
    pair.phone.says(asks_to_link(pair.chat))
    pair.phone.says(answer)
    assert not are_one(pair.chat, pair.phone)


def test_a_no_uses_the_code_up(pair: Pair, bare_office: Office) -> None:
    code = asks_to_link(pair.chat)
    pair.phone.says(code)
    pair.phone.says("no").hears("nothing was linked")
    stranger(bare_office).says(f"LINK {code}").hears("isn't right")


def test_before_the_yes_the_sender_learns_nothing_of_the_other_side(pair: Pair) -> None:
    joins(pair.chat, name="Guadalupe", zone="America/Chicago", country="US", language="en")
    handle, digits = pair.chat.row()["handle"], pair.chat.sender
    pair.phone.says(asks_to_link(pair.chat))
    pair.phone.says("HELP")
    told = "\n".join(message.text for message in pair.phone.screen)
    assert not any(fact in told for fact in ("Guadalupe", "Chicago", handle, digits))
    pair.phone.says("no")
    pair.phone.says("MY DATA")
    told = "\n".join(message.text for message in pair.phone.screen)
    assert not any(fact in told for fact in ("Guadalupe", "Chicago", handle, digits))


def test_whoever_showed_the_code_learns_at_once_and_can_undo_it(pair: Pair) -> None:
    joins(pair.chat, name="Guadalupe", language="en")
    pair.phone.says(asks_to_link(pair.chat))
    pair.phone.says("yes")
    pair.chat.looks().hears("Wasn't it you? Send UNLINK")
    pair.chat.says("UNLINK").hears("Separated")
    assert not are_one(pair.chat, pair.phone)
    assert name_of(pair.chat) == "Guadalupe"
    assert name_of(pair.phone) is None


def test_an_old_a_wrong_and_a_used_code_sound_the_same(pair: Pair, bare_office: Office) -> None:
    code = asks_to_link(pair.chat)
    bare_office.later(minutes=15)
    answers = pair.phone.says(f"LINK {code}").heard
    fresh = asks_to_link(pair.chat)
    pair.phone.says(f"LINK {fresh}")
    pair.phone.says("yes")
    somebody = stranger(bare_office)
    for sent in (fresh, "C222-2CCC"):
        assert somebody.says(f"LINK {sent}").heard == answers


def test_a_yes_after_the_time_is_over_comes_too_late(pair: Pair, bare_office: Office) -> None:
    pair.phone.says(asks_to_link(pair.chat))
    bare_office.later(minutes=16)
    pair.phone.says("yes").hears("its time is over")
    assert not are_one(pair.chat, pair.phone)


def test_a_new_code_replaces_the_last(pair: Pair) -> None:
    old, new = asks_to_link(pair.chat), asks_to_link(pair.chat)
    pair.phone.says(old).hears("isn't right")
    pair.phone.says(new).hears("yours?")


def test_of_two_who_send_one_code_the_first_yes_counts(pair: Pair, bare_office: Office) -> None:
    other = stranger(bare_office)
    code = asks_to_link(pair.chat)
    pair.phone.says(f"LINK {code}")
    other.says(f"LINK {code}")
    pair.phone.says("yes").hears("Linked")
    other.says("yes").hears("isn't right")
    assert are_one(pair.chat, pair.phone)
    assert not are_one(pair.chat, other)


@pytest.mark.parametrize("times", [1, 2])
def test_a_code_is_for_the_other_side(pair: Pair, bare_office: Office, times: int) -> None:
    code = asks_to_link(pair.phone)
    for sender in (pair.phone, stranger(bare_office))[:times]:
        sender.says(f"LINK {code}").hears("other side")
    pair.chat.says(code).hears("yours?")


def test_five_wrong_codes_in_an_hour_are_enough(pair: Pair, bare_office: Office) -> None:
    code = asks_to_link(pair.chat)
    for wrong in ("C222-2CC2", "C222-2CC3", "C222-2CC4", "C222-2CC5", "C222-2CC6"):
        pair.phone.says(f"LINK {wrong}").hears("isn't right")
    pair.phone.says(code).hears("wait an hour")
    stranger(bare_office).says(code).hears("yours?")
    bare_office.later(hours=1)
    pair.phone.says(asks_to_link(pair.chat)).hears("yours?")


def test_only_a_keyed_hash_of_the_code_is_stored(pair: Pair, bare_office: Office) -> None:
    code = asks_to_link(pair.chat)
    (row,) = bare_office.rows(link_codes)
    vault = bare_office.desk.vault
    assert row.lookup == vault.index("link_code", code.replace("-", ""))
    assert row.expires_at == bare_office.now + linking.CODE_LASTS


def test_the_code_and_wrong_tries_end_with_the_person(pair: Pair, bare_office: Office) -> None:
    code = asks_to_link(pair.chat)
    pair.chat.says("DELETE MY DATA")
    pair.chat.says("yes")
    assert bare_office.rows(link_codes) == []
    pair.phone.says(code).hears("isn't right")


def test_who_is_linked_already_is_told_so(linked: Pair) -> None:
    linked.chat.says("LINK").hears("linked already")
    linked.phone.says("LINK").hears("linked already")


def test_nobody_gets_a_second_phone_or_chat(linked: Pair, bare_office: Office) -> None:
    phone, chat = stranger(bare_office), stranger(bare_office, "telegram")
    code = asks_to_link(chat)
    linked.phone.says(f"LINK {code}").hears("linked with another one already")
    assert not are_one(chat, linked.phone)
    code = asks_to_link(phone)
    linked.chat.says(f"LINK {code}").hears("linked with another one already")
    assert not are_one(phone, linked.chat)


def test_in_the_middle_of_joining_a_code_brings_in_who_has_joined(pair: Pair) -> None:
    joins(pair.phone, name="Rosa", language="en")
    pair.chat.says("JOIN").hears("How would you like")
    code = asks_to_link(pair.phone)
    pair.chat.says(code).hears("yours?")
    pair.chat.says("yes").hears("Linked")
    pair.chat.says("EXIT")
    pair.chat.says("JOIN").hears("already in")


def test_in_the_middle_of_joining_the_other_side_goes_on_where_it_was(pair: Pair) -> None:
    pair.chat.says("JOIN")
    pair.chat.says("2").hears("call you")
    pair.phone.says("hello, good morning")
    pair.phone.says(asks_to_link(pair.chat))
    pair.phone.says("yes").hears("Linked")
    pair.phone.says("Rosa").hears("Where are you?")


def test_a_code_may_be_asked_for_in_the_middle_of_joining(pair: Pair) -> None:
    pair.chat.says("JOIN")
    pair.chat.says("LINK").hears("LINK ")
    assert pair.chat.fresh[-1].ask == "contact", "the button must not be taken away again"
    pair.chat.says("2").hears("call you")


@pytest.mark.parametrize("language", ["es", "en"])
def test_everything_texted_fits_one_sms(bare_office: Office, language: str) -> None:
    chat, phone = bare_office.telegrammer(language), bare_office.texter()
    chat.says({"es": "hola, buenas", "en": "hi there"}[language])
    phone.says({"es": "hola, buenas", "en": "hi there"}[language])
    phone.says("LINK C222-2CC3")
    asks_to_link(phone)
    phone.says(f"LINK {asks_to_link(phone)}")
    phone.says(asks_to_link(chat))
    phone.says("quizás mañana")
    phone.says("1")
    phone.says("2")
    for text in ("LINK", "PREFER SMS", "PREFER", "EXIT", "UNLINK", "UNLINK"):
        phone.says(text)
    long = [message.text for message in phone.screen if cost(message.text).segments != 1]
    assert long == []


@pytest.mark.parametrize(
    "code", ["K7QM-3XPD", *(new_code() for _ in range(50))], ids=lambda _: "code"
)
def test_a_code_is_read_as_it_is_shown_and_means_nothing_else(code: str) -> None:
    plain = code.replace("-", "")
    for typed in (code, code.lower(), plain, code.replace("-", " "), f"¡{code}!", f"\u200b{plain}"):
        assert code_in(typed) == plain
    assert not set(code) & set("0O1IL")
    for text in (code, f"VINCULAR {code}", f"LINK {code}"):
        assert classify(text).consent is Consent.NONE
    command, rest = COMMANDS.find(code) or (None, "")
    assert (command and command.run, rest) == (linking.link, code)


@given(st.text(max_size=60))
def test_any_text_is_a_code_or_none(text: str) -> None:
    code = code_in(text)
    assert code is None or len(code) == 8


def test_no_answer_to_a_question_is_taken_for_a_code() -> None:
    answers = ["TX 243567", "Illinois 6301234", "22334455", "60608", "+13125550101", "CDFHJKMN"]
    assert [text for text in answers if code_in(text)] == []


def test_after_a_stop_no_code_is_taken(pair: Pair, bare_office: Office) -> None:
    joins(pair.phone)
    code = asks_to_link(pair.chat)
    pair.phone.says("STOP")
    pair.phone.says(code).hears_nothing()
    assert not are_one(pair.chat, pair.phone)


def test_linking_leaves_one_person_and_no_lost_address(pair: Pair, bare_office: Office) -> None:
    joins(pair.phone)
    joins(pair.chat, kind="member")
    links(pair.chat, pair.phone)
    assert len(bare_office.rows(people)) == 1
    owners = {row.person_id for row in bare_office.rows(addresses)}
    assert owners == {person_of(pair.chat)}
    assert {row.kind for row in bare_office.rows(registrations)} == {"individual", "member"}
    assert [row.preferred for row in bare_office.rows(addresses)].count(True) == 1
