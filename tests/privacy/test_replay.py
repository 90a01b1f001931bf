"""A message whose handler raised is kept, and answered later: unless later words count more."""

from collections import Counter
from functools import partial

import pytest
from sqlalchemy import Connection, insert

from handlers import answering as handling
from handlers.context import Context
from handlers.inbound import keep_failed
from handlers.replay import replay
from storage import failures
from storage.messages import inbound
from storage.network import organisations
from tests.linking.conftest import are_one, asks_to_link
from tests.privacy.conftest import ZIP, volunteers
from tests.talk import Office, Person


class BrokenError(Exception):
    """A fault of ours."""


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Handling raises while the list holds True."""
    faults = [True]
    answer = handling._answer

    def raising(context: Context) -> None:
        if faults[-1]:
            raise BrokenError
        answer(context)

    monkeypatch.setattr(handling, "_answer", raising)
    return faults


def fails(person: Person, text: str) -> Person:
    """The message comes in, its handler raises, and it is kept as the intake keeps it."""
    office, message = person.office, person.message(text)
    with pytest.raises(BrokenError):
        office.receive(message)
    office.database.run_now(
        lambda c: keep_failed(c, office.desk, message, office.now, "BrokenError here:1")
    )
    return person.looks()


def breaks_off(broken: list[bool], person: Person, text: str) -> None:
    """It fails, and only it."""
    broken.append(True)
    fails(person, text)
    broken.append(False)


def replays(office: Office) -> Counter[str]:
    """As `enlace replay` does it."""
    done: Counter[str] = Counter()
    for row in office.database.read_now(failures.failures):
        try:
            done[office.database.run_now(partial(_replay, office, row))] += 1
        except BrokenError:
            done["failed"] += 1
    return done


def _replay(office: Office, row: int, connection: Connection) -> str:
    return replay(connection, office.desk, row, office.now)


def test_once_mended_the_person_gets_the_proper_answer(town: Office, broken: list[bool]) -> None:
    ana = town.texter()
    fails(ana, "UNIRME").hears("Perdon")

    broken.append(False)
    assert replays(town) == {"answered": 1}

    ana.looks().hears("Como quieres participar")
    assert {row.status for row in town.rows(inbound)} == {"done"}
    assert replays(town) == {}


def test_what_fails_again_stays_kept(town: Office, broken: list[bool]) -> None:
    ana = fails(town.texter(), "UNIRME")

    assert replays(town) == {"failed": 1}

    ana.looks().hears_nothing()
    [row] = town.rows(inbound)
    assert (row.status, row.error) == ("failed", "BrokenError here:1")


def test_messages_are_replayed_in_order(town: Office, broken: list[bool]) -> None:
    ana = town.texter()
    for text in ("UNIRME", "2", "Ana", ZIP):
        fails(ana, text)

    broken.append(False)
    assert replays(town) == {"answered": 4}

    ana.looks().hears("llamas", "ZIP", "Medios")


def test_a_stop_is_honoured_though_more_was_said_since(town: Office, broken: list[bool]) -> None:
    broken.append(False)
    ana = volunteers(town.texter())
    breaks_off(broken, ana, "ALTO")
    ana.says("hola?")

    assert replays(town) == {"answered": 1}

    assert ana.row()["consent"] == "out"


@pytest.mark.parametrize(("failed", "later", "consent"), [("ALTA", "ALTO", "out")])
def test_a_later_stop_outdoes_an_earlier_start(
    town: Office, broken: list[bool], failed: str, later: str, consent: str
) -> None:
    broken.append(False)
    ana = volunteers(town.texter())
    ana.says("ALTO")
    town.later(minutes=1)
    breaks_off(broken, ana, failed)
    town.later(minutes=1)
    ana.says("ALTA")
    town.later(minutes=1)
    ana.says(later)

    assert replays(town) == {"overtaken": 1}

    assert ana.row()["consent"] == consent


def test_a_bare_answer_is_not_given_to_a_later_question(town: Office, broken: list[bool]) -> None:
    broken.append(False)
    ana = town.texter()
    ana.says("UNIRME")
    breaks_off(broken, ana, "1")
    ana.says("2").says("Ana").hears("ZIP")

    assert replays(town) == {"overtaken": 1}

    ana.looks().hears_nothing()
    ana.says(ZIP).hears("Medios")


def test_a_command_is_answered_whatever_was_said_since(town: Office, broken: list[bool]) -> None:
    ana = fails(town.texter(), "MIS DATOS")
    broken.append(False)
    ana.says("hola")

    assert replays(town) == {"answered": 1}
    ana.looks().hears("Esto es todo")


def test_a_failed_message_whose_text_is_gone_is_not_replayed(town: Office) -> None:
    row = {
        "id": 7,
        "channel": "sms",
        "provider_id": "SM7",
        "status": "failed",
        "payload": None,
        "received_at": town.now,
    }

    def add(connection: Connection) -> None:
        connection.execute(insert(inbound), row)

    town.database.run_now(add)
    assert replays(town) == {}


def test_what_somebody_else_has_replayed_is_left_alone(town: Office, broken: list[bool]) -> None:
    ana = fails(town.texter(), "UNIRME")
    [row] = town.database.read_now(failures.failures)
    broken.append(False)
    replays(town)
    ana.looks()

    again = town.database.run_now(lambda c: replay(c, town.desk, row, town.now))

    assert again == "gone"
    ana.looks().hears_nothing()


@pytest.mark.parametrize("failed", ["INICIO CARECEN", "UNIRME", "PERFIL", "5"])
def test_nothing_said_before_a_stop_undoes_it(
    town: Office, broken: list[bool], failed: str
) -> None:
    place = {"city": "Chicago", "region": "IL", "country": "US", "zone": "America/Chicago"}
    organisation = {"id": 7, "code": "carecen", "name": "CARECEN", **place}
    town.database.run_now(lambda c: c.execute(insert(organisations), organisation))
    broken.append(False)
    ana = volunteers(town.texter())
    breaks_off(broken, ana, failed)
    town.later(minutes=1)
    ana.says("ALTO")
    town.later(minutes=1)

    assert replays(town) == {"overtaken": 1}

    ana.looks().hears_nothing()
    assert ana.row()["consent"] == "out"


def test_what_is_answered_after_a_stop_is_replayed_too(town: Office, broken: list[bool]) -> None:
    broken.append(False)
    ana = volunteers(town.texter())
    breaks_off(broken, ana, "MIS DATOS")
    town.later(minutes=1)
    ana.says("ALTO")

    assert replays(town) == {"answered": 1}

    ana.looks().hears("Ana Lucia")


def test_linking_in_between_undoes_neither_a_command_nor_a_stop(
    town: Office, broken: list[bool]
) -> None:
    broken.append(False)
    ana, chat = volunteers(town.texter()), town.telegrammer()
    for text in ("NECESIDADES", "ALTO"):
        breaks_off(broken, ana, text)
    town.later(minutes=1)
    chat.says(f"LINK {asks_to_link(ana)}").says("sí")
    assert are_one(ana, chat)

    assert replays(town) == {"answered": 2}

    assert ana.row()["consent"] == "out"


def test_who_came_back_without_having_agreed_stays(town: Office, broken: list[bool]) -> None:
    broken.append(False)
    ana = town.texter().talks("hola", "ALTO")
    town.later(minutes=1)
    breaks_off(broken, ana, "ALTO")
    town.later(minutes=1)
    ana.says("START")

    assert replays(town) == {"overtaken": 1}

    assert ana.row()["consent"] == "none"
