"""What the tests of needs by chat share: who coordinates, who volunteers, what was posted."""

import re
from collections.abc import Callable

import pytest

from storage.needs import READ, Need, need_of, needs
from tests.coordinators.conftest import invitation, one_time_code
from tests.talk import Office, Person
from tests.tending import tend

CODE = re.compile(r"\b[A-Z]\d{1,5}\b")
VOLUNTEER = {
    "es": ("VOLUNTARIA", "1", "Rosa", "Tijuana, Mexico", "7", "TODO", "1", "SI"),
    "en": ("VOLUNTEER", "1", "Kim", "Tijuana, Mexico", "7", "ALL", "2", "YES"),
}
MEMBER = {
    "es": ("UNIRME", "1", "5", "Tijuana, Mexico"),
    "en": ("JOIN", "1", "5", "Tijuana, Mexico"),
}


@pytest.fixture
def volunteer(office: Office) -> Callable[..., Person]:
    """Somebody near who can help with anything that people bring."""

    def joined(person: Person | None = None, language: str = "es") -> Person:
        who = person or office.texter()
        return who.talks(*VOLUNTEER[language])

    return joined


@pytest.fixture
def keeper(office: Office) -> Person:
    """Looks after the shelter in Tijuana, on Telegram."""
    return keeps(office.telegrammer("es"))


@pytest.fixture
def texting_keeper(office: Office) -> Person:
    return keeps(office.texter())


def keeps(person: Person, scope: str = "shelter:tijuana", language: str = "es") -> Person:
    person.talks(*MEMBER[language])
    person.says(invitation(person.office, "coordinator", scope))
    return person.says({"es": "SALIR", "en": "EXIT"}[language])


def confirms(person: Person) -> Person:
    """Texts back the code that came last."""
    return person.says(one_time_code(person))


def posts(person: Person, what: str = "20 cajas de pañales, urgente") -> str:
    """By the shortest way on Telegram; the code of the need."""
    person.says(f"NECESIDAD {what}")
    if "Saltar" in person.buttons or "Skip" in person.buttons:
        person.says("Calle Roma 5, de 9 a 6")
    person.says("SI")
    code = CODE.search(" ".join(person.heard))
    assert code, person.heard
    tend(person.office)
    return code[0]


def need(office: Office, code: str) -> Need:
    row = office.database.read_now(lambda c: c.execute(READ.where(needs.c.code == code)).one())
    return need_of(row)


def all_needs(office: Office) -> list[Need]:
    rows = office.database.read_now(lambda c: c.execute(READ).all())
    return sorted(map(need_of, rows), key=lambda each: each.id)
