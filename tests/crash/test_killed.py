"""Killed with SIGKILL at each step of a message's way in and of its answer's way out."""

from collections.abc import Sequence

import pytest

from bot.simulators import Hang, Refuse
from storage.messages import deliveries
from tests.crash.world import LEASE_IS_OVER, World, eventually
from tests.processes.machine import heard, hears

ROSA = "+13125550101"

ON_THE_WAY_IN = (
    "received",
    "received unit.begin",
    "received unit.before_commit",
    "received unit.after_commit",
    "kept",
)
BEFORE_THE_CALL = ("claimed", "claimed unit.before_commit")
AROUND_THE_CALL = (
    "claimed unit.after_commit",
    "sending",
    "called",
    "called unit.begin",
    "called unit.before_commit",
    "called unit.after_commit",
)
AFTER_IT = ("recorded",)
EVERYWHERE = (*ON_THE_WAY_IN, *BEFORE_THE_CALL, *AROUND_THE_CALL, *AFTER_IT)
CONDITIONS, KIND, NAME = "hasta 3 mensajes", "participar", "llamas"


def assert_says(texts: Sequence[str], *wanted: str) -> None:
    """Each of these once, in this order, and nothing else."""
    assert len(texts) == len(wanted), texts
    for text, part in zip(texts, wanted, strict=True):
        assert part in text, texts


@pytest.mark.parametrize("step", EVERYWHERE)
async def test_a_text_is_answered_once_wherever_the_bot_dies(here: World, step: str) -> None:
    rosa = here.providers.twilio.phone(ROSA)
    first = here.bot(dies_at=step)
    await rosa.texts("UNIRME")
    await first.dies()
    here.hour.ahead += LEASE_IS_OVER
    here.bot()
    await hears(rosa, KIND)
    await rosa.texts("2")
    await hears(rosa, NAME)

    await here.settles(delivered=3)
    assert_says(heard(rosa), CONDITIONS, KIND, NAME)
    assert await here.taken_in() == {"done": 2}


@pytest.mark.parametrize("step", EVERYWHERE)
async def test_on_telegram_a_message_comes_twice_at_most_and_only_if_nobody_can_know(
    by_telegram: World, step: str
) -> None:
    rosa = by_telegram.providers.telegram.person(7001, "Rosa", language_code="es")
    first = by_telegram.bot(dies_at=step)
    await rosa.sends("UNIRME")
    await first.dies()
    by_telegram.hour.ahead += LEASE_IS_OVER
    by_telegram.bot()
    await hears(rosa, KIND)
    await rosa.sends("2")
    await hears(rosa, NAME)

    await by_telegram.settles(sent=3)
    assert await by_telegram.taken_in() == {"done": 2}
    texts = heard(rosa)
    if step in AROUND_THE_CALL and len(texts) == 4:
        assert texts[0] == texts[1]
        del texts[0]
    assert_says(texts, CONDITIONS, KIND, NAME)


@pytest.mark.parametrize("step", ["received", "kept"])
async def test_long_polling_loses_and_repeats_nothing(by_telegram: World, step: str) -> None:
    by_telegram.providers.environment["TELEGRAM_WEBHOOK_SECRET"] = ""
    rosa = by_telegram.providers.telegram.person(7001, "Rosa", language_code="es")
    first = by_telegram.bot(dies_at=step)
    await rosa.sends("UNIRME")
    await first.dies()
    by_telegram.bot()
    await hears(rosa, KIND)

    await by_telegram.settles(sent=2)
    assert_says(heard(rosa), CONDITIONS, KIND)


@pytest.mark.parametrize("arrived", [True, False])
async def test_killed_while_the_provider_is_called(by_sms: World, arrived: bool) -> None:
    twilio = by_sms.providers.twilio
    to = await by_sms.knows(ROSA)
    twilio.faults.next("create", Hang(applied=arrived))
    first = by_sms.bot()
    await by_sms.queues(to, "Mañana a las 10.")
    await twilio.calls.waits_for("create", fault=True)
    await first.kill()
    by_sms.hour.ahead += LEASE_IS_OVER
    by_sms.bot()

    await by_sms.settles(delivered=1)
    assert heard(twilio.phone(ROSA)) == ["Mañana a las 10."]
    assert twilio.calls.counts["create"] == (1 if arrived else 2)


async def test_while_the_provider_cannot_be_asked_nothing_is_sent_again(by_sms: World) -> None:
    twilio, rosa = by_sms.providers.twilio, by_sms.providers.twilio.phone(ROSA)
    first = by_sms.bot(dies_at="called")
    await rosa.texts("UNIRME")
    await first.dies()
    twilio.faults.next("list", Refuse(500), times=None)
    by_sms.hour.ahead += 2 * LEASE_IS_OVER  # what follows waits no longer
    second = by_sms.bot(catch_up_patience=0.2)

    await eventually(by_sms.statuses, lambda now: now["unknown"] and now["delivered"])
    await twilio.calls.waits_for("list", 3, fault=True)
    assert_says(heard(rosa), CONDITIONS, KIND)
    [unknown] = [row for row in await by_sms.rows(deliveries) if row.status == "unknown"]
    assert unknown.attempts == 1

    await second.stop()
    twilio.faults.clear()
    by_sms.hour.ahead += LEASE_IS_OVER
    by_sms.bot()
    await by_sms.settles(delivered=2)
    assert_says(heard(rosa), CONDITIONS, KIND)


async def test_killed_again_and_again_it_still_comes_exactly_once(here: World) -> None:
    twilio = here.providers.twilio
    to = await here.knows(ROSA)
    await here.queues(to, "Mañana a las 10.")
    for step in ("sending", "claimed", "claimed unit.after_commit", "sending", "called"):
        await here.bot(dies_at=step).dies()
        here.hour.ahead += LEASE_IS_OVER
    here.bot()

    await here.settles(delivered=1)
    assert heard(twilio.phone(ROSA)) == ["Mañana a las 10."]


async def test_on_telegram_a_second_unknown_outcome_is_the_last(by_telegram: World) -> None:
    rosa = by_telegram.providers.telegram.person(7001, "Rosa")
    await rosa.starts()
    to = await by_telegram.knows("7001", "telegram")
    await by_telegram.queues(to, "Mañana a las 10.")
    for _ in range(2):
        await by_telegram.bot(dies_at="called", roles=frozenset({"worker"})).dies()
        by_telegram.hour.ahead += LEASE_IS_OVER
    by_telegram.bot(roles=frozenset({"worker"}))

    await by_telegram.settles(failed=1)
    assert heard(rosa) == ["Mañana a las 10."] * 2
