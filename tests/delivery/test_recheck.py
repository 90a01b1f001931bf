"""The last look before a send: who has stopped, paused or left is not written to."""

from datetime import time, timedelta

import pytest

from handlers.outbox import Kind
from storage.messages import deliveries
from storage.people import addresses, people
from tests.delivery.conftest import Office
from tests.delivery.scripted import BUSY


async def test_a_stop_between_queue_and_claim_suppresses_what_waits(office: Office) -> None:
    maria = await office.person()
    [reply] = await office.queue(maria, "next question")
    [news] = await office.bulk(maria, "news")
    await office.stops(maria)

    assert await office.worker().step() == 0

    assert [await office.status(reply), await office.status(news)] == ["suppressed", "suppressed"]
    assert office.channel.calls == []


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
