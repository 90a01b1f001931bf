"""The composition root: settings in, wired parts out. Nothing else builds parts from settings."""

import os
import secrets
import socket
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.routing import BaseRoute

from bot.broadcasting import Broadcaster
from bot.catchup import CatchUp
from bot.channels.base import Channel
from bot.clock import Clock
from bot.delivery import receipts
from bot.delivery.dispatcher import CALLS, Dispatcher
from bot.delivery.means import Means, always
from bot.delivery.pace import Pace
from bot.delivery.timing import Timing
from bot.departing import Departing
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
from bot.terms import limits_of, policy_of, utc_now
from bot.web.board import Board
from bot.web.calendar_route import CalendarFiles
from bot.web.health import Health
from bot.web.webhooks import SmsWebhooks, TelegramWebhook
from handlers.alerts_grown import Starter
from handlers.broadcasts import Renderer
from handlers.calendar_news import WithCalendar
from handlers.checkin_after import Aftermath
from handlers.conversation.messages import ChannelName, Outgoing
from handlers.desk import Desk
from handlers.event_waiting import WaitingLists
from handlers.inbound import receive_all
from handlers.reminders import Reminding
from locales.gsm7 import cost
from storage.database import Database, no_failpoint
from storage.rotation import load_vault
from storage.sealed import Vault

if TYPE_CHECKING:  # a provider's library takes its time: only what is configured is loaded
    from bot.channels.sms import SmsChannel
    from bot.channels.sms_webhooks import StatusReport

_DOORS_EVERY = timedelta(minutes=1)
_CHAT_GAP = timedelta(seconds=1)
_CATCH_UP_EVERY = timedelta(minutes=5)
_SWEEP_ASKED_EVERY = timedelta(minutes=1)
_EVENTS_EVERY = timedelta(seconds=15)
_DEPARTURES_EVERY = timedelta(seconds=15)
_DATABASE_THREADS = 16


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
    receive: Receive = receive_all
    calls: int = CALLS
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
        vault = await database.run(partial(load_vault, secret_keys=settings.secret_keys))
        yield _wire(settings, database, vault, channels, seams)
    finally:
        for channel in channels.values():
            await channel.close()
        await database.close()


@dataclass(slots=True)
class _Wiring:
    """One process in the making: what its parts share, and what they have added so far."""

    settings: Settings
    database: Database
    desk: Desk
    metrics: Metrics
    now: Callable[[], datetime]
    intake: Intake
    clock: Clock
    channels: dict[ChannelName, Channel]
    routes: list[BaseRoute] = field(default_factory=list)

    def telegram(self) -> TelegramSetup | None:
        settings = self.settings.telegram
        if settings is None:
            return None
        from bot.channels.telegram import TelegramChannel

        channel = TelegramChannel(settings.token, api_url=settings.api_url)
        self.channels["telegram"] = channel
        webhook = TelegramWebhook(channel, settings, self.intake, self.metrics, self.now)
        self.routes.append(webhook.route())
        setup = TelegramSetup(channel, settings, partial(_call_us, self.desk))
        if settings.webhook_url is None:
            self.clock.listen(partial(setup.poll, webhook.take))
        return setup

    def sms(self, patience: float) -> "tuple[SmsChannel, CatchUp] | tuple[None, None]":
        """`patience`: seconds without a send while nobody can say what was missed."""
        settings = self.settings.sms
        if settings is None:
            return None, None
        from bot.channels.sms import SmsChannel

        channel = SmsChannel(
            settings.account_sid,
            settings.auth_token,
            from_=settings.sender,
            messaging_service_sid=settings.messaging_service_sid,
            api_url=settings.api_url,
            status_url=settings.status_url,
        )
        self.channels["sms"] = channel
        catch_up = CatchUp(self.database, channel, self.intake, self.now, patience=patience)
        self.clock.repeat("catch_up", _CATCH_UP_EVERY, catch_up.once)
        webhooks = SmsWebhooks(
            *(channel, settings, self.intake),
            apply_status=partial(_apply_status, self.database, self.now),
            missed=catch_up.missed,
            metrics=self.metrics,
            clock=self.now,
        )
        self.routes += webhooks.routes()
        return channel, catch_up

    def pages(self) -> None:
        health = Health(self.database, self.settings.channels, self.metrics, self.now)
        self.routes += health.routes()
        self.routes += Board(self.database, self.desk, self.now).routes()
        self.routes.append(CalendarFiles(self.database, self.desk.vault, self.now).route())

    def clock_work(self, sms: "SmsChannel | None") -> None:
        """All that falls due: the clock's process does it, the others only have it."""
        database, desk, now = self.database, self.desk, self.now
        vault, quiet, channels = desk.vault, self.settings.quiet_hours, self.settings.channels
        limits = limits_of(self.settings)
        sweeper = Sweeper(database, desk, limits, self.metrics, now)
        door = DoorTender(database, Aftermath(vault, desk.policy), now)
        lists = WaitingLists(vault, desk.policy, quiet)
        self.clock.repeat("sweeping", _SWEEP_ASKED_EVERY, sweeper.sweep_if_due)
        self.clock.repeat("doors", _DOORS_EVERY, door.tend)
        departing = Departing(database, now)
        self.clock.repeat("departures", _DEPARTURES_EVERY, departing.tend)
        self.clock.repeat("events", _EVENTS_EVERY, EventTender(database, lists, now).tend)
        cap = self.settings.frequency_cap
        reminding = Reminding(vault, desk.policy, quiet)
        self.clock.listen(Eraser(database, vault, sms, now).step)
        begin = Starter(vault, desk.policy)
        self.clock.listen(Broadcaster(database, channels, quiet, cap, now, begin).run)
        self.clock.listen(Reporter(database, desk, now).run)
        self.clock.listen(Needing(database, desk, now).run)
        self.clock.listen(Reminder(database, reminding, channels, now).run)

    def dispatcher(self, catch_up: CatchUp | None, seams: Seams) -> Dispatcher:
        vault = self.desk.vault
        means = Means(
            *(self.database, vault, _worker_name(), self.now, self.metrics),
            renderers={"broadcast": WithCalendar(Renderer(vault, self.desk.policy), vault)},
            frequency_cap=self.settings.frequency_cap,
            quiet=self.settings.quiet_hours,
            timing=seams.timing,
            may_send=always if catch_up is None else catch_up.may_send,
            failpoint=seams.failpoint,
        )
        return Dispatcher(means, self.channels, _paces(self.settings), calls=seams.calls)


def _wire(
    settings: Settings,
    database: Database,
    vault: Vault,
    channels: dict[ChannelName, Channel],
    seams: Seams,
) -> App:
    now, metrics, desk = seams.now, Metrics(), Desk(vault, policy_of(settings))
    intake = Intake(database, desk, metrics, now, receiver=seams.receive, failpoint=seams.failpoint)
    clock = Clock(database, desk, now)
    wiring = _Wiring(settings, database, desk, metrics, now, intake, clock, channels)
    wiring.pages()
    setup = wiring.telegram()
    sms, catch_up = wiring.sms(seams.catch_up_patience)
    wiring.clock_work(sms)
    dispatcher = wiring.dispatcher(catch_up, seams)
    return App(
        *(settings, database, desk, metrics, intake, channels, wiring.routes, dispatcher, clock),
        telegram_setup=setup,
        catch_up=catch_up,
    )


def _call_us(desk: Desk, telegram_username: str) -> None:
    desk.policy = replace(desk.policy, telegram_username=telegram_username)


async def _apply_status(
    database: Database, now: Callable[[], datetime], report: "StatusReport"
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
