"""Running roles until a signal says stop: the web server, the worker, the clock, in one process."""

import asyncio
import signal
import socket
from collections.abc import Awaitable, Callable, Coroutine, Generator, Iterator
from contextlib import contextmanager

import structlog
import uvicorn
import uvloop
from starlette.applications import Starlette

from bot import collector, logs
from bot.app import App, Seams, open_app
from bot.faults import OperatorError
from bot.migrating import migrate, refuse_outdated
from bot.settings import Settings
from storage.sealed import refuse_malformed

Roles = frozenset[str]
EVERYTHING: Roles = frozenset({"web", "worker", "clock"})
_log = structlog.get_logger()


def serve(settings: Settings, roles: Roles) -> None:
    """Until SIGTERM or SIGINT. `run`, all roles in one process, brings the database up to date."""
    logs.configure(settings.log_format)
    refuse_malformed(settings.secret_keys)
    if roles == EVERYTHING:
        migrate(settings.database_url)
    else:
        refuse_outdated(settings.database_url)
    listening = listen(settings.host, settings.port) if "web" in roles else None
    run_loop(lambda: serve_roles(settings, roles, listening))


def run_loop(work: Callable[[], Awaitable[None]]) -> None:
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_awaited(work))


async def _awaited(work: Callable[[], Awaitable[None]]) -> None:
    await work()


def listen(host: str, port: int) -> socket.socket:
    """A listening socket; OperatorError when the address can't be had."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=2048, reuse_port=False)
    except OSError as error:
        raise OperatorError(
            f"PORT: can't listen on {host}:{port} ({error.strerror}). Choose another port."
        ) from None


async def serve_roles(
    settings: Settings,
    roles: Roles,
    listening: socket.socket | None,
    seams: Seams | None = None,
) -> None:
    stop = stop_signal()
    async with open_app(settings, seams) as app:
        collector.settle()
        await run_roles(app, roles, listening, stop)


def stop_signal() -> asyncio.Event:
    """Set by SIGTERM or SIGINT."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for each in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(each, stop.set)
    return stop


async def run_roles(
    app: App, roles: Roles, listening: socket.socket | None, stop: asyncio.Event
) -> None:
    """Runs until `stop`, then drains: no new work, what is in flight ends and is recorded."""
    sockets = [listening] if listening is not None else []
    server = _server(app.asgi) if sockets else None
    _log.info("started", role="-".join(sorted(roles)), dialect=app.database.dialect)
    async with asyncio.TaskGroup() as tasks:
        background = [tasks.create_task(work) for work in _background(app, roles)]
        if server is not None:
            tasks.create_task(server.serve(sockets=sockets))
        if "worker" in roles:
            tasks.create_task(app.dispatcher.run())
        if "clock" in roles:
            tasks.create_task(app.clock.run())
        await stop.wait()
        _log.info("stopping", role="-".join(sorted(roles)))
        for task in background:
            task.cancel()
        if server is not None:
            server.should_exit = True
        app.clock.stop()
        app.dispatcher.stop()


def _background(app: App, roles: Roles) -> Iterator[Coroutine[None, None, None]]:
    """What may be broken off at any time. It is begun before the worker, which asks it first."""
    if app.catch_up is not None and roles & {"web", "worker"}:
        yield app.catch_up.run()
    if app.telegram_setup is not None and "web" in roles:
        yield app.telegram_setup.run()


def _server(app: Starlette) -> uvicorn.Server:
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        lifespan="off",
        server_header=False,
        timeout_graceful_shutdown=10,
        h11_max_incomplete_event_size=64 * 1024,
    )
    return _QuietServer(config)


class _QuietServer(uvicorn.Server):
    """Signals are ours: the worker and the clock must hear them too."""

    @contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        yield
