"""A provider called with nothing around the call: what a client library can do at its best."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import aiohttp
import httpx
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, LinkPreviewOptions
from telegram.request import BaseRequest, HTTPXRequest
from twilio.http.async_http_client import AsyncTwilioHttpClient
from twilio.rest import Client

from benchmarks import signup
from benchmarks.crowd import address_of
from benchmarks.dispatch_server import TEXT
from benchmarks.servers import ACCOUNT, NUMBER, TOKEN
from bot import collector
from bot.channels.telegram_http import AiohttpRequest

Send = Callable[[int], Awaitable[object]]
"""Sends to the person of this number."""

EARLY = 10
"""The first of so many parts is not measured: connections are made, and caches warm."""

_MARKUP = InlineKeyboardMarkup([[InlineKeyboardButton("Listo", callback_data="c:HECHO")]])
_NO_PREVIEW = LinkPreviewOptions(is_disabled=True)


@dataclass(frozen=True, slots=True)
class Speed:
    """`rate`: messages a second. `cpu`: seconds for 1,000 messages, the client's side."""

    rate: float
    cpu: float


class Watch:
    """Measures from the moment at which the first part has passed; `whole`: from the beginning."""

    def __init__(self, messages: int, *, whole: bool = False) -> None:
        self.early = 0 if whole else messages // EARLY
        self._messages = messages
        self._started: tuple[float, float] | None = None

    def passed(self, number: int) -> None:
        if self._started is None and number >= self.early:
            self.early = number
            self._started = time.perf_counter(), cpu_seconds()

    def stop(self) -> Speed:
        assert self._started is not None
        wall, cpu = self._started
        counted = self._messages - self.early
        took = time.perf_counter() - wall
        return Speed(counted / took, (cpu_seconds() - cpu) * 1000 / counted)


def cpu_seconds() -> float:
    return time.process_time()


def aiohttp_alone(url: str, messages: int, flights: int) -> Speed:
    """The bytes that python-telegram-bot would send, and its answer read but not parsed."""
    return signup.run(_aiohttp(url, messages, flights))


async def _aiohttp(url: str, messages: int, flights: int) -> Speed:
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:

        async def send(number: int) -> object:
            data = {
                "chat_id": address_of(number, "telegram"),
                "text": TEXT,
                "reply_markup": _MARKUP.to_json(),
            }
            async with session.post(f"{url}/bot1:bare/sendMessage", data=data) as answer:
                return await answer.read()

        return await race(send, messages, flights)


def ptb_on_aiohttp(url: str, messages: int, flights: int) -> Speed:
    return signup.run(_ptb(url, AiohttpRequest(connections=flights), messages, flights))


def ptb_on_httpx(url: str, messages: int, flights: int) -> Speed:
    return signup.run(_ptb(url, HTTPXRequest(connection_pool_size=flights), messages, flights))


async def _ptb(url: str, request: BaseRequest, messages: int, flights: int) -> Speed:
    bot = Bot("1:bare", base_url=f"{url}/bot", request=request, get_updates_request=request)

    async def send(number: int) -> object:
        return await bot.send_message(
            address_of(number, "telegram"),
            TEXT,
            reply_markup=_MARKUP,
            link_preview_options=_NO_PREVIEW,
        )

    try:
        return await race(send, messages, flights)
    finally:
        with suppress(httpx.HTTPError):
            await request.shutdown()


def twilio(url: str, messages: int, flights: int) -> Speed:
    """The library's own asynchronous client."""
    return signup.run(_twilio(url, messages, flights))


class _There(Client):  # type: ignore[misc]
    url = ""

    def get_hostname(self, uri: str) -> str:
        return self.url + uri.split("twilio.com", 1)[1]


async def _twilio(url: str, messages: int, flights: int) -> Speed:
    http = AsyncTwilioHttpClient()
    client = _There(ACCOUNT, TOKEN, http_client=http)
    client.url = url

    async def send(number: int) -> object:
        return await client.messages.create_async(
            to=address_of(number, "sms"), body=TEXT, from_=NUMBER
        )

    try:
        return await race(send, messages, flights)
    finally:
        await http.close()


async def race(send: Send, messages: int, flights: int) -> Speed:
    collector.settle()
    watch = Watch(messages)
    waiting = iter(range(messages))

    def numbers() -> Iterator[int]:
        for number in waiting:
            watch.passed(number)
            yield number

    async def fly(each: Iterator[int]) -> Any:
        for number in each:
            await send(number)

    shared = numbers()
    async with asyncio.TaskGroup() as group:
        for _ in range(flights):
            group.create_task(fly(shared))
    return watch.stop()
