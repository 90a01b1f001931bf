"""Halts: a provider's "slow down" stops every worker, an error of ours all but a probe."""

from datetime import timedelta

import pytest

from bot.channels.base import Decision, SenderEffect, SendError
from bot.channels.sms_errors import CODES
from storage import senders
from tests.delivery.conftest import Office
from tests.delivery.scripted import SLOW_DOWN

BAD_TOKEN = SendError(
    "20003",
    Decision.RETRY,
    sender=SenderEffect.CONFIGURATION,
    retry_after=timedelta(minutes=5),
)
CAP = SendError("63038", Decision.RETRY, sender=SenderEffect.CAPPED)


async def test_retry_after_halts_all_workers_and_costs_no_attempt(office: Office) -> None:
    ana, bea = await office.people(2)
    [first] = await office.queue(ana, "one")
    office.channel.answers("one", SLOW_DOWN)
    workers = [office.worker() for _ in range(3)]
    await workers[0].step()
    await office.queue(bea, "two")

    office.clock.pass_time(seconds=6.9)
    assert [await worker.step() for worker in workers] == [0, 0, 0]
    office.clock.pass_time(seconds=0.1)
    for worker in workers:
        await office.until_quiet(worker)

    assert sorted(office.channel.texts) == ["one", "one", "two"]
    assert (await office.delivery(first)).attempts == 2


async def test_any_number_of_slow_downs_does_not_use_up_a_delivery(office: Office) -> None:
    maria = await office.person()
    [row] = await office.queue(maria, "hello")
    office.channel.answers("hello", *[SLOW_DOWN] * 40)
    worker = office.worker()
    for _ in range(41):
        await worker.step()
        office.clock.pass_time(seconds=7)

    assert await office.status(row) == "sent"


async def test_what_follows_in_the_chat_waits_through_a_slow_down_too(office: Office) -> None:
    maria = await office.person()
    await office.queue(maria, "one", "two")
    office.channel.answers("one", SLOW_DOWN)
    worker = office.worker()
    await worker.step()
    office.clock.pass_time(seconds=7)
    await office.until_quiet(worker)

    assert office.channel.texts == ["one", "one", "two"]


async def test_a_later_shorter_halt_does_not_shorten_the_first(office: Office) -> None:
    ana, bea = await office.people(2)
    await office.queue(ana, "one")
    await office.queue(bea, "two")
    office.channel.answers("one", SLOW_DOWN)
    office.channel.answers("two", SendError("429", Decision.RETRY, retry_after=timedelta(1)))
    await office.worker().step()

    assert (await office.sender()).held_until == office.now + timedelta(days=1)


async def test_a_daily_cap_holds_the_sender_for_a_while(office: Office) -> None:
    maria = await office.person()
    [row] = await office.queue(maria, "hello")
    office.channel.answers("hello", CAP)
    worker = office.worker()
    await worker.step()

    office.clock.pass_time(minutes=59)
    assert await worker.step() == 0
    office.clock.pass_time(minutes=1)
    await worker.step()
    assert await office.status(row) == "sent"


async def test_a_configuration_error_halts_the_sender_until_one_probe_succeeds(
    office: Office,
) -> None:
    people = await office.people(5)
    for number, person in enumerate(people):
        await office.queue(person, f"text {number}")
    office.channel.answers("text 0", BAD_TOKEN)
    office.channel.answers("text 1", BAD_TOKEN)
    office.calls = 1
    workers = [office.worker() for _ in range(3)]

    await workers[0].step()
    assert (await office.sender()).halted == "20003"
    assert [await worker.step() for worker in workers] == [0, 0, 0]

    office.clock.pass_time(minutes=1)
    assert [await worker.step() for worker in workers] == [1, 0, 0]
    assert (await office.sender()).halted == "20003"

    office.clock.pass_time(minutes=1)
    assert await workers[2].step() == 1
    assert (await office.sender()).halted is None
    office.clock.pass_time(minutes=5)
    for worker in workers:
        await office.until_quiet(worker)
    assert await office.statuses() == ["sent"] * 5


async def test_a_country_that_is_not_enabled_stops_nobody_else(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    abroad, home = await office.people(2)
    [lost] = await office.queue(abroad, "abroad")
    [kept] = await office.queue(home, "home")
    office.channel.answers("abroad", CODES[21408].error("21408"))

    await office.until_quiet(office.worker())

    assert [await office.status(lost), await office.status(kept)] == ["failed", "sent"]
    assert office.channel.texts.count("abroad") == 1
    assert await office.database.read(senders.halted) == {}
    assert "sender_trouble" in capsys.readouterr().out


async def test_a_halt_of_days_loses_nothing(office: Office) -> None:
    maria = await office.person()
    [row] = await office.queue(maria, "hello")
    office.channel.answers("hello", *[BAD_TOKEN] * 100)
    worker = office.worker()
    for _ in range(100):
        await worker.step()
        office.clock.pass_time(minutes=6)
    assert await office.status(row) == "queued"

    await worker.step()
    assert await office.status(row) == "sent"


async def test_a_recipient_who_alone_meets_a_configuration_error_does_not_halt_for_ever(
    office: Office,
) -> None:
    """The others' deliveries prove that the sender works."""
    abroad, home = await office.people(2)
    [lost] = await office.queue(abroad, "abroad")
    office.channel.answers("abroad", *[BAD_TOKEN] * 100)
    office.calls = 1
    worker = office.worker()
    for _ in range(60):
        await office.queue(home, "home")
        await office.until_quiet(worker)
        office.clock.pass_time(minutes=1)

    assert await office.status(lost) == "failed"
    assert office.channel.texts.count("abroad") <= 6
    assert (await office.sender()).halted is None


@pytest.mark.parametrize("effect", [SenderEffect.CONFIGURATION, SenderEffect.FILTERED])
async def test_who_looks_at_health_sees_the_halt(office: Office, effect: SenderEffect) -> None:
    maria = await office.person()
    await office.queue(maria, "hello")
    office.channel.answers("hello", SendError("30007", Decision.NEVER, sender=effect))
    await office.worker().step()

    assert await office.database.read(senders.halted) == {"sms": "30007"}
