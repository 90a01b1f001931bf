"""Serves an ASGI application over real HTTP in the running loop. Doesn't know what it serves."""

import asyncio
import socket
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

# An ASGI extension of this server: what a fault needs to cut a connection without an answer.
RESET = "enlace.reset"
GRACE_SECONDS = 5.0
_RESET_AT_ONCE = struct.pack("ii", 1, 0)


class _ResettableProtocol(HttpToolsProtocol):
    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.scope["extensions"] = {RESET: {"reset": self._reset}}

    def _reset(self) -> None:
        connection = self.transport.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_AT_ONCE)
        self.transport.abort()


def _listener(host: str, port: int) -> socket.socket:
    # asyncio turns Nagle's algorithm off only where the protocol is named.
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(2048)
    except OSError:
        listener.close()
        raise
    return listener


async def _stop(server: uvicorn.Server) -> None:
    # Like Server.shutdown, but it waits for nobody, and not for a tenth of a second either.
    for each in server.servers:
        each.close()
    for connection in tuple(server.server_state.connections):
        connection.transport.abort()
    await asyncio.sleep(0)
    if tasks := set(server.server_state.tasks):
        _, late = await asyncio.wait(tasks, timeout=GRACE_SECONDS)
        for task in late:
            task.cancel()
    await server.lifespan.shutdown()


@asynccontextmanager
async def serve(app: ASGIApp, host: str = "127.0.0.1", port: int = 0) -> AsyncIterator[str]:
    """Yield the base URL without a trailing slash; port 0 takes a free one.

    On leaving, requests that are still waiting (long polls, hanging faults) are cut.
    Raises OSError when the port is taken, RuntimeError when the application doesn't start.
    """
    listener = _listener(host, port)
    config = uvicorn.Config(
        app,
        http=_ResettableProtocol,
        ws="none",
        log_config=None,
        access_log=False,
    )
    config.load()
    server = uvicorn.Server(config)
    server.lifespan = config.lifespan_class(config)
    try:
        await server.startup(sockets=[listener])
    except SystemExit as exit_:
        listener.close()
        raise RuntimeError("the application did not start") from exit_
    name = f"[{host}]" if ":" in host else host
    try:
        yield f"http://{name}:{listener.getsockname()[1]}"
    finally:
        await _stop(server)
