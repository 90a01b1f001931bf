"""Real `enlace` processes against the simulators: started, killed, started again."""

import asyncio
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp

from bot.simulators import TelegramSimulator, TwilioSimulator, serve
from storage.sealed import new_secret_key

ACCOUNT = "AC" + "a1" * 16
AUTH_TOKEN = "0123456789abcdef0123456789abcdef"
NUMBER = "+13125550199"
TOKEN = "123456:AAtest-token-of-the-simulator"
SECRET = "a-webhook-secret"
_START_SECONDS = 30.0


@dataclass
class Machine:
    """The providers, one database, and the settings that join them."""

    telegram: TelegramSimulator
    twilio: TwilioSimulator
    environment: dict[str, str]
    url: str
    running: list[asyncio.subprocess.Process] = field(default_factory=list)

    async def start(self, *arguments: str, **environment: str) -> asyncio.subprocess.Process:
        """`enlace ARGUMENTS`; for a role with a web server, once it answers."""
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "bot.cli",
            *arguments,
            env={**_inherited(), **self.environment, **environment},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            cwd=Path(__file__).parents[2],
        )
        self.running.append(process)
        if arguments[0] in ("run", "web"):
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
        async with aiohttp.ClientSession() as session, session.get(self.url + path) as answer:
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
async def machine(database_url: str, **environment: str) -> AsyncIterator[Machine]:
    """Simulators served on loopback, webhooks routed to where the bot will listen."""
    url = f"http://127.0.0.1:{_free_port()}"
    telegram = TelegramSimulator(TOKEN)
    twilio = TwilioSimulator(
        ACCOUNT, AUTH_TOKEN, numbers=[NUMBER], sms_url=f"{url}/twilio/sms"
    )
    async with telegram, twilio, serve(telegram.app) as bot_api, serve(twilio.app) as twilio_api:
        settings = {
            "DATABASE_URL": database_url,
            "SECRET_KEYS": new_secret_key(),
            "PUBLIC_URL": url,
            "PORT": url.rpartition(":")[2],
            "TELEGRAM_TOKEN": TOKEN,
            "TELEGRAM_API_URL": bot_api,
            "TELEGRAM_WEBHOOK_SECRET": SECRET,
            "TWILIO_ACCOUNT_SID": ACCOUNT,
            "TWILIO_AUTH_TOKEN": AUTH_TOKEN,
            "TWILIO_FROM": NUMBER,
            "TWILIO_API_URL": twilio_api,
            "SMS_RATE": "100",
            "QUIET_HOURS": "",
            "LOG_FORMAT": "json",
            **environment,
        }
        started = Machine(telegram, twilio, settings, url)
        try:
            yield started
        finally:
            for process in started.running:
                if process.returncode is None:
                    process.kill()
                await process.communicate()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _inherited() -> dict[str, str]:
    """Nothing of the developer's own settings reaches the process."""
    return {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
