"""The clock's part in stops: who stopped lets go of what others wait for. Decides nothing."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial

import structlog

from handlers.letting_go import let_go_late
from storage import departures
from storage.database import Database

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Departing:
    """Each person in a unit of its own, as with a stop by word: what fails for one holds up no
    other, and is tried again at the next look."""

    database: Database
    clock: Callable[[], datetime]

    async def tend(self) -> int:
        """How many people were seen to."""
        seen_to = 0
        for person in await self.database.read(departures.waiting):
            unit = partial(let_go_late, person_id=person, now=self.clock())
            try:
                await self.database.run(unit)
                seen_to += 1
            except Exception as error:
                _log.error("departure_waits", error=type(error).__name__)
        return seen_to
