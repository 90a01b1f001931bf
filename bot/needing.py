"""The clock's part in needs: waves, nudges, lapses, ends, as they fall due. Decides nothing."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial

import structlog
from sqlalchemy import Connection

from handlers.desk import Desk as Counter
from handlers.need_keeping_news import due_to_shelters
from handlers.needs import Desk
from handlers.needs_clock import Chore, due
from handlers.outbox import OUTBOX
from storage.database import Database, notify

_POLL_SECONDS = 2.0
_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Needing:
    """Any step may be made twice, by anybody, or broken off."""

    database: Database
    counter: Counter
    clock: Callable[[], datetime]

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            await self.step()
            await asyncio.sleep(_POLL_SECONDS)

    async def step(self) -> None:
        desk = Desk(self.counter.vault, self.counter.policy, self.clock())
        for chore in await self.database.read(partial(_due, desk=desk)):
            try:
                await self.database.run(partial(_do, desk=desk, chore=chore))
            except Exception as error:
                _log.error("need_waits", error=type(error).__name__)


def _due(connection: Connection, desk: Desk) -> list[Chore]:
    return [*due(connection, desk), *due_to_shelters(connection, desk)]


def _do(connection: Connection, desk: Desk, chore: Chore) -> None:
    chore.do(connection, desk, chore.row)
    notify(connection, OUTBOX)
