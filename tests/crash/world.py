"""Providers, a database and bot processes that die: started, awaited, and audited afterwards."""

import asyncio
import multiprocessing
import socket
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from signal import SIGKILL, SIGTERM
from typing import Any, TypeVar

from sqlalchemy import Connection, Row, Select, Table, select, update

from bot.delivery.dispatcher import CALLS
from bot.intake import Receive
from bot.serving import EVERYTHING, Roles
from handlers.conversation.messages import ChannelName, Inbound, Outgoing
from handlers.inbound import receive_all
from handlers.newcomers import meet
from handlers.outbox import Kind, To, enqueue
from storage.database import Database
from storage.ids import new_id
from storage.messages import Priority, deliveries, inbound
from storage.people import people
from storage.profiles import add_consent
from storage.sealed import Vault
from tests.crash.process import Order, main
from tests.processes.machine import Hour, Providers, providers

T = TypeVar("T")

PATIENCE = 45.0
"""Seconds for what should happen at once, on a machine that has much to do."""

LEASE_IS_OVER = 80.0
"""So many seconds later what a dead process held is taken over, what the provider does not know is
sent again, and what follows it in its chat still waits."""

QUICK: Mapping[str, timedelta] = {
    "poll": timedelta(seconds=0.1),
    "tidy": timedelta(seconds=0.3),
    "look_first": timedelta(seconds=0.1),
}
"""Looking more often than in production; what is waited for stays as long."""

