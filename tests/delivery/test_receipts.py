"""Receipts: any order, any number of times, before or after the send is recorded."""

from collections.abc import Sequence
from itertools import permutations

import pytest
from sqlalchemy import func, select

from bot.channels.base import AddressEffect, SenderEffect, Sent
from bot.channels.sms_webhooks import StatusReport
from bot.delivery import receipts
from handlers.outbox import To
from storage.messages import Status
from storage.messages import receipts as kept
from storage.people import addresses
from storage.receipts import keep
from tests.delivery.conftest import Office

SENT = StatusReport("SM9", Status.SENT)
DELIVERED = StatusReport("SM9", Status.DELIVERED)
SENDING = StatusReport("SM9", Status.SENDING)
UNDELIVERED = StatusReport("SM9", Status.FAILED, "30005", AddressEffect.SUSPECT)
FILTERED = StatusReport("SM9", Status.FAILED, "30007", sender=SenderEffect.FILTERED)
UNREGISTERED = StatusReport("SM9", Status.FAILED, "30034", sender=SenderEffect.CONFIGURATION)


async def report(office: Office, *reports: StatusReport) -> None:
    for each in reports:
        await office.database.run(
            lambda c, each=each: receipts.receive(c, "sms", each, office.now)  # type: ignore[misc]
        )


async def kept_receipts(office: Office) -> int:
    statement = select(func.count()).select_from(kept)
    return await office.database.read(lambda c: c.scalar(statement) or 0)


async def sent(office: Office) -> tuple[To, int]:
    maria = await office.person()
    [row] = await office.queue(maria, "hello")
    office.channel.answers("hello", Sent("SM9"))
    await office.worker().step()
    return maria, row


@pytest.mark.parametrize("order", list(permutations([SENDING, SENT, DELIVERED])))
async def test_in_any_order_and_repeated_they_end_in_delivered(
    office: Office, order: Sequence[StatusReport]
) -> None:
    _, row = await sent(office)

    await report(office, *order, *order)

    assert await office.status(row) == "delivered"


async def test_whatever_the_order_of_contradicting_reports_the_end_is_the_same(
    office: Office,
) -> None:
    for order in permutations([SENT, UNDELIVERED, DELIVERED]):
        maria, row = await sent(office)
        await report(office, *order)
        assert await office.status(row) == "delivered"
        assert (await office.row(addresses, maria.address_id)).strikes == 0
        await office.forget_everything()


@pytest.mark.parametrize("order", list(permutations([SENT, DELIVERED])))
async def test_early_ones_are_applied_when_the_send_is_recorded(
    office: Office, order: Sequence[StatusReport]
) -> None:
    maria = await office.person()
    [row] = await office.queue(maria, "hello")

    async def callbacks_overtake() -> None:
        await report(office, *order, *order)

    office.channel.before_answer = callbacks_overtake
    office.channel.answers("hello", Sent("SM9"))
    await office.worker().step()

    assert await office.status(row) == "delivered"
    assert await kept_receipts(office) == 0


async def test_an_early_failure_keeps_its_meaning_for_the_address(office: Office) -> None:
    maria = await office.person()
    [row] = await office.queue(maria, "hello")
    await report(office, UNDELIVERED)
    office.channel.answers("hello", Sent("SM9"))
    await office.worker().step()

    assert ((await office.delivery(row)).status, (await office.delivery(row)).error) == (
        "failed",
        "30005",
    )
    assert (await office.row(addresses, maria.address_id)).strikes == 1


async def test_a_receipt_that_crossed_with_the_record_is_caught_up(office: Office) -> None:
    """On PostgreSQL neither of two transactions at once sees what the other writes."""
    _, row = await sent(office)
    await office.database.run(lambda c: keep(c, "SM9", "delivered", None, now=office.now))

    await office.worker().reconcile()

    assert await office.status(row) == "delivered"
    assert await kept_receipts(office) == 0


async def test_receipts_of_no_message_of_ours_are_forgotten_in_time(office: Office) -> None:
    await report(office, StatusReport("SMother", Status.DELIVERED))
    assert await kept_receipts(office) == 1

    office.clock.pass_time(days=2, seconds=1)
    await office.worker().reconcile()

    assert await kept_receipts(office) == 0


async def test_a_repeated_failure_is_one_strike(office: Office) -> None:
    maria, row = await sent(office)

    await report(office, *[UNDELIVERED] * 5)

    assert await office.status(row) == "failed"
    assert (await office.row(addresses, maria.address_id)).strikes == 1


async def test_delivered_forgives_earlier_strikes(office: Office) -> None:
    maria, _ = await sent(office)
    await office.change(addresses, maria.address_id, strikes=2)

    await report(office, DELIVERED)

    assert (await office.row(addresses, maria.address_id)).strikes == 0


async def test_a_configuration_error_in_a_receipt_halts_the_sender(office: Office) -> None:
    await sent(office)

    await report(office, UNREGISTERED)

    assert (await office.sender()).halted == "30034"


async def test_a_filtered_message_is_alerted_and_does_not_halt_conversations(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    _, row = await sent(office)

    await report(office, FILTERED)

    alerted = capsys.readouterr().out
    assert "sender_trouble" in alerted
    assert "30007" in alerted
    assert (await office.delivery(row)).error == "30007"
    assert (await office.sender()).halted is None


async def test_a_found_message_gets_the_receipts_that_came_for_it(office: Office) -> None:
    maria = await office.person()
    [row] = await office.queue(maria, "hello")
    office.channel.swallowed("hello")
    worker = office.worker()
    await worker.step()
    await report(office, StatusReport("SM1", Status.DELIVERED))

    office.clock.pass_time(seconds=2)
    await worker.reconcile()

    assert await office.status(row) == "delivered"
