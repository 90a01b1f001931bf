"""A limit, held at the client's call in any second; and replies in the middle of a broadcast."""

import asyncio
import json
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial

from benchmarks import signup
from benchmarks.crowd import register
from benchmarks.dispatch_enlace import Place, announce, channel_at, dispatcher_of
from benchmarks.dispatch_server import provider
from benchmarks.figures import Figure, Size, alone
from benchmarks.places import Workshop
from bot import collector
from bot.broadcasting import Broadcaster
from bot.channels.base import Channel, Sent
from bot.channels.telegram import TelegramChannel
from bot.delivery.dispatcher import Dispatcher
from bot.delivery.pace import Pace
from bot.intake import Intake
from bot.metrics import Metrics
from bot.terms import utc_now
from handlers.conversation.messages import ChannelName, Outgoing
from handlers.desk import Desk
from handlers.policy import Policy
from storage.database import Database
from storage.sealed import Vault, new_secret_key

LIMIT = 30
_MESSAGES, _IF_QUICK = 2_000, 300
_CROWD, _CROWD_IF_QUICK = 100_000, 5_000
_TALKERS = 10
_RATE, _GAP = 25.0, timedelta(seconds=1)
_WORKERS, _CALLS = 2, 24
_REST = 1.1
"""Seconds until a chat may hear another message."""


def measure(size: Size, workshop: Workshop) -> list[Figure]:
    full = size.people > 1000
    with provider() as near:
        messages = _MESSAGES if full else _IF_QUICK
        at = alone(_instants, _place(workshop, messages), near.url, messages)
        crowd = _CROWD if full else _CROWD_IF_QUICK
        waits = alone(_waits, _place(workshop, crowd), near.url)
    achieved = (messages - 1) / (at[-1] - at[0])
    p95 = sorted(waits)[len(waits) * 95 // 100]
    return [
        Figure(
            "pace",
            f"{messages:,} messages by {_WORKERS} workers, against the limit",
            achieved,
            "messages/s",
            LIMIT,
            at_least=0.97,
        ),
        Figure("pace", "the most in any one second", _most(at), "messages", LIMIT, at_most=1.0),
        Figure(
            "pace",
            f"a reply during a broadcast to {crowd:,}, p95, against 1 s",
            p95 * 1000,
            "ms",
            1000,
            at_most=1.0,
        ),
    ]


def _place(workshop: Workshop, people: int) -> Place:
    place = Place(f"sqlite:///{workshop.filled()}", new_secret_key())
    register(place.url, place.key, people)
    return place


def _most(at: Sequence[float]) -> int:
    """Over all half-open windows of one second; one that matters begins at a call."""
    most = first = 0
    for last, instant in enumerate(at):
        while at[first] <= instant - 1:
            first += 1
        most = max(most, last - first + 1)
    return most


@dataclass(slots=True)
class _Watched:
    """A channel that notes the monotonic instant of each call, just before it is made."""

    channel: Channel
    at: list[float] = field(default_factory=list)
    of: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    name: ChannelName = "telegram"

    async def send(self, to: str, message: Outgoing, *, expires_in: timedelta | None) -> Sent:
        now = time.monotonic()
        self.at.append(now)
        self.of[to].append(now)
        return await self.channel.send(to, message, expires_in=expires_in)

    async def find(
        self, to: str, message: Outgoing, after: float, exclude: frozenset[str] = frozenset()
    ) -> str | None:
        return await self.channel.find(to, message, after, exclude)

    async def close(self) -> None:
        await self.channel.close()


def _instants(place: Place, api: str, messages: int) -> list[float]:
    """When each call was made, by workers that share one limit."""
    return signup.run(_paced(place, api, messages))


async def _paced(place: Place, api: str, messages: int) -> list[float]:
    database, vault = await _opened(place)
    await announce(database, vault, "telegram")
    watched, pace = _Watched(channel_at(api, "telegram")), Pace(LIMIT, chat_gap=_GAP)
    workers = [
        dispatcher_of(database, vault, {"telegram": watched}, Metrics(), pace=pace, calls=_CALLS)
        for _ in range(_WORKERS)
    ]
    collector.settle()
    runs = [asyncio.create_task(worker.run()) for worker in workers]
    while len(watched.at) < messages:
        await asyncio.sleep(0.1)
    await _stop(workers, runs)
    await watched.close()
    await database.close()
    return sorted(watched.at)


def _waits(place: Place, api: str) -> list[float]:
    """Seconds from each message of people who sign up to the call of its first reply."""
    return signup.run(_talk(place, api))


async def _talk(place: Place, api: str) -> list[float]:
    database, vault = await _opened(place)
    metrics, channel = Metrics(), TelegramChannel("1:pace", api_url=api)
    watched, pace = _Watched(channel), Pace(_RATE, chat_gap=_GAP)
    worker = dispatcher_of(database, vault, {"telegram": watched}, metrics, pace=pace, calls=_CALLS)
    intake = Intake(database, Desk(vault, Policy()), metrics, utc_now)
    collector.settle()
    await announce(database, vault, "telegram", freeze=False)
    tender = asyncio.create_task(Broadcaster(database, ("telegram",), None, 3, utc_now).run())
    run = asyncio.create_task(worker.run())
    answered = partial(_answered, channel, intake, watched)
    waits = []
    for wave in signup.waves(signup.updates(range(_TALKERS))):
        said = [answered(body, after * _REST / _TALKERS) for after, body in enumerate(wave)]
        waits += await asyncio.gather(*said)
        await asyncio.sleep(_REST)
    tender.cancel()
    await _stop([worker], [run])
    await watched.close()
    await database.close()
    return waits


async def _answered(
    channel: TelegramChannel, intake: Intake, watched: _Watched, body: bytes, after: float
) -> float:
    await asyncio.sleep(after)
    heard = channel.parse(json.loads(body), utc_now())
    assert heard is not None
    said, before = time.monotonic(), len(watched.of[heard.sender])
    await intake.take(heard)
    while len(watched.of[heard.sender]) == before:
        await asyncio.sleep(0.002)
    return watched.of[heard.sender][before] - said


async def _opened(place: Place) -> tuple[Database, Vault]:
    database = Database(place.url)
    return database, await database.run(lambda connection: Vault.load(connection, [place.key]))


async def _stop(workers: Sequence[Dispatcher], runs: Sequence[asyncio.Task[None]]) -> None:
    for worker in workers:
        worker.stop()
    await asyncio.gather(*runs)
