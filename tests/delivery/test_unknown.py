"""Unknown outcomes: nothing lost, by SMS nothing twice, on Telegram at most once more."""

from datetime import timedelta
from typing import Any

import pytest

from bot.channels.base import Decision, SendError, Sent
from storage.messages import deliveries
from tests.delivery.conftest import Office
from tests.delivery.scripted import TIMEOUT, ScriptedChannel


class CrashError(BaseException):
    """The process ends here."""


def crash_at(office: Office, place: str) -> None:
    def failpoint(step: str) -> None:
        if step == place:
            raise CrashError

    office.failpoint = failpoint


async def crashed_worker(office: Office, place: str) -> None:
    crash_at(office, place)
    with pytest.raises(CrashError):
        await office.worker().step()
    office.failpoint = lambda _: None


async def test_a_timeout_is_looked_up_and_found_sent(office: Office) -> None:
    maria = await office.person()
    [row] = await office.queue(maria, "hello")
    office.channel.swallowed("hello")
    worker = office.worker()

    await worker.step()
    assert await office.status(row) == "unknown"
    office.clock.pass_time(seconds=2)
    assert await worker.reconcile() == 1

    found = await office.delivery(row)
    assert (found.status, found.provider_id) == ("sent", "SM1")
    assert await worker.step() == 0
    assert office.channel.texts == ["hello"]


