"""The clock's part in events: what is over is past, and waiting lists move up."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from handlers.event_waiting import WaitingLists
from handlers.events import end_what_is_over
from storage import events, rsvps
from storage.database import Database


@dataclass(frozen=True, slots=True)
class EventTender:
    """Each event in a unit of its own."""

    database: Database
    lists: WaitingLists
    clock: Callable[[], datetime]

    async def tend(self) -> int:
        """How many events ended, and how many parties were called up."""
        now = self.clock()
        done = 0
        if await self.database.read(lambda c: events.any_over(c, now)):
            vault = self.lists.vault
            done += await self.database.run(lambda c: end_what_is_over(c, vault, now))
        for event_id in await self.database.read(rsvps.events_with_a_line):

            def unit(connection: Connection, event_id: int = event_id) -> int:
                return self.lists.tend(connection, event_id, now)

            done += await self.database.run(unit)
        return done
