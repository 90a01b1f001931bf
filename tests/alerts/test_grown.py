"""An alert that was small when it was released and is big when it starts waits for a second yes."""

from sqlalchemy import Connection

from handlers import broadcasts
from handlers.alert_file import read_alert
from storage.audit import OPERATOR
from storage.coordinators import Role
from tests.alerts.conftest import Person, Town, code_of

ENGLISH = "Call your senator today: protect TPS. 202-224-3121"


async def planned(ana: Person, people: int) -> str:
    """For tomorrow, released while it is for so many; the code."""
    await ana.writes("ALERT", "TPS", ENGLISH, "SKIP", "SKIP", "1", "tomorrow 12:30 pm", "yes")
    await ana.writes(str(people))
    return code_of(ana)


async def grows(town: Town) -> None:
    """Forty more join, and the hour comes."""
    town.later(hours=20)
    town.crowd(40)
    town.later(hours=5)
    await town.works()


async def test_it_waits_and_goes_out_after_a_second_yes(town: Town) -> None:
    town.crowd(80)
    ana = await town.coordinator("sms", "en")
    beto = await town.coordinator("telegram", "en", role=Role.APPROVER)
    await ana.writes("ALERT", "TPS", ENGLISH, "SKIP", "SKIP", "1", "tomorrow 12:30 pm", "yes")
    await ana.writes(ana.one_time_code())
    code = code_of(ana)
    await grows(town)
    assert town.facts(code)["status"] == "awaiting"
    ana.hears(
        f"{code} hasn't started: it was for fewer, now it is for 120 people, above 100.",
        f"{code} waits for a second yes; 1 person was asked.",
    )
    beto.hears("asks for a second yes", f"Send the alert {code} to 120 people.")

    town.later(hours=20)
    await town.works()
    assert town.facts(code)["status"] == "awaiting"
    await beto.writes(f"APPROVE {code}")
    beto.hears("as one of 120 people gets it", ENGLISH)
    await beto.writes(f"[Approve {code}]")
    ana.hears("Approved.")
    town.later(hours=2)
    await town.works()
    assert (town.facts(code)["status"], town.facts(code)["sent"]) == ("done", 120)


async def test_without_an_answer_it_is_dropped_within_a_day(town: Town) -> None:
    town.crowd(80)
    ana = await town.coordinator("telegram", "en")
    code = await planned(ana, 80)
    await grows(town)
    ana.hears(f"{code} needs a second yes, but nobody else may give it yet.")
    town.later(hours=24)
    await town.works()
    assert (town.facts(code)["status"], town.facts(code)["reason"]) == ("aborted", "unanswered")
    assert not town.sms.sent


async def test_whose_author_has_left_is_not_sent(town: Town) -> None:
    town.crowd(80)
    ana = await town.coordinator("telegram", "en")
    beto = await town.coordinator("sms", "en", role=Role.APPROVER)
    code = await planned(ana, 80)
    town.revoked(ana)
    await grows(town)
    assert town.facts(code)["status"] == "aborted"
    beto.hears(f"{code} was not sent: it is for 120 people now, and whoever wrote it has left.")
    assert not town.sms.sent


async def test_what_the_operator_sends_needs_nobodys_yes(town: Town) -> None:
    town.crowd(120)
    desk, now = town.desk, town.now

    def unit(connection: Connection) -> str:
        given = {"topic": "tps", "es": "Llama hoy"}
        draft = read_alert(connection, given, desk.policy, now)
        return broadcasts.create(connection, desk.vault, draft, actor=OPERATOR, now=now).code

    code = town.database.run_now(unit)
    await town.works()
    assert (town.facts(code)["status"], town.facts(code)["sent"]) == ("done", 120)
