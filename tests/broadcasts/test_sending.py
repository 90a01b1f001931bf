"""From the frozen audience to phones: what each reads, and what keeps it back at the end."""

from datetime import time, timedelta

import pytest

from bot.channels.base import Decision, SenderEffect, SendError
from bot.channels.sms_webhooks import StatusReport
from bot.delivery import receipts
from handlers.broadcast_texts import Recipient, Texts, outgoing
from storage.broadcasts import ERRORS, State, broadcasts
from storage.messages import Status, deliveries
from storage.people import people
from tests.broadcasts.conftest import Office
from tests.delivery.scripted import TIMEOUT, ScriptedChannel

REFUSED = SendError("400", Decision.NEVER)


async def known(office: Office, *person_ids: int) -> None:
    """They have had a message of ours before."""
    for person_id in person_ids:
        to = await office.address(person_id, preferred=False, may_stand_in=False)
        [row] = await office.queue(to, "earlier")
        await office.change(deliveries, row, status="sent", called_at=office.now)


async def test_each_reads_their_own_language_with_the_name_first_and_the_link_last(
    office: Office,
) -> None:
    [rosa] = await office.crowd(1, language="es")
    [dev] = await office.crowd(1, language="en")
    await known(office, rosa, dev)

    code = await office.started(Texts("alert", "Llama hoy", "Call today", "https://a.example/x"))
    await office.goes_on()

    assert sorted(office.channel.texts) == [
        "Enlace: Call today\nhttps://a.example/x",
        "Enlace: Llama hoy\nhttps://a.example/x",
    ]
    assert await office.counts(code) == {"sent": 2}
    assert await office.state(code) is State.DONE


async def test_a_missing_language_is_told_in_one_line(office: Office) -> None:
    [rosa] = await office.crowd(1, language="es")
    [dev] = await office.crowd(1, language="en")
    await known(office, rosa, dev)

    await office.started(Texts("alert", None, "Call today", None))
    await office.started(Texts("alert", "Llama hoy", None, None))
    await office.goes_on()

    assert sorted(office.channel.texts) == [
        "Enlace: Call today",
        "Enlace: Este mensaje está solo en inglés.\nCall today",
        "Enlace: Llama hoy",
        "Enlace: This message is in Spanish only.\nLlama hoy",
    ]


async def test_a_first_message_says_how_to_stop_and_the_second_does_not(office: Office) -> None:
    await office.crowd(1, language="en")
    await office.started()
    await office.goes_on()
    await office.started()
    await office.goes_on()

    first, second = office.channel.texts
    assert first.startswith("Enlace: Call today\n")
    assert "STOP" in first
    assert second == "Enlace: Call today"


async def test_what_was_sent_is_looked_up_by_the_same_text(office: Office) -> None:
    """It was a first message, and in another language than theirs is by now."""
    office.channel = ScriptedChannel(name="sms")
    [rosa] = await office.crowd(1, language="es")
    code = await office.started(Texts("alert", "Información", "News", None))
    worker = office.worker()

    async def meanwhile() -> None:
        office.channel.swallowed(office.channel.texts[-1], TIMEOUT)

    office.channel.before_answer = meanwhile
    await worker.step()
    assert await office.counts(code) == {"unknown": 1}
    await known(office, rosa)
    await office.change(people, rosa, language="en")

    office.clock.pass_time(seconds=2)
    await worker.reconcile()

    assert await office.counts(code) == {"sent": 1}
    assert len(office.channel.texts) == 1


async def test_an_sms_is_folded_where_that_saves_a_segment(office: Office) -> None:
    office.channel = ScriptedChannel(name="sms")
    [rosa] = await office.crowd(1)
    await known(office, rosa)
    await office.started(Texts("alert", "Acción: llámale hoy " + "x" * 80, None, None))
    await office.goes_on()
    assert office.channel.texts[0].startswith("Enlace: Accion: llamale hoy")


