"""The providers' stand-ins, a database, and the real `enlace` program between them."""

import asyncio
import os
import signal
import socket
import sys
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import aiohttp

from bot.simulators import TelegramSimulator, TwilioSimulator, serve
from bot.simulators.handset import Handset, Shown
from bot.simulators.telegram import Retry
from storage.sealed import new_secret_key

ACCOUNT = "AC" + "a1" * 16
AUTH_TOKEN = "0123456789abcdef0123456789abcdef"
NUMBER = "+13125550199"
TOKEN = "123456:AAtest-token-of-the-simulator"
SECRET = "a-webhook-secret"
ROOT = Path(__file__).parents[2]
_START_SECONDS = 60.0
_SOON = Retry(first=0.05, most=0.5)

Bubble = TypeVar("Bubble", bound=Shown)


class Hour:
    """The hour on every wall here: real time, and what the test has added to it."""

    def __init__(self) -> None:
        self.ahead = 0.0

    def __call__(self) -> float:
        return time.time() + self.ahead


@dataclass
class Providers:
    """Served on loopback, with the settings of a bot that is at home at `url`."""

    telegram: TelegramSimulator
    twilio: TwilioSimulator
    hour: Hour
    url: str
    environment: dict[str, str]


@asynccontextmanager
async def providers(
    database_url: str, port: int, environment: Mapping[str, str]
) -> AsyncIterator[Providers]:
    """`environment` overrides: an empty value unsets."""
    url, hour = f"http://127.0.0.1:{port}", Hour()
    telegram = TelegramSimulator(TOKEN, clock=hour, retry=_SOON)
    twilio = TwilioSimulator(
        ACCOUNT, AUTH_TOKEN, numbers=[NUMBER], sms_url=f"{url}/twilio/sms", clock=hour
    )
    async with telegram, twilio, serve(telegram.app) as bot_api, serve(twilio.app) as twilio_api:
        given = settings(database_url, url)
        given |= {"TELEGRAM_API_URL": bot_api, "TWILIO_API_URL": twilio_api, **environment}
        yield Providers(telegram, twilio, hour, url, given)


def settings(database_url: str, url: str) -> dict[str, str]:
    """All that a bot needs which is at home at `url`, but for the providers' addresses."""
    return {
        "DATABASE_URL": database_url,
        "SECRET_KEYS": new_secret_key(),
        "PUBLIC_URL": url,
        "PORT": url.rpartition(":")[2],
        "TELEGRAM_TOKEN": TOKEN,
        "TELEGRAM_WEBHOOK_SECRET": SECRET,
        "TWILIO_ACCOUNT_SID": ACCOUNT,
        "TWILIO_AUTH_TOKEN": AUTH_TOKEN,
        "TWILIO_FROM": NUMBER,
        "SMS_RATE": "100",
        "QUIET_HOURS": "",
        "LOG_FORMAT": "json",
    }


@dataclass
class Machine:
    """Where an operator starts `enlace`."""

    providers: Providers
    running: list[asyncio.subprocess.Process] = field(default_factory=list)

    async def start(self, role: str) -> asyncio.subprocess.Process:
        """`enlace ROLE`; one with a web server, once it answers."""
        process = await enlace(role, environment=self.providers.environment)
        self.running.append(process)
        if role in ("run", "web"):
            await self._answers(process)
        return process

    async def kill(self, process: asyncio.subprocess.Process) -> None:
        """As a power cut would: no warning, nothing flushed."""
        process.send_signal(signal.SIGKILL)
        await process.wait()

    async def stop(self, process: asyncio.subprocess.Process) -> int:
        """As an operator would; the exit status."""
        process.send_signal(signal.SIGTERM)
        return await asyncio.wait_for(process.wait(), 30)

    async def fetch(self, path: str) -> tuple[int, str]:
        url = self.providers.url + path
        async with aiohttp.ClientSession() as session, session.get(url) as answer:
            return answer.status, await answer.text()

    async def _answers(self, process: asyncio.subprocess.Process) -> None:
        async with asyncio.timeout(_START_SECONDS):
            while True:
                if process.returncode is not None:
                    _out, err = await process.communicate()
                    raise AssertionError(f"it ended with {process.returncode}: {err.decode()}")
                try:
                    await self.fetch("/health")
                except aiohttp.ClientError:
                    await asyncio.sleep(0.05)
                else:
                    return


@asynccontextmanager
async def machine(database_url: str) -> AsyncIterator[Machine]:
    """What was started here ends here."""
    async with providers(database_url, _free_port(), {}) as around:
        started = Machine(around)
        try:
            yield started
        finally:
            for process in started.running:
                if process.returncode is None:
                    process.kill()
                await process.communicate()


async def enlace(*arguments: str, environment: Mapping[str, str]) -> asyncio.subprocess.Process:
    """The program, with these settings and none of the developer's own."""
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot.cli",
        *arguments,
        env={**_inherited(), **environment},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        cwd=ROOT,
    )


async def hears(phone: Handset[Bubble], text: str, timeout: float = 45.0) -> None:
    """Anywhere on the screen: what was said while the person typed on counts too."""
    await phone.waits_for(lambda screen: any(text in each.text for each in screen), timeout)


def heard(phone: Handset[Bubble]) -> list[str]:
    """All that the bot ever said to this phone."""
    return [bubble.text for bubble in phone.screen if bubble.who == "bot"]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _inherited() -> dict[str, str]:
    return {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
