"""Broadcasts whose workers are killed, replaced and restarted: the books balance every time."""

import random
from pathlib import Path

from bot.simulators import Drip, Hang
from storage.messages import deliveries
from tests.crash.broadcasting import SENDING, announce, books, broadcast_and_kill, members, reached
from tests.crash.world import (
    LEASE_IS_OVER,
    ONLY_SMS,
    ONLY_TELEGRAM,
    World,
    eventually,
    world,
)
from tests.processes.machine import heard


async def test_by_sms_killed_again_and_again_each_gets_it_exactly_once(
    postgres_url: str, tmp_path: Path
) -> None:
    async with world(postgres_url, tmp_path, ONLY_SMS) as here:
        killed = await broadcast_and_kill(here, 2, 30, random.Random(3))

    assert (killed.balanced, killed.books) == (3, {"sent": 30})
    assert (killed.lost, killed.twice, killed.oftener) == (0, 0, 0)


async def test_by_telegram_killed_again_and_again_twice_at_most_and_only_if_nobody_can_know(
    sqlite_url: str, tmp_path: Path
) -> None:
    async with world(sqlite_url, tmp_path, ONLY_TELEGRAM) as here:
        killed = await broadcast_and_kill(here, 2, 30, random.Random(3))

    assert (killed.balanced, killed.books.total()) == (3, 30)
    assert (killed.lost, killed.without_reason, killed.oftener) == (0, 0, 0)


async def test_a_rolling_restart_drains_and_sends_each_once(on_postgres: World) -> None:
    """One worker after the other is stopped and replaced, while the others go on."""
    here = on_postgres
    here.providers.environment |= ONLY_SMS | {"SMS_RATE": "60"}
    here.door.shut()
    at = await members(here, "sms", 60)
    code = await announce(here)
    here.bot(roles=frozenset({"clock"}))
    workers = [here.bot(roles=frozenset({"worker"})) for _ in range(2)]
    for old in workers:
        await eventually(lambda: books(here, code), lambda facts: facts["sent"] > 0)
        here.bot(roles=frozenset({"worker"}))
        await old.stop()

    await eventually(lambda: books(here, code), lambda facts: facts["sent"] == 60)
    await reached(here, "sms", at, 60)
    assert {len(heard(here.providers.twilio.phone(number))) for number in at} == {1}
    rows = await here.rows(deliveries)
    assert {(row.attempts, row.unknowns) for row in rows} == {(1, 0)}
    assert "claims_taken_over" not in here.told()


async def test_told_to_stop_it_ends_what_is_in_flight_and_gives_the_rest_back(
    by_sms: World,
) -> None:
    here, twilio = by_sms, by_sms.providers.twilio
    here.door.shut()
    await members(here, "sms", 60)
    code = await announce(here)
    twilio.faults.next("create", Drip(pause=0.1, piece=64), times=None)
    bot = here.bot(roles=SENDING)
    await twilio.calls.waits_for("create", 20, fault=True, timeout=45)
    await bot.stop()

    called = len(twilio.calls.of("create"))
    facts = await books(here, code)
    assert (facts["sent"], facts["waiting"]) == (called, 60 - called)
    assert called < 60
    assert {row.attempts for row in await here.rows(deliveries) if row.status == "queued"} == {0}


async def test_what_a_dead_worker_held_of_a_broadcast_is_taken_over(by_sms: World) -> None:
    here, twilio = by_sms, by_sms.providers.twilio
    here.door.shut()
    at = await members(here, "sms", 30)
    code = await announce(here)
    twilio.faults.next("create", Hang(applied=False), times=None)
    bot = here.bot(roles=SENDING)
    await twilio.calls.waits_for("create", 10, fault=True, timeout=45)
    await bot.kill()
    twilio.faults.clear()
    held = (await books(here, code))["sending"]
    assert held >= 10
    here.bot(roles=SENDING)
    await eventually(lambda: books(here, code), lambda facts: facts["sent"] == 30 - held)

    here.hour.ahead += LEASE_IS_OVER
    here.bot(roles=SENDING)
    await eventually(lambda: books(here, code), lambda facts: facts["sent"] == 30)
    await reached(here, "sms", at, 30)
    assert {len(heard(twilio.phone(number))) for number in at} == {1}
