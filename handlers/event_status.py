"""How an event stands, as plain facts: who comes, who waits. No words for people here."""

from typing import Any

from sqlalchemy import Connection

from storage import events as storage
from storage import rsvps
from storage.events import Event


def facts_of_event(connection: Connection, row_id: int) -> dict[str, Any] | None:
    event = storage.read(connection, row_id)
    return None if event is None else _facts(connection, event)


def open_events(connection: Connection) -> list[dict[str, Any]]:
    """Nearest first."""
    return [_facts(connection, each) for each in storage.open_events(connection)]


def _facts(connection: Connection, event: Event) -> dict[str, Any]:
    counts = rsvps.counts(connection, event.id)
    return {
        "code": event.code,
        "about": "event",
        "kind": event.kind,
        "status": event.status.value,
        "starts_at": event.starts_at.isoformat(),
        "zone": event.zone,
        "capacity": event.capacity,
        "yes": counts.yes,
        "maybe": counts.maybe,
        "no": counts.no,
        "waiting": counts.waiting,
        "people": counts.people,
        "came": counts.came,
    }
