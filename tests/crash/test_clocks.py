"""Clocks that jump, disagree, change for the summer, or run twice."""

import asyncio
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from sqlalchemy import update

from bot.app import Seams
from bot.channels.base import Sent
from bot.delivery.timing import Timing
from bot.serving import EVERYTHING
from bot.simulators import Hang
from bot.simulators.changes import Changes
from handlers.conversation.messages import Inbound, Outgoing
from handlers.idle import expire_idle
from storage.messages import clock_runs, deliveries
from storage.people import sessions
from tests.crash.inside import IMPATIENT, at_work, hour_of, inside
from tests.crash.world import LEASE_IS_OVER, QUICK, World, eventually
from tests.processes.machine import heard, hears

ROSA = "+13125550101"
TEXT = "Mañana a las 10."
HOUR = timedelta(hours=1)


class OwnClock:
    """The bot's, when it is not the providers'."""

    def __init__(self) -> None:
        self.error = timedelta(0)

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.error


class Looks:
    """A failpoint that counts units of work: that many later the bot has looked at everything."""

    def __init__(self) -> None:
        self._changes = Changes()
        self._loop = asyncio.get_running_loop()

    def __call__(self, step: str) -> None:
        if step == "unit.begin":
            self._loop.call_soon_threadsafe(self._changes.bump)

    async def go_by(self, number: int) -> None:
        async with asyncio.timeout(20):
            await self._changes.wait(self._changes.version + number)


async def test_a_jump_forward_does_not_repeat_a_call_that_is_in_the_air(
    by_sms: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    to, clock, looks = await by_sms.knows(ROSA), OwnClock(), Looks()
    begun, gate = asyncio.Event(), asyncio.Event()
    seams = Seams(now=clock, timing=Timing(**QUICK), failpoint=looks)  # type: ignore[arg-type]
    async with at_work(by_sms, seams) as app:
        send = app.channels["sms"].send

        async def on_a_slow_line(
            to: str, message: Outgoing, *, expires_in: timedelta | None
        ) -> Sent:
            begun.set()
            await gate.wait()
            return await send(to, message, expires_in=expires_in)

        monkeypatch.setattr(app.channels["sms"], "send", on_a_slow_line)
        await by_sms.queues(to, TEXT)
        await begun.wait()
        clock.error += HOUR
        await looks.go_by(20)
        gate.set()
        await by_sms.settles(sent=1)
    await by_sms.providers.twilio.settled()
    assert heard(by_sms.providers.twilio.phone(ROSA)) == [TEXT]


@pytest.mark.parametrize("error", [HOUR, -HOUR], ids=["forward", "back"])
async def test_after_a_jump_people_are_answered_as_before(by_sms: World, error: timedelta) -> None:
    rosa, clock = by_sms.providers.twilio.phone(ROSA), OwnClock()
    async with at_work(by_sms, Seams(now=clock, timing=IMPATIENT), EVERYTHING):
        await rosa.texts("UNIRME")
        await hears(rosa, "participar")
        await by_sms.settles(delivered=2)
        clock.error += error
        await rosa.texts("2")
        await hears(rosa, "llamas")
        await by_sms.settles(delivered=3)
    assert len(heard(rosa)) == 3


@pytest.mark.parametrize("ahead", [600.0, -600.0], ids=["ahead", "behind"])
@pytest.mark.parametrize("arrived", [True, False])
async def test_a_clock_that_is_not_the_providers_repeats_nothing(
    by_sms: World, ahead: float, arrived: bool
) -> None:
    twilio = by_sms.providers.twilio
    rosa = twilio.phone(ROSA)
    twilio.faults.next("create", Hang(applied=arrived))
    first = by_sms.bot(ahead=ahead)
    await rosa.texts("UNIRME")
    await twilio.calls.waits_for("create", fault=True)
    await first.kill()
    by_sms.hour.ahead += LEASE_IS_OVER
    by_sms.bot(ahead=ahead)

    await by_sms.settles(delivered=2)
    assert ["participar" in text for text in heard(rosa)] == [False, True]


@pytest.mark.parametrize(
    ("zone", "day", "opens"),
    [
        ("America/Chicago", "2027-03-13", "15:00"),
        ("America/Chicago", "2027-03-14", "14:00"),
        ("America/Chicago", "2026-10-31", "14:00"),
        ("America/Chicago", "2026-11-01", "15:00"),
        ("America/Phoenix", "2027-03-14", "16:00"),
        ("America/Tijuana", "2027-03-14", "16:00"),
        ("America/Tijuana", "2026-11-01", "17:00"),
        ("America/Mexico_City", "2027-03-14", "15:00"),
    ],
)
async def test_nobody_is_woken_on_the_days_when_clocks_change(
    by_sms: World, zone: str, day: str, opens: str
) -> None:
    """`opens`, in UTC, is nine in the morning there."""
    by_sms.providers.environment["QUIET_HOURS"] = "20:00-09:00"
    calls, looks = by_sms.providers.twilio.calls.counts, Looks()
    morning = datetime.fromisoformat(f"{day}T{opens}+00:00")
    _set(by_sms, morning - timedelta(hours=8))
    to = await by_sms.knows(ROSA, zone=zone)
    await by_sms.queues(to, TEXT, kind="broadcast")
    async with at_work(by_sms, Seams(timing=IMPATIENT, failpoint=looks)):
        await looks.go_by(10)
        _set(by_sms, morning - timedelta(seconds=30))
        await looks.go_by(10)
        assert calls["create"] == 0
        _set(by_sms, morning)
        await by_sms.settles(sent=1)
        _set(by_sms, morning + timedelta(hours=11))
        await by_sms.queues(to, TEXT, kind="broadcast")
        await looks.go_by(10)
        assert calls["create"] == 1


def _set(here: World, hour: datetime) -> None:
    here.hour.ahead += (hour - hour_of(here)()).total_seconds()


async def test_two_clocks_that_both_believe_to_be_alone_do_no_harm(here: World) -> None:
    numbers = [f"+131255504{number:02}" for number in range(40)]
    async with inside(here) as one, inside(here) as other:
        for number in numbers:
            first = Inbound("sms", f"SM{number[1:]}", number, hour_of(here)(), "UNIRME")
            await one.intake.take(first)
        here.hour.ahead += timedelta(days=8).total_seconds()
        ticks = [
            app.database.run(partial(expire_idle, desk=app.desk, now=hour_of(here)()))
            for app in (one, other) * 4
        ]
        expired = await asyncio.gather(*ticks)
    assert sum(expired) == 40
    notices = [row for row in await here.rows(deliveries) if row.kind == "notice"]
    assert len({row.person_id for row in notices}) == len(notices) == 40


async def test_a_second_clock_takes_over_from_one_that_died(on_postgres: World) -> None:
    first = on_postgres.bot(roles=frozenset({"clock"}))
    await eventually(lambda: on_postgres.rows(clock_runs), bool)
    on_postgres.bot(roles=frozenset({"clock"}))
    async with inside(on_postgres) as app:
        await app.intake.take(Inbound("sms", "SM1", ROSA, hour_of(on_postgres)(), "UNIRME"))
        soon = {"expires_at": hour_of(on_postgres)()}
        await app.database.run(lambda c: c.execute(update(sessions).values(soon)))

    await first.kill()

    await eventually(lambda: on_postgres.rows(sessions), lambda open_: not open_)
    notices = [row for row in await on_postgres.rows(deliveries) if row.kind == "notice"]
    assert len(notices) == 1
