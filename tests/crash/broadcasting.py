"""A broadcast whose workers are killed in its middle: what the books say, and the phones."""

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, insert, select

from bot.serving import Roles
from bot.simulators.handset import Handset
from handlers import broadcasts
from handlers.broadcast_texts import Texts
from handlers.broadcasts import Draft
from handlers.conversation.messages import ChannelName
from handlers.status import COUNTS, Facts, facts_of
from storage.audience import Scope
from storage.audit import OPERATOR
from storage.ids import new_id
from storage.messages import deliveries
from storage.people import addresses, people
from tests.crash.world import LEASE_IS_OVER, World, eventually
from tests.processes.machine import heard

SENDING: Roles = frozenset({"worker", "clock"})
"""What a broadcast needs: somebody who tends it and somebody who sends it."""

TEXT = "Llama hoy a tu representante."
AT_A_CALL = ("claimed unit.after_commit", "sending", "called", "called unit.before_commit")
_FIRST_CHAT, _FIRST_NUMBER = 7_000_000, 13_125_000_000
_CALLS = 32
"""At once: so few that each of the killed leaves something for the next."""
_SETTLED = ("sent", "delivered", "failed")


@dataclass(frozen=True, slots=True)
class Killed:
    """`lost`: who has it not, though the books say sent. `twice`: how many have it twice.

    `without_reason`: of those, by how many it was known that they had it. `oftener`: three times
    or more.
    """

    people: int
    balanced: int
    books: Counter[str]
    lost: int
    twice: int
    without_reason: int
    oftener: int


async def members(here: World, channel: ChannelName, number: int) -> list[str]:
    """So many people at once, who agreed; their addresses."""
    at = [_address(channel, each) for each in range(number)]
    ids, now = [(new_id(), new_id()) for _ in at], datetime.fromtimestamp(here.hour(), UTC)
    folk = {"language": "es", "consent": "in", "zone": "America/Chicago"}
    folk_rows = [
        folk | {"id": person, "handle": f"V-{person % 10**12}", "created_at": now, "seen_at": now}
        for person, _ in ids
    ]
    homes = [
        {
            "id": home,
            "person_id": person,
            "channel": channel,
            "lookup": here.vault.index(channel, value),
            "value": here.vault.seal("addresses", "value", home, value),
            "created_at": now,
            "heard_at": now,
        }
        for (person, home), value in zip(ids, at, strict=True)
    ]

    def add(connection: Connection) -> None:
        connection.execute(insert(people), folk_rows)
        connection.execute(insert(addresses), homes)

    await here.database.run(add)
    if channel == "telegram":
        for value in at:
            here.providers.telegram.person(int(value)).started = True
    return at


def _address(channel: ChannelName, number: int) -> str:
    return f"+{_FIRST_NUMBER + number}" if channel == "sms" else str(_FIRST_CHAT + number)


async def announce(here: World) -> str:
    """A broadcast to everybody, from now on; its code."""
    now = datetime.fromtimestamp(here.hour(), UTC) + timedelta(seconds=1)
    draft = Draft(Texts("alert", TEXT, TEXT, None), Scope(), now, capped=False)
    run = await here.database.run(
        lambda c: broadcasts.create(c, here.vault, draft, actor=OPERATOR, now=now)
    )
    return run.code


async def books(here: World, code: str) -> Facts:
    facts = await here.database.read(lambda c: facts_of(c, code))
    assert facts is not None
    return facts


def balance(facts: Facts) -> bool:
    return bool(facts["audience"] == sum(facts[name] for name in COUNTS))


async def broadcast_and_kill(here: World, kills: int, number: int, chance: random.Random) -> Killed:
    """Each worker is killed with SIGKILL at some call; the last one is let live."""
    channel: ChannelName = "sms" if here.providers.environment["TWILIO_ACCOUNT_SID"] else "telegram"
    here.providers.environment |= {"SMS_RATE": "1000", "TELEGRAM_RATE": "1000"}
    here.door.shut()
    at, balanced = await members(here, channel, number), 0
    code = await announce(here)
    share = max(1, number // (kills + 1))
    for _ in range(kills):
        step = chance.choice(AT_A_CALL)
        calls = 1 if "unit" in step else chance.randint(max(1, share // 2), share)
        first, _, rest = step.partition(" ")
        trap = " ".join([first] * calls + rest.split())
        await here.bot(dies_at=trap, roles=SENDING, calls=_CALLS).dies()
        balanced += balance(await books(here, code))
        here.hour.ahead += LEASE_IS_OVER
    here.bot(roles=SENDING)

    async def state() -> Facts:
        return await books(here, code)

    facts = await eventually(state, _is_over, timeout=300)
    balanced += balance(facts)
    counts = Counter({name: facts[name] for name in COUNTS if facts[name]})
    await reached(here, channel, at, number - counts["failed"])
    return await _audit(here, channel, at, balanced, counts)


def _is_over(facts: Facts) -> bool:
    return bool(facts["audience"] and sum(facts[each] for each in _SETTLED) == facts["audience"])


async def reached(here: World, channel: ChannelName, at: Sequence[str], least: int) -> None:
    """Until so many phones show it: a carrier takes a moment after it has taken a message."""

    async def showing() -> int:
        return sum(bool(heard(_phone(here, channel, address))) for address in at)

    await eventually(showing, lambda now: now >= least)


async def _audit(
    here: World, channel: ChannelName, at: Sequence[str], balanced: int, counts: Counter[str]
) -> Killed:
    d = deliveries.c
    rows = await here.select(
        select(d.status, d.unknowns, addresses.c.value, addresses.c.id).join(
            addresses, addresses.c.id == d.address_id
        )
    )
    by_address = {
        here.vault.open("addresses", "value", row.id, row.value): (row.status, row.unknowns)
        for row in rows
    }
    lost = twice = without_reason = oftener = 0
    for address in at:
        copies = len(heard(_phone(here, channel, address)))
        status, unknowns = by_address[address]
        lost += copies == 0 and status != "failed"
        twice += copies == 2
        without_reason += copies == 2 and not unknowns
        oftener += copies > 2
    return Killed(len(at), balanced, counts, lost, twice, without_reason, oftener)


def _phone(here: World, channel: ChannelName, address: str) -> Handset[Any]:
    if channel == "sms":
        return here.providers.twilio.phone(address)
    return here.providers.telegram.person(int(address))
