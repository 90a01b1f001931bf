"""Tending broadcasts: started when due, frozen, held out of the way, ended. Sends nothing."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar

import structlog
from sqlalchemy import Connection

from handlers.broadcasts import DRAFTS_LAST
from handlers.outbox import OUTBOX
from handlers.quiet import Window, after_decent, decent
from handlers.wall_hours import begins
from storage import approvals, audience, broadcast_deliveries, broadcasts
from storage.audience import Hours, Terms
from storage.broadcast_deliveries import CANCEL, EXPIRE, LET_GO, PARK, Errand
from storage.broadcasts import DROPPED_AS, WAKE, Broadcast, State
from storage.database import Database, notify
from storage.subjects import frozen_apart

T = TypeVar("T")

_POLL_SECONDS = 0.5
_STALE_ASKED_EVERY = timedelta(minutes=1)
_log = structlog.get_logger()


@dataclass(slots=True)
class _Notes:
    """What this process knows of a broadcast, so that it need not ask again.

    `first_open`: nobody before this person is open. `parked`: all that waits is out of the way.
    """

    first_open: int = 0
    parked: bool = False
    stale_asked: datetime | None = None


@dataclass(slots=True)
class Broadcaster:
    """The clock's part in broadcasts. Any step may be made twice, by anybody, or broken off.

    `channels`: those that have a sender. `cap`: broadcasts a person a day. `begin`: starts one
    that is due, or has it wait.
    """

    database: Database
    channels: Sequence[str]
    quiet: Window | None
    cap: int
    clock: Callable[[], datetime]
    begin: Callable[[Connection, int, datetime], bool] = broadcasts.begin
    notes: dict[int, _Notes] = field(default_factory=dict)

    async def run(self) -> None:
        """Until cancelled. A change in this process, or over PostgreSQL, is seen at once."""
        wake = self.database.listen(WAKE)
        try:
            while True:
                await self.step()
                await wake.wait(_POLL_SECONDS)
        finally:
            wake.close()

    async def step(self) -> None:
        """What is to be done now for each broadcast that has not ended."""
        unfinished = await self.database.read(broadcasts.unfinished)
        self.notes = {each.id: self.notes.get(each.id, _Notes()) for each in unfinished}
        for run in unfinished:
            try:
                await self._tend(run, self.notes[run.id])
            except Exception as error:
                _log.error("broadcast_waits", broadcast=run.id, error=type(error).__name__)

    async def _tend(self, run: Broadcast, notes: _Notes) -> None:
        now = self.clock()
        if await self._is_given_up(run, now):
            await self._write(broadcasts.abort, run.id, DROPPED_AS[run.state])
        if run.state is State.SCHEDULED and run.starts_at <= now:
            await self._begin(run, now)
            begun = await self.database.read(partial(broadcasts.read, broadcast_id=run.id))
            run = begun or run
        if run.state is State.ABORTED:
            await self._go_through(run, CANCEL, now)
            await self._write(partial(broadcasts.change, ended_at=now), run.id)
        elif run.started_at is not None and run.state in (State.RUNNING, State.HELD):
            if run.frozen_at is None and not frozen_apart(run.kind):
                await self._freeze(run, run.started_at)
            await self._keep_in_place(run, notes, now)
            await self._finish_if_over(run, notes, now)

    async def _is_given_up(self, run: Broadcast, now: datetime) -> bool:
        """Nobody released it in time, and nobody may still say yes."""
        if run.state not in DROPPED_AS or now - run.created_at <= DRAFTS_LAST:
            return False
        return not await self.database.read(lambda c: approvals.waits(c, run.kind, run.id, now))

    async def _begin(self, run: Broadcast, now: datetime) -> None:
        def unit(connection: Connection) -> None:
            if not self.begin(connection, run.id, now):
                notify(connection, OUTBOX)

        await self.database.run(unit)

    async def _freeze(self, run: Broadcast, start: datetime) -> None:
        """Unit by unit, so that the first ones are sent while the others are still looked at."""
        hours = await self.database.read(partial(self._hours, run=run, start=start))
        terms = Terms(self.channels, self.cap)
        if run.frozen_upto == 0:
            await self.database.run(audience.look_at_crowd)

        def more(connection: Connection) -> bool:
            notify(connection, OUTBOX)
            return audience.freeze_more(connection, run.id, terms, hours, self.clock())

        while await self.database.run(more):
            pass

    def _hours(
        self, connection: Connection, run: Broadcast, start: datetime
    ) -> dict[str | None, Hours]:
        """On the database's thread: a minute of each zone's days is looked at after the other."""
        found: dict[str | None, Hours] = {}
        for zone in audience.zones(connection):
            first = begins(start, run.local_at, zone)
            found[zone] = Hours(
                decent(self.quiet, zone, first),
                after_decent(self.quiet, zone, first, run.decent_hours),
            )
        return found

    async def _keep_in_place(self, run: Broadcast, notes: _Notes, now: datetime) -> None:
        if run.state is State.HELD:
            if not notes.parked:
                await self._go_through(run, PARK, now)
                notes.parked = True
            if notes.stale_asked is None or now - notes.stale_asked >= _STALE_ASKED_EVERY:
                notes.stale_asked = now
                await self._go_through(run, EXPIRE, now)
        else:
            notes.parked = False
            if run.parked:
                await self._go_through(run, LET_GO, now)
                await self._write(broadcasts.all_let_go, run.id)

    async def _go_through(self, run: Broadcast, errand: Errand, now: datetime) -> None:
        after: int | None = 0
        while after is not None:
            upto = after

            def batch(connection: Connection, upto: int = upto) -> int | None:
                notify(connection, OUTBOX)
                return broadcast_deliveries.go_through(connection, run.id, upto, errand, now)

            after = await self.database.run(batch)

    async def _finish_if_over(self, run: Broadcast, notes: _Notes, now: datetime) -> None:
        """As it was read: one that was frozen just now is asked about the next time."""
        if run.frozen_at is None:
            return
        first = await self.database.read(
            partial(broadcast_deliveries.first_open, broadcast_id=run.id, after=notes.first_open)
        )
        if first is not None:
            notes.first_open = first
        elif await self._write(broadcasts.finish, run.id, now):
            _log.info("broadcast_done", broadcast=run.id, count=run.audience)

    async def _write(self, unit: Callable[..., T], *values: object) -> T:
        return await self.database.run(lambda connection: unit(connection, *values))
