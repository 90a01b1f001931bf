"""`enlace doctor`: is everything in place, and what to do where it isn't. Changes nothing."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime
from functools import partial

from sqlalchemy.exc import DBAPIError

from bot.channels.base import SendError
from bot.channels.sms import SmsChannel
from bot.channels.telegram import TelegramChannel
from bot.settings import Settings
from storage import gazetteer, migrations
from storage.coordinators import Role, holders
from storage.database import Database
from storage.health import look
from storage.rotation import load_vault
from storage.sealed import SealError

_GOOD, _BAD = "ok  ", "BAD "


def examine() -> bool:
    """Prints a line a check; False when something must be mended."""
    settings = Settings.load()
    checks = [("settings", "read"), *_database(settings), *asyncio.run(_channels(settings))]
    faults = [line for line in checks if line[1].startswith("!")]
    for name, finding in checks:
        print(f"{_BAD if finding.startswith('!') else _GOOD}{name}: {finding.removeprefix('!')}")
    return not faults


def _database(settings: Settings) -> Iterator[tuple[str, str]]:
    database = Database(settings.database_url)
    try:
        if not database.read_now(migrations.is_current):
            yield "database", "!not up to date: run `enlace migrate`"
            return
        yield "database", f"{database.dialect}, up to date"
        filled = database.read_now(gazetteer.is_filled)
        yield "places", "filled" if filled else "!not filled: run `enlace migrate`"
        yield "keys", _keys(database, settings)
        admins = database.read_now(partial(holders, role=Role.ADMIN))
        make_one = "none; make one with `enlace invite --role admin`"
        yield "admins", str(len(admins)) if admins else make_one
        queue = database.read_now(lambda connection: look(connection, datetime.now(UTC)))
        for name, code in queue.halted.items():
            yield name, f"!nothing is sent since error {code}: mend it, sending goes on by itself"
        swept = queue.last_sweep.isoformat() if queue.last_sweep else "never"
        yield "outbox", f"{sum(queue.waiting.values())} waiting; last sweep: {swept}"
    except DBAPIError as error:
        yield "database", f"!can't be used ({type(error.orig or error).__name__})"
    finally:
        database.close_now()


def _keys(database: Database, settings: Settings) -> str:
    try:
        database.run_now(lambda connection: load_vault(connection, settings.secret_keys))
    except SealError as error:
        return f"!{error}"
    return f"{len(settings.secret_keys)} given, they open this database"


async def _channels(settings: Settings) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    if settings.telegram is not None:
        telegram = TelegramChannel(settings.telegram.token, api_url=settings.telegram.api_url)
        found.append(("telegram", await _tried(telegram.identity, telegram.close)))
        mode = "webhook" if settings.telegram.webhook_url else "long polling (by the clock)"
        found.append(("telegram", f"updates come by {mode}"))
    if settings.sms is not None:
        sms = SmsChannel(
            settings.sms.account_sid,
            settings.sms.auth_token,
            from_=settings.sms.sender,
            messaging_service_sid=settings.sms.messaging_service_sid,
            api_url=settings.sms.api_url,
        )
        found.append(
            ("sms", await _tried(lambda: sms.received_since(datetime.now(UTC)), sms.close))
        )
        found.append(("sms", f"Twilio's webhook must be {settings.sms.webhook_url}"))
    if not found:
        found.append(("channels", "!none has credentials: set TELEGRAM_TOKEN or TWILIO_…"))
    return found


async def _tried(ask: Callable[[], Awaitable[object]], close: Callable[[], Awaitable[None]]) -> str:
    try:
        await ask()
    except SendError as error:
        return f"!the provider answers {error.code}: check the credentials and the network"
    finally:
        await close()
    return "the provider takes our credentials"
