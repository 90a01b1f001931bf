"""The last look before a send: who has stopped, paused or left is not written to."""

import asyncio
import threading
from collections.abc import Awaitable, Callable, Sequence
from datetime import time, timedelta

import pytest
from sqlalchemy import Connection, delete
from sqlalchemy.exc import OperationalError

from bot.delivery.claim import Claim
from bot.delivery.pace import Pace
from bot.delivery.timing import Timing
from handlers.outbox import Kind, To
from storage.messages import deliveries
from storage.people import addresses, people
from storage.second_look import in_no_doubt
from tests.delivery.conftest import Office
from tests.delivery.scripted import BUSY, SLOW_DOWN, RealClock
from tests.delivery.test_workers import Shift


async def test_a_stop_between_queue_and_claim_suppresses_what_waits(office: Office) -> None:
    maria = await office.person()
    [reply] = await office.queue(maria, "next question")
    [news] = await office.bulk(maria, "news")
    await office.stops(maria)

    assert await office.worker().step() == 0

    assert [await office.status(reply), await office.status(news)] == ["suppressed", "suppressed"]
    assert office.channel.calls == []


PATIENCE = 20.0


async def stops(office: Office, who: To) -> None:
    await office.stops(who)


async def stops_elsewhere(office: Office, who: To) -> None:
    await office.change(people, who.person_id, consent="out")


async def blocks_the_bot(office: Office, who: To) -> None:
    await office.change(addresses, who.address_id, status="blocked")


async def is_deleted(office: Office, who: To) -> None:
    await office.database.run(lambda c: c.execute(delete(people)))


async def is_claimed(office: Office, row: int) -> None:
    while await office.status(row) != "sending":
        await asyncio.sleep(0.005)


