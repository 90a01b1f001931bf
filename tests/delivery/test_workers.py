"""Many workers at once, at work until stopped: no double, no disorder, nothing lost."""

import asyncio
from collections import Counter, defaultdict
from datetime import timedelta

from sqlalchemy.exc import OperationalError

from bot.channels.base import Sent
from bot.delivery.claim import Claim
from bot.delivery.dispatcher import Dispatcher
from bot.delivery.pace import Pace
from bot.delivery.timing import Timing
from storage.database import notify
from tests.delivery.conftest import Office
from tests.delivery.scripted import BUSY, SLOW_DOWN, RealClock, ScriptedChannel
from tests.delivery.test_pace import most_in_a_second


async def all_sent(office: Office, number: int) -> None:
    while (await office.statuses()).count("sent") < number:
        await asyncio.sleep(0.01)


class Shift:
    """Workers that run inside a `with`, and are stopped at its end."""

    def __init__(self, *workers: Dispatcher) -> None:
        self._workers = workers
        self._runs: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> None:
        self._runs = [asyncio.create_task(worker.run()) for worker in self._workers]

    async def __aexit__(self, *error: object) -> None:
        for worker in self._workers:
            worker.stop()
        await asyncio.gather(*self._runs)


async def test_four_workers_claim_nothing_twice(office: Office) -> None:
    for number, person in enumerate(await office.people(120)):
        await office.bulk(person, f"text {number}")

    async with Shift(*(office.worker() for _ in range(4))):
        await all_sent(office, 120)

    assert Counter(office.channel.texts) == {f"text {number}": 1 for number in range(120)}


async def test_four_workers_keep_the_order_within_each_chat(office: Office) -> None:
    people = await office.people(6)
    for person in people:
        await office.queue(person, *(f"{person.person_id} {number}" for number in range(8)))
    for person in people[::2]:
        office.channel.answers(f"{person.person_id} 3", BUSY, BUSY)

    async with Shift(*(office.worker() for _ in range(4))):
        while (await office.statuses()).count("sent") < 48:
            office.clock.pass_time(seconds=0.2)
            await asyncio.sleep(0.02)

    heard = defaultdict(list)
    for call in office.channel.calls:
        whose, number = call.text.split()
        heard[whose].append(int(number))
    for numbers in heard.values():
        assert sorted(set(numbers)) == list(range(8))
        assert numbers == sorted(numbers)


async def test_a_new_delivery_wakes_a_worker_that_polls_only_once_an_hour(
    office: Office,
) -> None:
    office.timing = Timing(poll=timedelta(hours=1))
    maria = await office.person()
    async with Shift(office.worker()):
        await asyncio.sleep(0.2)
        await office.queue(maria, "hello")
        await office.database.run(lambda c: notify(c, "outbox"))
        async with asyncio.timeout(20):
            await all_sent(office, 1)


async def test_stopping_drains_what_is_in_flight_and_claims_nothing_more(office: Office) -> None:
    office.calls = 4
    office.channel.gate = asyncio.Event()
    rows = []
    for number, person in enumerate(await office.people(40)):
        rows += await office.queue(person, f"text {number}")
    worker = office.worker()
    run = asyncio.create_task(worker.run())
    while len(office.channel.calls) < 4:
        await asyncio.sleep(0.01)

    worker.stop()
    office.channel.gate.set()
    await run

    statuses = Counter(await office.statuses())
    assert statuses == {"sent": 4, "queued": 36}
    given_back = [await office.delivery(row) for row in rows]
    assert {row.attempts for row in given_back if row.status == "queued"} == {0}


async def test_replies_do_not_wait_behind_bulk_that_hangs(office: Office) -> None:
    office.calls = 8
    office.channel.gate = asyncio.Event()
    for person in await office.people(30):
        await office.bulk(person, "news")
    maria = await office.person()

    async with Shift(office.worker()):
        while len(office.channel.calls) < 6:
            await asyncio.sleep(0.01)
        await office.queue(maria, "reply")
        await office.database.run(lambda c: notify(c, "outbox"))
        async with asyncio.timeout(20):
            while "reply" not in office.channel.texts:
                await asyncio.sleep(0.01)
        assert office.channel.texts.count("news") == 6
        office.channel.gate.set()


