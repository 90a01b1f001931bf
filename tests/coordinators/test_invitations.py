"""Invitations: redeemed once, confirmed by a second admin, never guessed."""

import pytest

from storage import coordinators
from storage.approvals import approvals
from storage.coordinators import Role, invitations
from storage.people import registrations
from tests.coordinators.conftest import (
    acts,
    asks_to_invite,
    grants,
    grants_of,
    invitation,
    invitation_code,
    short_code,
    takes_up,
    texts_back,
)
from tests.linking.conftest import links, name_of
from tests.talk import Office, Person

WRONG = "That invitation isn't right"


@pytest.fixture
def boss(office: Office) -> Person:
    return takes_up(office.telegrammer("en"), "admin")


@pytest.fixture
def second(office: Office, boss: Person) -> Person:
    assert boss
    return takes_up(office.telegrammer("en"), "admin")


@pytest.mark.parametrize("way", ["{}", "  {}. ", "/start {}", "JOIN {}"])
def test_sending_the_code_gives_the_role_and_nothing_else(office: Office, way: str) -> None:
    rosa = office.telegrammer("en").says("hello there")
    code = invitation(office, "approver", "shelter:tijuana").lower().replace("-", " ")
    rosa.says(way.format(code)).hears("Your role: Approval, Casa del Migrante en Tijuana.")
    rosa.hears("What should we call you?").says("Rosa").hears("Thank you, Rosa.")
    [grant] = grants_of(rosa)
    assert (grant.role, grant.scope) == (Role.APPROVER, "shelter")
    assert name_of(rosa) == "Rosa"
    assert rosa.row()["consent"] == "none"
    assert office.rows(registrations) == []
    assert acts(office) == ["invite", "redeem"]


def test_a_poster_link_of_an_invitation_greets_a_newcomer(office: Office) -> None:
    rosa = office.telegrammer("es").says(f"/start {invitation(office)}")
    rosa.hears("Te damos la bienvenida al equipo. Tu función: Coordinación, toda la red.")


def test_a_newcomer_by_sms_learns_how_to_switch_the_language(office: Office) -> None:
    office.texter().says(invitation(office)).hears("In English: ENGLISH.", "¿Cómo te llamas?")


def test_a_code_works_once(office: Office) -> None:
    code = invitation(office)
    office.texter().says("hello there").says(code).hears("Welcome to the team.")
    office.texter().says("hello there").says(code).hears(WRONG)


def test_a_code_works_for_seven_days(office: Office) -> None:
    code = invitation(office)
    office.later(days=7, minutes=1)
    office.texter().says("hello there").says(code).hears(WRONG)


def test_codes_are_not_guessed(office: Office) -> None:
    thief, honest = office.texter().says("hello there"), office.texter().says("hello there")
    for _try in range(5):
        thief.says("K7QM-3XPD-9RTV").hears(WRONG)
    code = invitation(office)
    thief.says(code).hears("Too many wrong codes")
    honest.says("K7QM-3XPD-9RTV").hears(WRONG)
    office.later(minutes=61)
    thief.says(code).hears("Welcome to the team.")


def test_after_a_stop_only_a_start_word_brings_the_role_along(office: Office) -> None:
    rosa = office.telegrammer("en").says("hello there").says("STOP")
    code = invitation(office)
    rosa.says(code).hears_nothing()
    rosa.says(f"/start {code}").hears("Welcome to the team.")
    assert grants(rosa) == [("coordinator", "network")]
    assert rosa.row()["consent"] == "none", "an invitation is no agreement"


def test_an_invitation_in_the_middle_of_a_form_leaves_the_form_open(office: Office) -> None:
    rosa = office.texter().talks("hello there", "JOIN", "1", "1").hears("ZIP")
    rosa.says(invitation(office)).hears("Welcome to the team.", "ZIP")


def test_an_admins_invitation_has_no_code_before_a_second_admin_said_yes(
    boss: Person, second: Person
) -> None:
    office = boss.office
    boss.talks("INVITE", "1", "2", "casa del migrante").hears("Which one do you mean?")
    boss.says("2").hears("Another admin has to say yes")
    assert [row.lookup for row in office.rows(invitations)][-1] is None
    assert not any("-" in each for each in boss.heard)
    second.looks().hears("asks for a second yes", "Coordination, Casa del Migrante en Tijuana.")
    boss.says(f"APPROVE {short_code(second)}").hears("You asked for", "yourself")
    second.presses(f"Approve {short_code(second)}").hears("Approved")
    boss.looks().hears("Approved. Coordination, Casa del Migrante en Tijuana: the code is")

    vera = office.texter().says("hello there").says(invitation_code(boss))
    vera.hears("Welcome to the team.")
    assert grants(vera) == [("coordinator", "shelter")]
    boss.looks().hears(f"{vera.row()['handle']} has taken up your invitation")
    assert acts(office)[-4:] == ["invite_asked", "approved", "invite", "redeem"]


