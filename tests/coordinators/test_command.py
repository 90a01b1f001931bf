"""`enlace invite`, as the operator runs it."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import Connection, select

from handlers.conversation.messages import Inbound
from handlers.desk import Desk
from handlers.inbound import receive
from handlers.network import demo_network, load
from handlers.policy import Policy
from storage.audit import audit
from storage.coordinators import grants
from storage.database import Database
from storage.network import shelters
from storage.sealed import Vault, new_secret_key
from tests.processes.machine import enlace


@pytest.fixture
def environment(sqlite_url: str) -> dict[str, str]:
    database = Database(sqlite_url)
    database.run_now(lambda connection: load(connection, demo_network()))
    database.close_now()
    return {"DATABASE_URL": sqlite_url, "SECRET_KEYS": new_secret_key()}


async def run(environment: dict[str, str], *arguments: str) -> tuple[int | None, str, str]:
    process = await enlace("invite", *arguments, environment=environment)
    out, err = await process.communicate()
    return process.returncode, out.decode(), err.decode()


async def test_it_prints_a_code_that_works(environment: dict[str, str]) -> None:
    status, out, err = await run(environment, "--role", "coordinator", "--scope", "shelter:tijuana")
    assert (status, err) == (0, "")
    [code] = out.split("\n")[:-1]
    database, now = Database(environment["DATABASE_URL"]), datetime.now(UTC)

    def unit(connection: Connection) -> None:
        vault = Vault.load(connection, [environment["SECRET_KEYS"]])
        sent = Inbound("sms", "SM1", "+13125550100", now, code)
        receive(connection, Desk(vault, Policy()), sent, now)

    database.run_now(unit)
    [grant] = database.read_now(lambda c: c.execute(select(grants)).all())
    tijuana = database.read_now(
        lambda c: c.scalar(select(shelters.c.id).where(shelters.c.code == "tijuana"))
    )
    assert (grant.role, grant.scope, grant.scope_id) == ("coordinator", "shelter", tijuana)
    said = database.read_now(lambda c: c.execute(select(audit.c.actor, audit.c.act)).all())
    assert ("operator", "invite") in [tuple(row) for row in said]
    database.close_now()


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (("--role", "boss"), "--role"),
        (("--role", "admin", "--scope", "shelter:nowhere"), "--scope"),
        (("--role", "admin", "--scope", "people"), "--scope"),
    ],
)
async def test_what_is_not_known_is_refused_in_one_line(
    environment: dict[str, str], arguments: tuple[str, ...], named: str
) -> None:
    status, out, err = await run(environment, *arguments)
    assert (status, out, err.count("\n")) == (2, "", 1)
    assert named in err
