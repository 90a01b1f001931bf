"""What stands behind a code, and all that is open, as plain facts. No words for people here."""

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import Connection

from handlers.event_status import facts_of_event, open_events
from handlers.needs_facts import facts_of_need, open_needs
from storage import broadcasts, profiles, senders
from storage.broadcasts import Broadcast
from storage.codes import named_by
from storage.messages import Status

Facts = dict[str, Any]

COUNTS: Mapping[str, Status] = {
    "waiting": Status.QUEUED,
    "sending": Status.SENDING,
    "sent": Status.SENT,
    "delivered": Status.DELIVERED,
    "failed": Status.FAILED,
    "unknown": Status.UNKNOWN,
    "suppressed": Status.SUPPRESSED,
    "expired": Status.EXPIRED,
    "cancelled": Status.CANCELLED,
}
"""Of a broadcast's people each is in exactly one of these; together they are its audience."""


def asks_to_act(kind: str) -> bool:
    """Whether people answer a broadcast of this kind with DONE."""
    return kind == "alert"


def facts_of(connection: Connection, code: str) -> Facts | None:
    """None: nothing has this code."""
    named = named_by(connection, code)
    if named is not None:
        return _READERS[named.kind](connection, named.row_id)
    run = broadcasts.read_by_code(connection, code.strip().upper())
    return None if run is None else _facts(connection, run)


def all_open(connection: Connection) -> Facts:
    """Everything that has not ended, who waits for a human, and which senders are halted."""
    return {
        "open": [
            *(_facts(connection, each) for each in broadcasts.unfinished(connection)),
            *open_needs(connection),
            *open_events(connection),
        ],
        "people_waiting": profiles.waiting_handovers(connection),
        "halted": senders.halted(connection),
    }


def _broadcast(connection: Connection, row_id: int) -> Facts | None:
    run = broadcasts.read(connection, row_id)
    return None if run is None else _facts(connection, run)


def _facts(connection: Connection, run: Broadcast) -> Facts:
    books = broadcasts.books(connection, run.id)
    return {
        "code": run.code,
        "kind": run.kind,
        "topic": run.topic,
        "status": run.state.value,
        "reason": run.reason,
        "starts_at": run.starts_at.isoformat(),
        "ended_at": run.ended_at.isoformat() if run.ended_at else None,
        "audience": run.audience,
        **{name: books.statuses[status] for name, status in COUNTS.items()},
        "done": books.done,
    }


_READERS: Mapping[str, Callable[[Connection, int], Facts | None]] = {
    "broadcast": _broadcast,
    "event": facts_of_event,
    "need": facts_of_need,
}
