"""Tending reminders: planned as events change, begun and frozen when due. Sends nothing."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog
from sqlalchemy import Connection

from handlers.outbox import OUTBOX
from handlers.reminder_times import LEAD
from handlers.reminders import Reminding, Zones, zones_to_serve
from storage import reminders
from storage.broadcasts import WAKE
from storage.database import Database, notify
from storage.events import WAKE as EVENTS
from storage.reminder_freezing import freeze_some, waits

_POLL_SECONDS = 1.0
_PLANNED_EVERY = timedelta(seconds=30)
_log = structlog.get_logger()


@dataclass(slots=True)
class Reminder:
    """The clock's part in reminders. Any step may be made twice, by anybody, or broken off.

    `channels`: those that have a sender.
    """

    database: Database
    reminding: Reminding
    channels: Sequence[str]
    clock: Callable[[], datetime]
    _planned: datetime | None = field(default=None)

    async def run(self) -> None:
        """Until cancelled. A change of an event in this process, or over PostgreSQL, is seen at
        once."""
        wake = self.database.listen(EVENTS)
        try:
            while True:
                try:
                    await self.step()
                except Exception as error:
                    _log.error("reminders_wait", error=type(error).__name__)
                if await wake.wait(_POLL_SECONDS):
                    self._planned = None
        finally:
            wake.close()

    async def step(self) -> None:
        """What is to be done now: plans, what begins, who gets it."""
        now = self.clock()
        if self._planned is None or not timedelta(0) <= now - self._planned < _PLANNED_EVERY:
            await self.database.run(lambda c: self.reminding.plan(c, now))
            self._planned = now
        due = await self.database.read(reminders.next_due)
        if due is not None and due <= now + LEAD:
            zones = await self.database.read(zones_to_serve)
            while await self.database.run(lambda c: self._begin(c, zones)):
                pass
        while await self.database.read(waits):
            await self.database.run(self._freeze)

    def _begin(self, connection: Connection, zones: Zones) -> bool:
        notify(connection, WAKE)
        return self.reminding.remind(connection, self.clock(), zones)

    def _freeze(self, connection: Connection) -> None:
        notify(connection, OUTBOX)
        freeze_some(connection, self.channels, LEAD, self.clock())
