"""Telegram through python-telegram-bot: sends, polls, sets the bot up. No pace, no rows."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, Final, Literal, cast

import structlog
from telegram import (
    Bot,
    BotCommand,
    BotCommandScopeAllPrivateChats,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputFile,
    KeyboardButton,
    LinkPreviewOptions,
    ReplyKeyboardMarkup,
    ReplyKeyboardRemove,
)

from bot.channels import telegram_updates
from bot.channels.base import Decision, SendError, Sent
from bot.channels.errors import REFUSED, refuse_expired
from bot.channels.telegram_errors import decide, edit_is_done
from bot.channels.telegram_http import AiohttpRequest
from bot.channels.text import RefusedError, cleaned, utf16_units
from handlers.conversation.messages import ChannelName, Document, Inbound, Keyboard, Outgoing

OFFICIAL_API: Final = "https://api.telegram.org"
MAX_UNITS: Final = 4096
MAX_CAPTION_UNITS: Final = 1024
_MAX_TOAST: Final = 200
CONNECTIONS_TO_WEBHOOK: Final = 100
_COURTESY_SECONDS: Final = 5
_FIRST_PAUSE: Final = 1.0
_LONGEST_PAUSE: Final = 30.0
_NO_PREVIEW: Final = LinkPreviewOptions(is_disabled=True)
_NO_PREVIEW_JSON: Final = _NO_PREVIEW.to_json()

_log = structlog.get_logger()

_Ask = Literal["contact", "location"]
Commit = Callable[[dict[str, Any]], Awaitable[None]]


class TelegramChannel:
    """`refused` counts updates that became no Inbound, by reason.

    A text over 4,096 UTF-16 units is refused ("too_long"): parts could not be sent exactly
    once, and a cut could lose what matters. One delivery is one Telegram message.
    """

    name: ChannelName = "telegram"

    def __init__(
        self, token: str, *, api_url: str = OFFICIAL_API, request: AiohttpRequest | None = None
    ) -> None:
        base = api_url.rstrip("/")
        http = request or AiohttpRequest()
        self._http = http
        self._bot = _Bot(
            token,
            base_url=f"{base}/bot",
            base_file_url=f"{base}/file/bot",
            request=http,
            get_updates_request=http,
        )
        self.username: str | None = None
        self.refused: Counter[str] = Counter()

    async def send(self, to: str, message: Outgoing, *, expires_in: timedelta | None) -> Sent:
        refuse_expired(expires_in)
        text = cleaned(message.text, len(message.text))
        if not text.strip():
            return await self._show(to, message)
        if utf16_units(text) > (MAX_UNITS if message.document is None else MAX_CAPTION_UNITS):
            raise REFUSED.error("too_long")
        await self._acknowledge(to, message)
        with _deciding():
            markup = _markup(message.ask, message.ask_label, message.keyboard)
            if message.document is not None:
                return Sent(str(await self._bot.sends_file(to, text, markup, message.document)))
            return Sent(str(await self._bot.sends(to, text, markup)))

    async def find(
        self,
        to: str,  # noqa: ARG002
        message: Outgoing,  # noqa: ARG002
        after: float,  # noqa: ARG002
        exclude: frozenset[str] = frozenset(),  # noqa: ARG002
    ) -> str | None:
        """The Bot API has no look-up."""
        raise SendError("no_lookup", Decision.UNKNOWN)

    async def close(self) -> None:
        await self._http.shutdown()

    def parse(self, update: object, now: datetime) -> Inbound | None:
        """None: not for us, or no update at all. `now` dates a pressed button: it has no date."""
        try:
            return telegram_updates.read(update, now, self.username)
        except RefusedError as refused:
            self.refused[refused.reason] += 1
        except Exception:  # The library trusts its input; we don't.
            self.refused["malformed"] += 1
        return None

    async def identity(self) -> str:
        """The bot's username, for deep links; also how the token is checked."""
        with _deciding():
            self.username = str((await self._bot.get_me()).username)
        return self.username

    async def set_webhook(self, url: str, secret: str) -> None:
        with _deciding():
            await self._bot.set_webhook(
                url,
                secret_token=secret,
                allowed_updates=telegram_updates.ALLOWED,
                max_connections=CONNECTIONS_TO_WEBHOOK,
            )

    async def delete_webhook(self) -> None:
        """Needed before polling; updates that wait are kept."""
        with _deciding():
            await self._bot.delete_webhook()

    async def set_commands(
        self, commands: Sequence[tuple[str, str]], language: str | None = None
    ) -> None:
        """(command, description) for private chats; without a language: for all the others."""
        with _deciding():
            await self._bot.set_my_commands(
                [BotCommand(command, description) for command, description in commands],
                scope=BotCommandScopeAllPrivateChats(),
                language_code=language,
            )

    async def poll(self, commit: Commit, *, wait: timedelta = timedelta(seconds=50)) -> None:
        """Long polling, until cancelled. An update is confirmed only after its commit returned.

        What fails, here or in `commit`, is asked for again after a pause that grows to 30 s.
        """
        offset: int | None = None
        pause = _FIRST_PAUSE
        while True:
            try:
                for update in await self._bot.updates(offset, wait):
                    await commit(update)
                    offset = update["update_id"] + 1
                pause = _FIRST_PAUSE
            except Exception as error:
                failure = decide(error)
                asked = failure.retry_after.total_seconds() if failure.retry_after else 0
                _log.warning("polling_pauses", code=failure.code)
                await asyncio.sleep(max(pause, asked))
                pause = min(pause * 2, _LONGEST_PAUSE)

    async def _show(self, to: str, message: Outgoing) -> Sent:
        """No text: the outcome is the edit's. It may be repeated safely, so nothing is unknown."""
        await self._answer(message)
        try:
            with _deciding():
                await self._edit(to, message)
        except SendError as error:
            if error.decision is not Decision.UNKNOWN:
                raise
            raise SendError(error.code, Decision.RETRY) from None
        return Sent("")

    async def _acknowledge(self, to: str, message: Outgoing) -> None:
        """Courtesies before a text: their failure must not keep it back, nor their slowness."""
        if message.answer is None and message.edit is None:
            return
        with suppress(Exception):
            async with asyncio.timeout(_COURTESY_SECONDS):
                await asyncio.gather(
                    self._answer(message), self._edit(to, message), return_exceptions=True
                )

    async def _answer(self, message: Outgoing) -> None:
        """Best effort: a query expires within minutes, and the phone just stops its spinner."""
        if message.answer is None:
            return
        toast = cleaned(message.toast, _MAX_TOAST) or None
        with suppress(Exception):
            await self._bot.answer_callback_query(message.answer, text=toast)

    async def _edit(self, to: str, message: Outgoing) -> None:
        if message.edit is None:
            return
        markup = _inline(message.edit_keyboard) if message.edit_keyboard else None
        text = cleaned(message.edit_text, MAX_UNITS)
        try:
            if text.strip():
                await self._bot.edit_message_text(
                    text, to, message.edit, reply_markup=markup, link_preview_options=_NO_PREVIEW
                )
            else:
                await self._bot.edit_message_reply_markup(to, message.edit, reply_markup=markup)
        except Exception as error:
            if not edit_is_done(error):
                raise