async def test_a_clock_that_is_set_while_the_provider_is_asked_makes_no_call_look_old(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    maria = await office.person()
    [row] = await office.queue(maria, "hello")
    office.channel.answers("hello", TIMEOUT)
    worker, find = office.worker(), ScriptedChannel.find
    await worker.step()
    office.clock.pass_time(seconds=2)

    async def meanwhile(*asked: Any) -> str | None:
        office.clock.pass_time(hours=1)
        return await find(*asked)

    monkeypatch.setattr(ScriptedChannel, "find", meanwhile)
    await worker.reconcile()
    assert await office.status(row) == "unknown"
    assert await worker.step() == 0


async def test_what_never_arrived_is_sent_again_but_only_after_the_provider_had_time(
    office: Office,
) -> None:
    maria = await office.person()
    [row] = await office.queue(maria, "hello")
    office.channel.answers("hello", TIMEOUT)
    worker = office.worker()
    await worker.step()

    for _ in range(5):
        office.clock.pass_time(seconds=8)
        await worker.reconcile()
        assert await office.status(row) == "unknown"
    office.clock.pass_time(minutes=1)
    await worker.reconcile()
    assert await office.status(row) == "queued"
    await worker.step()

    assert await office.status(row) == "sent"
    assert office.channel.texts == ["hello", "hello"]
    assert len(office.channel.at_provider[office.channel.calls[0].to, "hello"]) == 1


async def test_while_the_provider_cannot_be_asked_it_stays_unknown_and_is_not_resent(
    office: Office,
) -> None:
    maria = await office.person()
    [row] = await office.queue(maria, "hello")
    office.channel.swallowed("hello")
    office.channel.reachable = False
    worker = office.worker()
    await worker.step()

    for _ in range(20):
        office.clock.pass_time(minutes=15)
        await worker.reconcile()
        await worker.step()
    assert await office.status(row) == "unknown"
    assert office.channel.texts == ["hello"]

    office.channel.reachable = True
    office.clock.pass_time(minutes=15)
    await worker.reconcile()
    assert await office.status(row) == "sent"


async def test_questions_about_one_delivery_are_asked_further_and_further_apart(
    office: Office,
) -> None:
    maria = await office.person()
    await office.queue(maria, "hello")
    office.channel.swallowed("hello")
    office.channel.reachable = False
    worker = office.worker()
    await worker.step()

    for _ in range(60):
        office.clock.pass_time(seconds=60)
        await worker.reconcile()

    assert 4 <= len(office.channel.looked_up) <= 12


async def test_an_outcome_that_nobody_can_tell_for_long_is_left_as_failed(
    office: Office,
) -> None:
    maria = await office.person()
    [row] = await office.queue(maria, "hello")
    office.channel.answers("hello", TIMEOUT)
    office.channel.reachable = False
    worker = office.worker()
    await worker.step()

    office.clock.now += office.timing.give_up
    await worker.reconcile()

    assert ((await office.delivery(row)).status, (await office.delivery(row)).error) == (
        "failed",
        "unknown",
    )


@pytest.mark.parametrize("place", ["sending", "called"])
async def test_a_crash_between_sending_and_recording_is_reconciled_by_look_up(
    office: Office, place: str
) -> None:
    maria = await office.person()
    [row] = await office.queue(maria, "hello")
    await crashed_worker(office, place)
    assert await office.status(row) == "sending"

    survivor = office.worker()
    office.clock.now += office.timing.lease
    await survivor.reconcile()
    office.clock.now += office.timing.grace
    await survivor.reconcile()
    await survivor.step()

    assert await office.status(row) == "sent"
    kept = [sids for sids in office.channel.at_provider.values() if sids]
    assert [len(sids) for sids in kept] == [1]


async def test_a_crash_before_the_claim_is_committed_leaves_the_queue_as_it_was(
    office: Office,
) -> None:
    maria = await office.person()
    [row] = await office.queue(maria, "hello")
    await crashed_worker(office, "claimed")
    assert await office.status(row) == "queued"

    await office.worker().step()

    assert office.channel.texts == ["hello"]


async def test_a_crash_after_recording_changes_nothing(office: Office) -> None:
    maria = await office.person()
    [row] = await office.queue(maria, "hello")
    await crashed_worker(office, "recorded")

    office.clock.pass_time(hours=1)
    survivor = office.worker()
    await survivor.reconcile()
    await survivor.step()

    assert await office.status(row) == "sent"
    assert office.channel.texts == ["hello"]


async def test_a_live_workers_claim_is_left_alone_until_its_lease_ends(office: Office) -> None:
    maria = await office.person()
    [row] = await office.queue(maria, "hello")
    await crashed_worker(office, "called")
    survivor = office.worker()

    office.clock.now += office.timing.lease - timedelta(seconds=1)
    assert await survivor.reconcile() == 0
    assert await office.status(row) == "sending"
    office.clock.pass_time(seconds=1)
    assert await survivor.reconcile() == 1
    assert await office.status(row) == "sent"


class TestOnTelegram:
    """There is no look-up."""

    @pytest.fixture(autouse=True)
    def telegram(self, office: Office) -> None:
        office.channel = ScriptedChannel(name="telegram", has_lookup=False)

    async def test_an_unknown_outcome_is_sent_once_more(self, office: Office) -> None:
        maria = await office.person()
        [row] = await office.queue(maria, "hello")
        office.channel.swallowed("hello")
        worker = office.worker()
        await worker.step()
        office.clock.pass_time(seconds=2)
        await worker.reconcile()
        await worker.step()

        assert await office.status(row) == "sent"
        assert office.channel.texts == ["hello", "hello"]

    async def test_a_second_unknown_outcome_is_never_sent_a_third_time(
        self, office: Office
    ) -> None:
        maria = await office.person()
        [row] = await office.queue(maria, "hello")
        office.channel.answers("hello", TIMEOUT, TIMEOUT)
        worker = office.worker()
        for _ in range(5):
            await worker.step()
            office.clock.pass_time(hours=1)
            await worker.reconcile()

        assert office.channel.texts == ["hello", "hello"]
        assert (await office.delivery(row)).error == "unknown"
        assert await office.status(row) == "failed"

    async def test_a_crash_counts_as_an_unknown_outcome(self, office: Office) -> None:
        maria = await office.person()
        [row] = await office.queue(maria, "hello")
        for _ in range(2):
            await crashed_worker(office, "called")
            office.clock.now += office.timing.lease
            await office.worker().reconcile()

        assert office.channel.texts == ["hello", "hello"]
        assert await office.status(row) == "failed"


async def test_what_follows_waits_while_an_outcome_is_unknown_but_not_for_ever(
    office: Office,
) -> None:
    maria = await office.person()
    first, second = await office.queue(maria, "one", "two")
    office.channel.swallowed("one")
    office.channel.reachable = False
    worker = office.worker()
    await worker.step()

    assert await worker.step() == 0
    office.clock.now += office.timing.hold_unknown
    assert await worker.step() == 1
    assert [await office.status(first), await office.status(second)] == ["unknown", "sent"]


async def test_the_same_text_sent_just_before_is_no_proof(office: Office) -> None:
    maria = await office.person()
    await office.queue(maria, "Sorry?")
    worker = office.worker()
    await worker.step()
    [second] = await office.queue(maria, "Sorry?")
    office.channel.answers("Sorry?", TIMEOUT)
    await worker.step()

    office.clock.pass_time(minutes=2)
    await worker.reconcile()
    assert (await office.delivery(second)).provider_id is None
    await worker.step()

    assert (await office.delivery(second)).provider_id == "SM2"


async def test_of_two_same_texts_the_one_that_is_not_known_is_found(office: Office) -> None:
    maria = await office.person()
    await office.queue(maria, "Sorry?")
    worker = office.worker()
    await worker.step()
    [second] = await office.queue(maria, "Sorry?")
    office.channel.swallowed("Sorry?")
    await worker.step()

    office.clock.pass_time(seconds=2)
    await worker.reconcile()

    assert (await office.delivery(second)).provider_id == "SM2"
    assert office.channel.texts == ["Sorry?", "Sorry?"]


async def test_an_outcome_learnt_after_the_lease_still_counts(office: Office) -> None:
    """The worker was only slow: its own "sent" beats what others made of its silence."""
    maria = await office.person()
    [row] = await office.queue(maria, "hello")
    survivor = office.worker()

    async def meanwhile() -> None:
        office.clock.now += office.timing.lease
        office.channel.reachable = False
        await survivor.reconcile()

    office.channel.before_answer = meanwhile
    await office.worker().step()

    assert await office.status(row) == "sent"


async def test_a_late_error_of_an_overtaken_worker_changes_nothing(office: Office) -> None:
    maria = await office.person()
    [row] = await office.queue(maria, "hello")
    survivor = office.worker()

    async def meanwhile() -> None:
        office.channel.before_answer = None
        office.clock.now += office.timing.lease + office.timing.grace
        await survivor.reconcile()
        await survivor.step()

    office.channel.before_answer = meanwhile
    office.channel.answers("hello", Sent("SM77"), SendError("400", Decision.NEVER))
    await office.worker().step()

    assert (await office.delivery(row)).provider_id == "SM77"
    assert await office.status(row) == "sent"


async def test_unreadable_unknowns_end_as_failed(office: Office) -> None:
    maria = await office.person()
    [row] = await office.queue(maria, "hello")
    office.channel.answers("hello", TIMEOUT)
    worker = office.worker()
    await worker.step()
    await office.change(deliveries, row, body=b"\x01nonsense")
    office.clock.pass_time(minutes=1)
    await worker.reconcile()

    assert (await office.delivery(row)).error == "unreadable"
