"""Keeping those who watch a broadcast informed: whom now. What they are shown is not in here."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlalchemy import Connection

from handlers.desk import Desk
from handlers.outbox import OUTBOX
from handlers.progress import tend
from storage import watchers
from storage.broadcasts import WAKE
from storage.database import Database, notify

_POLL_SECONDS = 2.0
_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Reporter:
    """The clock's part in it. Any step may be made twice, by anybody."""

    database: Database
    desk: Desk
    clock: Callable[[], datetime]

    async def run(self) -> None:
        """Until cancelled. A hold in this process, or over PostgreSQL, is told at once."""
        wake = self.database.listen(WAKE)
        try:
            while True:
                await self.step()
                await wake.wait(_POLL_SECONDS)
        finally:
            wake.close()

    async def step(self) -> None:
        now = self.clock()
        for which in await self.database.read(lambda connection: watchers.due(connection, now)):
            try:
                await self._tend(which, now)
            except Exception as error:
                _log.error("watcher_waits", broadcast=which[0], error=type(error).__name__)

    async def _tend(self, which: tuple[int, int], now: datetime) -> None:
        def unit(connection: Connection) -> None:
            tend(connection, self.desk.vault, self.desk.policy, which, now)
            notify(connection, OUTBOX)

        await self.database.run(unit)
