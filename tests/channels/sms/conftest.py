"""An SMS channel before the strict simulator, and the numbers around it."""

from collections.abc import AsyncIterator

import pytest

from bot.channels.sms import SmsChannel
from bot.channels.twilio_http import TwilioHttp
from bot.simulators import TwilioSimulator, serve
from handlers.conversation.messages import Outgoing

ACCOUNT, TOKEN = "AC" + "0" * 32, "a-token-of-tests"
SERVICE = "MG" + "0" * 32
OURS, ELSEWHERE, ALONE = "+13125550199", "+13125550198", "+13125550197"
OTHERS = "MG" + "1" * 32
MARIA = "+13125550100"
STATUS_URL = "https://enlace.example/twilio/status"
HOLA = Outgoing("Hola, soy un secreto")


@pytest.fixture
async def twilio() -> AsyncIterator[TwilioSimulator]:
    outside = {ELSEWHERE: OTHERS, ALONE: None}
    async with TwilioSimulator(
        ACCOUNT, TOKEN, numbers=[OURS], messaging_service_sid=SERVICE, outside=outside
    ) as simulator:
        yield simulator


@pytest.fixture
async def url(twilio: TwilioSimulator) -> AsyncIterator[str]:
    async with serve(twilio.app) as url:
        yield url


def make(url: str, service: str | None = None, *, token: str = TOKEN) -> SmsChannel:
    http = TwilioHttp(connect_timeout=0.3, read_timeout=0.3)
    number = None if service else OURS
    return SmsChannel(
        ACCOUNT, token, from_=number, messaging_service_sid=service, api_url=url, http=http
    )


@pytest.fixture
async def channel(url: str) -> AsyncIterator[SmsChannel]:
    channel = make(url)
    yield channel
    await channel.close()
