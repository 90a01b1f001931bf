"""A bot in the test's own process, where a test moves its clock and shortens its waits."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from bot.app import App, Seams, open_app
from bot.delivery.timing import Backoff, Timing
from bot.serving import Roles, run_roles
from bot.settings import Settings
from bot.terms import utc_now
from tests.crash.world import World

IMPATIENT = Timing(
    call=timedelta(seconds=0.5),
    poll=timedelta(seconds=0.05),
    tidy=timedelta(seconds=0.2),
    look_first=timedelta(seconds=0.05),
    look_cap=timedelta(seconds=0.1),
    grace=timedelta(seconds=0.3),
    backoff=Backoff(first=timedelta(seconds=0.05)),
)
"""Everything that production waits for, in fractions of a second."""

WORKER: Roles = frozenset({"worker"})


def hour_of(here: World) -> Callable[[], datetime]:
    return lambda: datetime.fromtimestamp(here.hour(), UTC)


@asynccontextmanager
async def inside(here: World, seams: Seams | None = None) -> AsyncIterator[App]:
    """Wired, not running; by everybody's clock, unless it is given one of its own."""
    seams = seams or Seams(timing=IMPATIENT)
    if seams.now is utc_now:
        seams = replace(seams, now=hour_of(here))
    async with open_app(Settings.load(here.providers.environment), seams) as app:
        yield app


@asynccontextmanager
async def at_work(
    here: World, seams: Seams | None = None, roles: Roles = WORKER
) -> AsyncIterator[App]:
    """Running in these roles. Without a web server nobody is at home for status callbacks."""
    if "web" not in roles:
        here.door.shut()
    async with inside(here, seams) as app:
        stop = asyncio.Event()
        door = here.door.socket.dup() if "web" in roles else None
        running = asyncio.create_task(run_roles(app, roles, door, stop))
        try:
            yield app
        finally:
            stop.set()
            async with asyncio.timeout(30):
                await running
