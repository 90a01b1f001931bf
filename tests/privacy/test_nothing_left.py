"""After a deletion nothing of a person is found: not in the database, the logs, or at Twilio.

Real processes, real clients, strict providers; the search reads raw bytes and every table.
"""

import asyncio
import base64
import json
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import Connection, insert

from bot.simulators.telegram import Person
from bot.simulators.twilio.phones import Phone
from storage.database import Database
from storage.gazetteer import gazetteer_editions
from storage.gazetteer_sources import edition
from storage.rotation import sealed_columns
from storage.sealed import Vault, new_secret_key
from tests.privacy.conftest import ZIP, found_chicago
from tests.processes.machine import Machine, enlace, hears, machine

NUMBER, LINKED, CHAT = "+13125550187", "+13125550144", 7700112233
WORDS = (
    *("Xochiquetzal", "Quetzalcóatl", "cuarenta tamales", "Zacarías", "Ixtlilxóchitl"),
    *("quiero hablar", NUMBER, NUMBER[1:], NUMBER[2:], LINKED[2:], str(CHAT)),
    *("41.8502", "87.6713"),
)


@pytest.fixture
def town_url(database_url: str) -> str:
    """A database whose gazetteer is one town, and counts as filled."""

    def fill(connection: Connection) -> None:
        found_chicago(connection)
        connection.execute(insert(gazetteer_editions), {"edition": edition()})

    database = Database(database_url)
    database.run_now(fill)
    database.close_now()
    return database_url


async def talks(phone: Phone | Person, *texts: str) -> None:
    """Each text is answered before the next is sent."""
    for text in texts:
        await (phone.texts(text) if isinstance(phone, Phone) else phone.sends(text))
        await phone.waits_for(1, timeout=20)


async def joins_and_is_deleted_by_sms(here: Machine, before: list[bytes]) -> None:
    phone = here.providers.twilio.phone(NUMBER)
    await talks(phone, "UNIRME", "3", "Comité Quetzalcóatl", "Xochiquetzal", ZIP, "12", "1 2")
    await talks(phone, "cuarenta tamales", "sí")
    await hears(phone, "Ya eres parte")
    await talks(phone, "persona", "quiero hablar con alguien", "MIS DATOS")
    await hears(phone, "Detalles: cuarenta tamales")
    before += sealed_values(here)
    await talks(phone, "BORRAR MIS DATOS", "sí")
    await hears(phone, "Borramos todo")


async def links(phone: Phone, person: Person) -> None:
    """A number that is no more than linked, and goes with the chat's person."""
    await talks(phone, "VINCULAR")
    [shown] = re.findall(r"[A-Z0-9]{4}-[A-Z0-9]{4}", phone.heard[-1].text)
    await talks(person, f"/vincular {shown}", "sí")
    await hears(phone, "DESVINCULAR")


async def joins_and_is_deleted_on_telegram(here: Machine, before: list[bytes]) -> None:
    person = here.providers.telegram.person(CHAT, "Zacarías Ixtlilxóchitl", language_code="es")
    await person.starts()
    await hears(person, "participar")
    await person.presses("Hacer voluntariado")
    await person.waits_for(1, timeout=20)
    await talks(person, "Zacarías Ixtlilxóchitl")
    await person.shares_location(41.8502, -87.6713)
    await person.waits_for(1, timeout=20)
    await talks(person, "todas", "todas", "1 2", "sí")
    await hears(person, "Ya eres parte")
    await links(here.providers.twilio.phone(LINKED), person)
    await talks(person, "/misdatos")
    await hears(person, "Chicago, IL")
    before += sealed_values(here)
    await person.sends("/borrarmisdatos")
    await hears(person, "¿Lo confirmas?")
    await person.presses("Sí, borra todo")
    await hears(person, "Borramos todo")


