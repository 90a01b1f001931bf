"""A role ends: removed by an admin, deleted with its person, or lost with a number in doubt."""

from datetime import timedelta

import pytest
from sqlalchemy import Connection

from handlers.retention import Limits, due_chores
from storage.approvals import approvals
from storage.audit import audit
from storage.codes import codes
from storage.coordinators import grants as grants_table
from storage.coordinators import invitations, pending_acts
from storage.people import people
from tests.coordinators.conftest import (
    acts,
    asks_to_invite,
    grants,
    invitation,
    invitation_code,
    short_code,
    takes_up,
    texts_back,
)
from tests.linking.conftest import joins, shares_own_number
from tests.talk import Office, Person


@pytest.fixture
def boss(office: Office) -> Person:
    return takes_up(office.telegrammer("en"), "admin")


def test_a_removed_coordinator_may_nothing_more_and_is_told(boss: Person) -> None:
    rosa = takes_up(boss.office.texter(), "coordinator", "shelter:tijuana")
    boss.says(f"REMOVE {rosa.row()['handle'].lower()}")
    boss.hears("End this role", "Coordination, Casa del Migrante en Tijuana", "Are you sure?")
    boss.says("yes").hears("Ended:")
    rosa.looks().hears("Your role has ended: Coordination, Casa del Migrante en Tijuana.")
    assert grants(rosa) == []
    assert acts(boss.office)[-1] == "remove"


def test_by_sms_a_removal_takes_a_code(office: Office) -> None:
    boss = takes_up(office.texter(), "admin")
    rosa = takes_up(office.texter(), "approver")
    boss.says(f"QUITAR {rosa.row()['handle']}").hears("End this role", "text back")
    assert grants(rosa) == [("approver", "network")]
    texts_back(boss).hears("Ended:")
    assert grants(rosa) == []


def test_the_last_admin_is_not_removed(boss: Person) -> None:
    takes_up(boss.office.texter(), "admin", "shelter:tijuana")
    boss.says(f"REMOVE {boss.row()['handle']}")
    boss.presses("Yes, end it").hears("That is the network's only admin.")
    assert grants(boss) == [("admin", "network")]


def test_an_admin_of_a_shelter_sees_and_removes_nobody_elsewhere(boss: Person) -> None:
    local = takes_up(boss.office.telegrammer("en"), "admin", "shelter:tijuana")
    takes_up(boss.office.texter(), "coordinator", "shelter:tochan")
    here = takes_up(boss.office.texter(), "coordinator", "shelter:tijuana")
    local.says(f"REMOVE {boss.row()['handle']}").hears("Nobody of your team has that code.")
    team = "\n".join(local.says("TEAM").heard)
    assert here.row()["handle"] in team
    assert team.count("V-") == 2


def test_the_team_is_shown_by_name_to_admins_and_that_they_looked_is_kept(boss: Person) -> None:
    rosa = takes_up(boss.office.texter(), "coordinator")
    joins(rosa, name="Rosa")
    boss.says("/team").hears(f"{rosa.row()['handle']} Rosa: Coordination, the whole network")
    assert acts(boss.office)[-1] == "team_read"
    assert "Rosa" not in "".join(str(row) for row in boss.office.rows(audit))


def test_a_deleted_coordinator_is_missed_by_the_admins(boss: Person) -> None:
    rosa = takes_up(boss.office.texter(), "coordinator")
    handle = rosa.row()["handle"]
    rosa.talks("DELETE MY DATA", "yes").hears("We deleted everything")
    boss.looks().hears(f"{handle} is no longer with the team.")
    assert [row.person_id for row in boss.office.rows(grants_table)] == [boss.row()["id"]]
    assert acts(boss.office)[-1] == "step_down"


