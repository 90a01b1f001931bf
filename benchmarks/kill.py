"""Workers killed in the middle of a broadcast, again and again: the books, and what came twice."""

import asyncio
import random
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from benchmarks.figures import Figure, Size
from benchmarks.places import Workshop
from storage.migrations import upgrade
from tests.crash.broadcasting import Killed, broadcast_and_kill
from tests.crash.world import ONLY_SMS, ONLY_TELEGRAM, world
from tests.postgres import running

_KILLS, _PEOPLE = 20, 5_000
_KILLS_IF_QUICK, _PEOPLE_IF_QUICK = 4, 400


@dataclass(frozen=True, slots=True)
class _Bout:
    database: str
    channel: str
    killed: Killed


def measure(size: Size, workshop: Workshop) -> list[Figure]:
    full = size.people > 1000
    kills, people = (_KILLS, _PEOPLE) if full else (_KILLS_IF_QUICK, _PEOPLE_IF_QUICK)
    bouts = []
    with ExitStack() as stack:
        server = stack.enter_context(running())
        for channel, only in (("Telegram", ONLY_TELEGRAM), ("SMS", ONLY_SMS)):
            file, name = f"sqlite:///{workshop.empty()}", f"kill_{channel.lower()}"
            for database, url in (("SQLite", file), ("PostgreSQL", server.create(name))):
                upgrade(url)
                killed = asyncio.run(_bout(url, dict(only), kills, people))
                bouts.append(_Bout(database, channel, killed))
    return [figure for bout in bouts for figure in _figures(bout, kills)]


async def _bout(url: str, only: dict[str, str], kills: int, people: int) -> Killed:
    with tempfile.TemporaryDirectory() as logs:
        async with world(url, Path(logs), only) as here:
            return await broadcast_and_kill(here, kills, people, random.Random(7))


def _figures(bout: _Bout, kills: int) -> list[Figure]:
    killed, where = bout.killed, f"{bout.channel}, {bout.database}"
    counts = ", ".join(f"{n:,} {status}" for status, n in sorted(killed.books.items()))
    print(f"  {where}: {counts}; {killed.twice} of {killed.people:,} came twice", flush=True)
    wrong = killed.lost + killed.oftener + killed.without_reason
    if bout.channel == "SMS":
        wrong += killed.twice
    return [
        Figure(
            "kill",
            f"{where}: books that balance, of one after each kill and one at the end",
            killed.balanced,
            "books",
            kills + 1,
            at_least=1.0,
        ),
        Figure(
            "kill",
            f"{where}: people without a lost copy or one too many, after {kills} kills",
            killed.people - wrong,
            "people",
            killed.people,
            at_least=1.0,
        ),
    ]