async def test_a_mute_or_stop_or_pause_after_the_freeze_counts(office: Office) -> None:
    muted, stopped, paused, rosa = await office.crowd(4)
    code = await office.started()
    await office.is_true_of(muted, "muted", "shelters")
    await office.change(people, stopped, consent="out")
    await office.change(people, paused, paused_until=office.now + timedelta(days=1))

    await office.goes_on()

    assert await office.counts(code) == {"suppressed": 3, "sent": 1}
    why = {each.person_id: each.error for each in await office.copies(code)}
    assert why == {muted: "muted", stopped: "opted_out", paused: "paused", rosa: None}


async def test_held_sends_nothing_and_resumed_the_rest(office: Office) -> None:
    await office.crowd(30)
    code = await office.started()
    office.calls = 8
    worker, tender = office.worker(), office.tender()
    sent = await worker.step()
    assert 0 < sent < 30

    assert await office.act("hold", code)
    assert await worker.step() == 0
    await tender.step()
    office.clock.pass_time(minutes=5)
    assert await worker.step() == 0
    assert await office.counts(code) == {"sent": sent, "waiting": 30 - sent}
    assert (await office.facts(code))["reason"] == "operator"

    assert await office.act("resume", code)
    await tender.step()
    await office.goes_on()
    assert await office.counts(code) == {"sent": 30}
    assert await office.state(code) is State.DONE


async def test_a_hold_keeps_each_ones_hour(office: Office) -> None:
    office.quiet = (time(20), time(9))
    office.clock.pass_time(hours=10)
    await office.crowd(1)
    code = await office.started()
    [before] = await office.copies(code)
    for act in ("hold", "resume"):
        await office.act(act, code)
        await office.tender().step()
    [after] = await office.copies(code)
    assert after.due_at == before.due_at
    assert not (await office.run_of(code)).parked


async def test_a_resume_in_the_middle_of_parking_loses_nobody(office: Office) -> None:
    await office.crowd(3)
    code = await office.started()
    await office.act("hold", code)
    tender = office.tender()
    await tender.step()
    await office.act("resume", code)
    await office.act("hold", code)
    await office.act("resume", code)

    await office.goes_on()

    assert await office.counts(code) == {"sent": 3}


async def test_held_past_its_time_it_expires(office: Office) -> None:
    await office.crowd(2)
    code = await office.started()
    await office.act("hold", code)
    tender = office.tender()
    await tender.step()
    office.clock.pass_time(hours=24)
    await tender.step()

    assert await office.counts(code) == {"expired": 2}
    await tender.step()
    assert await office.state(code) is State.DONE


async def test_aborted_the_rest_is_cancelled(office: Office) -> None:
    await office.crowd(30)
    code = await office.started()
    office.calls = 8
    worker = office.worker()
    sent = await worker.step()

    await office.act("abort", code)
    assert await worker.step() == 0
    await office.tender().step()

    assert await office.counts(code) == {"sent": sent, "cancelled": 30 - sent}
    assert (await office.run_of(code)).ended_at == office.now
    assert not await office.act("resume", code)


async def test_aborted_before_it_starts_it_never_does(office: Office) -> None:
    await office.crowd(1)
    code = await office.sends(later=timedelta(hours=1))
    await office.act("abort", code)
    office.clock.pass_time(hours=2)
    await office.goes_on()
    assert office.channel.texts == []


async def test_held_before_it_starts_it_waits_for_a_resume(office: Office) -> None:
    await office.crowd(1)
    code = await office.sends(later=timedelta(hours=1))
    await office.act("hold", code)
    office.clock.pass_time(hours=2)
    await office.goes_on()
    assert office.channel.texts == []
    await office.act("resume", code)
    await office.goes_on()
    assert await office.counts(code) == {"sent": 1}


async def test_a_canary_goes_to_so_many_and_waits(office: Office) -> None:
    await office.crowd(20)
    code = await office.started(canary=5)
    workers = [office.worker() for _ in range(3)]
    for worker in workers:
        await worker.step()
    office.clock.pass_time(seconds=10)
    for worker in workers:
        await worker.step()

    facts = await office.facts(code)
    assert (facts["sent"], facts["status"], facts["reason"]) == (5, "held", "canary")

    await office.act("resume", code)
    office.clock.pass_time(seconds=1)
    await office.goes_on()
    assert await office.counts(code) == {"sent": 20}


async def test_a_canary_of_a_small_audience_just_ends(office: Office) -> None:
    await office.crowd(5)
    code = await office.started(canary=5)
    await office.goes_on()
    assert await office.state(code) is State.DONE


