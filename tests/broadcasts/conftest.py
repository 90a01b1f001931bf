"""What the tests of broadcasts share: crowds, and somebody who tends what is sent to them."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Row, insert, select

from bot.broadcasting import Broadcaster
from handlers import broadcasts
from handlers.broadcast_texts import Texts
from handlers.broadcasts import Draft, Renderer
from handlers.policy import Policy
from handlers.status import COUNTS, Facts, facts_of
from storage import database as storage
from storage.audience import Scope
from storage.audit import OPERATOR
from storage.broadcasts import Broadcast, State
from storage.ids import new_id
from storage.messages import deliveries
from storage.people import addresses, people, traits
from storage.sealed import Vault, new_secret_key
from tests.delivery import conftest as delivery
from tests.delivery.scripted import ScriptedChannel

TEXTS = Texts("alert", "Llama hoy", "Call today", None)


class Office(delivery.Office):
    """The office of the delivery tests, with a telegram channel and a clock that tends."""

    def __init__(self, database: storage.Database, vault: Vault) -> None:
        super().__init__(database, vault)
        self.channel = ScriptedChannel(name="telegram")
        self.policy = Policy(programme="Enlace")
        self.renderers = {"broadcast": Renderer(vault, self.policy)}

    def tender(self) -> Broadcaster:
        return Broadcaster(
            self.database, ("telegram", "sms"), self.quiet, self.frequency_cap, self.clock
        )

    async def crowd(self, number: int, **fields: Any) -> list[int]:
        """So many people at once, with one address each; their ids."""
        ids = [new_id() for _ in range(number)]
        folk = {"language": "es", "consent": "in", "zone": "America/Chicago"} | fields
        folk |= {"created_at": self.now, "seen_at": self.now}
        homes = {"channel": self.channel.name, "created_at": self.now, "heard_at": self.now}
        rows = [folk | {"id": each, "handle": f"V-{each % 10**12}"} for each in ids]
        at = [
            homes
            | {
                "id": (home := new_id()),
                "person_id": each,
                "lookup": self.vault.index("telegram", str(each)),
                "value": self.vault.seal("addresses", "value", home, f"+1{each}"),
            }
            for each in ids
        ]

        def unit(connection: Any) -> None:
            connection.execute(insert(people), rows)
            connection.execute(insert(addresses), at)

        await self.database.run(unit)
        return ids

    async def is_true_of(self, person_id: int, kind: str, *values: str) -> None:
        rows = [{"person_id": person_id, "kind": kind, "value": value} for value in values]
        await self.database.run(lambda c: c.execute(insert(traits), rows))

    async def sends(self, texts: Texts = TEXTS, *, scope: Scope | None = None, **more: Any) -> str:
        """The operator writes an alert; its code. `more` as of `Draft`."""
        starts = self.now + more.pop("later", timedelta(0))
        settings: dict[str, Any] = {"topic": "shelters", "capped": False} | more
        draft = Draft(texts, scope or Scope(), starts, **settings)
        made = await self.database.run(
            lambda c: broadcasts.create(c, self.vault, draft, actor=OPERATOR, now=self.now)
        )
        return made.code

    async def started(self, texts: Texts = TEXTS, **more: Any) -> str:
        """As `sends`, with its audience frozen."""
        code = await self.sends(texts, **more)
        await self.tender().step()
        return code

    async def run_of(self, code: str) -> Broadcast:
        found = await self.database.read(lambda c: broadcasts.find(c, code))
        assert found is not None
        return found

    async def state(self, code: str) -> State:
        return (await self.run_of(code)).state

    async def act(self, name: str, code: str) -> bool:
        run, do = await self.run_of(code), getattr(broadcasts, name)
        return bool(await self.database.run(lambda c: do(c, run, actor=OPERATOR, now=self.now)))

    async def facts(self, code: str) -> Facts:
        """As `enlace status CODE --json` gives them; the books balance."""
        facts = await self.database.read(lambda c: facts_of(c, code))
        assert facts is not None
        assert facts["audience"] == sum(facts[name] for name in COUNTS)
        return facts

    async def counts(self, code: str) -> dict[str, int]:
        facts = await self.facts(code)
        return {name: facts[name] for name in COUNTS if facts[name]}

    async def copies(self, code: str) -> list[Row[Any]]:
        run = await self.run_of(code)
        statement = select(deliveries).where(deliveries.c.broadcast_id == run.id)
        ordered = statement.order_by(deliveries.c.person_id)
        return await self.database.read(lambda c: list(c.execute(ordered)))

    async def audience(self, code: str) -> set[int]:
        return {each.person_id for each in await self.copies(code)}

    async def goes_on(self) -> None:
        """Everybody works until nothing changes any more, at this hour."""
        tender, worker = self.tender(), self.worker()
        for _round in range(2):
            await tender.step()
            while await worker.step():
                await tender.step()


@pytest.fixture
async def office(database_url: str) -> AsyncIterator[Office]:
    """On SQLite and on PostgreSQL."""
    database = storage.Database(database_url)
    vault = await database.run(lambda c: Vault.load(c, [new_secret_key()]))
    yield Office(database, vault)
    await database.close()
