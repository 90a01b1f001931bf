"""Serving an application inside the running loop."""

import asyncio
import socket

import httpx
import pytest
from starlette.types import Receive, Scope, Send

from bot.simulators import serve

reached = asyncio.Event()


async def hello(scope: Scope, _receive: Receive, send: Send) -> None:
    assert scope["type"] == "http"
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"hola"})


async def refuses_to_start(scope: Scope, receive: Receive, send: Send) -> None:
    assert scope["type"] == "lifespan"
    await receive()
    await send({"type": "lifespan.startup.failed", "message": "no"})


async def hangs(scope: Scope, receive: Receive, _send: Send) -> None:
    assert scope["type"] == "http"
    reached.set()
    while (await receive())["type"] != "http.disconnect":
        pass


async def test_an_application_is_served_on_a_free_port() -> None:
    async with serve(hello) as url, httpx.AsyncClient() as client:
        assert (await client.get(url)).text == "hola"
    async with httpx.AsyncClient() as client:
        with pytest.raises(httpx.ConnectError):
            await client.get(url)


async def test_a_port_that_is_taken_is_an_error() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(OSError, match="in use"):
        async with serve(hello, port=taken.getsockname()[1]):
            pass


async def test_an_application_that_does_not_start_is_an_error() -> None:
    with pytest.raises(RuntimeError, match="did not start"):
        async with serve(refuses_to_start):
            pass


async def test_leaving_cuts_what_still_waits() -> None:
    async with httpx.AsyncClient() as client:
        async with serve(hangs) as url:
            request = asyncio.create_task(client.get(url))
            await reached.wait()
        with pytest.raises((httpx.ReadError, httpx.RemoteProtocolError)):
            await request
