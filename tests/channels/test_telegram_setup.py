"""How the bot presents itself to Telegram, and how it polls without losing an update."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest

from bot.channels import telegram as module
from bot.channels.base import Decision, SenderEffect, SendError
from bot.channels.telegram import TelegramChannel
from bot.simulators.faults import Garbage, Refuse, Reset
from bot.simulators.telegram import Person, TelegramSimulator

COMMANDS = [("unirme", "Unirme a la red"), ("ayuda", "Ayuda")]


async def test_its_username_makes_deep_links(channel: TelegramChannel) -> None:
    assert await channel.identity() == "enlace_bot"
    assert channel.username == "enlace_bot"


async def test_a_wrong_token_is_found_out_at_start(telegram_url: str) -> None:
    channel = TelegramChannel("1:wrong", api_url=telegram_url)
    with pytest.raises(SendError) as failure:
        await channel.identity()
    await channel.close()
    assert failure.value.sender is SenderEffect.CONFIGURATION


async def test_the_webhook_is_set_with_its_secret_and_what_is_used(
    channel: TelegramChannel, telegram: TelegramSimulator
) -> None:
    await channel.set_webhook("https://enlace.example/telegram", "s3cret_")
    [call] = telegram.calls.of("setWebhook")
    assert call.parameters["url"] == "https://enlace.example/telegram"
    assert call.parameters["secret_token"] == "s3cret_"
    assert call.parameters["allowed_updates"] == [
        "message",
        "edited_message",
        "callback_query",
        "my_chat_member",
    ]
    assert not call.parameters.get("drop_pending_updates")
    await channel.delete_webhook()
    assert telegram.feed.webhook is None


async def test_commands_come_by_language_with_one_for_the_others(
    channel: TelegramChannel, telegram: TelegramSimulator
) -> None:
    await channel.set_commands([("join", "Join"), ("help", "Help")])
    await channel.set_commands(COMMANDS, "es")
    assert telegram.menu(telegram.person(1, language_code="es")) == dict(COMMANDS)
    assert list(telegram.menu(telegram.person(2, language_code="fr"))) == ["join", "help"]


async def test_a_refused_setting_says_why(
    channel: TelegramChannel, telegram: TelegramSimulator
) -> None:
    with pytest.raises(SendError) as failure:
        await channel.set_webhook("https://enlace.example/telegram", "not allowed!")
    assert failure.value.decision is Decision.NEVER


class Database:
    """What has been committed; commits fail while it is down."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.tried: list[str] = []
        self.down = 0
        self.changed = asyncio.Event()

    async def commit(self, update: dict[str, Any]) -> None:
        text = update["message"]["text"]
        self.tried.append(text)
        self.changed.set()
        if self.down:
            self.down -= 1
            raise RuntimeError("database is down")
        self.texts.append(text)

    async def waits(self, holds: Callable[[], bool]) -> None:
        async with asyncio.timeout(5):
            while not holds():
                self.changed.clear()
                await self.changed.wait()


@asynccontextmanager
async def polling(channel: TelegramChannel, database: Database) -> AsyncIterator[None]:
    task = asyncio.create_task(channel.poll(database.commit, wait=timedelta(seconds=1)))
    yield
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_FIRST_PAUSE", 0.01)


@pytest.fixture
def database() -> Database:
    return Database()


async def test_polling_hears_in_order_and_confirms_what_was_committed(
    channel: TelegramChannel, telegram: TelegramSimulator, maria: Person, database: Database
) -> None:
    async with polling(channel, database):
        for text in ("uno", "dos", "tres"):
            await maria.sends(text)
        await database.waits(lambda: len(database.texts) == 4)
        await telegram.settled()
    assert database.texts == ["/start", "uno", "dos", "tres"]


async def test_an_update_whose_commit_failed_comes_again_and_nothing_overtakes_it(
    channel: TelegramChannel, telegram: TelegramSimulator, maria: Person, database: Database
) -> None:
    database.down = 3
    await maria.sends("ALTO")
    async with polling(channel, database):
        await database.waits(lambda: len(database.texts) == 2)
        await telegram.settled()
    assert database.tried == ["/start"] * 4 + ["ALTO"]


async def test_what_was_not_confirmed_before_a_kill_comes_again(
    channel: TelegramChannel, telegram: TelegramSimulator, maria: Person, database: Database
) -> None:
    killed = asyncio.Event()

    async def dies(update: dict[str, Any]) -> None:
        killed.set()
        await asyncio.Event().wait()

    task = asyncio.create_task(channel.poll(dies, wait=timedelta(seconds=1)))
    await killed.wait()
    task.cancel()
    async with polling(channel, database):
        await database.waits(lambda: database.texts == ["/start"])


@pytest.mark.parametrize(
    "fault",
    [
        Refuse(502),
        Refuse(429, retry_after=1),
        Reset(),
        Garbage(),
        Garbage(body=b'{"ok": true, "result": 5}'),
        Garbage(body=b'{"ok": true, "result": [null, {"update_id": "x"}]}'),
    ],
    ids=repr,
)
async def test_polling_outlives_every_failure(
    channel: TelegramChannel,
    telegram: TelegramSimulator,
    maria: Person,
    database: Database,
    fault: Any,
) -> None:
    telegram.faults.next("getUpdates", fault)
    async with polling(channel, database):
        await database.waits(lambda: database.texts == ["/start"])


async def test_a_malformed_update_does_not_keep_the_others_back(
    channel: TelegramChannel, telegram: TelegramSimulator, maria: Person, database: Database
) -> None:
    telegram.feed.add("message", "broken", {"text": "hostile", "chat": [], "date": {}})
    await maria.sends("hola")
    async with polling(channel, database):
        await database.waits(lambda: database.texts == ["/start", "hostile", "hola"])
