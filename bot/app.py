"""The composition root: settings in, wired parts out. Nothing else builds parts from settings."""

import os
import secrets
import socket
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial

from starlette.applications import Starlette
from starlette.routing import BaseRoute

from bot.broadcasting import Broadcaster
from bot.catchup import CatchUp
from bot.channels.base import Channel
from bot.channels.sms import SmsChannel
from bot.channels.sms_webhooks import StatusReport
from bot.channels.telegram import TelegramChannel
from bot.clock import Clock
from bot.delivery import receipts
from bot.delivery.dispatcher import Dispatcher
from bot.delivery.means import Means, always
from bot.delivery.pace import Pace
from bot.delivery.timing import Timing
from bot.erasing import Eraser
from bot.intake import Intake, Receive
from bot.metrics import Metrics
from bot.needing import Needing
from bot.reminding import Reminder
from bot.reporting import Reporter
from bot.settings import Settings
from bot.sweeping import Sweeper
from bot.telegram_setup import TelegramSetup
from bot.tending_doors import DoorTender
from bot.tending_events import EventTender
from bot.web.board import Board
from bot.web.calendar_route import CalendarFiles
from bot.web.health import Health
from bot.web.webhooks import SmsWebhooks, TelegramWebhook
from handlers.broadcasts import Renderer
from handlers.calendar_news import WithCalendar
from handlers.checkin_after import Aftermath
from handlers.conversation.messages import ChannelName, Outgoing
from handlers.event_waiting import WaitingLists
from handlers.inbound import Desk, receive
from handlers.policy import Policy
from handlers.reminders import Reminding
from handlers.retention import Limits
from locales.gsm7 import cost
from storage.database import Database, no_failpoint
from storage.sealed import Vault

_DOORS_EVERY = timedelta(minutes=1)
_CHAT_GAP = timedelta(seconds=1)
_CATCH_UP_EVERY = timedelta(minutes=5)
_SWEEP_ASKED_EVERY = timedelta(minutes=1)
_EVENTS_EVERY = timedelta(seconds=15)
_DATABASE_THREADS = 16


def utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(slots=True)
class App:
    """The parts of one process. Without Telegram no `telegram_setup`, without SMS no `catch_up`."""

    settings: Settings
    database: Database
    desk: Desk
    metrics: Metrics
    intake: Intake
    channels: Mapping[ChannelName, Channel]
    routes: list[BaseRoute]
    dispatcher: Dispatcher
    clock: Clock
    telegram_setup: TelegramSetup | None = None
    catch_up: CatchUp | None = None
    extra: list[BaseRoute] = field(default_factory=list)

    @property
    def asgi(self) -> Starlette:
        return Starlette(routes=[*self.routes, *self.extra])


@dataclass(frozen=True, slots=True)
class Seams:
    """Where tests come in: another clock, shorter waits, and what breaks off at a named step.

    `database_patience` and `catch_up_patience` are in seconds.
    """

    now: Callable[[], datetime] = utc_now
    timing: Timing = field(default_factory=Timing)
    database_patience: float = 10.0
    catch_up_patience: float = 120.0
    receive: Receive = receive
    failpoint: Callable[[str], None] = no_failpoint


@asynccontextmanager
async def open_app(settings: Settings, seams: Seams | None = None) -> AsyncIterator[App]:
    """Everything wired on one database; nothing runs yet. SealError when no key fits it."""
    seams = seams or Seams()
    patience = seams.database_patience
    database = Database(settings.database_url, size=_DATABASE_THREADS, patience=patience)
    database.failpoint = seams.failpoint
    channels: dict[ChannelName, Channel] = {}
    try:
        vault = await database.run(partial(Vault.load, secret_keys=settings.secret_keys))
        yield _wire(settings, database, vault, channels, seams)
    finally:
        for channel in channels.values():
            await channel.close()
        await database.close()


def policy_of(settings: Settings) -> Policy:
    return Policy(
        frequency_cap=settings.frequency_cap,
        idle=timedelta(days=settings.retention_days_sessions),
        message_days=settings.retention_days_messages,
        fold=settings.sms_fold_accents,
        provider_keywords=settings.sms_keyword_replies == "provider",
        sms_number=settings.sms_number or settings.twilio_from,
        public_url=settings.public_url,
        quiet=settings.quiet_hours,
        channels=settings.channels,
        rates={"telegram": settings.telegram_rate, "sms": settings.sms_rate},
        prices=settings.sms_prices,
        approval_threshold=settings.approval_threshold,
        cooling=timedelta(seconds=settings.cooling_seconds),
        link_hosts=settings.link_hosts,
    )


