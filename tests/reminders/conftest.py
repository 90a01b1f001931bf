"""What the tests of reminders share: events, people who answered, and a clock that tends them."""

from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Row, select

from bot.reminding import Reminder
from handlers import events
from handlers.events import Plan
from handlers.reminders import Reminding
from storage import database as storage
from storage import events as storage_events
from storage import rsvps
from storage.audit import OPERATOR
from storage.broadcasts import broadcasts
from storage.events import Event
from storage.messages import deliveries
from storage.reminders import KIND
from storage.rsvps import Answer
from storage.sealed import Vault, new_secret_key
from tests.broadcasts import conftest as sending

NIGHT = (time(20), time(9))
CHICAGO = ZoneInfo("America/Chicago")
MARCH = Plan(
    "march",
    "Marcha por la dignidad",
    "March for dignity",
    datetime(2026, 12, 5, 10, 30, tzinfo=CHICAGO).astimezone(UTC),
    "America/Chicago",
    place="Plaza Daley, Chicago",
)


class Office(sending.Office):
    """The office of the broadcast tests, with reminders tended as well."""

    def __init__(self, database: storage.Database, vault: Vault) -> None:
        super().__init__(database, vault)
        self.quiet = NIGHT
        self.clock.now = datetime(2026, 12, 1, 18, tzinfo=UTC)

    def reminder(self) -> Reminder:
        reminding = Reminding(self.vault, self.policy, self.quiet)
        return Reminder(self.database, reminding, ("telegram", "sms"), self.clock)

    async def event(self, plan: Plan = MARCH) -> Event:
        def unit(connection: Any) -> Event:
            return events.create(connection, self.vault, plan, actor=OPERATOR, now=self.now)

        made = await self.database.run(unit)
        await self.reminder().step()
        return made

    async def answers(self, event: Event, people: Sequence[int], answer: Answer) -> None:
        def unit(connection: Any) -> None:
            for each in people:
                rsvps.write(
                    connection, event.id, each, self.now, answer=answer, answered_at=self.now
                )

        await self.database.run(unit)

    async def who_come(self, event: Event, number: int = 1, **fields: Any) -> list[int]:
        people = await self.crowd(number, **fields)
        await self.answers(event, people, Answer.YES)
        return people

    async def changes(self, event: Event, **fields: Any) -> None:
        await self.database.run(lambda c: storage_events.change(c, event.id, self.now, **fields))

    async def at(self, day: int, hour: int, minute: int = 0, *, month: int = 12) -> None:
        """It is so late on the wall in Chicago; everybody has worked until then."""
        self.clock.now = datetime(2026, month, day, hour, minute, tzinfo=CHICAGO).astimezone(UTC)
        await self.reminder().step()
        await self.goes_on()

    async def reminders(self) -> list[Row[Any]]:
        """All copies of reminders, with what they are: `part` and when they are due."""
        statement = (
            select(deliveries, broadcasts.c.part, broadcasts.c.subject_id)
            .join(broadcasts, broadcasts.c.id == deliveries.c.broadcast_id)
            .where(broadcasts.c.kind == KIND)
            .order_by(deliveries.c.due_at, deliveries.c.id)
        )
        return await self.database.read(lambda c: list(c.execute(statement)))

    async def sent(self) -> list[tuple[int, str]]:
        """Who got which, in order."""
        return [
            (each.person_id, each.part) for each in await self.reminders() if each.status == "sent"
        ]

    async def copies_sent(self) -> list[tuple[int, int]]:
        """The person and the event of each."""
        return [(each.person_id, each.subject_id) for each in await self.reminders()]

    async def states(self) -> set[str]:
        """Of all reminders."""
        statement = select(broadcasts.c.state).where(broadcasts.c.kind == KIND)
        return set(await self.database.read(lambda c: list(c.scalars(statement))))

    async def parts_of(self, person: int) -> list[str]:
        return [part for each, part in await self.sent() if each == person]


async def _opened(url: str) -> AsyncIterator[Office]:
    database = storage.Database(url)
    vault = await database.run(lambda c: Vault.load(c, [new_secret_key()]))
    yield Office(database, vault)
    await database.close()


@pytest.fixture
async def anywhere(database_url: str) -> AsyncIterator[Office]:
    """On SQLite and on PostgreSQL: for what is about SQL."""
    async for office in _opened(database_url):
        yield office


@pytest.fixture
async def office(sqlite_url: str) -> AsyncIterator[Office]:
    """On SQLite alone: for what is about when and whom."""
    async for office in _opened(sqlite_url):
        yield office
