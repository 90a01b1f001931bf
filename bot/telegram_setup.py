"""Telling Telegram who we are at start: webhook or polling, and the menu of commands."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

import structlog

from bot.channels.base import SendError
from bot.settings import Telegram
from handlers.features import COMMANDS
from locales import LANGUAGES, Language, translate

if TYPE_CHECKING:
    from bot.channels.telegram import TelegramChannel

_FIRST_PAUSE = 1.0
_LONGEST_PAUSE = 60.0
_log = structlog.get_logger()


class TelegramSetup:
    """`run` returns once Telegram has taken everything; it tries until then.

    `named` is told what the bot is called, for links to it.
    """

    def __init__(
        self, channel: "TelegramChannel", settings: Telegram, named: Callable[[str], None]
    ) -> None:
        self._channel = channel
        self._settings = settings
        self._named = named

    async def run(self) -> None:
        await _persist(self._introduce)

    async def poll(self, take: Callable[[object], Awaitable[None]]) -> None:
        """Long polling until cancelled, for those without a public address."""
        await _persist(self._learn_name)
        await _persist(self._channel.delete_webhook)
        await self._channel.poll(take)

    async def _introduce(self) -> None:
        await self._learn_name()
        if self._settings.webhook_url and self._settings.webhook_secret:
            await self._channel.set_webhook(
                self._settings.webhook_url, self._settings.webhook_secret
            )
        await self._channel.set_commands(menu("es"))
        for language in LANGUAGES:
            await self._channel.set_commands(menu(language), language)

    async def _learn_name(self) -> None:
        self._named(await self._channel.identity())


def menu(language: Language) -> list[tuple[str, str]]:
    """(command, description) as Telegram's menu shows them."""
    return [
        (command.slash[language], translate(command.about, language))
        for command in COMMANDS.all
        if command.slash is not None and command.about is not None
    ]


async def _persist(work: Callable[[], Awaitable[object]]) -> None:
    pause = _FIRST_PAUSE
    while True:
        try:
            await work()
        except SendError as error:
            asked = error.retry_after.total_seconds() if error.retry_after else 0
            _log.warning("telegram_setup_waits", code=error.code, seconds=pause)
            await asyncio.sleep(max(pause, asked))
            pause = min(pause * 2, _LONGEST_PAUSE)
        else:
            return