class _Bot(Bot):
    """The library's bot, with answers as they came: its parser fails a batch of updates for one of
    them, and takes longer over what was sent than all the rest of a call."""

    async def sends(self, to: str, text: str, markup: str) -> int:
        """The message's id; KeyError when the answer is no whole message, so no proof of one."""
        sent = await self._post(
            "sendMessage",
            {
                "chat_id": to,
                "text": text,
                "reply_markup": markup,
                "link_preview_options": _NO_PREVIEW_JSON,
            },
        )
        return _proven(sent)

    async def sends_file(self, to: str, caption: str, markup: str, document: Document) -> int:
        """As `sends`."""
        file = InputFile(document.content, filename=document.name)
        sent = await self._post(
            "sendDocument",
            {"chat_id": to, "caption": caption, "reply_markup": markup, "document": file},
        )
        return _proven(sent)

    async def updates(self, offset: int | None, wait: timedelta) -> list[dict[str, Any]]:
        seconds = int(wait.total_seconds())
        asked = {"offset": offset, "timeout": seconds, "allowed_updates": telegram_updates.ALLOWED}
        margin = self._request[0].read_timeout or 0
        batch = await self._post("getUpdates", asked, read_timeout=seconds + margin)
        return [
            cast("dict[str, Any]", update)
            for update in batch
            if isinstance(update, dict) and isinstance(update.get("update_id"), int)
        ]


def _proven(sent: Any) -> int:
    message_id, _chat, _date = (sent[name] for name in ("message_id", "chat", "date"))
    return int(message_id)


@contextmanager
def _deciding() -> Iterator[None]:
    """Whatever the library raises becomes a SendError; its cause, which may name a person, goes."""
    try:
        yield
    except Exception as error:
        raise decide(error) from None


@lru_cache(maxsize=64)
def _markup(ask: _Ask | None, label: str, keyboard: Keyboard) -> str:
    """As JSON, and kept: a broadcast has the same for everybody.

    Plain messages take away a keyboard that an earlier `ask` left: which one did isn't kept.
    """
    if ask:
        return _asking(ask, label, keyboard).to_json()
    return (_inline(keyboard) if keyboard else ReplyKeyboardRemove()).to_json()


def _asking(ask: _Ask, label: str, keyboard: Keyboard) -> ReplyKeyboardMarkup:
    """A message holds one keyboard, so its other choices become buttons that say their label."""
    share = KeyboardButton(
        label, request_contact=ask == "contact", request_location=ask == "location"
    )
    choices = [[KeyboardButton(button.label) for button in row] for row in keyboard]
    return ReplyKeyboardMarkup([[share], *choices], resize_keyboard=True, one_time_keyboard=True)


def _inline(keyboard: Keyboard) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup(
        [
            [InlineKeyboardButton(button.label, callback_data=button.data) for button in row]
            for row in keyboard
        ]
    )
