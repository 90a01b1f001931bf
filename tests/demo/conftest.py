"""The demo page on two stages: with the real bot, and with a bot whose lines a test speaks."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from starlette.applications import Starlette

from bot.channels.sms import SmsChannel
from bot.channels.telegram import TelegramChannel
from bot.demo import Home, open_demo, run_demo
from bot.serving import listen
from bot.simulators import TelegramSimulator, TwilioSimulator, serve
from bot.web.demo import DemoPage, Insight
from bot.web.demo_stage import Actor, Stage
from handlers.conversation.messages import Outgoing
from storage.sealed import new_secret_key
from tests.demo.reader import Reader

if TYPE_CHECKING:
    from playwright.async_api import Browser

TOKEN = "7100000:TEST"
ACCOUNT = "AC" + "0" * 32
AUTH = "auth-token"
NUMBER = "+13125550199"


@dataclass
class Scripted:
    """A stage without a bot: the test says the bot's lines, through the real client libraries."""

    url: str
    stage: Stage
    sms: SmsChannel
    telegram: TelegramChannel
    insight: Insight = field(default_factory=Insight)

    def actor(self, name: str) -> Actor:
        return next(actor for actor in self.stage.actors.values() if actor.name == name)

    async def says(self, name: str, text: str, **more: Any) -> None:
        actor = self.actor(name)
        channel = self.sms if actor.channel == "sms" else self.telegram
        await channel.send(actor.address, Outgoing(text, **more), expires_in=None)


@pytest.fixture
async def scripted() -> AsyncIterator[Scripted]:
    async with (
        TelegramSimulator(TOKEN) as telegram,
        TwilioSimulator(ACCOUNT, AUTH, numbers=[NUMBER]) as twilio,
        serve(telegram.app) as telegram_url,
        serve(twilio.app) as twilio_url,
    ):
        stage = Stage(telegram, twilio)
        stage.enter_cast()
        sms = SmsChannel(ACCOUNT, AUTH, from_=NUMBER, api_url=twilio_url)
        chat = TelegramChannel(TOKEN, api_url=telegram_url)
        scripted = Scripted("", stage, sms, chat)

        async def underneath(_actors: Iterable[Actor]) -> Insight:
            return scripted.insight

        async with serve(Starlette(routes=DemoPage(stage, underneath).routes())) as url:
            scripted.url = url
            yield scripted
            stage.close()
        await sms.close()
        await chat.close()


@dataclass
class Demo:
    """The whole demo, with the real bot at work."""

    url: str
    stage: Stage


@pytest.fixture
def filled_database(tmp_path: Path, _filled_sqlite: Path) -> Path:
    """A demo's database that needs no minute to be filled."""
    return Path(shutil.copy(_filled_sqlite, tmp_path / "demo.db"))


@pytest.fixture
async def demo(filled_database: Path) -> AsyncIterator[Demo]:
    home = Home(f"sqlite:///{filled_database}", new_secret_key())
    listening = listen("127.0.0.1", 0)
    port = listening.getsockname()[1]
    stop = asyncio.Event()
    async with open_demo(home, ("127.0.0.1", port)) as (app, stage):
        running = asyncio.create_task(run_demo(app, stage, listening, stop))
        yield Demo(f"http://127.0.0.1:{port}", stage)
        stop.set()
        await running


@pytest.fixture
async def reader(browser: "Browser") -> AsyncIterator[Reader]:
    """Someone who looks at the page in a browser. Faults that the browser saw fail the test."""
    reader = Reader(browser)
    yield reader
    await reader.leave()
    assert reader.faults == []
    assert {url for url in reader.requested if not url.startswith("http://127.0.0.1:")} == set()
