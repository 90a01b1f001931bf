"""`enlace demo`: the simulated networks, the real bot beside them, and the page that shows both."""

import asyncio
import os
import secrets
import socket
import sys
import time
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import cast

from sqlalchemy import Connection, func, select

from bot import logs
from bot.app import App, open_app
from bot.faults import OperatorError
from bot.migrating import migrate
from bot.serving import EVERYTHING, listen, run_loop, run_roles, stop_signal
from bot.settings import Settings
from bot.simulators import TelegramSimulator, TwilioSimulator, serve
from bot.terms import utc_now
from bot.web.demo import DemoPage, Insight
from bot.web.demo_stage import Actor, Stage
from handlers import needs, network
from handlers.need_file import read_need
from handlers.policy import Policy
from locales import Language
from storage.audit import OPERATOR
from storage.conversations import find_caller
from storage.messages import Status, deliveries, inbound
from storage.needs import State, in_state
from storage.sealed import Vault, new_secret_key

NUMBER = "+13125550199"
_PUBLIC_URL = "https://demo.enlace.example"
_SEGMENTS_A_SECOND = 30.0
_WAITING = (Status.QUEUED, Status.SENDING, Status.UNKNOWN)
_SENT = (Status.SENT, Status.DELIVERED)
_WILDCARDS = {"0.0.0.0": "127.0.0.1", "::": "::1"}


@dataclass(frozen=True, slots=True)
class Home:
    """Where a demo keeps what the bot knows."""

    database_url: str
    secret_key: str


def serve_demo(host: str, port: int, database: Path | None) -> None:
    """Until SIGTERM or SIGINT. OperatorError when the port or the database can't be had."""
    logs.configure("console")
    listening = listen(host, port)
    with demo_home(database) as home:
        sys.stdout.write("Preparing the demo: a moment, please.\n")
        sys.stdout.flush()
        migrate(home.database_url)
        run_loop(lambda: _run(home, listening))


@contextmanager
def demo_home(database: Path | None) -> Iterator[Home]:
    """A temporary one, gone afterwards, unless a file is named; its key lies beside it."""
    if database is None:
        with TemporaryDirectory(prefix="enlace-demo-") as folder:
            yield _home_at(Path(folder) / "demo.db")
    else:
        yield _home_at(database.absolute())


@asynccontextmanager
async def open_demo(home: Home, address: tuple[str, int]) -> AsyncIterator[tuple[App, Stage]]:
    """The bot, wired to simulated networks that post to this address; nothing runs yet."""
    token, account, auth = f"7100000:{secrets.token_hex(16)}", _sid(), secrets.token_hex(16)
    telegram = TelegramSimulator(
        token,
        # Nobody can be called so at Telegram: a link of the demo leads to no stranger's bot.
        username="enlace-demo",
        # Counted from 1, a kept database would take them for updates that it has seen.
        first_update=int(time.time()),
    )
    twilio = TwilioSimulator(account, auth, numbers=[NUMBER], sms_url=f"{_PUBLIC_URL}/twilio/sms")
    telegram.routes[_PUBLIC_URL] = twilio.routes[_PUBLIC_URL] = _reachable(*address)
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(telegram)
        await stack.enter_async_context(twilio)
        settings = Settings(
            database_url=home.database_url,
            secret_keys=(home.secret_key,),
            public_url=_PUBLIC_URL,
            telegram_token=token,
            telegram_api_url=await stack.enter_async_context(serve(telegram.app)),
            telegram_webhook_secret=secrets.token_urlsafe(32),
            twilio_account_sid=account,
            twilio_auth_token=auth,
            twilio_from=NUMBER,
            twilio_api_url=await stack.enter_async_context(serve(twilio.app)),
            sms_rate=_SEGMENTS_A_SECOND,
        )
        app = await stack.enter_async_context(open_app(settings))
        await app.database.run(partial(_fill, vault=app.desk.vault, policy=app.desk.policy))
        stage = Stage(telegram, twilio)
        stage.enter_cast()
        app.extra += DemoPage(stage, partial(_underneath, app)).routes()
        yield app, stage


def _fill(connection: Connection, vault: Vault, policy: Policy) -> None:
    """The demo network, and what its shelters need, so that the board has something on it."""
    loaded, now = network.demo_network(), utc_now()
    network.load(connection, loaded)
    if in_state(connection, tuple(State)):
        return
    desk = needs.Desk(vault, policy, now)
    for given in loaded["needs"]:
        made = needs.post(connection, desk, read_need(connection, given, now), by=None)
        needs.open_need(connection, desk, made.id, actor=OPERATOR)


async def run_demo(app: App, stage: Stage, listening: socket.socket, stop: asyncio.Event) -> None:
    """All roles, until `stop`; then the pages that are still looking are let go."""
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(run_roles(app, EVERYTHING, listening, stop))
        await stop.wait()
        stage.close()


async def _run(home: Home, listening: socket.socket) -> None:
    stop = stop_signal()
    address = listening.getsockname()[:2]
    async with open_demo(home, address) as (app, stage):
        sys.stdout.write(f"\n  Enlace: {_reachable(*address)}/demo\n\n  Ctrl+C ends it.\n\n")
        sys.stdout.flush()
        await run_demo(app, stage, listening, stop)


async def _underneath(app: App, actors: Iterable[Actor]) -> Insight:
    look = partial(_look, vault=app.desk.vault, actors=list(actors))
    return await app.database.read(look)


def _look(connection: Connection, vault: Vault, actors: Iterable[Actor]) -> Insight:
    counted = select(deliveries.c.status, func.count()).group_by(deliveries.c.status)
    by_status: dict[str, int] = dict(connection.execute(counted).all())
    spoken: dict[str, Language] = {}
    for actor in actors:
        caller = find_caller(connection, actor.channel, vault.index(actor.channel, actor.address))
        if caller is not None:
            spoken[actor.id] = cast("Language", caller.language)
    return Insight(
        received=connection.execute(select(func.count()).select_from(inbound)).scalar_one(),
        waiting=sum(by_status.get(status, 0) for status in _WAITING),
        sent=sum(by_status.get(status, 0) for status in _SENT),
        languages=spoken,
    )


def _home_at(database: Path) -> Home:
    if not database.parent.is_dir():
        raise OperatorError(f"--database: the folder {database.parent} does not exist.")
    return Home(f"sqlite:///{database}", _key_beside(database))


def _key_beside(database: Path) -> str:
    """The demo's own key, readable by its owner alone; made with the database."""
    path = database.with_name(f"{database.name}.key")
    with suppress(FileExistsError):
        descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(f"{new_secret_key()}\n")
    return path.read_text("utf-8").strip()


def _sid() -> str:
    return f"AC{secrets.token_hex(16)}"


def _reachable(host: str, port: int) -> str:
    host = _WILDCARDS.get(host, host)
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
