"""What the clock and the workers do between two messages of a story, without calling anybody."""

import asyncio
from typing import Any

from sqlalchemy import Connection, insert, select, update

from bot.broadcasting import Broadcaster
from bot.channels.base import AddressEffect
from bot.channels.sms_webhooks import StatusReport
from bot.delivery import receipts
from bot.departing import Departing
from bot.needing import Needing
from bot.reminding import Reminder
from bot.reporting import Reporter
from bot.tending_doors import DoorTender
from bot.tending_events import EventTender
from handlers.broadcasts import Renderer
from handlers.calendar_news import WithCalendar
from handlers.checkin_after import Aftermath
from handlers.event_waiting import WaitingLists
from handlers.outbox import encode
from handlers.reminders import Reminding
from storage.broadcast_deliveries import last_look
from storage.ids import new_id
from storage.messages import Priority, Status, deliveries
from storage.outbox import Due
from storage.people import addresses, people
from tests.talk import Office, Person

_ROUNDS = 2


def tend(office: Office) -> None:
    """What is due about needs and broadcasts is done, and what goes out waits to be looked at."""
    asyncio.run(_tend(office))
    office.database.run_now(lambda connection: _render(connection, office))


def is_stopped_by_provider(office: Office, person: Person) -> None:
    """By a status callback about a text to them."""
    who = person.row()["id"]
    report = StatusReport("SM9", Status.FAILED, "21610", AddressEffect.OPTED_OUT)

    def unit(connection: Connection) -> None:
        address = connection.scalar(select(addresses.c.id).where(addresses.c.person_id == who))
        row = {"id": new_id(), "person_id": who, "address_id": address, "channel": "sms"}
        row |= {"priority": Priority.REPLY, "status": Status.SENT, "provider_id": "SM9"}
        row |= dict.fromkeys(("due_at", "created_at", "updated_at"), office.now)
        connection.execute(insert(deliveries), row)
        receipts.receive(connection, "sms", report, office.now)

    office.database.run_now(unit)
    assert person.row()["consent"] == "out"


async def _tend(office: Office) -> None:
    policy = office.desk.policy
    terms = ("telegram", "sms"), policy.quiet, policy.frequency_cap
    for _round in range(_ROUNDS):
        await Departing(office.database, lambda: office.now).tend()
        await Needing(office.database, office.desk, lambda: office.now).step()
        await _reminder(office).step()
        aftermath = Aftermath(office.desk.vault, policy)
        await DoorTender(office.database, aftermath, lambda: office.now).tend()
        lists = WaitingLists(office.desk.vault, policy, policy.quiet)
        await EventTender(office.database, lists, lambda: office.now).tend()
        await Broadcaster(office.database, *terms, lambda: office.now).step()
        await Reporter(office.database, office.desk, lambda: office.now).step()


def _reminder(office: Office) -> Reminder:
    policy = office.desk.policy
    reminding = Reminding(office.desk.vault, policy, policy.quiet)
    return Reminder(office.database, reminding, ("telegram", "sms"), lambda: office.now)


def _render(connection: Connection, office: Office) -> None:
    """As the dispatcher does it, but for the call."""
    rows = _due(connection, office)
    copies = [(each.broadcast_id or 0, each.person_id) for each in rows]
    cap = office.desk.policy.frequency_cap
    over = last_look(connection, copies, cap, office.now).over
    renderer = Renderer(office.desk.vault, office.desk.policy)
    bodies = WithCalendar(renderer, office.desk.vault)(connection, rows)
    for row in rows:
        values: dict[str, Any] = {"status": "suppressed"}
        if (row.broadcast_id, row.person_id) not in over:
            sealed = office.desk.vault.seal("deliveries", "body", row.id, encode(bodies[row.id]))
            values = {"body": sealed, "called_at": office.now}
        connection.execute(update(deliveries).where(deliveries.c.id == row.id).values(**values))


def _due(connection: Connection, office: Office) -> list[Due]:
    """Copies of broadcasts that wait, whatever waits before them for the same person."""
    d, a, p = deliveries.c, addresses.c, people.c
    read = (
        *(d.id, d.person_id, d.address_id, d.broadcast_id, d.channel, d.kind, d.priority, d.body),
        *(d.expires_at, d.attempts, a.value, a.status, p.consent, p.paused_until, p.zone),
        *(p.language, d.wording),
    )
    waiting = d.status == "queued", d.body.is_(None), d.due_at <= office.now
    statement = select(*read).join(addresses, a.id == d.address_id).where(*waiting)
    joined = statement.join(people, p.id == d.person_id).order_by(d.id)
    return [Due._make(row) for row in connection.execute(joined)]
