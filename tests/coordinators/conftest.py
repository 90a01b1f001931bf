"""What tests of coordinators share: invitations, roles, the codes that phones receive."""

import re

from sqlalchemy import Connection

from handlers import invitations
from storage import coordinators
from storage.audit import audit
from storage.coordinators import Grant, Role
from tests.linking.conftest import person_of
from tests.talk import Office, Person

_ONE_TIME = re.compile(r"\b\d{6}\b")
_INVITATION = re.compile(r"\b[A-Z0-9]{4}-[A-Z0-9]{4}-[A-Z0-9]{4}\b")
_CODE = re.compile(r"\b[A-Z]\d{1,5}\b")


def invitation(office: Office, role: str = "coordinator", scope: str = "network") -> str:
    """As `enlace invite` makes it."""

    def unit(connection: Connection) -> str:
        where = invitations.read_scope(connection, scope)
        assert where is not None
        vault = office.desk.vault
        return invitations.make(connection, vault, Role(role), *where, now=office.now)

    return office.database.run_now(unit)


def takes_up(person: Person, role: str = "coordinator", scope: str = "network") -> Person:
    """Has that role from now on, and no question open."""
    person.says("hello there, good morning")
    person.says(invitation(person.office, role, scope)).hears("Welcome to the team.")
    person.says("EXIT")
    return person


def grants(person: Person) -> list[tuple[str, str]]:
    return [(each.role.value, each.scope) for each in grants_of(person)]


def grants_of(person: Person) -> tuple[Grant, ...]:
    row = person_of(person)
    return person.office.database.read_now(lambda c: coordinators.grants_of(c, row))


def one_time_code(person: Person) -> str:
    """What the phone received last."""
    return _last(_ONE_TIME, person)


def invitation_code(person: Person) -> str:
    return _last(_INVITATION, person)


def short_code(person: Person) -> str:
    """Such as A7."""
    return _last(_CODE, person)


def _last(pattern: re.Pattern[str], person: Person) -> str:
    found = [found for message in person.screen for found in pattern.findall(message.text)]
    assert found, f"no such code on the screen: {person.heard}"
    return str(found[-1])


def texts_back(person: Person) -> Person:
    return person.says(one_time_code(person))


def asks_to_invite(person: Person, role: str = "1", scope: str = "1") -> Person:
    """The whole conversation, in English, up to the last answer."""
    return person.talks("INVITE", role, scope)


def acts(office: Office) -> list[str]:
    """What the audit has, oldest first."""
    return [row.act for row in office.rows(audit)]
