"""Providers that fail in every way: nothing is lost, nothing comes twice that could be known."""

from collections import Counter

import pytest

from bot.simulators import Drip, Garbage, Hang, Refuse, Reset
from bot.simulators.faults import Fault
from storage.messages import deliveries
from tests.crash.inside import IMPATIENT, at_work
from tests.crash.world import World
from tests.processes.machine import heard

ROSA = "+13125550101"
TEXT, NEXT = "Mañana a las 10.", "Trae agua."

# Carried out although we were told nothing, or nonsense: on Telegram it comes once more.
HIDDEN: tuple[Fault, ...] = (
    Hang(applied=True),
    Reset(applied=True),
    Garbage(applied=True),
    Garbage(applied=True, status=502),
    Drip(pause=IMPATIENT.call.total_seconds() / 4),
)
PLAIN: tuple[Fault, ...] = (
    Refuse(500),
    Refuse(503),
    Refuse(retry_after=1),
    Hang(),
    Reset(),
    Garbage(applied=False),
    Garbage(applied=False, status=502, body=b""),
    Drip(pause=0.001, piece=64),
)


@pytest.mark.parametrize("fault", [*PLAIN, *HIDDEN], ids=str)
async def test_by_sms_it_arrives_exactly_once(by_sms: World, fault: Fault) -> None:
    twilio = by_sms.providers.twilio
    await by_sms.queues(await by_sms.knows(ROSA), TEXT, NEXT)
    twilio.faults.next("create", fault)

    async with at_work(by_sms):
        await by_sms.settles(sent=2)
    await twilio.settled()

    assert heard(twilio.phone(ROSA)) == [TEXT, NEXT]


@pytest.mark.parametrize("fault", [*PLAIN, *HIDDEN], ids=str)
async def test_by_telegram_it_arrives_and_twice_only_when_nobody_could_know(
    by_telegram: World, fault: Fault
) -> None:
    rosa = by_telegram.providers.telegram.person(7001, "Rosa")
    await rosa.starts()
    await by_telegram.queues(await by_telegram.knows("7001", "telegram"), TEXT, NEXT)
    by_telegram.providers.telegram.faults.next("sendMessage", fault)

    async with at_work(by_telegram):
        await by_telegram.settles(sent=2)

    copies = 2 if fault in HIDDEN else 1
    assert heard(rosa) == [TEXT] * copies + [NEXT]


async def test_a_provider_that_says_later_is_left_alone_until_then(by_sms: World) -> None:
    twilio = by_sms.providers.twilio
    for number in range(5):
        await by_sms.queues(await by_sms.knows(f"+131255503{number:02}"), TEXT)
    twilio.faults.next("create", Refuse(retry_after=1))

    async with at_work(by_sms):
        await by_sms.settles(sent=5)

    calls = twilio.calls.of("create")
    refused = next(call for call in calls if call.fault)
    wait = IMPATIENT.call.total_seconds()  # those in flight with it may still have gone out
    later = [call for call in calls if call.at > refused.at + wait]
    assert refused.at + 1 <= min(call.at for call in later) < refused.at + 3


async def test_hanging_calls_hold_up_nobody_else(by_sms: World) -> None:
    twilio = by_sms.providers.twilio
    hanging = [f"+131255503{number:02}" for number in range(8)]
    for number in (*hanging, ROSA):
        await by_sms.queues(await by_sms.knows(number), TEXT)
    twilio.faults.next("create", Hang(), times=8, when=lambda given: given["To"] != ROSA)

    async with at_work(by_sms):
        await twilio.phone(ROSA).waits_for(1)
        await by_sms.settles(sent=9)

    assert all(heard(twilio.phone(number)) == [TEXT] for number in hanging)
    tries = Counter(row.attempts for row in await by_sms.rows(deliveries))
    assert tries == {1: 1, 2: 8}
