"""What the delivery tests share: people with addresses, a queue, and dispatchers at work on it."""

from collections.abc import AsyncIterator, Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Row, delete, insert, select, update

from bot.delivery.dispatcher import Dispatcher
from bot.delivery.means import Means
from bot.delivery.pace import Pace
from bot.delivery.timing import Backoff, Timing
from bot.metrics import Metrics
from handlers.conversation.messages import ChannelName, Outgoing
from handlers.outbox import Kind, To, enqueue
from handlers.quiet import Window
from storage import database as storage
from storage.ids import new_id
from storage.messages import Priority, deliveries, senders
from storage.people import addresses, consents, people
from storage.sealed import Vault, new_secret_key
from tests.delivery.scripted import Clock, ScriptedChannel

# Without chance, and without giving claims back because the machine is busy.
STEADY = Timing(fresh=timedelta(hours=1), backoff=Backoff(spread=lambda _, most: most))


class Office:
    """A database with people in it, a clock, one scripted channel and any number of workers."""

    def __init__(self, database: storage.Database, vault: Vault) -> None:
        self.database = database
        self.vault = vault
        self.clock = Clock()
        self.channel = ScriptedChannel()
        self.timing = STEADY
        self.quiet: Window | None = None
        self.renderers: dict[str, Any] = {}
        self.pace = Pace()
        self.frequency_cap = 3
        self.calls = 32
        self.failpoint: Callable[[str], None] = storage.no_failpoint
        self._workers = 0

    @property
    def now(self) -> datetime:
        return self.clock.now

    def worker(self) -> Dispatcher:
        self._workers += 1
        means = Means(
            self.database,
            self.vault,
            f"worker {self._workers}",
            self.clock,
            Metrics(),
            renderers=self.renderers,
            frequency_cap=self.frequency_cap,
            quiet=self.quiet,
            timing=self.timing,
            failpoint=self.failpoint,
        )
        name = self.channel.name
        return Dispatcher(means, {name: self.channel}, {name: self.pace}, calls=self.calls)

    async def person(self, **fields: Any) -> To:
        """Somebody with one address, who agreed to be written to unless `fields` says otherwise."""
        return (await self.people(1, **fields))[0]

    async def people(self, number: int, **fields: Any) -> list[To]:
        return await self.database.run(lambda c: [self._person(c, fields) for _ in range(number)])

    async def address(self, person_id: int, **fields: Any) -> To:
        """One more address of a person."""
        return await self.database.run(lambda c: self._address(c, person_id, fields))

    async def queue(
        self,
        to: To,
        *texts: str,
        kind: Kind = "reply",
        priority: int = Priority.REPLY,
        due_at: datetime | None = None,
        expires_in: timedelta | None = None,
    ) -> list[int]:
        expires_at = None if expires_in is None else self.now + expires_in
        return await self.database.run(
            lambda c: enqueue(
                c,
                self.vault,
                to,
                [Outgoing(text) for text in texts],
                now=self.now,
                kind=kind,
                priority=priority,
                due_at=due_at,
                expires_at=expires_at,
            )
        )

    async def bulk(self, to: To, *texts: str, **fields: Any) -> list[int]:
        return await self.queue(to, *texts, kind="broadcast", priority=Priority.BULK, **fields)

    async def notice(self, to: To, *texts: str, **fields: Any) -> list[int]:
        return await self.queue(to, *texts, kind="notice", priority=Priority.NOTICE, **fields)

    async def delivery(self, row: int) -> Row[Any]:
        statement = select(deliveries).where(deliveries.c.id == row)
        return await self.database.read(lambda c: c.execute(statement).one())

    async def status(self, row: int) -> str:
        return str((await self.delivery(row)).status)

    async def statuses(self) -> list[str]:
        statement = select(deliveries.c.status).order_by(deliveries.c.id)
        return await self.database.read(lambda c: list(c.scalars(statement)))

    async def row(self, table: Any, row: int) -> Row[Any]:
        return await self.database.read(
            lambda c: c.execute(select(table).where(table.c.id == row)).one()
        )

    async def sender(self) -> Row[Any]:
        statement = select(senders).where(senders.c.name == self.channel.name)
        return await self.database.read(lambda c: c.execute(statement).one())

    async def evidence(self) -> list[Row[Any]]:
        return await self.database.read(lambda c: list(c.execute(select(consents))))

    async def change(self, table: Any, row: int, **fields: Any) -> None:
        statement = update(table).where(table.c.id == row).values(**fields)
        await self.database.run(lambda c: c.execute(statement))

    async def stops(self, to: To) -> None:
        """The person sends STOP: what the inbound side commits for it."""
        await self.change(people, to.person_id, consent="out")
        await self.change(addresses, to.address_id, status="opted_out")

    async def forget_everything(self) -> None:
        await self.database.run(lambda c: c.execute(delete(people)))

    async def until_quiet(self, worker: Dispatcher) -> int:
        """Steps until nothing is due any more; returns how many steps sent something."""
        steps = 0
        while await worker.step():
            steps += 1
        return steps

    def _person(self, connection: Any, fields: dict[str, Any]) -> To:
        row = new_id()
        values = {"language": "es", "consent": "in", "zone": "America/Chicago"} | fields
        values |= {"id": row, "handle": f"V-{row % 10**12}", "created_at": self.now}
        connection.execute(insert(people).values(seen_at=self.now, **values))
        return self._address(connection, row, {})

    def _address(self, connection: Any, person_id: int, fields: dict[str, Any]) -> To:
        row = new_id()
        channel: ChannelName = self.channel.name
        value = f"+1773{row % 10**7:07d}"
        values = {
            "id": row,
            "person_id": person_id,
            "channel": channel,
            "lookup": self.vault.index(channel, f"{value} {row}"),
            "value": self.vault.seal("addresses", "value", row, value),
            "created_at": self.now,
            "heard_at": self.now,
        }
        connection.execute(insert(addresses).values(**values | fields))
        return To(person_id, row, channel)


@pytest.fixture
async def office(database_url: str) -> AsyncIterator[Office]:
    """On SQLite and on PostgreSQL."""
    database = storage.Database(database_url)
    vault = await database.run(lambda c: Vault.load(c, [new_secret_key()]))
    yield Office(database, vault)
    await database.close()