async def test_no_more_calls_at_once_than_allowed(office: Office) -> None:
    office.calls = 5
    office.channel.delay = 0.005
    for person in await office.people(60):
        await office.queue(person, "hello")

    async with Shift(office.worker()):
        await all_sent(office, 60)

    assert office.channel.most_at_once == 5


async def test_two_workers_together_keep_the_pace_in_any_second(office: Office) -> None:
    office.pace = Pace(20)
    office.clock = RealClock()
    for person in await office.people(45):
        await office.bulk(person, "news")

    async with Shift(office.worker(), office.worker()):
        await all_sent(office, 45)

    calls = [(int(call.at * 1_000_000), 1) for call in office.channel.calls]
    assert most_in_a_second(calls) <= 20


async def test_after_a_slow_commit_the_pace_is_found_again(office: Office) -> None:
    office.pace = Pace(1000)
    office.clock = RealClock()
    for person in await office.people(8):
        await office.bulk(person, "news")
    database, run, slow = office.database, office.database.run, [0.6]

    async def once_slow(unit):  # type: ignore[no-untyped-def]
        result = await run(unit)
        if slow and isinstance(result, Claim) and result.letters:
            await asyncio.sleep(slow.pop())
        return result

    database.run = once_slow  # type: ignore[method-assign]
    async with Shift(office.worker()), asyncio.timeout(20):
        await all_sent(office, 8)

    assert Counter(office.channel.texts) == {"news": 8}


async def test_bulk_to_one_chat_is_a_second_apart_and_replies_are_not(office: Office) -> None:
    office.channel = ScriptedChannel(name="telegram", has_lookup=False)
    office.pace = Pace(chat_gap=timedelta(seconds=1))
    maria = await office.person()
    await office.queue(maria, "one", "two")
    await office.bulk(maria, "news")
    worker = office.worker()

    await office.until_quiet(worker)

    assert office.channel.texts == ["one", "two"]
    assert await office.statuses() == ["sent", "sent", "queued"]


async def test_a_database_that_is_away_for_a_while_loses_no_outcome(office: Office) -> None:
    people = await office.people(10)
    for number, person in enumerate(people):
        await office.queue(person, f"text {number}")
    database, run, away = office.database, office.database.run, asyncio.Event()

    async def sometimes_away(unit):  # type: ignore[no-untyped-def]
        if away.is_set():
            raise OperationalError("COMMIT", {}, Exception("gone"))
        return await run(unit)

    database.run = sometimes_away  # type: ignore[method-assign]

    def goes_away() -> Sent:
        away.set()
        asyncio.get_running_loop().call_later(0.3, away.clear)
        return Sent("")

    office.channel.answers("text 3", goes_away)
    async with Shift(office.worker()):
        await all_sent(office, 10)

    assert Counter(office.channel.texts) == {f"text {number}": 1 for number in range(10)}


async def test_an_outcome_that_the_database_refuses_does_not_hold_back_the_others(
    office: Office,
) -> None:
    by_sqlite, by_postgresql = Sent(b"SM99"), Sent("SM" + "9" * 80)  # type: ignore[arg-type]
    refused = by_sqlite if office.database.dialect == "sqlite" else by_postgresql
    people = await office.people(10)
    for number, person in enumerate(people):
        await office.queue(person, f"text {number}")
    office.channel.answers("text 3", refused)

    async with Shift(office.worker()):
        await all_sent(office, 9)

    assert (await office.statuses())[3] == "sending"


async def test_a_slow_down_gives_back_what_was_claimed_and_not_called(office: Office) -> None:
    office.calls = 4
    office.channel.delay = 0.01
    for number, person in enumerate(await office.people(60)):
        await office.queue(person, f"text {number}")
    office.channel.answers("text 10", SLOW_DOWN)

    async with Shift(office.worker()):
        while "text 10" not in office.channel.texts:
            await asyncio.sleep(0.01)
        while (await office.sender()).held_until is None or "sending" in await office.statuses():
            await asyncio.sleep(0.01)
        called = len(office.channel.calls)
        await asyncio.sleep(0.05)
        assert len(office.channel.calls) == called < 60
        office.clock.pass_time(seconds=7)
        await all_sent(office, 60)

    assert office.channel.texts.count("text 10") == 2