def test_a_second_address_of_the_same_person_is_no_second_person(boss: Person) -> None:
    office = boss.office
    phone = office.texter().says("hello there, good morning")
    links(boss, phone)
    phone.says("EXIT")
    second = takes_up(office.telegrammer("en"), "admin")
    asks_to_invite(boss).hears("Another admin")
    phone.says(f"APPROVE {short_code(second.looks())}").hears("yourself")


@pytest.mark.parametrize(
    ("role", "scope"),
    [("approver", "network"), ("coordinator", "network"), ("admin", "shelter:tijuana")],
)
def test_whoever_could_not_invite_there_cannot_confirm_it(
    boss: Person, second: Person, role: str, scope: str
) -> None:
    other = takes_up(boss.office.telegrammer("en"), role, scope)
    asks_to_invite(boss)
    code = short_code(second.looks())
    other.looks().hears_nothing()
    other.says(f"APPROVE {code}").hears("Nothing waits for your yes under")
    other.says("APPROVE").hears("Nothing waits for your yes.")
    assert [row.decision for row in boss.office.rows(approvals)] == [None]


def test_an_admin_of_one_shelter_invites_for_that_shelter_only(office: Office) -> None:
    local = takes_up(office.telegrammer("en"), "admin", "shelter:tijuana")
    assert "The whole network" not in local.talks("INVITE", "1").buttons
    local.says("1").hears("Which shelter?")
    assert local.buttons == ["Casa del Migrante en Tijuana"]
    local.says("1").hears("none can be reached", "enlace invite")


def test_a_no_reaches_whoever_asked_with_its_reason(boss: Person, second: Person) -> None:
    asks_to_invite(boss)
    second.looks()
    second.says(f"REJECT {short_code(second)} better\u202e next month").hears("You said no")
    boss.looks().hears("was not approved: better next month")
    second.says(f"APPROVE {short_code(second)}").hears("is decided already")


def test_only_one_of_two_who_say_yes_has_said_it(boss: Person, second: Person) -> None:
    third = takes_up(boss.office.texter(), "admin")
    asks_to_invite(boss)
    code = short_code(second.looks())
    third.looks().hears("To see it and say yes: APPROVE")
    third.says(f"APPROVE {code}").hears("text back")
    second.says(f"APPROVE {code}").hears("Approved")
    texts_back(third).hears("decided already")
    codes = [row for row in boss.office.rows(invitations) if row.confirmed_by]
    assert len(codes) == 1


def test_what_nobody_decides_is_over_after_a_day(boss: Person, second: Person) -> None:
    from handlers.approvals import expire

    office = boss.office
    asks_to_invite(boss)
    code = short_code(second.looks())
    office.later(days=1)
    second.says(f"APPROVE {code}").hears("The time to decide")
    desk = office.desk
    assert office.database.run_now(lambda c: expire(c, desk.vault, desk.policy, office.now)) == 1
    boss.looks().hears("Nobody said yes to")
    assert office.database.run_now(lambda c: expire(c, desk.vault, desk.policy, office.now)) == 0


def test_an_asker_without_a_role_asks_for_nothing(boss: Person, second: Person) -> None:
    asks_to_invite(boss)
    code, row = short_code(second.looks()), boss.row()["id"]
    boss.office.database.run_now(lambda c: coordinators.revoke_all(c, row, boss.office.now))
    second.says(f"APPROVE {code}").hears("The time to decide")


@pytest.mark.parametrize("text", ["INVITE", "TEAM", "REMOVE V-482193", "APPROVE A7"])
def test_a_coordinator_is_no_admin(office: Office, text: str) -> None:
    rosa = takes_up(office.telegrammer("en"), "coordinator")
    rosa.says(text)
    assert any(
        each in rosa.heard[0]
        for each in ("That is for admins. To stop our messages: STOP", "Nothing waits")
    )
