"""Enlace's own dispatcher on a frozen broadcast, unpaced: claimed, rechecked, sent, recorded."""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, func, select

from benchmarks import signup
from benchmarks.crowd import address_of
from benchmarks.dispatch_bare import Speed, Watch, cpu_seconds, race
from benchmarks.dispatch_server import TEXT
from benchmarks.servers import ACCOUNT, NUMBER, TOKEN
from bot import collector
from bot.broadcasting import Broadcaster
from bot.channels.base import Channel
from bot.channels.sms import SmsChannel
from bot.channels.telegram import TelegramChannel
from bot.delivery.dispatcher import Dispatcher
from bot.delivery.means import Means
from bot.delivery.pace import Pace
from bot.metrics import Metrics
from bot.terms import utc_now
from handlers.broadcast_texts import Texts
from handlers.broadcasts import Draft, Renderer, create
from handlers.conversation.messages import Button, ChannelName, Outgoing
from handlers.policy import Policy
from storage.audience import Scope
from storage.audit import OPERATOR
from storage.broadcasts import Broadcast
from storage.database import Database
from storage.messages import deliveries
from storage.sealed import Vault

_LOOK_SECONDS, _LOOK_SECONDS_TOGETHER = 0.01, 0.1
_A_DAY = timedelta(days=1)
_BODY = TEXT.removeprefix("Enlace: ")


@dataclass(frozen=True, slots=True)
class Place:
    """A migrated database with people in it."""

    url: str
    key: str


def send_all(place: Place, api: str, channel: ChannelName, messages: int, calls: int) -> Speed:
    """To everybody who is there, so many calls of bulk at once."""
    return signup.run(_send_all(place, api, channel, messages, calls))


async def _send_all(
    place: Place, api: str, channel: ChannelName, messages: int, calls: int
) -> Speed:
    database = Database(place.url)
    vault = await database.run(lambda connection: Vault.load(connection, [place.key]))
    await announce(database, vault, channel)
    metrics = Metrics()
    sender = channel_at(api, channel)
    dispatcher = dispatcher_of(database, vault, {channel: sender}, metrics, calls=calls)
    collector.settle()
    # What is in flight when others are recorded would count as sent in no time.
    watch = Watch(messages, whole=True)
    watch.passed(0)
    run = asyncio.create_task(dispatcher.run())
    while _sent(metrics, channel) < messages:
        await asyncio.sleep(_LOOK_SECONDS)
    speed = watch.stop()
    dispatcher.stop()
    await run
    await database.read(lambda connection: _balance(connection, messages))
    await sender.close()
    await database.close()
    return speed


def announce_now(place: Place, channel: ChannelName) -> None:
    async def announced() -> None:
        database = Database(place.url)
        vault = await database.run(lambda connection: Vault.load(connection, [place.key]))
        await announce(database, vault, channel)
        await database.close()

    signup.run(announced())


def work_until_done(
    place: Place, api: str, messages: int, calls: int, start: float
) -> tuple[float, float]:
    """One worker of several, on Telegram, from `start` on: when all was sent, in Unix time, and its
    own CPU seconds."""
    return signup.run(_work(place, api, messages, calls, start))


async def _work(
    place: Place, api: str, messages: int, calls: int, start: float
) -> tuple[float, float]:
    database = Database(place.url)
    vault = await database.run(lambda connection: Vault.load(connection, [place.key]))
    sender = channel_at(api, "telegram")
    dispatcher = dispatcher_of(database, vault, {"telegram": sender}, Metrics(), calls=calls)
    collector.settle()
    await asyncio.sleep(max(0.0, start - time.time()))
    cpu = cpu_seconds()
    run = asyncio.create_task(dispatcher.run())
    while await database.read(_how_many_sent) < messages:
        await asyncio.sleep(_LOOK_SECONDS_TOGETHER)
    ended, cpu = time.time(), cpu_seconds() - cpu
    dispatcher.stop()
    await run
    await sender.close()
    await database.close()
    return ended, cpu


def telegram_alone(api: str, messages: int, flights: int) -> Speed:
    """Our own use of the library, with nothing recorded."""
    done = Button("Listo", "c:HECHO")
    return signup.run(
        _alone(api, "telegram", Outgoing(TEXT, keyboard=((done,),)), messages, flights)
    )


def sms_alone(api: str, messages: int, flights: int) -> Speed:
    return signup.run(_alone(api, "sms", Outgoing(TEXT), messages, flights))


async def _alone(
    api: str, name: ChannelName, message: Outgoing, messages: int, flights: int
) -> Speed:
    channel = channel_at(api, name)

    async def send(number: int) -> object:
        return await channel.send(address_of(number, name), message, expires_in=_A_DAY)

    try:
        return await race(send, messages, flights)
    finally:
        await channel.close()


async def announce(
    database: Database, vault: Vault, channel: ChannelName, *, freeze: bool = True
) -> Broadcast:
    """A broadcast to everybody."""
    texts = Texts("alert", _BODY, _BODY, None)

    def draft(connection: Connection, now: datetime) -> Broadcast:
        return create(connection, vault, Draft(texts, Scope(), now), actor=OPERATOR, now=now)

    run = await database.run(lambda connection: draft(connection, utc_now()))
    if freeze:
        await Broadcaster(database, (channel,), None, 3, utc_now).step()
    return run


def channel_at(api: str, channel: ChannelName) -> Channel:
    if channel == "sms":
        return SmsChannel(ACCOUNT, TOKEN, from_=NUMBER, api_url=api)
    return TelegramChannel("1:enlace", api_url=api)


def dispatcher_of(
    database: Database,
    vault: Vault,
    channels: Mapping[ChannelName, Channel],
    metrics: Metrics,
    *,
    pace: Pace | None = None,
    calls: int,
) -> Dispatcher:
    """`calls` of bulk: those that are kept for replies come on top."""
    means = Means(
        *(database, vault, "benchmark", utc_now, metrics),
        renderers={"broadcast": Renderer(vault, Policy(programme="Enlace"))},
    )
    paces = {name: pace or Pace() for name in channels}
    return Dispatcher(means, channels, paces, calls=calls + calls // 3)


def _sent(metrics: Metrics, channel: ChannelName) -> int:
    """What is recorded, without a look at the database that would slow it down."""
    [counter] = metrics.deliveries.labels(channel, "sent").collect()
    return int(counter.samples[0].value)


def _how_many_sent(connection: Connection) -> int:
    d = deliveries.c
    sent = select(func.count()).select_from(deliveries).where(d.status == "sent")
    return connection.execute(sent).scalar_one()


def _balance(connection: Connection, messages: int) -> None:
    """RuntimeError unless everybody's copy is recorded as sent, with the provider's id."""
    d = deliveries.c
    found = select(func.count(d.provider_id.distinct())).where(d.status == "sent")
    sent = connection.execute(found).scalar_one()
    if sent != messages:
        raise RuntimeError(f"{sent} of {messages} messages are recorded as sent")
