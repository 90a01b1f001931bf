"""The clock's part at the door: counts for organisers, thanks afterwards. Sends nothing itself."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from handlers.checkin_after import Aftermath
from handlers.outbox import OUTBOX
from storage import doors
from storage.database import Database, notify


@dataclass(frozen=True, slots=True)
class DoorTender:
    database: Database
    aftermath: Aftermath
    clock: Callable[[], datetime]

    async def tend(self) -> int:
        """How many were told, and how many events were seen off."""
        now = self.clock()
        if not await self.database.read(lambda c: doors.any_to_tend(c, now)):
            return 0

        def unit(connection: Connection) -> int:
            notify(connection, OUTBOX)
            told = self.aftermath.tell_counts(connection, now)
            return told + self.aftermath.thank(connection, now)

        return await self.database.run(unit)
