"""Twilio's side of the webhook contest: a bounded number of signed webhooks, from outside."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from time import perf_counter
from urllib.parse import urlencode

import aiohttp
from twilio.request_validator import RequestValidator

from benchmarks import servers, signup

_FIRST_NUMBER = 13_122_000_000
_LEAD = 1.0
"""Seconds until the first is due: thousands are made ready first, which is no wait of theirs."""


@dataclass(frozen=True, slots=True)
class Load:
    """`rate`: webhooks a second; `p99`: seconds, at half of that rate."""

    rate: float
    p99: float


@dataclass(frozen=True, slots=True)
class _Webhook:
    body: bytes
    headers: dict[str, str]


def measure(port: int, people: int, flights: int) -> Load:
    """People sign up as fast as they are answered; then as many more at half the pace."""
    return signup.run(_measure(port, people, flights))


async def _measure(port: int, people: int, flights: int) -> Load:
    early = signup.EARLY
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=connector) as session:
        post = _Post(session, servers.public_url(port) + servers.PATH)
        await signup.fly_all(_webhooks(post.url, range(early)), post, flights)
        webhooks = _webhooks(post.url, range(early, early + people))
        started = perf_counter()
        await signup.fly_all(webhooks, post, flights)
        rate = len(webhooks) / (perf_counter() - started)
        more = _webhooks(post.url, range(early + people, early + 2 * people))
        waits = await _at_pace(post, more, rate / 2)
    return Load(rate, sorted(waits)[len(waits) * 99 // 100])


def _webhooks(url: str, people: range) -> list[_Webhook]:
    first = people.start * len(signup.ANSWERS)
    return [_webhook(url, row, *turn) for row, turn in enumerate(signup.turns(people), first)]


def _webhook(url: str, row: int, person: int, text: str) -> _Webhook:
    sid = f"SM{row:032x}"
    form = {
        "ToCountry": "US",
        "ToState": "IL",
        "SmsMessageSid": sid,
        "NumMedia": "0",
        "ToCity": "CHICAGO",
        "FromZip": "60608",
        "SmsSid": sid,
        "FromState": "IL",
        "SmsStatus": "received",
        "FromCity": "CHICAGO",
        "Body": "UNIRME" if text == "/start" else text,
        "FromCountry": "US",
        "To": servers.NUMBER,
        "ToZip": "60601",
        "NumSegments": "1",
        "MessageSid": sid,
        "AccountSid": servers.ACCOUNT,
        "From": f"+{_FIRST_NUMBER + person - signup.FIRST_CHAT}",
        "ApiVersion": "2010-04-01",
    }
    signature = RequestValidator(servers.TOKEN).compute_signature(url, form)
    headers = {
        "X-Twilio-Signature": signature,
        "Content-Type": "application/x-www-form-urlencoded",
    }
    return _Webhook(urlencode(form).encode(), headers)


@dataclass(frozen=True, slots=True)
class _Post:
    session: aiohttp.ClientSession
    url: str

    async def __call__(self, webhook: _Webhook) -> None:
        async with self.session.post(
            self.url, data=webhook.body, headers=webhook.headers
        ) as answer:
            if answer.status != 200 or b"<Response/>" not in await answer.read():
                raise RuntimeError(f"a webhook was answered {answer.status}")


async def _at_pace(post: _Post, webhooks: Sequence[_Webhook], rate: float) -> list[float]:
    """Seconds from when each was due to its answer, whatever the ones before it took."""
    started = perf_counter() + _LEAD

    async def send(number: int, webhook: _Webhook) -> float:
        due = started + number / rate
        await asyncio.sleep(max(0.0, due - perf_counter()))
        await post(webhook)
        return perf_counter() - due

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(send(*each)) for each in enumerate(webhooks)]
    return [task.result() for task in tasks]