def test_the_network_never_loses_its_last_admin_silently(boss: Person) -> None:
    rosa = takes_up(boss.office.texter(), "coordinator")
    boss.says("DELETE MY DATA").hears("You are the network's only admin.")
    boss.presses("Yes, delete it all")
    rosa.looks().hears("the network has no admin now", "enlace invite --role admin")
    anew = boss.office.telegrammer("en").says("hello there")
    anew.says(invitation(boss.office, "admin")).hears("Welcome to the team.")


def test_a_number_in_doubt_loses_its_role(office: Office) -> None:
    member = joins(takes_up(office.texter(), "coordinator"), language="en")
    outsider = takes_up(office.texter(), "coordinator")
    boss = takes_up(office.telegrammer("en"), "admin")
    office.later(days=366)
    member.says("STATUS").hears("If this number was yours back then")
    member.says("ME").hears("its role in our team has ended")
    outsider.says("hello again").hears("its role in our team has ended")
    assert grants(member) == grants(outsider) == []
    assert len([each for each in boss.looks().heard if "no longer with the team" in each]) == 2
    outsider.says(invitation(office)).hears("Welcome to the team.")
    assert grants(outsider) == [("coordinator", "network")]


def test_a_stop_ends_what_waits_for_a_code(office: Office) -> None:
    takes_up(office.telegrammer("en"), "admin")
    boss = takes_up(office.texter(), "admin")
    asks_to_invite(boss)
    boss.says("STOP")
    assert office.rows(pending_acts) == []


def sweeps(office: Office) -> None:
    limits = Limits(timedelta(days=30), timedelta(days=7), timedelta(days=90))

    def unit(connection: Connection) -> None:
        for chore, before in due_chores(limits, office.now):
            chore.act(connection, chore.find(connection, before), before, office.now)

    office.database.run_now(unit)


def test_time_clears_what_is_over_and_keeps_whoever_has_a_role(office: Office) -> None:
    boss = takes_up(office.telegrammer("en"), "admin")
    rosa = takes_up(office.texter(), "coordinator")
    second = takes_up(office.texter(), "admin")
    asks_to_invite(second)
    boss.talks(f"REMOVE {rosa.row()['handle']}", "yes")
    office.later(days=100)
    sweeps(office)
    held = {row.person_id for row in office.rows(grants_table)}
    assert held == {boss.row()["id"], second.row()["id"]}
    assert {row.id for row in office.rows(people)} == held
    assert office.rows(invitations) == office.rows(pending_acts) == []
    assert len(acts(office)) > 0


def test_my_data_tells_a_role_and_what_waits_for_a_code(office: Office) -> None:
    takes_up(office.telegrammer("en"), "admin")
    boss = takes_up(office.texter(), "admin", "shelter:tijuana")
    boss.says("MY DATA").hears("Role: Administration, Casa del Migrante en Tijuana, since")
    boss.talks("INVITE", "1", "1", "1").says("MY DATA").hears("waits for its code")


def test_a_role_from_invitation_to_deletion_on_either_database(bare_office: Office) -> None:
    office = bare_office
    boss = takes_up(office.texter(), "admin")
    second = takes_up(office.telegrammer("en"), "admin")
    asks_to_invite(boss)
    texts_back(boss)
    second.looks().presses(f"Approve {short_code(second)}").hears("Approved")
    chat, phone = office.telegrammer("en").says("hello there"), office.texter()
    chat.talks(invitation_code(boss.looks()), "Rosa")
    takes_up(phone, "coordinator")
    chat.says("LINK")
    shares_own_number(chat, phone.sender).hears("Linked")
    chat.says("EXIT")
    assert grants(phone) == [("coordinator", "network")]
    second.says("TEAM").hears(f"{phone.row()['handle']} Rosa: Coordination, the whole network")
    second.talks(f"REMOVE {phone.row()['handle']}", "yes").hears("Ended:")
    boss.talks("DELETE MY DATA", "yes")
    office.later(days=100)
    sweeps(office)
    assert [row.person_id for row in office.rows(grants_table)] == [second.row()["id"]]
    assert office.rows(approvals) == office.rows(codes) == []