BOTH_CHANNELS: Mapping[str, str] = {}
ONLY_SMS = {"TELEGRAM_TOKEN": "", "TELEGRAM_WEBHOOK_SECRET": ""}
ONLY_TELEGRAM = dict.fromkeys(("TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "TWILIO_FROM"), "")

_forks = multiprocessing.get_context("forkserver")
_forks.set_forkserver_preload(["tests.crash.process"])


class Door:
    """The port of the bot. It outlives the processes behind it, as a supervisor's socket does, so
    that the provider's one retry waits for the next of them; shut, nobody is at home."""

    def __init__(self) -> None:
        self.socket = socket.create_server(("127.0.0.1", 0), backlog=512)
        self.port: int = self.socket.getsockname()[1]

    def shut(self) -> None:
        self.socket.close()

    def open(self) -> None:
        self.socket = socket.create_server(("127.0.0.1", self.port), backlog=512)


@dataclass
class Bot:
    """A running process."""

    process: ForkServerProcess
    log: Path

    async def dies(self) -> None:
        """Of the trap that was set for it."""
        await self._ends()
        assert self.process.exitcode == -SIGKILL, f"{self.process.exitcode}: {self.log.read_text()}"

    async def kill(self) -> None:
        """As a power cut would: no warning, nothing flushed."""
        self.process.kill()
        await self._ends()

    async def stop(self) -> None:
        """As an operator would."""
        assert self.process.pid is not None
        self.process.terminate()
        await self._ends()
        assert self.process.exitcode in (0, -SIGTERM), self.log.read_text()

    async def _ends(self) -> None:
        loop, ended = asyncio.get_running_loop(), asyncio.Event()
        loop.add_reader(self.process.sentinel, ended.set)
        try:
            async with asyncio.timeout(PATIENCE):
                await ended.wait()
        except TimeoutError:
            raise AssertionError(f"it lives on:\n{self.log.read_text()}") from None
        finally:
            loop.remove_reader(self.process.sentinel)
        self.process.join()


@dataclass
class World:
    """One network's providers and database, and the bots that came and went."""

    providers: Providers
    database: Database
    door: Door
    logs: Path
    bots: list[Bot] = field(default_factory=list)

    @property
    def hour(self) -> Hour:
        return self.providers.hour

    def bot(
        self,
        *,
        dies_at: str = "",
        roles: Roles = EVERYTHING,
        timing: Mapping[str, timedelta] = QUICK,
        patience: float = 10.0,
        receive: Receive = receive_all,
        ahead: float = 0.0,
        catch_up_patience: float = 120.0,
        calls: int = CALLS,
    ) -> Bot:
        """`dies_at`: steps in words, the last of which kills. `ahead`: of the others' clocks."""
        log = self.logs / f"{len(self.bots)}.log"
        order = Order(
            environment=self.providers.environment,
            log=str(log),
            door=self.door.socket if "web" in roles else None,
            roles=roles,
            dies_at=tuple(dies_at.split()),
            ahead=self.hour.ahead + ahead,
            timing=timing,
            patience=patience,
            catch_up_patience=catch_up_patience,
            receive=receive,
            calls=calls,
        )
        process = _forks.Process(target=main, args=(order,), daemon=True)
        process.start()
        self.bots.append(Bot(process, log))
        return self.bots[-1]

    async def rows(self, table: Table) -> list[Row[Any]]:
        return await self.select(select(table).order_by(*table.primary_key.columns))

    async def select(self, statement: Select[Any]) -> list[Row[Any]]:
        return await self.database.read(lambda c: list(c.execute(statement)))

    async def statuses(self) -> Counter[str]:
        """How many deliveries there are in each state."""
        return Counter(await self._column(select(deliveries.c.status)))

    async def taken_in(self) -> Counter[str]:
        """How many messages were taken in, by what became of them."""
        return Counter(await self._column(select(inbound.c.status)))

    async def settles(self, **wanted: int) -> None:
        """Waits until deliveries are in these states, and in no other."""

        async def state() -> Counter[str]:
            return await self.statuses()

        await eventually(state, lambda now: now == Counter(wanted))

    async def _column(self, statement: Select[Any]) -> list[str]:
        return [row[0] for row in await self.select(statement)]

    async def knows(self, address: str, channel: ChannelName = "sms", **fields: object) -> To:
        """Somebody who has written and agreed, unless `fields` says otherwise."""
        now = datetime.fromtimestamp(self.hour(), UTC)
        first = Inbound(channel, f"first{new_id()}", address, now)
        values = {"consent": "in", "language": "es", "zone": "America/Chicago"} | fields
        vault = self.vault

        def meets(connection: Connection) -> To:
            caller = meet(connection, vault, first, now)
            mine = people.c.id == caller.person_id
            connection.execute(update(people).where(mine).values(values))
            if values["consent"] == "in":
                agreed = {"person_id": caller.person_id, "act": "in", "channel": channel}
                add_consent(connection, {"id": new_id(), "wording": "test", "at": now} | agreed)
            return To(caller.person_id, caller.address_id, channel)

        return await self.database.run(meets)

    async def queues(self, to: To, *texts: str, kind: Kind = "reply") -> None:
        """What some feature commits to the outbox; all but replies is bulk."""
        now = datetime.fromtimestamp(self.hour(), UTC)
        priority = Priority.REPLY if kind in ("reply", "consent") else Priority.BULK
        messages, vault = [Outgoing(text) for text in texts], self.vault
        await self.database.run(
            lambda c: enqueue(c, vault, to, messages, now=now, kind=kind, priority=priority)
        )

    async def consent_of(self, to: To) -> str:
        [row] = await self.select(select(people.c.consent).where(people.c.id == to.person_id))
        return str(row.consent)

    @cached_property
    def vault(self) -> Vault:
        keys = [self.providers.environment["SECRET_KEYS"]]
        return self.database.run_now(lambda connection: Vault.load(connection, keys))

    def told(self) -> str:
        """What all processes logged."""
        return "\n".join(bot.log.read_text() for bot in self.bots if bot.log.exists())


async def eventually(
    ask: Callable[[], Awaitable[T]], holds: Callable[[T], object], timeout: float = PATIENCE
) -> T:
    """Asks another process's database, which tells nobody when it changes."""
    answer = await ask()
    try:
        async with asyncio.timeout(timeout):
            while not holds(answer):
                await asyncio.sleep(0.03)
                answer = await ask()
    except TimeoutError:
        raise AssertionError(f"waited in vain, last seen: {answer}") from None
    return answer


@asynccontextmanager
async def world(
    database_url: str, logs: Path, environment: Mapping[str, str]
) -> AsyncIterator[World]:
    """Every process that was started here ends here."""
    async with AsyncExitStack() as stack:
        door = Door()
        stack.callback(door.shut)
        database = Database(database_url)
        stack.push_async_callback(database.close)
        around = await stack.enter_async_context(providers(database_url, door.port, environment))
        here = World(around, database, door, logs)
        stack.callback(_end, here.bots)
        yield here


def _end(bots: Iterable[Bot]) -> None:
    for bot in bots:
        bot.process.kill()
        bot.process.join()
