"""From queued to sent: order, priorities, retries, and what an error says about an address."""

from datetime import timedelta

import pytest

from bot.channels.base import AddressEffect, Decision, SenderEffect, SendError, Sent
from bot.delivery.timing import Backoff
from handlers.conversation.messages import Outgoing
from storage import departures
from storage.messages import deliveries
from storage.people import addresses, people
from tests.delivery.conftest import Office
from tests.delivery.scripted import BUSY, ScriptedChannel


async def test_a_reply_is_sent_and_recorded_with_the_providers_id(office: Office) -> None:
    maria = await office.person()
    [reply] = await office.queue(maria, "¿Cómo te llamas?")
    office.channel.answers("¿Cómo te llamas?", Sent("SMabc", segments=2))

    assert await office.worker().step() == 1

    row = await office.delivery(reply)
    assert (row.status, row.provider_id, row.segments, row.attempts) == ("sent", "SMabc", 2, 1)
    assert (row.lease_until, row.error) == (None, None)
    assert office.channel.texts == ["¿Cómo te llamas?"]


async def test_nothing_goes_out_before_it_is_due(office: Office) -> None:
    maria = await office.person()
    await office.queue(maria, "later", due_at=office.now + timedelta(minutes=5))
    worker = office.worker()

    assert await worker.step() == 0
    office.clock.pass_time(minutes=5)
    assert await worker.step() == 1


async def test_a_persons_replies_go_out_one_after_the_other(office: Office) -> None:
    maria = await office.person()
    await office.queue(maria, "one", "two", "three")
    worker = office.worker()

    assert await worker.step() == 1
    assert office.channel.texts == ["one"]
    await office.until_quiet(worker)
    assert office.channel.texts == ["one", "two", "three"]


async def test_a_reply_that_must_be_retried_holds_back_the_ones_behind_it(office: Office) -> None:
    maria = await office.person()
    await office.queue(maria, "one", "two")
    office.channel.answers("one", BUSY)
    worker = office.worker()

    assert await worker.step() == 1
    assert await worker.step() == 0
    office.clock.pass_time(seconds=1)
    await office.until_quiet(worker)
    assert office.channel.texts == ["one", "one", "two"]


async def test_a_reminder_for_next_week_holds_back_nothing(office: Office) -> None:
    maria = await office.person()
    await office.notice(maria, "next week", due_at=office.now + timedelta(days=7))
    await office.notice(maria, "today")
    await office.bulk(maria, "news")

    await office.until_quiet(office.worker())

    assert office.channel.texts == ["today", "news"]


async def test_replies_go_before_notices_and_notices_before_bulk(office: Office) -> None:
    ana, bea, carla = await office.people(3)
    await office.bulk(ana, "news")
    await office.notice(bea, "reminder")
    await office.queue(carla, "reply")
    office.calls = 1

    await office.until_quiet(office.worker())

    assert office.channel.texts == ["reply", "reminder", "news"]


async def test_retries_back_off_and_end(office: Office) -> None:
    maria = await office.person()
    [row] = await office.queue(maria, "hello")
    attempts = office.timing.backoff.attempts
    office.channel.answers("hello", *[BUSY] * attempts)
    worker = office.worker()

    waits = []
    while await office.status(row) == "queued":
        assert await worker.step() == 1
        after = await office.delivery(row)
        waits.append((after.due_at - office.now).total_seconds())
        office.clock.now = max(office.now, after.due_at)

    assert waits[:5] == [1, 2, 4, 8, 16]
    assert max(waits) == 600
    assert (after.status, after.error, after.attempts) == ("failed", "no_connection", attempts)


async def test_full_jitter_spreads_retries_from_nothing_to_the_whole_wait() -> None:
    waits = [Backoff().wait(4) for _ in range(200)]
    seconds = [wait.total_seconds() for wait in waits if wait is not None]

    assert len(seconds) == 200
    assert 0 <= min(seconds) < 1.5
    assert 6.5 < max(seconds) <= 8


async def test_a_permanent_error_ends_a_delivery_and_frees_the_ones_behind_it(
    office: Office,
) -> None:
    maria = await office.person()
    first, second = await office.queue(maria, "one", "two")
    office.channel.answers("one", SendError("too_long", Decision.NEVER))

    await office.until_quiet(office.worker())

    assert [await office.status(first), await office.status(second)] == ["failed", "sent"]