def limits_of(settings: Settings) -> Limits:
    return Limits(
        messages=timedelta(days=settings.retention_days_messages),
        sessions=timedelta(days=settings.retention_days_sessions),
        closed=timedelta(days=settings.retention_days_closed),
    )


def _wire(
    settings: Settings,
    database: Database,
    vault: Vault,
    channels: dict[ChannelName, Channel],
    seams: Seams,
) -> App:
    now, metrics = seams.now, Metrics()
    desk = Desk(vault, policy_of(settings))
    intake = Intake(database, desk, metrics, now, receiver=seams.receive, failpoint=seams.failpoint)
    health = Health(database, settings.channels, metrics, now)
    routes: list[BaseRoute] = [*health.routes(), *Board(database, desk, now).routes()]
    clock = Clock(database, desk, now)
    sweeper = Sweeper(database, desk, limits_of(settings), metrics, now)
    clock.repeat("sweeping", _SWEEP_ASKED_EVERY, sweeper.sweep_if_due)
    setup = catch_up = sms = None
    if settings.telegram is not None:
        telegram = TelegramChannel(settings.telegram.token, api_url=settings.telegram.api_url)
        channels["telegram"] = telegram
        webhook = TelegramWebhook(telegram, settings.telegram, intake, metrics, now)
        routes.append(webhook.route())
        setup = TelegramSetup(telegram, settings.telegram, partial(_call_us, desk))
        if settings.telegram.webhook_url is None:
            clock.listen(partial(setup.poll, webhook.take))
    if settings.sms is not None:
        sms = SmsChannel(
            settings.sms.account_sid,
            settings.sms.auth_token,
            from_=settings.sms.sender,
            messaging_service_sid=settings.sms.messaging_service_sid,
            api_url=settings.sms.api_url,
            status_url=settings.sms.status_url,
        )
        channels["sms"] = sms
        catch_up = CatchUp(database, sms, intake, now, patience=seams.catch_up_patience)
        clock.repeat("catch_up", _CATCH_UP_EVERY, catch_up.once)
        webhooks = SmsWebhooks(
            *(sms, settings.sms, intake),
            apply_status=partial(_apply_status, database, now),
            missed=catch_up.missed,
            metrics=metrics,
            clock=now,
        )
        routes += webhooks.routes()
    routes.append(CalendarFiles(database, vault, now).route())
    eraser = Eraser(database, vault, sms, now)
    clock.listen(eraser.step)
    cap, quiet = settings.frequency_cap, settings.quiet_hours
    broadcaster = Broadcaster(database, settings.channels, quiet, cap, now)
    clock.listen(broadcaster.run)
    clock.listen(Reporter(database, desk, now).run)
    clock.listen(Needing(database, desk, now).run)
    reminding = Reminding(vault, desk.policy, quiet)
    clock.listen(Reminder(database, reminding, settings.channels, now).run)
    door = DoorTender(database, Aftermath(vault, desk.policy), now)
    clock.repeat("doors", _DOORS_EVERY, door.tend)
    lists = WaitingLists(vault, desk.policy, quiet)
    clock.repeat("events", _EVENTS_EVERY, EventTender(database, lists, now).tend)
    means = Means(
        *(database, vault, _worker_name(), now, metrics),
        renderers={"broadcast": WithCalendar(Renderer(vault, desk.policy), vault)},
        frequency_cap=settings.frequency_cap,
        quiet=settings.quiet_hours,
        timing=seams.timing,
        may_send=always if catch_up is None else catch_up.may_send,
        failpoint=seams.failpoint,
    )
    dispatcher = Dispatcher(means, channels, _paces(settings))
    return App(
        *(settings, database, desk, metrics, intake, channels, routes, dispatcher, clock),
        telegram_setup=setup,
        catch_up=catch_up,
    )


def _call_us(desk: Desk, telegram_username: str) -> None:
    desk.policy = replace(desk.policy, telegram_username=telegram_username)


async def _apply_status(
    database: Database, now: Callable[[], datetime], report: StatusReport
) -> None:
    await database.run(lambda connection: receipts.receive(connection, "sms", report, now()))


def _paces(settings: Settings) -> dict[ChannelName, Pace]:
    return {
        "telegram": Pace(settings.telegram_rate, chat_gap=_CHAT_GAP),
        "sms": Pace(settings.sms_rate, weigh=_segments),
    }


def _segments(message: Outgoing) -> int:
    return cost(message.text).segments


def _worker_name() -> str:
    return f"{socket.gethostname()[:16]}-{os.getpid()}-{secrets.token_hex(2)}"[:32]