@pytest.fixture
def left(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """Once it is set, a second look sees what there is; however slow the machine, none before."""
    gone = threading.Event()

    def look(connection: Connection, ids: Sequence[int]) -> set[int]:
        assert gone.wait(PATIENCE)
        return in_no_doubt(connection, ids)

    monkeypatch.setattr("bot.delivery.second_look.in_no_doubt", look)
    return gone


@pytest.mark.parametrize("leaves", [stops, stops_elsewhere, blocks_the_bot, is_deleted])
async def test_a_stop_between_claim_and_call_suppresses_what_waits_for_its_slot(
    office: Office, left: threading.Event, leaves: Callable[[Office, To], Awaitable[None]]
) -> None:
    office.pace = Pace(4)
    ana, maria = await office.people(2)
    await office.bulk(ana, "first")
    [row] = await office.bulk(maria, "second")
    worker = office.worker()
    step = asyncio.create_task(worker.step())
    await is_claimed(office, row)

    await leaves(office, maria)
    left.set()
    await step
    await office.until_quiet(worker)

    assert "second" not in office.channel.texts
    if leaves is not is_deleted:
        delivery = await office.delivery(row)
        why = "blocked" if leaves is blocks_the_bot else "opted_out"
        assert (delivery.status, delivery.error, delivery.attempts) == ("suppressed", why, 0)


async def test_a_stop_between_claim_and_call_holds_while_workers_are_running(
    office: Office, left: threading.Event
) -> None:
    office.pace, office.clock = Pace(4), RealClock()
    ana, maria = await office.people(2)
    await office.bulk(ana, "first")
    [row] = await office.bulk(maria, "second")

    async with Shift(office.worker()), asyncio.timeout(20):
        await is_claimed(office, row)
        await office.stops(maria)
        left.set()
        while await office.status(row) in ("sending", "queued"):
            await asyncio.sleep(0.01)

    assert ("second" in office.channel.texts, await office.status(row)) == (False, "suppressed")


def claims_slowly(office: Office) -> None:
    """What is claimed is old by the time it can be called."""
    run = office.database.run

    async def slow(unit):  # type: ignore[no-untyped-def]
        result = await run(unit)
        if isinstance(result, Claim) and result.letters:
            await asyncio.sleep(0.3)
        return result

    office.database.run = slow  # type: ignore[method-assign]


async def test_the_confirmation_of_a_stop_passes_the_second_look(office: Office) -> None:
    claims_slowly(office)
    maria = await office.person()
    await office.stops(maria)
    await office.queue(maria, "You are out.", kind="consent")

    await office.worker().step()

    assert office.channel.texts == ["You are out."]


async def test_all_who_are_called_at_once_share_one_second_look(office: Office) -> None:
    claims_slowly(office)
    for person in await office.people(30):
        await office.queue(person, "hello")
    read, reads = office.database.read, 0

    async def counted(unit):  # type: ignore[no-untyped-def]
        nonlocal reads
        reads += 1
        return await read(unit)

    office.database.read = counted  # type: ignore[method-assign]
    await office.worker().step()

    assert (len(office.channel.calls), reads) == (30, 1)


async def test_what_nobody_could_look_at_again_goes_back_to_the_queue(office: Office) -> None:
    claims_slowly(office)
    maria = await office.person()
    [row] = await office.queue(maria, "hello")
    read = office.database.read

    async def away(unit):  # type: ignore[no-untyped-def]
        raise OperationalError("SELECT", {}, Exception("gone"))

    office.database.read = away  # type: ignore[method-assign]
    worker = office.worker()
    await worker.step()
    office.database.read = read  # type: ignore[method-assign]

    assert (office.channel.calls, await office.status(row)) == ([], "queued")
    await worker.step()
    assert await office.status(row) == "sent"


async def test_a_halt_takes_hold_of_who_is_being_looked_at(office: Office) -> None:
    office.pace, office.clock = Pace(50), RealClock()
    for person in await office.people(8):
        await office.bulk(person, "news")
    office.channel.answers("news", SLOW_DOWN)

    async with Shift(office.worker()), asyncio.timeout(20):
        while not office.channel.calls:
            await asyncio.sleep(0.001)
        await asyncio.sleep(0.2)

    assert len(office.channel.calls) == 1


async def test_a_stop_holds_on_all_of_a_persons_addresses(office: Office) -> None:
    maria = await office.person()
    other = await office.address(maria.person_id)
    [row] = await office.queue(other, "next question")
    await office.stops(maria)

    await office.worker().step()

    assert (await office.delivery(row)).error == "opted_out"


async def test_the_confirmation_of_a_stop_goes_out_once(office: Office) -> None:
    maria = await office.person()
    await office.stops(maria)
    await office.queue(maria, "You are out.", kind="consent")
    workers = [office.worker() for _ in range(4)]

    for worker in workers:
        await office.until_quiet(worker)

    assert office.channel.texts == ["You are out."]


async def test_not_even_a_confirmation_goes_to_who_blocked_the_bot(office: Office) -> None:
    maria = await office.person(consent="out")
    await office.change(addresses, maria.address_id, status="blocked")
    [row] = await office.queue(maria, "You are out.", kind="consent")

    await office.worker().step()

    assert (await office.delivery(row)).error == "blocked"


async def test_who_stops_from_a_number_that_had_failed_is_told(office: Office) -> None:
    maria = await office.person(consent="out")
    await office.change(addresses, maria.address_id, status="invalid")
    [row] = await office.queue(maria, "You are out.", kind="consent")

    await office.worker().step()

    assert (await office.delivery(row)).status == "sent"


@pytest.mark.parametrize(
    ("kind", "consent", "status"),
    [
        ("reply", "none", "sent"),
        ("notice", "none", "sent"),
        ("broadcast", "none", "suppressed"),
        ("broadcast", "in", "sent"),
        ("notice", "out", "suppressed"),
    ],
)
async def test_consent_is_asked_for_bulk_and_its_refusal_respected_by_all(
    office: Office, kind: Kind, consent: str, status: str
) -> None:
    maria = await office.person(consent=consent)
    [row] = await office.queue(maria, "hello", kind=kind)

    await office.worker().step()

    assert await office.status(row) == status


async def test_a_pause_keeps_back_bulk_and_notices_but_no_reply(office: Office) -> None:
    maria = await office.person(paused_until=office.now + timedelta(days=3))
    [news] = await office.bulk(maria, "news")
    [notice] = await office.notice(maria, "notice")
    [reply] = await office.queue(maria, "reply")

    await office.until_quiet(office.worker())

    assert await office.status(reply) == "sent"
    assert [(await office.delivery(row)).error for row in (news, notice)] == ["paused", "paused"]


async def test_a_pause_that_is_over_keeps_back_nothing(office: Office) -> None:
    maria = await office.person(paused_until=office.now)
    [news] = await office.bulk(maria, "news")

    await office.worker().step()

    assert await office.status(news) == "sent"


async def test_what_is_stale_expires_instead_of_arriving_late(office: Office) -> None:
    maria = await office.person()
    [row] = await office.bulk(maria, "march at noon", expires_in=timedelta(hours=1))
    office.clock.pass_time(hours=1)

    await office.worker().step()

    assert await office.status(row) == "expired"
    assert office.channel.calls == []


async def test_an_expired_retry_frees_what_it_held_back(office: Office) -> None:
    maria = await office.person()
    first, second = await office.queue(maria, "one", "two", expires_in=timedelta(seconds=2))
    await office.change(deliveries, second, expires_at=None)
    office.channel.answers("one", *[BUSY] * 9)
    worker = office.worker()
    for _ in range(5):
        await office.until_quiet(worker)
        office.clock.pass_time(seconds=2)

    assert [await office.status(first), await office.status(second)] == ["expired", "sent"]


NIGHT = (time(20), time(9))


async def test_bulk_at_night_waits_for_the_persons_morning(office: Office) -> None:
    office.quiet = NIGHT
    office.clock.pass_time(hours=10)  # 22:00 in Chicago
    maria = await office.person(zone="America/Chicago")
    [news] = await office.bulk(maria, "news")
    [reply] = await office.queue(maria, "reply")
    worker = office.worker()

    await office.until_quiet(worker)

    assert [await office.status(reply), await office.status(news)] == ["sent", "queued"]
    due = (await office.delivery(news)).due_at
    assert due == office.now + timedelta(hours=11)
    office.clock.now = due
    await office.until_quiet(worker)
    assert await office.status(news) == "sent"


async def test_what_would_be_stale_by_morning_expires_tonight(office: Office) -> None:
    office.quiet = NIGHT
    office.clock.pass_time(hours=10)
    maria = await office.person()
    [news] = await office.bulk(maria, "news", expires_in=timedelta(hours=11))

    await office.worker().step()

    row = await office.delivery(news)
    assert (row.status, row.error) == ("expired", "quiet_hours")


async def test_without_a_zone_the_hour_must_be_decent_from_hawaii_to_new_york(
    office: Office,
) -> None:
    office.quiet = NIGHT
    nobody_knows = await office.person(zone=None)
    [news] = await office.bulk(nobody_knows, "news")  # 18:00 UTC: 8:00 in Hawaii

    await office.worker().step()

    assert (await office.delivery(news)).due_at == office.now + timedelta(hours=1)


async def test_language_and_zone_changed_at_the_last_moment_count(office: Office) -> None:
    office.quiet = NIGHT
    maria = await office.person(zone="America/Chicago")
    [news] = await office.bulk(maria, "news")
    await office.change(people, maria.person_id, zone="Asia/Tokyo")

    await office.worker().step()

    assert await office.status(news) == "queued"


def slow_database(office: Office, claim: float, look: float) -> None:
    """Each commit, and each read, takes so many seconds longer."""
    run, read = office.database.run, office.database.read

    async def slow_run(unit):  # type: ignore[no-untyped-def]
        result = await run(unit)
        await asyncio.sleep(claim)
        return result

    async def slow_read(unit):  # type: ignore[no-untyped-def]
        await asyncio.sleep(look)
        return await read(unit)

    office.database.run = slow_run  # type: ignore[method-assign]
    office.database.read = slow_read  # type: ignore[method-assign]


@pytest.mark.parametrize(("claim", "look"), [(0.05, 0.01), (0.1, 0.05), (0.02, 0.3), (0.1, 1.2)])
async def test_at_a_pace_a_slow_database_holds_up_nothing_for_ever(
    office: Office, claim: float, look: float
) -> None:
    office.pace, office.clock, office.timing = Pace(25), RealClock(), Timing()
    for person in await office.people(3):
        await office.queue(person, "hello")
    slow_database(office, claim, look)

    async with Shift(office.worker()), asyncio.timeout(30):
        while len(office.channel.calls) < 3:
            await asyncio.sleep(0.01)