@pytest.mark.parametrize(
    ("effect", "status"),
    [(AddressEffect.BLOCKED, "blocked"), (AddressEffect.INVALID, "invalid")],
)
async def test_an_error_that_closes_an_address_suppresses_what_else_waits_for_it(
    office: Office, effect: AddressEffect, status: str
) -> None:
    maria = await office.person()
    _, second = await office.queue(maria, "one", "two")
    office.channel.answers("one", SendError("403", Decision.NEVER, address=effect))

    await office.until_quiet(office.worker())

    assert (await office.row(addresses, maria.address_id)).status == status
    row = await office.delivery(second)
    assert (row.status, row.error) == ("suppressed", status)


async def test_the_third_strike_makes_an_address_invalid(office: Office) -> None:
    maria = await office.person()
    suspect = SendError("30005", Decision.NEVER, address=AddressEffect.SUSPECT)
    worker = office.worker()
    for strike, status in ((1, "active"), (2, "active"), (3, "invalid")):
        office.channel.answers("hello", suspect)
        await office.queue(maria, "hello")
        await worker.step()
        address = await office.row(addresses, maria.address_id)
        assert (address.strikes, address.status) == (strike, status)


async def test_when_the_provider_says_opted_out_the_person_has_left_on_all_addresses(
    office: Office,
) -> None:
    maria = await office.person()
    other = await office.address(maria.person_id)
    await office.queue(maria, "one")
    [elsewhere] = await office.queue(other, "two", due_at=office.now + timedelta(hours=1))
    gone = SendError("21610", Decision.NEVER, address=AddressEffect.OPTED_OUT)
    office.channel.answers("one", gone)

    await office.worker().step()

    assert (await office.row(people, maria.person_id)).consent == "out"
    assert (await office.row(addresses, maria.address_id)).status == "opted_out"
    assert await office.status(elsewhere) == "suppressed"
    [evidence] = await office.evidence()
    assert (evidence.act, evidence.wording, evidence.channel) == ("out", "provider", "sms")
    assert await office.database.read(departures.waiting) == [maria.person_id]


async def test_a_chat_that_moved_is_followed(office: Office) -> None:
    office.channel = ScriptedChannel(name="telegram", has_lookup=False)
    maria = await office.person()
    [row] = await office.queue(maria, "hello")
    office.channel.answers("hello", SendError("migrated", Decision.NEVER, new_address="-1009"))

    await office.until_quiet(office.worker())

    assert [call.to for call in office.channel.calls][1:] == ["-1009"]
    assert await office.status(row) == "sent"
    address = await office.row(addresses, maria.address_id)
    assert address.lookup == office.vault.index("telegram", "-1009")


async def test_a_body_that_no_key_opens_fails_alone(office: Office) -> None:
    ana, bea = await office.people(2)
    [broken] = await office.queue(ana, "lost")
    [whole] = await office.queue(bea, "fine")
    await office.change(deliveries, broken, body=b"\x01nonsense")

    await office.until_quiet(office.worker())

    assert [await office.status(broken), await office.status(whole)] == ["failed", "sent"]
    assert (await office.delivery(broken)).error == "sealed"


async def test_a_broadcast_is_rendered_when_it_is_sent(office: Office) -> None:
    ana, bea = await office.people(2)
    rows = [*await office.bulk(ana, "x"), *await office.bulk(bea, "x")]
    for row in rows:
        await office.change(deliveries, row, body=None)
    asked: list[int] = []

    def render(connection: object, due: list) -> dict[int, Outgoing]:  # type: ignore[type-arg]
        asked.extend(one.id for one in due)
        return {one.id: Outgoing(f"news in {one.language}") for one in due[:1]}

    office.renderers = {"broadcast": render}
    await office.worker().step()

    assert asked == rows
    assert office.channel.texts == ["news in es"]
    assert (await office.delivery(rows[1])).error == "no_body"


async def test_a_channel_that_raises_what_it_should_not_leaves_an_unknown_outcome(
    office: Office,
) -> None:
    def burst() -> Sent:
        raise KeyError("surprise")

    maria = await office.person()
    [row] = await office.queue(maria, "hello")
    office.channel.answers("hello", burst)

    await office.worker().step()

    assert ((await office.delivery(row)).status, (await office.delivery(row)).error) == (
        "unknown",
        "KeyError",
    )


async def test_a_filtered_message_fails_and_halts_the_sender(office: Office) -> None:
    maria = await office.person()
    [row] = await office.queue(maria, "hello")
    filtered = SendError("30007", Decision.NEVER, sender=SenderEffect.FILTERED)
    office.channel.answers("hello", filtered)

    await office.worker().step()

    assert await office.status(row) == "failed"
    assert (await office.sender()).halted == "30007"
