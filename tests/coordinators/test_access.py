"""Who may do what, and that by SMS nothing privileged is done before a code came back."""

from itertools import product

import pytest
from sqlalchemy import Connection, insert

from handlers.access import covers
from handlers.consent_words import is_provider_keyword
from handlers.link_codes import code_in, is_code, is_invitation, new_code
from storage import coordinators
from storage.coordinators import Role, ScopeKind, pending_acts
from storage.ids import new_id
from storage.people import people
from tests.coordinators.conftest import (
    acts,
    asks_to_invite,
    grants,
    one_time_code,
    takes_up,
    texts_back,
)
from tests.linking.conftest import asks_to_link, code_seen_by, links, shares_own_number
from tests.talk import Office, Person

WAITS = "Another admin has to say yes"
SCOPES: tuple[tuple[ScopeKind, int | None], ...] = (
    *(("network", None), ("shelter", 1), ("shelter", 2)),
    *(("organisation", 1), ("organisation", 2)),
)


@pytest.fixture
def admin(office: Office) -> Person:
    """By SMS, with a colleague who can say yes."""
    takes_up(office.telegrammer("en"), "admin")
    return takes_up(office.texter(), "admin")


def test_whoever_covers_a_place_is_found_there(bare_office: Office) -> None:
    def unit(connection: Connection) -> None:
        for role, (scope, row) in product(Role, SCOPES):
            person, at = new_id(), bare_office.now
            folk = {"id": person, "handle": f"V-{person % 10**9}", "language": "es"}
            connection.execute(insert(people), folk | {"created_at": at, "seen_at": at})
            coordinators.add_grant(connection, person, role, scope, row, by="operator", now=at)
        held = {each.grant.person_id: each.grant for each in coordinators.live_grants(connection)}
        for role in Role:
            for place in ({}, {"shelter": 1}, {"organisation": 2}):
                found = coordinators.holders(connection, role, **place)
                assert found == sorted(
                    each for each, grant in held.items() if covers([grant], role, **place)
                )
                assert all(held[each].role in coordinators.at_least(role) for each in found)
        assert len(coordinators.holders(connection, Role.COORDINATOR)) == 3
        assert len(coordinators.holders(connection, Role.ADMIN, shelter=1)) == 2

    bare_office.database.run_now(unit)


def test_by_sms_nothing_is_done_before_the_code_has_come_back(admin: Person) -> None:
    asks_to_invite(admin).hears("Invite somebody: Coordination, the whole network.", "text back")
    assert "invite_asked" not in acts(admin.office)
    texts_back(admin).hears(WAITS)
    assert "invite_asked" in acts(admin.office)
    texts_back(admin)
    assert acts(admin.office).count("invite_asked") == 1


def test_on_telegram_it_is_done_at_once(office: Office) -> None:
    takes_up(office.texter(), "admin")
    asks_to_invite(takes_up(office.telegrammer("en"), "admin")).hears(WAITS)


@pytest.mark.parametrize("written", ["{}", " {}. ", "{0[0]}{0[1]}{0[2]} {0[3]}{0[4]}{0[5]}"])
def test_the_code_is_read_as_people_write_it(admin: Person, written: str) -> None:
    asks_to_invite(admin)
    admin.says(written.format(one_time_code(admin))).hears(WAITS)


def test_a_code_is_good_for_ten_minutes(admin: Person) -> None:
    asks_to_invite(admin)
    code = one_time_code(admin)
    admin.office.later(minutes=11)
    admin.says(code)
    assert "invite_asked" not in acts(admin.office)


def test_only_the_newest_code_counts(admin: Person) -> None:
    asks_to_invite(admin, role="3")
    old = one_time_code(admin)
    asks_to_invite(admin, role="1")
    admin.says(old).hears("isn't the code")
    texts_back(admin).hears(WAITS)
    assert [row.name for row in admin.office.rows(pending_acts)] == []


def test_three_wrong_codes_end_it_and_a_new_act_buys_no_new_guesses(admin: Person) -> None:
    asks_to_invite(admin)
    admin.says("0000").hears("isn't the code", "Nothing was done")
    asks_to_invite(admin)
    admin.says("00000").hears("isn't the code")
    admin.says("000000").hears("Too many wrong codes")
    texts_back(admin).hears("Too many wrong codes")
    asks_to_invite(admin).hears("Too many wrong codes")
    assert "invite_asked" not in acts(admin.office)
    admin.office.later(minutes=11)
    asks_to_invite(admin)
    texts_back(admin).hears(WAITS)


def test_nobody_else_can_send_the_code(admin: Person) -> None:
    other = takes_up(admin.office.texter(), "admin")
    asks_to_invite(admin)
    other.says(one_time_code(admin))
    assert "invite_asked" not in acts(admin.office)


