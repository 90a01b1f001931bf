"""Taking messages in: those that come at once in one unit of work, and none lost when its handler
fails. No HTTP."""

import traceback
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import PurePath
from time import monotonic

import structlog
from prometheus_client import Counter, Histogram
from sqlalchemy import Connection
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from bot.gathering import Gathering
from bot.metrics import Metrics
from handlers.conversation.messages import Inbound
from handlers.desk import Desk
from handlers.inbound import Arrival, Received, keep_failed, receive_all
from storage.database import CommitUnknownError, Database, no_failpoint

_log = structlog.get_logger()
_DATABASE_AWAY = (OperationalError, InterfaceError, PoolTimeout, CommitUnknownError)
"""The message was not kept: the provider must be told so, and will send it again."""

Receive = Callable[[Connection, Desk, Sequence[Arrival]], Sequence[Received | None]]

_LANES = {"sqlite": 1, "postgresql": 4}
"""Units at once: SQLite has one writer; on PostgreSQL one that waits must not hold up the rest."""


class Intake:
    """`take` returns once the message and its answer are durable (law 1).

    `failpoint` is called with "received" (nothing is kept yet) and "kept" (nobody was told yet).
    """

    def __init__(
        self,
        database: Database,
        desk: Desk,
        metrics: Metrics,
        clock: Callable[[], datetime],
        *,
        receiver: Receive = receive_all,
        failpoint: Callable[[str], None] = no_failpoint,
    ) -> None:
        self._database = database
        self._desk = desk
        self._metrics = metrics
        self._clock = clock
        self._receive = receiver
        self._failpoint = failpoint
        self._counted: dict[tuple[str, str], Counter] = {}
        self._timed: dict[str, Histogram] = {}
        self._gathering = Gathering[Arrival, Received](
            self._take_together,
            self._take_alone,
            whose=lambda arrival: (arrival.inbound.channel, arrival.inbound.sender),
            shared=_DATABASE_AWAY,
            lanes=_LANES[database.dialect],
        )

    async def take(self, inbound: Inbound, at: datetime | None = None) -> str:
        """What became of it: "done", "repeated" or "failed" (kept for replay, the person told).

        `at`: when it came, if that was not just now. Raises when the database could not keep it;
        the caller must not acknowledge.
        """
        started = monotonic()
        now = at or self._clock()
        self._failpoint("received")
        try:
            became: str = await self._gathering.do(Arrival(inbound, now))
        except _DATABASE_AWAY:
            self._count(inbound, "refused")
            raise
        except Exception as error:
            became = await self._keep(inbound, now, error)
        self._failpoint("kept")
        self._count(inbound, became)
        self._time(inbound, monotonic() - started)
        return became

    async def _take_together(self, arrivals: Sequence[Arrival]) -> Sequence[Received | None]:
        return await self._database.run(
            lambda connection: self._receive(connection, self._desk, arrivals)
        )

    async def _take_alone(self, arrival: Arrival) -> Received:
        [received] = await self._take_together([arrival])
        if received is None:
            raise RuntimeError("a message that came alone was put off")
        return received

    async def _keep(self, inbound: Inbound, now: datetime, error: Exception) -> str:
        where = place_of(error)
        kept = await self._database.run(
            lambda connection: keep_failed(connection, self._desk, inbound, now, where)
        )
        _log.error("handler_failed", error=type(error).__name__, where=where)
        return "failed" if kept else "repeated"

    def _count(self, inbound: Inbound, status: str) -> None:
        key = inbound.channel, status
        counted = self._counted.get(key)
        if counted is None:  # to look its labels up each time costs more than to count
            counted = self._counted[key] = self._metrics.inbound.labels(*key)
        counted.inc()

    def _time(self, inbound: Inbound, seconds: float) -> None:
        timed = self._timed.get(inbound.channel)
        if timed is None:
            timed = self._timed[inbound.channel] = self._metrics.turn_seconds.labels(
                inbound.channel
            )
        timed.observe(seconds)


def place_of(error: BaseException) -> str:
    """Type and innermost place of an exception; never its text, which may be a person's words."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if "site-packages" not in frame.filename]
    if not ours:
        return type(error).__name__
    last = ours[-1]
    return f"{type(error).__name__} {PurePath(last.filename).stem}:{last.lineno}"[:64]
