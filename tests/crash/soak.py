"""People talk on and on while the bot is killed at random: the books must balance afterwards.

`make soak` (ARGS="--kills 100 --seed 7 --database postgresql"); a short one is among the tests.
"""

import argparse
import asyncio
import random
import sys
import tempfile
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import or_, select

from bot.simulators.handset import Handset
from storage.messages import deliveries
from storage.migrations import upgrade
from tests import postgres
from tests.crash.inside import hour_of
from tests.crash.world import BOTH_CHANNELS, LEASE_IS_OVER, World, eventually, world
from tests.processes.machine import Bubble, heard

STEPS = (
    *("received", "received unit.before_commit", "received unit.after_commit", "kept"),
    *("claimed", "claimed unit.after_commit", "sending", "called"),
    *("called unit.begin", "called unit.before_commit", "called unit.after_commit", "recorded"),
    *("unit.begin", "unit.before_commit", "unit.after_commit"),
)
ROUND = (("UNIRME", "participar"), ("2", "llamas"), ("SALIR", "no guardamos"))
"""What a person says again and again, and part of what answers it last."""

ANSWERS = ("hasta 3 mensajes", "participar", "llamas", "no guardamos")
"""Part of each message that a round brings."""

_MOST_TIMES = 12
_AN_ANSWER_TAKES = 90.0


class Talker:
    """One person, who goes on when the last text was answered."""

    def __init__(self, phone: Handset[Bubble], say: Callable[[str], Awaitable[object]]) -> None:
        self.rounds = 0
        self._phone = phone
        self._say = say

    async def talks(self, enough: asyncio.Event) -> None:
        """Whole rounds only."""
        while not enough.is_set():
            for text, answer in ROUND:
                await self._say(text)
                await self._phone.waits_for(answer, _AN_ANSWER_TAKES)
            self.rounds += 1

    def surplus(self) -> int:
        """How many messages came more often than they should; AssertionError for a lost one."""
        wanted = Counter(dict.fromkeys(ANSWERS, self.rounds))
        texts = heard(self._phone)
        found = Counter(part for text in texts for part in ANSWERS if part in text)
        assert found.total() == len(texts), texts
        assert not wanted - found, f"lost: {wanted - found}"
        return (found - wanted).total()


@dataclass(frozen=True, slots=True)
class Outcome:
    """`doubled`: messages that a phone on Telegram showed twice."""

    kills: int
    texts: int
    doubled: int


async def soak(here: World, kills: int, chance: random.Random, people: int = 4) -> Outcome:
    """Raises AssertionError when anything was lost, or doubled beyond the bound."""
    enough = asyncio.Event()
    phones = [here.providers.twilio.phone(f"+131255506{each:02}") for each in range(people)]
    persons = [
        here.providers.telegram.person(9000 + each, language_code="es") for each in range(people)
    ]
    by_sms = [Talker(phone, phone.texts) for phone in phones]
    by_telegram = [Talker(person, person.sends) for person in persons]
    async with asyncio.TaskGroup() as tasks:
        for talker in (*by_sms, *by_telegram):
            tasks.create_task(talker.talks(enough))
        for _ in range(kills):
            await here.bot(dies_at=_trap(chance)).dies()
            here.hour.ahead += LEASE_IS_OVER
            await _recovers(here)
        here.bot()
        enough.set()
    await _balance(here, by_sms, by_telegram)
    doubled = [talker.surplus() for talker in by_telegram]
    assert [talker.surplus() for talker in by_sms] == [0] * people
    assert max(doubled) <= kills
    rounds = sum(talker.rounds for talker in (*by_sms, *by_telegram))
    return Outcome(kills, rounds * len(ROUND), sum(doubled))


async def _recovers(here: World) -> None:
    """On Telegram a message is not tried a third time: no two kills may meet one message."""
    doubtful = select(deliveries.c.id).where(
        or_(deliveries.c.unknowns > 0, deliveries.c.called_at < hour_of(here)()),
        deliveries.c.status.in_(["queued", "sending", "unknown"]),
    )
    bot = here.bot()
    await eventually(lambda: here.select(doubtful), lambda rows: not rows)
    await bot.stop()


def _trap(chance: random.Random) -> str:
    return " ".join([chance.choice(STEPS)] * chance.randint(1, _MOST_TIMES))


async def _balance(here: World, by_sms: Sequence[Talker], by_telegram: Sequence[Talker]) -> None:
    """Every text taken in once, every answer accounted for once."""
    rounds = sum(talker.rounds for talker in (*by_sms, *by_telegram))
    texts, answers = rounds * len(ROUND), rounds * len(ANSWERS)

    async def account() -> Counter[str]:
        """A callback that found nobody at home is not repeated: then "sent" is the last word."""
        found = await here.statuses()
        return found + Counter(sent=found.pop("delivered", 0))

    await eventually(account, lambda now: now == Counter(sent=answers))
    assert await here.taken_in() == {"done": texts}


@contextmanager
def _database(kind: str, folder: Path) -> Iterator[str]:
    if kind == "sqlite":
        url = f"sqlite:///{folder / 'soak.db'}"
        upgrade(url)
        yield url
        return
    with postgres.running() as server:
        url = server.create("soak")
        upgrade(url)
        yield url


async def _soak(url: str, folder: Path, kills: int, seed: int) -> Outcome:
    async with world(url, folder, BOTH_CHANNELS) as here:
        return await soak(here, kills, random.Random(seed))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    given = parser.parse_args()
    sys.stdout.write(f"seed {given.seed}\n")
    with tempfile.TemporaryDirectory() as name, _database(given.database, Path(name)) as url:
        outcome = asyncio.run(_soak(url, Path(name), given.kills, given.seed))
    sys.stdout.write(
        f"{outcome.kills} kills, {outcome.texts} texts: each answered once; twice by SMS 0, "
        f"by Telegram {outcome.doubled}\n"
    )


if __name__ == "__main__":
    main()