def test_a_yes_is_no_proof_and_a_no_ends_it(admin: Person) -> None:
    asks_to_invite(admin)
    admin.says("yes").hears("text back the code itself")
    admin.says("no").hears("nothing was done")
    admin.says(one_time_code(admin)).hears("isn't the code")
    assert "invite_asked" not in acts(admin.office)


def test_a_zip_code_still_answers_its_question(admin: Person) -> None:
    asks_to_invite(admin)
    code = one_time_code(admin)
    admin.talks("JOIN", "1", "1").hears("ZIP")
    admin.says("60608")
    assert "isn't the code" not in "".join(admin.heard)
    admin.says(code).hears(WAITS)


def test_the_code_is_understood_in_the_middle_of_a_form_which_then_goes_on(admin: Person) -> None:
    asks_to_invite(admin)
    code = one_time_code(admin)
    admin.talks("JOIN", "1", "1").says(code).hears(WAITS, "ZIP")


def test_a_role_that_ended_meanwhile_does_nothing_more(admin: Person) -> None:
    asks_to_invite(admin)
    row = admin.row()["id"]
    admin.office.database.run_now(
        lambda c: [
            coordinators.revoke_grant(c, each.id, admin.office.now)
            for each in coordinators.grants_of(c, row)
        ]
    )
    texts_back(admin).hears("That is for coordinators.")
    assert "invite_asked" not in acts(admin.office)


def test_what_waits_is_sealed(admin: Person) -> None:
    asks_to_invite(admin)
    [row] = admin.office.rows(pending_acts)
    assert b"coordinator" not in row.payload
    assert one_time_code(admin).encode() not in row.lookup


def test_a_coordinators_number_is_not_linked_on_the_strength_of_its_caller_id(
    admin: Person,
) -> None:
    thief = admin.office.telegrammer("en").says("hello there")
    admin.says(asks_to_link(thief))
    admin.says("yes").hears("which then has your role too", "text back")
    assert grants(thief) == []
    texts_back(admin).hears("Linked")
    assert grants(thief) == [("admin", "network")]


def test_two_who_become_one_have_the_roles_of_both(office: Office) -> None:
    phone = takes_up(takes_up(office.texter(), "approver"), "coordinator")
    chat = takes_up(office.telegrammer("en"), "approver")
    assert code_seen_by(chat.says("LINK"))
    shares_own_number(chat, phone.sender).hears("Linked")
    assert grants(chat) == grants(phone)
    assert sorted(grants(chat)) == [("approver", "network"), ("coordinator", "network")]


@pytest.mark.parametrize("word", ["QUITAR", "REMOVE", "remove.", "¡Quitar!", "/remove"])
@pytest.mark.parametrize("channel", ["sms", "telegram"])
def test_a_coordinators_word_is_a_stop_to_everybody_else(
    office: Office, word: str, channel: str
) -> None:
    def somebody() -> Person:
        return office.texter() if channel == "sms" else office.telegrammer("en")

    takes_up(somebody(), "admin").says(word).hears("Which role ends?")
    ordinary = somebody().says("hello there")
    ordinary.says(word).hears("no more messages")
    assert ordinary.row()["consent"] == "out"


@pytest.mark.parametrize("word", ["STOP", "CANCEL", "END", "QUIT", "ALTO", "BAJA"])
def test_a_real_stop_is_a_stop_to_coordinators_too(office: Office, word: str) -> None:
    assert is_provider_keyword(word) == "stop" or word in ("ALTO", "BAJA")
    boss = takes_up(office.texter(), "admin").says(word).hears("no more messages")
    boss.says("TEAM").hears_nothing()


@pytest.mark.parametrize("words", ["remove me from your list", "quítame de la lista por favor"])
def test_a_coordinator_who_asks_to_leave_in_a_sentence_leaves(office: Office, words: str) -> None:
    boss = takes_up(office.telegrammer("en"), "admin").says(words).hears("no more messages")
    assert boss.row()["consent"] == "out"


def test_coordinators_words_in_a_sentence_of_somebody_else_are_just_words(office: Office) -> None:
    person = office.texter().says("hello there")
    person.says("team").hears("That is for coordinators. NEEDS")
    person.says("approve my asylum case please").hears("I still don't get it")


def test_invitations_look_like_nothing_else() -> None:
    for _time in range(50):
        code = new_code(3)
        assert is_invitation(code)
        assert is_invitation(code.lower().replace("-", " "))
        assert not is_code(code)
        assert not is_invitation(new_code())
        assert code_in(code) is None
    assert not any(map(is_invitation, ("A7", "482193", "A7 482193", "cuarenta tamales")))


def test_links_still_work_for_a_chat_with_a_role(office: Office) -> None:
    chat = takes_up(office.telegrammer("en"), "admin")
    phone = office.texter().says("hello there, good morning")
    links(chat, phone)
    assert grants(phone) == [("admin", "network")]
