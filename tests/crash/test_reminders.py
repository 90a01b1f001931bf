"""The process dies during a wave of reminders, again and again: each reminder comes once."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection

from handlers import events
from handlers.events import Plan
from storage import rsvps
from storage.audit import OPERATOR
from storage.rsvps import Answer
from tests.crash.world import LEASE_IS_OVER, World
from tests.processes.machine import heard

NUMBERS = [f"+13125553{number:03}" for number in range(6)]
NAMES = ("Marcha", "Vigilia", "Asamblea")


async def test_each_reminder_comes_once_wherever_the_wave_breaks_off(here: World) -> None:
    now = datetime.fromtimestamp(here.hour(), UTC)
    starts_at = (now + timedelta(days=1, minutes=5)).replace(microsecond=0)
    plan = Plan("march", "", None, starts_at, "America/Phoenix", place="Plaza")
    people = [await here.knows(number) for number in NUMBERS]

    def unit(connection: Connection) -> None:
        for name in NAMES:
            each = replace(plan, title_es=name)
            made = events.create(connection, here.vault, each, actor=OPERATOR, now=now)
            for to in people:
                come = {"answer": Answer.YES, "answered_at": now}
                rsvps.write(connection, made.id, to.person_id, now, **come)

    await here.database.run(unit)
    here.hour.ahead += 360
    for step in (6 * "unit.before_commit ", 9 * "unit.after_commit ", 3 * "sending "):
        await here.bot(dies_at=step).dies()
        here.hour.ahead += LEASE_IS_OVER
    here.bot()

    await here.settles(delivered=len(NAMES) * len(NUMBERS))
    for number in NUMBERS:
        texts = heard(here.providers.twilio.phone(number))
        assert sorted(name for name in NAMES for text in texts if name in text) == sorted(NAMES)
        assert len(texts) == len(NAMES)
