"""A Telegram channel before the strict simulator, and its people. Nothing of SMS."""

from collections.abc import AsyncIterator

import pytest

from bot.channels.telegram import TelegramChannel
from bot.channels.telegram_http import AiohttpRequest
from bot.simulators.serving import serve
from bot.simulators.telegram import Person, TelegramSimulator

TOKEN = "4242:a-token-of-tests"
MARIA = 42


@pytest.fixture
async def telegram() -> AsyncIterator[TelegramSimulator]:
    async with TelegramSimulator(TOKEN, username="enlace_bot") as simulator:
        yield simulator


@pytest.fixture
async def telegram_url(telegram: TelegramSimulator) -> AsyncIterator[str]:
    async with serve(telegram.app) as url:
        yield url


@pytest.fixture
async def channel(telegram_url: str) -> AsyncIterator[TelegramChannel]:
    request = AiohttpRequest(connect_timeout=0.3, read_timeout=0.3)
    channel = TelegramChannel(TOKEN, api_url=telegram_url, request=request)
    yield channel
    await channel.close()


@pytest.fixture
async def maria(telegram: TelegramSimulator) -> Person:
    """She has pressed Start."""
    person = telegram.person(MARIA, "María", language_code="es")
    await person.starts()
    return person
