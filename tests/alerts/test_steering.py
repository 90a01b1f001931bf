"""A second yes, the delay after it, and HOLD, RESUME, ABORT and STATUS in the chat."""

import pytest

from bot.channels.base import Decision, SenderEffect, SendError
from storage.broadcasts import broadcasts
from storage.coordinators import Role
from tests.alerts.conftest import Person, Town, code_of

ENGLISH = "Call your senator today: protect TPS. 202-224-3121"
BIG = 120


async def sends(person: Person, people: int, when: str = "now", link: str = "SKIP") -> str:
    """Up to the last yes; the alert's code."""
    await person.writes("ALERT", "TPS", ENGLISH, "SKIP", link, "1", when, "yes", str(people))
    return code_of(person)


async def test_above_the_threshold_somebody_else_says_yes_and_it_cools(town: Town) -> None:
    town.crowd(BIG)
    ana = await town.coordinator("telegram", "en")
    beto = await town.coordinator("sms", "en", role=Role.APPROVER)
    code = await sends(ana, BIG)
    ana.hears(f"{code} waits for a second yes; 1 person was asked.")
    beto.hears(f"Send the alert {code} to {BIG} people.")
    assert town.facts(code)["status"] == "awaiting"
    assert not town.sms.sent

    await ana.writes(f"APPROVE {code}")
    assert town.facts(code)["status"] == "awaiting"
    await beto.writes(f"APPROVE {code}")
    beto.hears("as one of 120 people gets it", ENGLISH, "SMS in all")
    await beto.writes(beto.one_time_code())
    ana.hears("Approved.", f"{code} starts")
    assert town.facts(code)["status"] == "scheduled"
    town.later(seconds=59)
    await town.works()
    assert town.facts(code)["status"] == "scheduled"
    town.later(seconds=1)
    await town.works()
    assert town.facts(code)["sent"] == BIG
    assert [act for act, _ in town.audited()] == ["draft", "ask for approval", "approved", "send"]


async def test_it_can_be_aborted_while_it_waits_and_while_it_cools(town: Town) -> None:
    town.crowd(BIG)
    ana = await town.coordinator("telegram", "en")
    beto = await town.coordinator("telegram", "en", role=Role.APPROVER)
    first = await sends(ana, BIG)
    await ana.writes(f"ABORT {first}")
    await beto.writes(f"APPROVE {first}")
    assert town.facts(first)["status"] == "aborted"

    second = await sends(ana, BIG)
    await beto.writes(f"APPROVE {second}")
    await ana.writes(f"ABORT {second}")
    town.later(minutes=2)
    await town.works()
    assert town.facts(second)["status"] == "aborted"
    assert not town.sms.sent


async def test_a_no_drops_it(town: Town) -> None:
    town.crowd(BIG)
    ana = await town.coordinator("telegram", "en")
    beto = await town.coordinator("telegram", "en", role=Role.APPROVER)
    code = await sends(ana, BIG)
    await beto.writes(f"REJECT {code} the number is wrong")
    ana.hears("was not approved: the number is wrong")
    await town.works()
    assert (town.facts(code)["status"], town.facts(code)["reason"]) == ("aborted", "rejected")


async def test_what_nobody_approves_is_dropped_after_a_day(town: Town) -> None:
    town.crowd(BIG)
    ana = await town.coordinator("telegram", "en")
    code = await sends(ana, BIG)
    ana.hears("nobody else may give it yet")
    town.later(hours=25)
    await town.works()
    assert (town.facts(code)["status"], town.facts(code)["reason"]) == ("aborted", "unanswered")


async def test_what_was_never_confirmed_is_dropped_after_a_day_and_that_is_told(town: Town) -> None:
    town.crowd(3)
    ana = await town.coordinator("sms", "en")
    await ana.writes("ALERT", "TPS", ENGLISH, "SKIP", "SKIP", "1", "now", "yes")
    ana.fresh = []
    town.later(hours=25)
    await town.works()
    ana.hears("was not released within a day: dropped.")
    assert not town.sms.sent


@pytest.mark.parametrize("link", ["https://bit.ly/tps", "SKIP"])
async def test_a_strange_link_needs_an_admin_also_in_the_text(town: Town, link: str) -> None:
    town.crowd(3)
    ana = await town.coordinator("telegram", "en")
    await town.coordinator("telegram", "en", role=Role.APPROVER)
    eva = await town.coordinator("telegram", "en", role=Role.ADMIN)
    text = ENGLISH if link != "SKIP" else f"{ENGLISH} bit.ly/tps"
    await ana.writes("ALERT", "TPS", text, "SKIP", link, "1", "now")
    ana.hears("It links to bit.ly, so an admin has to approve.")
    await ana.writes("yes", "3")
    ana.hears("1 person was asked")
    code = code_of(ana)
    await eva.writes(f"APPROVE {code}")
    assert town.facts(code)["sent"] == 3


async def test_a_link_of_the_network_needs_nobody(town: Town) -> None:
    town.crowd(3)
    ana = await town.coordinator("telegram", "en")
    code = await sends(ana, 3, link="www.alianzaamericas.org/tps?a=1")
    assert town.facts(code)["sent"] == 3
    assert "https://www.alianzaamericas.org/tps?a=1" in town.sms.sent[0].text