async def fail(office: Office, number: int, of: int) -> str:
    everyone = await office.crowd(of, language="en")
    await known(office, *everyone)
    office.channel.answers("Enlace: Call today", *[REFUSED] * number)
    office.calls = 8
    return await office.started()


async def test_too_many_failures_hold_it(office: Office) -> None:
    code = await fail(office, 60, of=100)
    await office.goes_on()

    facts = await office.facts(code)
    assert (facts["status"], facts["reason"]) == ("held", ERRORS)
    assert 20 <= facts["failed"] <= 28
    assert facts["waiting"] > 60


async def test_a_few_failures_do_not(office: Office) -> None:
    code = await fail(office, 19, of=60)
    await office.goes_on()
    assert await office.counts(code) == {"failed": 19, "sent": 41}


async def test_resumed_after_failures_it_bears_twice_as_many(office: Office) -> None:
    code = await fail(office, 25, of=100)
    await office.goes_on()
    office.clock.pass_time(seconds=1)
    await office.act("resume", code)
    run = await office.run_of(code)
    row = await office.row(broadcasts, run.id)
    assert (row.tolerance, row.reason) == (20, None)
    await office.goes_on()
    assert await office.state(code) is State.DONE


@pytest.mark.parametrize(
    ("code", "sender"),
    [
        ("30007", SenderEffect.FILTERED),
        ("30034", SenderEffect.CONFIGURATION),
        ("30027", SenderEffect.CAPPED),
    ],
)
async def test_one_report_that_it_is_filtered_misconfigured_or_over_the_cap_holds_it(
    office: Office, code: str, sender: SenderEffect
) -> None:
    await office.crowd(20)
    office.calls = 4
    alert = await office.started()
    await office.worker().step()
    [first, *_] = [each for each in await office.copies(alert) if each.provider_id]
    report = StatusReport(first.provider_id, Status.FAILED, code, sender=sender)
    await office.database.run(lambda c: receipts.receive(c, "telegram", report, office.now))

    facts = await office.facts(alert)
    assert (facts["status"], facts["reason"]) == ("held", code)


async def test_a_configuration_error_at_the_send_holds_it(office: Office) -> None:
    [rosa] = await office.crowd(1, language="en")
    await known(office, rosa)
    wrong = SendError(
        "20003", Decision.RETRY, sender=SenderEffect.CONFIGURATION, retry_after=timedelta(0, 300)
    )
    office.channel.answers("Enlace: Call today", wrong)
    code = await office.started()
    await office.worker().step()

    facts = await office.facts(code)
    assert (facts["status"], facts["reason"], facts["waiting"]) == ("held", "20003", 1)


async def test_a_country_that_is_not_enabled_does_not_hold_it(office: Office) -> None:
    everyone = await office.crowd(2, language="en")
    await known(office, *everyone)
    there = SendError("21408", Decision.NEVER, sender=SenderEffect.RECIPIENT)
    office.channel.answers("Enlace: Call today", there)
    code = await office.started()
    await office.goes_on()
    assert await office.counts(code) == {"failed": 1, "sent": 1}


async def test_another_broadcast_goes_past_one_that_is_held(office: Office) -> None:
    await office.crowd(40)
    held = await office.started()
    await office.act("hold", held)
    await office.tender().step()
    code = await office.started()
    await office.goes_on()
    assert await office.counts(code) == {"sent": 40}
    assert await office.counts(held) == {"waiting": 40}


async def test_texts_that_no_key_opens_fail_and_leave_the_others(office: Office) -> None:
    await office.crowd(1)
    code = await office.started()
    run = await office.run_of(code)
    await office.change(broadcasts, run.id, text_es=b"\x01nonsense")
    await office.goes_on()
    assert await office.counts(code) == {"failed": 1}


async def test_on_telegram_done_is_a_button(office: Office) -> None:
    texts = Texts("alert", "Llama", None, None)
    message = outgoing(texts, Recipient("es"), "telegram", office.policy)
    assert [button.data for row in message.keyboard for button in row] == ["c:HECHO"]
    assert outgoing(texts, Recipient("es"), "sms", office.policy).keyboard == ()
