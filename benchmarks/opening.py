"""From a need's last yes to the provider's first call, with a whole network registered."""

import asyncio
import time
from functools import partial

from sqlalchemy import Connection, select

from benchmarks import crowd, signup
from benchmarks.dispatch_enlace import Place, channel_at, dispatcher_of
from benchmarks.dispatch_server import Provider, provider
from benchmarks.figures import Figure, Size, alone
from benchmarks.places import Workshop, fill
from bot import collector
from bot.broadcasting import Broadcaster
from bot.metrics import Metrics
from bot.terms import utc_now
from handlers import needs
from handlers.needs import Desk, Lack
from handlers.policy import Policy
from storage.audit import OPERATOR
from storage.database import Database
from storage.needs import Audience, State
from storage.network import shelters
from storage.sealed import Vault, new_secret_key
from tests.postgres import Server, running

_PEOPLE_FOR_ONE = 50
_TARGET_MS = 2_000
_CALLS = 32
_SETTLES, _LOOKS, _GIVES_UP = 1.0, 0.001, 60.0
_ASKED = {
    "everyone": Audience.EVERYONE,
    "matched, whom only the last of five waves finds": Audience.MATCHED,
}
"""The matched are of the network's farthest wave: those before it are looked through in vain."""


def measure(size: Size, here: Workshop) -> list[Figure]:
    number = size.people * _PEOPLE_FOR_ONE
    rounds = min(size.rounds, 3)
    key = new_secret_key()
    with running() as server:
        return [
            *_on_sqlite(here, key, number, rounds),
            *_on_postgres(server, key, number, rounds),
        ]


def _on_sqlite(here: Workshop, key: str, number: int, rounds: int) -> list[Figure]:
    crowded = here.filled()
    alone(crowd.register, f"sqlite:///{crowded}", key, number)
    return [
        _figure(
            f"SQLite, {name}",
            [_opened(Place(f"sqlite:///{here.copy(crowded)}", key), ask) for _ in range(rounds)],
        )
        for name, ask in _ASKED.items()
    ]


def _on_postgres(server: Server, key: str, number: int, rounds: int) -> list[Figure]:
    crowded = server.create("opening")
    fill(crowded)
    alone(crowd.register, crowded, key, number)
    made = iter(range(1_000))
    return [
        _figure(
            f"PostgreSQL, {name}",
            [
                _opened(Place(server.create(f"opening_{next(made)}", "opening"), key), ask)
                for _ in range(rounds)
            ],
        )
        for name, ask in _ASKED.items()
    ]


def _figure(name: str, took: list[float]) -> Figure:
    """The slowest round: it is a promise to whoever is out of diapers."""
    slowest = max(took) * 1000
    return Figure(
        "opening", f"approval to first call, {name}", slowest, "ms", _TARGET_MS, at_most=1
    )


def _opened(place: Place, ask: Audience) -> float:
    return alone(_first_call, place, ask)


def _first_call(place: Place, ask: Audience) -> float:
    """Seconds from before the transaction that opens the need until the provider has a call."""
    with provider() as there:
        return signup.run(_open(place, there, ask))


async def _open(place: Place, there: Provider, ask: Audience) -> float:
    database = Database(place.url)
    vault = await database.run(partial(Vault.load, secret_keys=[place.key]))
    sender = channel_at(there.url, "telegram")
    dispatcher = dispatcher_of(database, vault, {"telegram": sender}, Metrics(), calls=_CALLS)
    work = [
        asyncio.create_task(dispatcher.run()),
        asyncio.create_task(Broadcaster(database, ("telegram",), None, 3, utc_now).run()),
    ]
    desk = Desk(vault, Policy(quiet=None), utc_now())
    need = await database.run(partial(_posted, desk=desk, ask=ask))
    collector.settle()
    await asyncio.sleep(_SETTLES)
    began = time.monotonic()
    await database.run(partial(needs.open_need, desk=desk, need_id=need, actor=OPERATOR))
    took = await _until_called(there, began)
    dispatcher.stop()
    work[1].cancel()
    await asyncio.gather(*work, return_exceptions=True)
    await sender.close()
    await database.close()
    return took


async def _until_called(there: Provider, began: float) -> float:
    while not there.taken:
        if time.monotonic() - began > _GIVES_UP:
            raise RuntimeError(f"nobody was asked within {_GIVES_UP:.0f} s")
        await asyncio.sleep(_LOOKS)
    return time.monotonic() - began


def _posted(connection: Connection, desk: Desk, ask: Audience) -> int:
    """With its yes still to come."""
    [shelter] = connection.scalars(select(shelters.c.id).where(shelters.c.code == "tijuana"))
    lack = Lack(shelter, "infant", "pañales talla 4", 100, "pack", "critical", ask=ask)
    return needs.post(connection, desk, lack, by=None, status=State.AWAITING).id
