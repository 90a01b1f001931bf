"""The two web servers of the webhook contest, each for a process of its own on the same uvicorn."""

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from multiprocessing import get_context
from urllib.parse import parse_qsl

import uvicorn
from sqlalchemy import Engine
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from twilio.request_validator import RequestValidator

from benchmarks import bare, signup
from benchmarks.places import free_port
from bot.app import open_app
from bot.collector import settle
from bot.settings import Settings
from storage.database import database_url
from storage.sealed import new_secret_key
from storage.sqlite import create_privately, sqlite_engine

ACCOUNT, TOKEN, NUMBER = "AC" + "0" * 32, "a-token-of-the-benchmark", "+13125550199"
PATH = "/twilio/sms"
_START_SECONDS = 60
_TWIML = '<?xml version="1.0" encoding="UTF-8"?><Response/>'


def enlace(path: str, port: int) -> None:
    signup.run(_enlace(path, port))


async def _enlace(path: str, port: int) -> None:
    settings = Settings.load(
        {
            "DATABASE_URL": f"sqlite:///{path}",
            "SECRET_KEYS": new_secret_key(),
            "PUBLIC_URL": public_url(port),
            "TWILIO_ACCOUNT_SID": ACCOUNT,
            "TWILIO_AUTH_TOKEN": TOKEN,
            "TWILIO_FROM": NUMBER,
        }
    )
    async with open_app(settings) as app:
        settle()
        await _serve(app.asgi, port)


def rival(path: str, port: int) -> None:
    """One route: twilio's own validator, the four bare statements in a FULL commit."""
    url = database_url(f"sqlite:///{path}")
    create_privately(url)
    engine = sqlite_engine(url, "BEGIN IMMEDIATE")
    bare.metadata.create_all(engine)
    settle()
    signup.run(_serve(_one_route(engine, public_url(port) + PATH), port))


def _one_route(engine: Engine, url: str) -> Starlette:
    validator, rows = RequestValidator(TOKEN), count(1)

    async def receive(request: Request) -> Response:
        form = dict(parse_qsl((await request.body()).decode(), keep_blank_values=True))
        signature = request.headers.get("X-Twilio-Signature", "")
        if not validator.validate(url, form, signature):
            return Response(status_code=403)
        with engine.begin() as connection:
            bare.turn(connection, next(rows), int(form["From"]))
        return Response(_TWIML, media_type="application/xml")

    return Starlette(routes=[Route(PATH, receive, methods=["POST"])])


def public_url(port: int) -> str:
    return f"http://127.0.0.1:{port}"


async def _serve(app: Starlette, port: int) -> None:
    config = uvicorn.Config(
        app, port=port, log_config=None, access_log=False, lifespan="off", server_header=False
    )
    await uvicorn.Server(config).serve()


@contextmanager
def serving(serve: Callable[[str, int], None], path: str) -> Iterator[int]:
    """The server in a process of its own, once it listens; its port."""
    port = free_port()
    process = get_context("spawn").Process(target=serve, args=(path, port))
    process.start()
    wait_for(port)
    try:
        yield port
    finally:
        process.terminate()
        process.join(30)


def wait_for(port: int) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while True:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
            return
        except ConnectionRefusedError:
            if time.monotonic() > deadline:
                raise
        time.sleep(0.05)
