"""What is sent about a need or an event is steered by those who look after that, and no others."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection

from bot import operating
from bot.needing import Needing
from handlers import events
from handlers.events import Plan
from storage.audience import Scope
from storage.audit import OPERATOR
from tests.alerts.conftest import Person, Town, code_of
from tests.posting import post_diapers

ASLEEP = "Asia/Tokyo"
WORDS = ("HOLD", "RESUME", "ABORT", "STATUS")


async def asked_for_diapers(town: Town, packs: int = 40) -> str:
    """The code of the first wave of a need in Tijuana that the operator posted."""
    code = post_diapers(town, packs)
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
    own = await town.coordinator("telegram", "en", shelter="tijuana")
    await steers(own, code)
    await own.writes(f"STATUS {code}")
    own.hears(f"{code[:-2]}: 0 promised, 0 on the way, 0 received")


@pytest.mark.parametrize("host", ["chicago", None])
async def test_an_event_is_steered_by_its_organisation(town: Town, host: str | None) -> None:
    town.crowd(3, zone=ASLEEP)
    code = await announced(town, host)
    await is_none_of(await town.coordinator("telegram", "en", organisation="nyc"), code)
    await is_none_of(await town.coordinator("telegram", "en", shelter="tijuana"), code)
    await is_none_of(town.person("telegram", "en"), code)
    own = await town.coordinator("telegram", "en", organisation=host)
    await steers(own, code)
    await own.writes(f"STATUS {code}")
    own.hears(f"{code[:-2]}: 0 yes (0 people), 0 maybe, 0 no")
    assert "DONE" not in "".join(own.heard)


async def test_the_code_of_a_need_alone_means_what_goes_out_about_it(town: Town) -> None:
    town.crowd(3, zone=ASLEEP)
    code = await asked_for_diapers(town)
    ana = await town.coordinator("sms", "en", shelter="tijuana")
    await ana.writes(f"HOLD {code[:-2]}")
    ana.hears(f"Hold {code}. To confirm, text back")
    assert town.facts(code)["status"] != "held"
    await ana.writes(ana.one_time_code())
    assert town.facts(code)["status"] == "held"


async def test_the_operator_reads_each_number_with_its_right_word(
    town: Town, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'town.db'}")
    monkeypatch.delenv("SECRET_KEYS", raising=False)
    town.crowd(1, zone=ASLEEP)
    wave = await asked_for_diapers(town, 1)
    invitation = await announced(town, "chicago")
    ana = await town.coordinator("telegram", "en")
    await ana.writes("HUMAN", "ALERT", "TPS", "Call them", "SKIP", "SKIP", "1", "now", "yes", "1")
    alert = code_of(ana)
    told = operating.status(None, as_json=False)
    assert "1 person waits for a human." in told
    assert f"{wave[:-2]}  need · tijuana · infant · urgent: open\n    1 pack: 0 committed," in told
    assert "    0 people come; answers: 0 yes, 0 maybe, 0 no, 0 waiting; 0 checked in" in told
    assert operating.status(alert, as_json=False).endswith("1 person: 1 waiting\n    0 said DONE")
    for code in (wave, invitation):
        assert operating.status(code, as_json=False).endswith("    1 person: 1 waiting")
