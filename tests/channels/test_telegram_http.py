"""The library's transport on aiohttp: files, reuse, closing."""

import io

import pytest
from telegram import Bot

from bot.channels.telegram import TelegramChannel
from bot.channels.telegram_http import AiohttpRequest
from bot.simulators.telegram import Person, TelegramSimulator
from handlers.conversation.messages import Outgoing
from tests.channels.conftest import MARIA, TOKEN


async def test_a_document_goes_as_multipart(
    telegram_url: str, telegram: TelegramSimulator, maria: Person
) -> None:
    request = AiohttpRequest()
    bot = Bot(TOKEN, f"{telegram_url}/bot", request=request, get_updates_request=request)
    calendar = io.BytesIO(b"BEGIN:VCALENDAR")
    await bot.send_document(MARIA, calendar, caption="La marcha", filename="marcha.ics")
    await request.shutdown()
    [bubble] = maria.heard
    assert bubble.text == "La marcha"
    [call] = telegram.calls.of("sendDocument")
    assert call.status == 200


async def test_it_opens_by_itself_closes_twice_and_opens_again(
    channel: TelegramChannel, maria: Person
) -> None:
    for _ in range(2):
        await channel.send(str(MARIA), Outgoing("Hola"), expires_in=None)
        await channel.close()
        await channel.close()
    assert len(maria.heard) == 2


@pytest.mark.parametrize("part", ["é", "🧡", "%&=+ ;", "\n", "עברית", "👩\u200d👩\u200d👧"])
async def test_every_character_survives_the_encoding(
    channel: TelegramChannel, maria: Person, part: str
) -> None:
    await channel.send(str(MARIA), Outgoing(f"a{part}b"), expires_in=None)
    assert maria.heard[-1].text == f"a{part}b"


def test_the_big_half_of_the_library_is_not_loaded() -> None:
    import subprocess
    import sys

    code = "import sys, bot.channels.telegram; sys.exit('telegram.ext' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
