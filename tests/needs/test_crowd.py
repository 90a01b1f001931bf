"""Five hundred people at once for the last three of a hundred, each message sent twice."""

import asyncio
from collections import Counter
from itertools import cycle

from sqlalchemy import Connection, insert

from bot.intake import Intake
from bot.metrics import Metrics
from handlers.conversation.messages import ChannelName, Inbound
from handlers.outbox import decode
from storage.ids import new_id
from storage.messages import deliveries
from storage.needs import Audience, State
from storage.people import addresses, people, registrations
from storage.pledges import pledges
from tests.needs.conftest import Office

CROWD = 500
CHANNELS: tuple[ChannelName, ...] = ("sms", "telegram")


async def test_exactly_a_hundred_and_everyone_is_told_the_truth(office: Office) -> None:
    code = await asyncio.to_thread(office.post, quantity=100, ask=Audience.NOBODY)
    [first] = await asyncio.to_thread(office.crowd, 1)
    await asyncio.to_thread(office.promises, code, first, 97)
    await asyncio.to_thread(_joined, office)
    messages = [_message(office, number, code) for number in range(CROWD)]

    intake = Intake(office.database, office.desk, Metrics(), lambda: office.now)
    took = await asyncio.gather(*(intake.take(each) for each in (*messages, *messages)))

    assert Counter(took) == {"done": CROWD, "repeated": CROWD}, "the second copy changes nothing"
    need = await asyncio.to_thread(office.need, code)
    assert (need.committed, need.remaining, need.status) == (100, 0, State.COVERED)
    held = await asyncio.to_thread(_promised, office)
    told = await asyncio.to_thread(_told, office)
    assert sum(held.values()) == 100 - 97
    assert len(told) == CROWD
    for person, texts in told.items():
        [text] = texts
        if person in held:
            assert "Anotado: llevas 1 paquete de" in text
        else:
            assert f"{code} ya está cubierta" in text


def _joined(office: Office) -> None:
    """Half of them by SMS, half on Telegram."""
    ids = [new_id() for _ in range(CROWD)]
    at = {"created_at": office.now, "seen_at": office.now}
    folk = {"language": "es", "consent": "in", "zone": "America/Chicago", **at}
    stays = {"created_at": office.now, "heard_at": office.now}
    vault = office.desk.vault
    homes, kinds = [], []
    for number, (each, channel) in enumerate(zip(ids, cycle(CHANNELS), strict=False)):
        row, sender = new_id(), _sender(number)
        homes.append(
            {"id": row, "person_id": each, "channel": channel, **stays}
            | {"lookup": vault.index(channel, sender)}
            | {"value": vault.seal("addresses", "value", row, sender)}
        )
        kind = {"person_id": each, "kind": "individual", "status": "active"}
        kinds.append({"id": new_id(), **kind, "created_at": office.now, "updated_at": office.now})

    def unit(connection: Connection) -> None:
        rows = [{"id": each, "handle": f"V-{each % 10**12}", **folk} for each in ids]
        connection.execute(insert(people), rows)
        connection.execute(insert(addresses), homes)
        connection.execute(insert(registrations), kinds)

    office.database.run_now(unit)


def _sender(number: int) -> str:
    return f"+1312{5_550_000 + number}"


def _message(office: Office, number: int, code: str) -> Inbound:
    """In many words for the same."""
    words = (f"{code} 1", f"puedo llevar 1 para {code}", f"{code} uno", f"I can bring one {code}")
    return Inbound(
        channel=CHANNELS[number % 2],
        provider_id=f"crowd {number}",
        sender=_sender(number),
        sent_at=office.now,
        text=words[number % len(words)],
    )


def _promised(office: Office) -> dict[int, int]:
    """By person, the units that are theirs besides those of the first."""
    rows = [row for row in office.rows(pledges) if row.units < 97]
    assert {row.status for row in rows} == {"held"}
    return {row.person_id: row.units for row in rows}


def _told(office: Office) -> dict[int, list[str]]:
    vault, found = office.desk.vault, dict[int, list[str]]()
    for row in office.rows(deliveries):
        text = decode(vault.open("deliveries", "body", row.id, row.body)).text
        found.setdefault(row.person_id, []).append(text)
    return found