async def test_nothing_of_a_person_is_left_anywhere(town_url: str, tmp_path: Path) -> None:
    sealed: list[bytes] = []
    async with machine(town_url) as here:
        bot = await here.start("run")
        await joins_and_is_deleted_by_sms(here, sealed)
        await joins_and_is_deleted_on_telegram(here, sealed)
        async with asyncio.timeout(60):
            while here.providers.twilio.messages or addresses_left(town_url):
                await asyncio.sleep(0.2)
        assert await here.stop(bot) == 0
        out, err = await bot.communicate()

    kept = "\n".join(everything(town_url)).encode()
    files = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    for word in WORDS:
        for spelling in spellings(word):
            for where, text in {"rows": kept, "files": files, "logs": out + err}.items():
                assert spelling.lower() not in text.lower(), f"{word} is in the {where}"
    assert len(sealed) > 40
    for value in sealed:
        assert value not in files
        assert value.hex().encode() not in kept


@pytest.mark.parametrize(
    "command", ["run", "worker", "sweep", "replay", "rotate-keys", "export people x.csv"]
)
async def test_without_its_key_a_database_is_not_opened(sqlite_url: str, command: str) -> None:
    database = Database(sqlite_url)
    database.run_now(lambda connection: Vault.load(connection, [new_secret_key()]))
    database.run_now(lambda c: c.execute(insert(gazetteer_editions), {"edition": edition()}))
    database.close_now()

    async with machine(sqlite_url) as here:
        refused = await enlace(*command.split(), environment=here.providers.environment)
        out, err = await refused.communicate()

    [line] = err.decode().strip().splitlines()
    assert "SECRET_KEYS does not open this database" in line
    assert (refused.returncode, out) == (2, b"")


async def test_the_commands_say_what_they_did(town_url: str, tmp_path: Path) -> None:
    async with machine(town_url) as here:
        environment = here.providers.environment
        newer = {**environment, "SECRET_KEYS": f"{new_secret_key()},{environment['SECRET_KEYS']}"}
        said = {}
        for command, settings in (
            ("sweep", environment),
            ("replay", environment),
            ("rotate-keys", newer),
            (f"export people {tmp_path}/people.csv", newer),
        ):
            process = await enlace(*command.split(), environment=settings)
            out, err = await process.communicate()
            assert (process.returncode, err) == (0, b""), command
            said[command.split()[0]] = out.decode()
    assert "texts received: 0" in said["sweep"]
    assert said["replay"].startswith("0 messages were kept as failed")
    assert "may be taken out of SECRET_KEYS" in said["rotate-keys"]
    assert said["export"].startswith("0 people written")
    assert query(town_url, "SELECT actor FROM audit WHERE act = 'export people'") == [("operator",)]


def spellings(word: str) -> Iterator[bytes]:
    """As text and as what text becomes on its way."""
    for encoding in ("utf-8", "utf-16-le", "utf-16-be", "latin-1"):
        yield word.encode(encoding)
    yield json.dumps(word)[1:-1].encode()
    yield word.encode().hex().encode()
    yield base64.b64encode(word.encode()).rstrip(b"=")[:-1]


def sealed_values(here: Machine) -> list[bytes]:
    """The person's number, name, answers and messages as they are stored while they are."""
    found: list[bytes] = []
    for column in sealed_columns():
        statement = f"SELECT {column.name} FROM {column.table.name}"
        rows = query(here.providers.environment["DATABASE_URL"], statement)
        found += [row[0] for row in rows if isinstance(row[0], bytes)]
    return found


def addresses_left(url: str) -> list[tuple[object, ...]]:
    return query(url, "SELECT id FROM addresses")


def everything(url: str) -> Iterator[str]:
    """Every row of every table, as the database itself writes it."""
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as connection:
            yield from connection.iterdump()
        return
    for (table,) in query(url, "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"):
        for (row,) in query(url, f"SELECT t::text FROM {table} t"):
            yield str(row)


def query(url: str, statement: str) -> list[tuple[object, ...]]:
    """The bot has the database open in another process, never in this one."""
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"), timeout=10)) as lite:
            return lite.execute(statement).fetchall()
    with psycopg.connect(url) as connection:
        return connection.execute(statement.encode()).fetchall()
