"""A database that is locked, gone or full: a STOP survives it, and nothing is sent in the dark."""

import asyncio
import resource
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager

from bot.app import Seams
from bot.serving import EVERYTHING
from bot.simulators import Drip
from tests.crash.inside import IMPATIENT, at_work
from tests.crash.world import World, eventually
from tests.postgres import Server
from tests.processes.machine import heard

ROSA, LUZ = "+13125550101", "+13125550102"
MARCH, STOP = "Ven a la marcha.", "ALTO"


@contextmanager
def locked(here: World) -> Iterator[None]:
    """Somebody else writes, and takes their time: a backup, a shell."""
    path = here.providers.environment["DATABASE_URL"].removeprefix("sqlite:///")
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


class Watch:
    """A failpoint that tells when a step was come by."""

    def __init__(self, step: str) -> None:
        self.passed = asyncio.Event()
        self._step = step
        self._loop = asyncio.get_running_loop()

    def __call__(self, step: str) -> None:
        if step == self._step:
            self._loop.call_soon_threadsafe(self.passed.set)


async def test_a_stop_waits_for_a_database_that_is_locked_for_a_moment(by_sms: World) -> None:
    rosa, twilio = await by_sms.knows(ROSA), by_sms.providers.twilio
    taken = Watch("received")
    async with at_work(by_sms, Seams(timing=IMPATIENT, failpoint=taken), EVERYTHING):
        with locked(by_sms):
            await twilio.phone(ROSA).texts(STOP)
            await taken.passed.wait()
        await twilio.settled()
    assert await by_sms.consent_of(rosa) == "out"
    assert twilio.alerts == []


async def test_a_stop_outlives_a_database_that_is_locked_for_long(by_sms: World) -> None:
    rosa, luz = await by_sms.knows(ROSA), await by_sms.knows(LUZ)
    twilio = by_sms.providers.twilio
    seams = Seams(timing=IMPATIENT, database_patience=0.1)
    async with at_work(by_sms, seams, EVERYTHING):
        with locked(by_sms):
            await twilio.phone(ROSA).texts(STOP)
            await twilio.settled(10)
            assert [alert.what for alert in twilio.alerts] == ["503 Service Unavailable"]
        await by_sms.queues(rosa, MARCH, kind="broadcast")
        await by_sms.queues(luz, MARCH, kind="broadcast")
        await by_sms.settles(delivered=2, suppressed=1)
    assert await by_sms.consent_of(rosa) == "out"
    assert MARCH not in heard(twilio.phone(ROSA))


async def test_a_stop_outlives_postgresql(on_postgres: World, postgres: Server) -> None:
    rosa, luz = await on_postgres.knows(ROSA), await on_postgres.knows(LUZ)
    twilio = on_postgres.providers.twilio
    on_postgres.bot()
    await on_postgres.queues(luz, "Hola.")
    await on_postgres.settles(delivered=1)
    with postgres.away():
        await twilio.phone(ROSA).texts(STOP)
        await twilio.settled(30)
        assert [alert.what for alert in twilio.alerts] == ["503 Service Unavailable"]
    await on_postgres.queues(rosa, MARCH, kind="broadcast")
    await on_postgres.queues(luz, MARCH, kind="broadcast")

    await on_postgres.settles(delivered=3, suppressed=1)

    assert await on_postgres.consent_of(rosa) == "out"
    assert MARCH not in heard(twilio.phone(ROSA))
    assert heard(twilio.phone(LUZ)) == ["Hola.", MARCH]


async def test_what_was_being_sent_while_postgresql_went_is_sent_once(
    on_postgres: World, postgres: Server
) -> None:
    luz, twilio = await on_postgres.knows(LUZ), on_postgres.providers.twilio
    twilio.faults.next("create", Drip(pause=0.02, piece=16))
    on_postgres.bot()
    await on_postgres.queues(luz, MARCH, MARCH)
    await eventually(_created(on_postgres), bool)
    with postgres.away():
        await twilio.calls.waits_for("create", fault=True)

    await on_postgres.settles(delivered=2)

    assert heard(twilio.phone(LUZ)) == [MARCH, MARCH]


def _created(here: World):  # type: ignore[no-untyped-def]
    async def ask() -> int:
        return here.providers.twilio.calls.counts["create"]

    return ask


@contextmanager
def full_disk(pid: int) -> Iterator[None]:
    """No file of this process takes another byte."""
    before = resource.prlimit(pid, resource.RLIMIT_FSIZE)
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (0, before[1]))
    yield
    resource.prlimit(pid, resource.RLIMIT_FSIZE, before)


async def test_on_a_full_disk_nothing_is_sent_and_nothing_is_lost(by_sms: World) -> None:
    rosa, luz = await by_sms.knows(ROSA), await by_sms.knows(LUZ)
    twilio, bot = by_sms.providers.twilio, by_sms.bot()
    await by_sms.queues(luz, "Hola.")
    await by_sms.settles(delivered=1)
    assert bot.process.pid is not None
    with full_disk(bot.process.pid):
        await by_sms.queues(rosa, MARCH, kind="broadcast")
        await by_sms.queues(luz, MARCH, kind="broadcast")
        await twilio.phone(ROSA).texts(STOP)
        await twilio.settled(20)
        assert [alert.what for alert in twilio.alerts] == ["503 Service Unavailable"]
        assert twilio.calls.counts["create"] == 1
    await by_sms.settles(delivered=3, suppressed=1)
    assert await by_sms.consent_of(rosa) == "out"
    assert MARCH not in heard(twilio.phone(ROSA))
