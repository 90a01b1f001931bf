"""A message that makes its handler raise: kept, said so, and out of the way of the others."""

from collections.abc import Sequence

import pytest
from sqlalchemy import Connection

from handlers.desk import Desk
from handlers.inbound import Arrival, Received, receive_all
from storage.messages import inbound
from tests.crash.world import LEASE_IS_OVER, World
from tests.processes.machine import heard, hears

ROSA = "+13125550101"
POISON = "veneno"


def choke(
    connection: Connection, desk: Desk, arrivals: Sequence[Arrival]
) -> Sequence[Received | None]:
    """A handler with a fault that one word brings out, after it has written."""
    received = receive_all(connection, desk, arrivals)
    if any(arrival.inbound.text == POISON for arrival in arrivals):
        raise ValueError(POISON)
    return received


async def test_it_is_kept_and_said_so_and_what_follows_it_flows(by_telegram: World) -> None:
    rosa = by_telegram.providers.telegram.person(7001, "Rosa", language_code="es")
    by_telegram.bot(receive=choke)
    for text in ("UNIRME", POISON, "2"):
        await rosa.sends(text)
    await hears(rosa, "llamas")

    await by_telegram.settles(sent=4)
    assert await by_telegram.taken_in() == {"done": 2, "failed": 1}
    assert sum("Guardamos tu mensaje" in text for text in heard(rosa)) == 1
    assert by_telegram.providers.telegram.feed.pending == 0


async def test_it_is_kept_sealed_and_nothing_of_it_is_logged(by_sms: World) -> None:
    by_sms.bot(receive=choke)
    await by_sms.providers.twilio.phone(ROSA).texts(POISON)
    await by_sms.settles(delivered=1)

    [kept] = await by_sms.rows(inbound)
    assert (kept.status, kept.error.split()[0]) == ("failed", "ValueError")
    words = by_sms.vault.open("inbound", "payload", kept.id, kept.payload)
    assert POISON in words
    assert POISON.encode() not in kept.payload
    assert "handler_failed" in by_sms.told()
    assert POISON not in by_sms.told()
    assert ROSA[1:] not in by_sms.told()


@pytest.mark.parametrize(
    "step",
    [
        "received unit.begin",
        "received unit.begin unit.begin",
        "received unit.begin unit.before_commit",
        "received unit.begin unit.after_commit",
        "kept",
    ],
)
async def test_it_is_kept_once_wherever_the_bot_dies(here: World, step: str) -> None:
    rosa = here.providers.twilio.phone(ROSA)
    first = here.bot(dies_at=step, receive=choke)
    await rosa.texts(POISON)
    await first.dies()
    here.hour.ahead += LEASE_IS_OVER
    here.bot(receive=choke)
    await hears(rosa, "Guardamos tu mensaje")

    await here.settles(delivered=1)
    assert len(heard(rosa)) == 1
    assert await here.taken_in() == {"failed": 1}
