"""How fast a broadcast leaves, unpaced, recorded durably; beside its client libraries alone.

And beside job queues that make the same send, one durable job a message.
"""

import os
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from functools import partial
from statistics import median

from benchmarks import dispatch_bare, dispatch_enlace, dispatch_queues, dispatch_two
from benchmarks.crowd import register
from benchmarks.dispatch_bare import Speed
from benchmarks.dispatch_enlace import Place
from benchmarks.dispatch_server import provider
from benchmarks.figures import Figure, Size, alone
from benchmarks.places import Workshop
from benchmarks.postgres import Fresh
from handlers.conversation.messages import ChannelName
from storage.sealed import new_secret_key
from tests.postgres import running

FLIGHTS = 192
"""Calls at once, for all alike: a lane's 256, without the quarter that it keeps for replies."""

LATENCY = 0.05
NEAR, AFAR = "0 ms", "50 ms"
_MESSAGES, _IF_QUICK = 6_000, 2_000
_SHARE_AFAR = 4
"""Where each answer takes its time, a quarter of the messages is enough."""

Contestant = Callable[[], Speed | None]


def measure(size: Size, workshop: Workshop) -> list[Figure]:
    messages = _MESSAGES if size.people > 1000 else _IF_QUICK
    with ExitStack() as stack:
        fresh = Fresh(stack.enter_context(running()))
        near = stack.enter_context(provider())
        afar = stack.enter_context(provider(LATENCY))
        at_once = _race(size.rounds, _contestants(workshop, fresh, near.url, messages))
        delayed = _race(
            size.rounds, _contestants(workshop, fresh, afar.url, messages // _SHARE_AFAR)
        )
        workers = {
            name: partial(dispatch_two.race, fresh, near.url, messages, FLIGHTS, number)
            for name, number in (("one worker", 1), ("two workers", 2))
        }
        together = _race(size.rounds, workers)
    _tell("answered at once", at_once)
    _tell(f"answered after {LATENCY * 1000:.0f} ms", delayed)
    _tell("workers on PostgreSQL", together)
    return [
        *_figures(NEAR, at_once),
        *_figures(AFAR, delayed),
        _two(together),
    ]


def _contestants(
    workshop: Workshop, fresh: Fresh, api: str, messages: int
) -> Mapping[str, Contestant]:
    def enlace(channel: ChannelName, make: Callable[[], str]) -> Speed:
        place = Place(make(), new_secret_key())
        register(place.url, place.key, messages, channel)
        return alone(dispatch_enlace.send_all, place, api, channel, messages, FLIGHTS)

    def bare(run: Callable[[str, int, int], Speed]) -> Contestant:
        return lambda: alone(run, api, messages, FLIGHTS)

    def on_sqlite() -> str:
        return f"sqlite:///{workshop.filled()}"

    return {
        "Enlace, Telegram, SQLite": lambda: enlace("telegram", on_sqlite),
        "python-telegram-bot on aiohttp": bare(dispatch_bare.ptb_on_aiohttp),
        "the channel alone, Telegram": bare(dispatch_enlace.telegram_alone),
        "Enlace, Telegram, PostgreSQL": lambda: enlace("telegram", fresh.filled),
        "aiohttp": bare(dispatch_bare.aiohttp_alone),
        "Enlace, SMS, SQLite": lambda: enlace("sms", on_sqlite),
        "twilio": bare(dispatch_bare.twilio),
        "the channel alone, SMS": bare(dispatch_enlace.sms_alone),
        "python-telegram-bot on httpx": bare(dispatch_bare.ptb_on_httpx),
        "Procrastinate, PostgreSQL": lambda: dispatch_queues.procrastinate(
            fresh.server, api, messages, FLIGHTS
        ),
        "dramatiq, Redis": lambda: dispatch_queues.dramatiq(api, messages, FLIGHTS),
    }


def _race(rounds: int, contestants: Mapping[str, Contestant]) -> dict[str, Speed]:
    """Medians; they take turns. Who is not installed is left out."""
    seen: dict[str, list[Speed]] = {name: [] for name in contestants}
    for _ in range(rounds):
        for name, run in contestants.items():
            speed = run()
            if speed is not None:
                seen[name].append(speed)
    return {
        name: Speed(median(one.rate for one in speeds), median(one.cpu for one in speeds))
        for name, speeds in seen.items()
        if speeds
    }


def _tell(what: str, speeds: Mapping[str, Speed]) -> None:
    """CPU is the client's process alone: what a database server or Redis takes comes on top."""
    print(f"  {what}, {FLIGHTS} calls at once, {os.cpu_count()} cores:")
    for name, speed in speeds.items():
        cpu = f"{speed.cpu * 1000:,.0f} ms of CPU for 1,000"
        print(f"    {name:32}{speed.rate:8,.0f} messages/s  {cpu}", flush=True)


def _figures(when: str, speeds: Mapping[str, Speed]) -> list[Figure]:
    telegram, sms = speeds["Enlace, Telegram, SQLite"], speeds["Enlace, SMS, SQLite"]
    postgres = speeds["Enlace, Telegram, PostgreSQL"]
    pairs = [
        ("Telegram", telegram, "python-telegram-bot on aiohttp", 0.7),
        ("Telegram", telegram, "the channel alone, Telegram", 0.7),
        ("Telegram on PostgreSQL", postgres, "python-telegram-bot on aiohttp", 0.7),
        ("SMS", sms, "twilio", 0.7),
        ("SMS", sms, "the channel alone, SMS", 0.7),
    ]
    pairs += [
        ("Telegram", telegram, queue, 2.0)
        for queue in ("Procrastinate, PostgreSQL", "dramatiq, Redis")
        if queue in speeds
    ]
    rates = [
        Figure(
            "dispatch",
            f"{what}, {when}, against {rival}",
            ours.rate,
            "messages/s",
            speeds[rival].rate,
            at_least=least,
        )
        for what, ours, rival, least in pairs
    ]
    costs = [
        Figure(
            "dispatch",
            f"{what}, {when}: CPU for 1,000, against {rival}",
            ours.cpu * 1000,
            "ms",
            speeds[rival].cpu * 1000,
            at_most=1.43,
        )
        for what, ours, rival, _ in pairs
        if "alone" in rival
    ]
    return rates + costs


def _two(speeds: Mapping[str, Speed]) -> Figure:
    """Two workers, a server and a provider want more cores than two."""
    enough = (os.cpu_count() or 1) >= 4
    return Figure(
        "dispatch",
        f"two workers on PostgreSQL, against one, {os.cpu_count()} cores",
        speeds["two workers"].rate,
        "messages/s",
        speeds["one worker"].rate,
        at_least=1.6 if enough else None,
    )
