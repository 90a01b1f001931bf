"""`enlace run` as an operator starts it: real processes, real clients, strict providers."""

import json
import shutil
from pathlib import Path

import pytest

from tests.processes.machine import enlace, heard, hears, machine, settings


@pytest.fixture
def filled_url(tmp_path: Path, _filled_sqlite: Path) -> str:
    return f"sqlite:///{shutil.copy(_filled_sqlite, tmp_path / 'run.db')}"


async def test_a_person_registers_by_text_and_the_bot_dies_in_the_middle(filled_url: str) -> None:
    async with machine(filled_url) as here:
        bot = await here.start("run")
        rosa = here.providers.twilio.phone("+13125550101")
        for text, answer in (("UNIRME", "participar"), ("2", "llamas"), ("Rosa", "ZIP")):
            await rosa.texts(text)
            await hears(rosa, answer)
        await here.kill(bot)

        bot = await here.start("run")
        for text, answer in (
            ("60608", "ofreces"),
            ("1 3", "puedes ayudar"),
            ("todo", "idiomas"),
            ("1 2", "Chicago, IL"),
            ("si", "Ya eres parte, Rosa"),
        ):
            await rosa.texts(text)
            await hears(rosa, answer)
        assert await here.stop(bot) == 0
        texts = heard(rosa)
        assert len(texts) == len(set(texts)), texts


async def test_a_person_registers_by_buttons_on_telegram(filled_url: str) -> None:
    async with machine(filled_url) as here:
        await here.start("run")
        dev = here.providers.telegram.person(7001, "Dev", language_code="en")
        await dev.starts("o_chicago")
        await hears(dev, "You come with Casa Comunitaria Chicago")
        await hears(dev, "How would you like")
        await dev.presses("Get alerts")
        await hears(dev, "Which topics")
        await dev.presses("All")
        await hears(dev, "Where are you?")
        await dev.shares_location(41.85, -87.67)
        await hears(dev, "You're in")
        status, text = await here.fetch("/health")
        assert (status, json.loads(text)["status"]) == (200, "ok")
        _status, metrics = await here.fetch("/metrics")
        assert 'enlace_inbound_total{channel="telegram",status="done"}' in metrics


async def refused(sqlite_url: str, change: dict[str, str]) -> str:
    """The one line that a bot with these settings ends with, at once."""
    environment = settings(sqlite_url, "http://127.0.0.1:8000") | change
    process = await enlace("run", environment=environment)
    _out, err = await process.communicate()
    assert process.returncode == 2, err.decode()
    [line] = err.decode().strip().splitlines()
    return line


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"SECRET_KEYS": "enlace_short"}, "SECRET_KEYS"),
        ({"TWILIO_AUTH_TOKEN": ""}, "TWILIO_AUTH_TOKEN"),
        ({"DATABASE_URL": "mysql://x/y"}, "DATABASE_URL"),
    ],
)
async def test_a_wrong_setting_is_named_in_one_line(
    sqlite_url: str, change: dict[str, str], named: str
) -> None:
    assert named in await refused(sqlite_url, change)


async def test_without_any_channel_it_does_not_start(sqlite_url: str) -> None:
    names = ("TELEGRAM_TOKEN", "TELEGRAM_WEBHOOK_SECRET", "TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN")
    nothing = dict.fromkeys((*names, "TWILIO_FROM"), "")
    assert "no channel has credentials" in await refused(sqlite_url, nothing)
