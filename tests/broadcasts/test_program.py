"""`enlace send`, `status`, `hold`, `resume` beside a running bot: real processes and clients."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert

from bot.terms import utc_now
from handlers.status import facts_of
from storage.database import Database
from storage.ids import new_id
from storage.people import addresses, people
from storage.sealed import Vault
from tests.processes.machine import Machine, enlace, heard, hears, machine, settings

COUNTS = ("waiting", "sending", "sent", "delivered", "failed", "unknown", "suppressed")
RATE = 6
"""Segments a second: so slow that there is time to hold it, however busy the machine."""


def members(environment: dict[str, str], numbers: list[str], language: str = "es") -> None:
    """Who agreed by another way than a conversation, such as an import."""
    database, now = Database(environment["DATABASE_URL"]), utc_now()
    vault = database.run_now(lambda c: Vault.load(c, environment["SECRET_KEYS"].split(",")))
    for number in numbers:
        person, home = new_id(), new_id()
        folk = {"id": person, "handle": f"V-{person}", "language": language, "consent": "in"}
        at = {"id": home, "person_id": person, "channel": "sms"}
        at |= {"lookup": vault.index("sms", number), "created_at": now, "heard_at": now}
        at |= {"value": vault.seal("addresses", "value", home, number)}

        def add(connection: Any, folk: Any = folk, at: Any = at) -> None:
            connection.execute(insert(people), folk | {"created_at": now, "seen_at": now})
            connection.execute(insert(addresses), at)

        database.run_now(add)
    database.close_now()


async def tells(environment: dict[str, str], *arguments: str) -> str:
    process = await enlace(*arguments, environment=environment)
    out, err = await process.communicate()
    assert process.returncode == 0, err.decode()
    return out.decode().strip()


async def status(here: Machine, code: str) -> dict[str, Any]:
    text = await tells(here.providers.environment, "status", code, "--json")
    facts: dict[str, Any] = json.loads(text)
    assert facts["audience"] == sum(facts[name] for name in (*COUNTS, "expired", "cancelled"))
    return facts


async def settled(here: Machine, code: str) -> dict[str, Any]:
    """How it stands once none of it is on its way; looked up here, as a command takes seconds."""
    database = Database(here.providers.environment["DATABASE_URL"])
    try:
        while True:
            facts = await database.read(lambda connection: facts_of(connection, code))
            assert facts is not None
            over = facts["status"] == "held" or not facts["waiting"]
            if not facts["sending"] and over:
                return facts
            await asyncio.sleep(0.05)
    finally:
        await database.close()


async def test_an_alert_is_sent_held_resumed_answered_and_aborted(
    sqlite_url: str, tmp_path: Path
) -> None:
    async with machine(sqlite_url) as here:
        environment = here.providers.environment
        environment["SMS_RATE"] = str(RATE)
        twilio = here.providers.twilio
        numbers = [f"+1312555{number:04d}" for number in range(100, 220)]
        members(environment, numbers)
        rosa = twilio.phone(numbers[0])
        await here.start("run")
        file = tmp_path / "alert.json"
        file.write_text(json.dumps({"topic": "shelters", "es": "Llama hoy", "en": "Call today"}))

        code = await tells(environment, "send", str(file))
        await hears(rosa, "Alianza Americas: Llama hoy")
        await tells(environment, "hold", code.lower())
        at_once = len(twilio.calls.of("create"))
        await settled(here, code)
        facts = await status(here, code)
        held = len(twilio.calls.of("create"))

        assert held - at_once <= RATE
        assert (facts["status"], facts["reason"], facts["audience"]) == ("held", "operator", 120)
        assert facts["waiting"] == 120 - held > 0

        await tells(environment, "resume", code)
        while len(twilio.calls.of("create")) <= held:
            await asyncio.sleep(0.05)
        await rosa.texts("Hecho!")
        await hears(rosa, "Gracias por actuar")
        await tells(environment, "abort", code)
        facts = await settled(here, code)
        assert facts["done"] == 1
        assert facts["sent"] + facts["delivered"] == 120 - facts["cancelled"] < 120
        alerts = [text for number in numbers for text in heard(twilio.phone(number))]
        assert len(alerts) - 1 == 120 - facts["cancelled"], "one each, and a thank-you"

        few = [f"+1312555{number:04d}" for number in range(300, 305)]
        members(environment, few, "en")
        only = {"topic": "tps", "en": "Vote today", "audience": {"languages": ["en"]}}
        file.write_text(json.dumps(only))
        code = await tells(environment, "send", str(file))
        facts = await settled(here, code)
        while facts["status"] != "done" or facts["delivered"] < len(few):
            facts = await settled(here, code)
        assert facts["audience"] == facts["delivered"] == len(few)
        assert all(len(heard(twilio.phone(number))) == 1 for number in few)
        overview = json.loads(await tells(environment, "status", "--json"))
        assert overview == {"open": [], "people_waiting": 0, "halted": {}}
        assert await tells(environment, "status") == (
            "Nothing is open.\n0 people wait for a human."
        )


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["status", "Z9"], "Z9"),
        (["hold", "Z9"], "Z9"),
        (["send", "{file}"], "topic"),
        (["send", "/nowhere.json"], "/nowhere.json"),
    ],
)
async def test_what_cannot_be_done_is_one_line_and_exit_status_2(
    sqlite_url: str, tmp_path: Path, arguments: list[str], named: str
) -> None:
    file = tmp_path / "alert.json"
    file.write_text('{"es": "Llama"}')
    given = [each.format(file=file) for each in arguments]
    environment = settings(sqlite_url, "http://127.0.0.1:1")
    process = await enlace(*given, environment=environment)
    async with asyncio.timeout(60):
        out, err = await process.communicate()
    assert (process.returncode, out) == (2, b"")
    lines = err.decode().strip().splitlines()
    assert len(lines) == 1, lines
    assert named in lines[0]
