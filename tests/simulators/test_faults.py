"""Each fault reaches the real clients as the failure that it stands for."""

from datetime import timedelta

import httpx
import pytest
from telegram import Bot
from telegram.error import NetworkError, RetryAfter, TelegramError, TimedOut
from twilio.base.exceptions import TwilioRestException

from bot.simulators import Drip, Garbage, Hang, Refuse, Reset, TelegramSimulator, TwilioSimulator
from bot.simulators.telegram import Person
from tests.simulators.conftest import HERS, OURS, LocalClient

# twilio's asynchronous client still makes one
pytestmark = pytest.mark.filterwarnings("ignore:BasicAuth is deprecated:DeprecationWarning")


async def test_an_error_of_telegrams_own_is_not_applied(
    bot: Bot, telegram: TelegramSimulator, maria: Person
) -> None:
    telegram.faults.next("sendMessage", Refuse(500), times=2)
    for _ in range(2):
        with pytest.raises(NetworkError, match="Internal Server Error"):
            await bot.send_message(7, "hola")
    await bot.send_message(7, "por fin")
    assert [bubble.text for bubble in maria.heard] == ["por fin"]
    assert [call.fault for call in telegram.calls.of("sendMessage")] == ["Refuse", "Refuse", ""]


async def test_a_flood_wait_carries_its_seconds(
    bot: Bot, telegram: TelegramSimulator, maria: Person
) -> None:
    telegram.faults.next("*", Refuse(429, retry_after=17))
    with pytest.raises(RetryAfter) as wait:
        await bot.send_message(7, "hola")
    assert wait.value.retry_after == timedelta(seconds=17)


@pytest.mark.parametrize("applied", [False, True])
async def test_a_call_that_hangs_may_have_been_carried_out(
    impatient_bot: Bot, telegram: TelegramSimulator, maria: Person, applied: bool
) -> None:
    telegram.faults.next("sendMessage", Hang(applied=applied))
    with pytest.raises(TimedOut):
        await impatient_bot.send_message(7, "hola")
    await telegram.calls.waits_for("sendMessage", fault=True)
    assert len(maria.heard) == int(applied)


@pytest.mark.parametrize("applied", [False, True])
async def test_a_connection_can_be_reset(
    bot: Bot, telegram: TelegramSimulator, maria: Person, applied: bool
) -> None:
    telegram.faults.next("sendMessage", Reset(applied=applied))
    with pytest.raises(NetworkError, match=r"(?i)readerror|reset|disconnected"):
        await bot.send_message(7, "hola")
    assert len(maria.heard) == int(applied)


async def test_an_answer_can_drip(bot: Bot, telegram: TelegramSimulator, maria: Person) -> None:
    telegram.faults.next("sendMessage", Drip(pause=0, piece=7))
    sent = await bot.send_message(7, "hola")
    assert sent.text == "hola"


async def test_an_answer_can_drip_too_slowly(
    telegram: TelegramSimulator, telegram_url: str, maria: Person
) -> None:
    telegram.faults.next("sendMessage", Drip(pause=30))
    async with httpx.AsyncClient(timeout=0.2) as client:
        with pytest.raises(httpx.ReadTimeout):
            await client.post(
                f"{telegram_url}/bot{telegram.token}/sendMessage", data={"chat_id": 7, "text": "a"}
            )
    assert len(maria.heard) == 1


@pytest.mark.parametrize("status", [200, 502])
async def test_an_answer_can_be_garbage(
    bot: Bot, telegram: TelegramSimulator, maria: Person, status: int
) -> None:
    telegram.faults.next("sendMessage", Garbage(applied=False, status=status))
    with pytest.raises(TelegramError):
        await bot.send_message(7, "hola")
    assert maria.heard == []


async def test_a_fault_can_wait_for_one_persons_call(
    bot: Bot, telegram: TelegramSimulator, maria: Person
) -> None:
    rosa = telegram.person(8, "Rosa")
    await rosa.starts()
    telegram.faults.next("sendMessage", Refuse(), when=lambda p: p["chat_id"] == "8", times=None)
    await bot.send_message(7, "hola")
    for _ in range(3):
        with pytest.raises(NetworkError):
            await bot.send_message(8, "hola")
    telegram.faults.clear()
    await bot.send_message(8, "hola")
    assert len(rosa.heard) == 1


async def test_twilio_can_be_too_busy(client: LocalClient, twilio: TwilioSimulator) -> None:
    twilio.faults.next("create", Refuse(429, retry_after=1))
    twilio.faults.next("create", Refuse(503))
    for status, code in ((429, 20429), (503, 20503)):
        with pytest.raises(TwilioRestException) as refused:
            await client.messages.create_async(to=HERS, from_=OURS, body="hola")
        assert (refused.value.status, refused.value.code) == (status, code)
    assert twilio.messages == {}


async def test_a_text_can_be_taken_without_an_answer(
    client: LocalClient, twilio: TwilioSimulator
) -> None:
    twilio.faults.next("create", Reset(applied=True))
    with pytest.raises(OSError, match=r"(?i)reset|disconnected"):
        await client.messages.create_async(to=HERS, from_=OURS, body="hola")
    await twilio.settled()
    found = await client.messages.list_async(to=HERS)
    assert [message.body for message in found] == ["hola"]
    assert len(twilio.phone(HERS).heard) == 1