async def running(town: Town, ana: Person, people: int = 60) -> str:
    """An alert of which some copies are out."""
    town.crowd(people)
    ana.screen.clear()
    await ana.writes("ALERT", "TPS", ENGLISH, "SKIP", "SKIP", "1", "tomorrow 12:30 pm", "yes")
    await ana.writes(str(people))
    code = code_of(ana)
    town.later(days=1, hours=1)
    town.calls = 16
    await town.looks()
    await town.sends()
    return code


async def test_held_it_stops_and_resumed_it_goes_on(town: Town) -> None:
    ana = await town.coordinator("telegram", "en")
    code = await running(town, ana)
    out = town.facts(code)["sent"]
    assert 0 < out < 60
    ana.fresh = []
    town.receive(ana.message(f"HOLD {code}"))
    await town.sends(5)
    assert town.facts(code)["sent"] == out
    ana.hears(f"{code} is on hold")
    await ana.writes(f"STATUS {code}")
    ana.hears(f"{code}, TPS: on hold", f"{out} of 60 sent", "A coordinator put it on hold.")
    await ana.writes(f"RESUME {code}")
    town.later(seconds=2)
    await town.works()
    assert town.facts(code)["sent"] == 60


async def test_aborted_the_rest_never_goes(town: Town) -> None:
    ana = await town.coordinator("telegram", "en")
    code = await running(town, ana)
    out = town.facts(code)["sent"]
    town.receive(ana.message(f"ABORTAR {code}"))
    await town.works()
    assert (town.facts(code)["sent"], town.facts(code)["cancelled"]) == (out, 60 - out)
    ana.hears(f"{code} is ended")


async def test_by_sms_each_of_them_needs_its_code(town: Town) -> None:
    ana = await town.coordinator("sms", "en")
    town.crowd(3)
    await ana.writes("ALERT", "TPS", ENGLISH, "SKIP", "SKIP", "1", "tomorrow 10 am", "yes")
    await ana.writes(ana.one_time_code())
    code = code_of(ana)
    await ana.writes(f"HOLD {code}")
    ana.hears(f"Hold {code}. To confirm")
    assert town.facts(code)["status"] == "scheduled"
    await ana.writes(ana.one_time_code())
    assert town.facts(code)["status"] == "held"


async def test_detener_alone_asks_a_coordinator_which(town: Town) -> None:
    ana = await town.coordinator("telegram")
    town.crowd(3)
    await ana.writes("ALERTA", "TPS", ENGLISH, "SALTAR", "SALTAR", "1", "mañana 10 am", "sí", "3")
    code = code_of(ana)
    await ana.writes("DETENER")
    ana.hears("¿Cuál detenemos?", f"{code}, TPS, programada", "ALTO")
    assert ana.row()["consent"] != "out"
    await ana.writes(f"detener {code.lower()}")
    assert town.facts(code)["status"] == "held"


async def test_detener_alone_is_a_stop_to_everybody_else(town: Town) -> None:
    rosa = town.person("telegram")
    await rosa.writes("hola", "DETENER")
    assert rosa.row()["consent"] == "out"


async def test_resume_alone_is_about_ones_own_pause(town: Town) -> None:
    ana = await town.coordinator("telegram", "en")
    code = await running(town, ana)
    await ana.writes(f"HOLD {code}", "RESUME")
    ana.hears("You have no pause", f"To go on with the alert on hold: RESUME {code}.")
    assert town.facts(code)["status"] == "held"


async def test_nobody_steers_what_is_not_theirs(town: Town) -> None:
    ana = await town.coordinator("telegram", "en")
    eva = await town.coordinator("telegram", "en", organisation="chicago")
    rosa = town.person("telegram", "en")
    code = await running(town, ana)
    for person in (eva, rosa):
        for word in ("HOLD", "ABORT", "RESUME", "STATUS"):
            await person.writes(f"{word} {code}")
            assert "TPS" not in "".join(person.heard)
    assert town.facts(code)["status"] in ("running", "done")
    await eva.writes("STATUS")
    eva.hears("Nothing of yours is open.")


async def test_a_revoked_coordinator_sends_nothing_more(town: Town) -> None:
    ana = await town.coordinator("sms", "en")
    town.crowd(3)
    await ana.writes("ALERT", "TPS", ENGLISH, "SKIP", "SKIP", "1", "now", "yes")
    town.revoked(ana)
    await ana.writes(ana.one_time_code())
    assert len(town.rows(broadcasts)) == 1
    assert not town.sms.sent


async def test_trouble_is_told_at_once_with_what_to_do(town: Town) -> None:
    ana = await town.coordinator("telegram", "en")
    eva = await town.coordinator("sms", "en")
    filtered = SendError("30007", Decision.NEVER, sender=SenderEffect.FILTERED)
    town.sms.refuses.append(filtered)
    code = await running(town, ana)
    eva.fresh = []
    ana.fresh = []
    town.later(seconds=3)
    await town.works()
    ana.hears(f"{code} is on hold. The phone companies filter it as spam.", f"ABORT {code}")
    assert not eva.heard
