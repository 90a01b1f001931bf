"""An office that knows one ZIP code, somebody with a phone, and the flow that runs there."""

import pytest
from sqlalchemy import Connection, Table, func, insert, select

from bot.intake import Intake, Receive
from bot.metrics import Metrics
from handlers.conversation.session import Session, load
from handlers.inbound import receive_all
from storage.gazetteer import cities, zips
from storage.messages import deliveries
from storage.people import sessions
from tests.talk import Office, Person

CHICAGO = {
    "id": 4887398,
    "name": "Chicago",
    "region_code": "IL",
    "region": "Illinois",
    "country": "US",
    "zone": "America/Chicago",
    "lat": 41.85,
    "lon": -87.65,
    "population": 2_700_000,
}
TO_JOIN = ("UNIRME", "1", "1 5", "60608")


@pytest.fixture
def here(bare_office: Office) -> Office:
    """An office, on each kind of database, that knows one ZIP code."""

    def fill(connection: Connection) -> None:
        connection.execute(insert(cities), CHICAGO)
        zone = {"code": "60608", "city_id": CHICAGO["id"], "zone": CHICAGO["zone"]}
        connection.execute(insert(zips), zone)

    bare_office.database.run_now(fill)
    return bare_office


@pytest.fixture
def rosa(here: Office) -> Person:
    return here.texter()


def count(office: Office, table: Table) -> int:
    statement = select(func.count()).select_from(table)
    return office.database.read_now(lambda connection: connection.execute(statement).scalar_one())


def session_of(office: Office, person: Person) -> Session | None:
    found = [row for row in office.rows(sessions) if row.person_id == person.row()["id"]]
    if not found:
        return None
    return load(office.desk.vault.open("sessions", "state", found[0].person_id, found[0].state))


def running(office: Office, person: Person) -> Session:
    session = session_of(office, person)
    assert session is not None, "no flow is running"
    return session


def statuses(office: Office) -> list[str]:
    return [row.status for row in office.rows(deliveries)]


def intake(office: Office, receiver: Receive = receive_all) -> Intake:
    return Intake(office.database, office.desk, Metrics(), lambda: office.now, receiver=receiver)
