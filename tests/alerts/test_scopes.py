"""What is sent about a need or an event is steered by those who look after that, and no others."""

from datetime import timedelta

import pytest
from sqlalchemy import Connection

from bot.needing import Needing
from handlers import events
from handlers.events import Plan
from storage.audience import Scope
from storage.audit import OPERATOR
from tests.alerts.conftest import Person, Town
from tests.posting import post_diapers

ASLEEP = "Asia/Tokyo"
WORDS = ("HOLD", "RESUME", "ABORT", "STATUS")


async def asked_for_diapers(town: Town) -> str:
    """The code of the first wave of a need in Tijuana that the operator posted."""
    code = post_diapers(town, 40)
    await Needing(town.database, town.desk, town.clock).step()
    return f"{code}.1"


async def announced(town: Town, organisation: str | None) -> str:
    """The code of an invitation that the operator sent for an organisation."""
    host = town.organisation(organisation) if organisation else None
    starts = town.now + timedelta(days=3)
    plan = Plan("rally", "Marcha", None, starts, "America/Chicago", organisation_id=host)

    def unit(connection: Connection) -> str:
        desk, now = (connection, town.desk.vault), town.now
        event = events.create(*desk, plan, actor=OPERATOR, now=now)
        return events.announce(*desk, event, Scope(), actor=OPERATOR, now=now).code

    return town.database.run_now(unit)


async def is_none_of(person: Person, code: str) -> None:
    before = person.town.facts(code)["status"]
    for word in WORDS:
        await person.writes(f"{word} {code}")
        assert not any(told in "".join(person.heard) for told in ("sent", "going out", "hold"))
    assert person.town.facts(code)["status"] == before


async def steers(person: Person, code: str) -> None:
    town = person.town
    await person.writes(f"HOLD {code}")
    assert (town.facts(code)["status"], town.facts(code)["reason"]) == ("held", "person")
    await person.writes(f"STATUS {code}")
    person.hears(code, ": on hold", "A coordinator put it on hold.")
    await person.writes(f"RESUME {code}")
    person.hears(f"{code} goes on.")
    await person.writes(f"ABORT {code}")
    assert town.facts(code)["status"] == "aborted"


async def test_a_need_is_steered_by_its_shelter_whoever_posted_it(town: Town) -> None:
    town.crowd(3, zone=ASLEEP)
    code = await asked_for_diapers(town)
    await is_none_of(await town.coordinator("telegram", "en", shelter="saltillo"), code)
    await is_none_of(await town.coordinator("telegram", "en", organisation="chicago"), code)
    await is_none_of(town.person("telegram", "en"), code)
    await steers(await town.coordinator("telegram", "en", shelter="tijuana"), code)


@pytest.mark.parametrize("host", ["chicago", None])
async def test_an_event_is_steered_by_its_organisation(town: Town, host: str | None) -> None:
    town.crowd(3, zone=ASLEEP)
    code = await announced(town, host)
    await is_none_of(await town.coordinator("telegram", "en", organisation="nyc"), code)
    await is_none_of(await town.coordinator("telegram", "en", shelter="tijuana"), code)
    await is_none_of(town.person("telegram", "en"), code)
    own = await town.coordinator("telegram", "en", organisation=host)
    await steers(own, code)


async def test_the_code_of_a_need_alone_means_what_goes_out_about_it(town: Town) -> None:
    town.crowd(3, zone=ASLEEP)
    code = await asked_for_diapers(town)
    ana = await town.coordinator("sms", "en", shelter="tijuana")
    await ana.writes(f"HOLD {code[:-2]}")
    ana.hears(f"Hold {code}. To confirm, text back")
    assert town.facts(code)["status"] != "held"
    await ana.writes(ana.one_time_code())
    assert town.facts(code)["status"] == "held"
