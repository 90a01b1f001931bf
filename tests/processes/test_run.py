"""`enlace run` as an operator starts it: real processes, real clients, strict providers."""

import json
from pathlib import Path

import pytest

from tests.processes.machine import machine


async def _hears(phone, text: str) -> None:  # type: ignore[no-untyped-def]
    await phone.waits_for(lambda screen: any(text in each.text for each in screen), timeout=20)


@pytest.fixture
def filled_url(tmp_path: Path, _filled_sqlite: Path) -> str:
    import shutil

    return f"sqlite:///{shutil.copy(_filled_sqlite, tmp_path / 'run.db')}"


async def test_a_person_registers_by_text_and_the_bot_dies_in_the_middle(filled_url: str) -> None:
    async with machine(filled_url) as here:
        bot = await here.start("run")
        rosa = here.twilio.phone("+13125550101")
        await rosa.texts("UNIRME")
        await _hears(rosa, "participar")
        await rosa.texts("2")
        await _hears(rosa, "llamas")
        await rosa.texts("Rosa")
        await _hears(rosa, "ZIP")
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
            await _hears(rosa, answer)
        assert await here.stop(bot) == 0
        await _asked_once_each(rosa.heard)


async def _asked_once_each(heard) -> None:  # type: ignore[no-untyped-def]
    texts = [each.text for each in heard]
    assert len(texts) == len(set(texts)), texts


async def test_a_person_registers_by_buttons_on_telegram(filled_url: str) -> None:
    async with machine(filled_url) as here:
        await here.start("run")
        dev = here.telegram.person(7001, "Dev", language_code="en")
        await dev.starts("o_chicago")
        await _hears(dev, "You come with Casa Comunitaria Chicago")
        await _hears(dev, "How would you like")
        await dev.presses("Get alerts")
        await _hears(dev, "Which topics")
        await dev.presses("All")
        await _hears(dev, "Where are you?")
        await dev.shares_location(41.85, -87.67)
        await _hears(dev, "You're in")
        status, text = await here.fetch("/health")
        assert (status, json.loads(text)["status"]) == (200, "ok")
        _status, metrics = await here.fetch("/metrics")
        assert 'enlace_inbound_total{channel="telegram",status="done"}' in metrics


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"SECRET_KEYS": ""}, "SECRET_KEYS"),
        ({"SECRET_KEYS": "enlace_short"}, "SECRET_KEYS"),
        ({"SMS_RATE": "fast"}, "SMS_RATE"),
        ({"TWILIO_AUTH_TOKEN": ""}, "TWILIO_AUTH_TOKEN"),
        ({"DATABASE_URL": "mysql://x/y"}, "DATABASE_URL"),
        ({"QUIET_HOURS": "always"}, "QUIET_HOURS"),
    ],
)
async def test_a_wrong_setting_is_named_in_one_line(
    filled_url: str, change: dict[str, str], named: str
) -> None:
    async with machine(filled_url) as here:
        process = await here.start("clock", **change)
        _out, err = await process.communicate()
        assert process.returncode == 2
        lines = err.decode().strip().splitlines()
        assert len(lines) == 1, lines
        assert named in lines[0]


async def test_without_any_channel_it_does_not_start(filled_url: str) -> None:
    nothing = dict.fromkeys(
        ("TELEGRAM_TOKEN", "TELEGRAM_WEBHOOK_SECRET", "TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN"), ""
    ) | {"TWILIO_FROM": ""}
    async with machine(filled_url) as here:
        process = await here.start("clock", **nothing)
        _out, err = await process.communicate()
        assert (process.returncode, len(err.decode().strip().splitlines())) == (2, 1)
