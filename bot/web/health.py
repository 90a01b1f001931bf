"""GET /health and GET /metrics: how the machine is, without a word about any person."""

import asyncio
from collections.abc import Callable
from datetime import datetime

import structlog
from sqlalchemy.exc import DBAPIError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.metrics import CONTENT_TYPE, Metrics
from handlers.conversation.messages import ChannelName
from storage.database import CommitUnknownError, Database
from storage.health import Queue, look

_PATIENCE_SECONDS = 5
_AWAY = (DBAPIError, CommitUnknownError, TimeoutError)
_DOWN: dict[str, object] = {
    "status": "down",
    "database": "unreachable",
    "channels": {},
    "oldest_waiting_seconds": None,
    "last_sweep": None,
}
_log = structlog.get_logger()


class Health:
    """200 while the database answers and no channel is halted, else 503."""

    def __init__(
        self,
        database: Database,
        channels: tuple[ChannelName, ...],
        metrics: Metrics,
        clock: Callable[[], datetime],
    ) -> None:
        self._database = database
        self._channels = channels
        self._metrics = metrics
        self._clock = clock

    def routes(self) -> list[Route]:
        return [Route("/health", self.health), Route("/metrics", self.metrics)]

    async def health(self, _request: Request) -> Response:
        now = self._clock()
        queue = await self._look(now)
        if queue is None:
            return JSONResponse(_DOWN, status_code=503)
        channels = {name: queue.halted.get(name, "ok") for name in self._channels}
        healthy = not queue.halted
        body = {
            "status": "ok" if healthy else "halted",
            "database": "ok",
            "channels": channels,
            "oldest_waiting_seconds": waiting_seconds(queue, now),
            "last_sweep": queue.last_sweep.isoformat() if queue.last_sweep else None,
        }
        return JSONResponse(body, status_code=200 if healthy else 503)

    async def metrics(self, _request: Request) -> Response:
        now = self._clock()
        queue = await self._look(now)
        if queue is not None:
            for channel in self._channels:
                self._metrics.queue_depth.labels(channel).set(queue.waiting.get(channel, 0))
            self._metrics.oldest_waiting_seconds.set(waiting_seconds(queue, now))
            if queue.last_sweep:
                self._metrics.last_sweep.set(queue.last_sweep.timestamp())
        return Response(self._metrics.render(), media_type=CONTENT_TYPE)

    async def _look(self, now: datetime) -> Queue | None:
        try:
            async with asyncio.timeout(_PATIENCE_SECONDS):
                return await self._database.read(lambda connection: look(connection, now))
        except _AWAY as error:
            _log.warning("database_away", error=type(error).__name__)
            return None


def waiting_seconds(queue: Queue, now: datetime) -> float:
    return round((now - queue.oldest).total_seconds(), 3) if queue.oldest else 0.0
