"""Inbound messages, each kept and answered in one transaction (law 1). Nothing is sent here."""

from collections.abc import Collection, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

import structlog
from sqlalchemy import Connection

from handlers.answering import apologise, take_turn
from handlers.conversation.messages import Inbound, to_json
from handlers.desk import Desk
from handlers.newcomers import meet, meet_all
from handlers.outbox import OUTBOX
from storage import conversations
from storage.conversations import Caller
from storage.database import locks_rows, notify
from storage.faults import try_apart
from storage.ids import new_id
from storage.later import Later, begin
from storage.sealed import Vault

_log_lines = structlog.get_logger()


class Received(StrEnum):
    DONE = "done"
    REPEATED = "repeated"


class Arrival(NamedTuple):
    """A message, and when it came."""

    inbound: Inbound
    at: datetime


def receive(connection: Connection, desk: Desk, inbound: Inbound, now: datetime) -> Received:
    """Takes one message in. A repeat changes nothing. Whatever a handler raises is the caller's."""
    caller = meet(connection, desk.vault, inbound, now)
    if not _log(connection, desk.vault, inbound, caller.address_id, now):
        return Received.REPEATED
    answer(connection, desk, inbound, caller, now)
    return Received.DONE


def answer(
    connection: Connection, desk: Desk, inbound: Inbound, caller: Caller, now: datetime
) -> None:
    """What a message leads to, once it is kept."""
    take_turn(connection, desk, inbound, caller, now)
    notify(connection, OUTBOX)


def receive_all(
    connection: Connection, desk: Desk, arrivals: Sequence[Arrival]
) -> list[Received | None]:
    """Takes messages in together: what `receive` writes for each, in far fewer statements.

    None: not taken, to be received alone afterwards; never for one alone. Its person has another
    among these, or is held by somebody else; or one before it holds more than its own person, and
    whoever holds several such things would wait in circles with others. Whatever a handler raises
    undoes all of them.
    """
    if len(arrivals) == 1:
        return [receive(connection, desk, *arrivals[0])]
    callers = meet_all(connection, desk.vault, arrivals)
    logged = _log_all(connection, desk.vault, arrivals, callers)
    pairs = list(zip(callers, logged, strict=True))
    put_off: list[int] = []
    later = begin(connection)
    try:
        for arrival, (caller, row) in zip(arrivals, pairs, strict=True):
            if caller is None or row is None:
                continue
            if later.touched and locks_rows(connection):
                put_off.append(row)
                continue
            later.next_turn()
            _answer_in_turn(connection, later, desk, arrival, caller)
        later.write()
    finally:
        later.close()
    conversations.forget_inbound(connection, put_off)
    notify(connection, OUTBOX)
    return [_became(caller, row, put_off) for caller, row in pairs]


def _became(caller: Caller | None, row: int | None, put_off: Collection[int]) -> Received | None:
    if caller is None or row in put_off:
        return None
    return Received.REPEATED if row is None else Received.DONE


def _answer_in_turn(
    connection: Connection, later: Later, desk: Desk, arrival: Arrival, caller: Caller
) -> None:
    """Whoever came before may have changed anybody, or have deleted them with what they wrote."""
    inbound, now = arrival
    if later.touched:
        before = caller
        caller = meet(connection, desk.vault, inbound, now)
        if caller.address_id != before.address_id:
            _log(connection, desk.vault, inbound, caller.address_id, now)
    take_turn(connection, desk, inbound, caller, now)


def _log_all(
    connection: Connection,
    vault: Vault,
    arrivals: Sequence[Arrival],
    callers: Sequence[Caller | None],
) -> list[int | None]:
    """Their rows; None for those that the provider had sent before, and those without a caller."""
    rows = [
        _log_row(vault, arrival.inbound, caller.address_id, arrival.at)
        for arrival, caller in zip(arrivals, callers, strict=True)
        if caller is not None
    ]
    kept = zip(rows, conversations.log_inbound(connection, rows), strict=True)
    ids = iter([row["id"] if is_new else None for row, is_new in kept])
    return [None if caller is None else next(ids) for caller in callers]


def _log(
    connection: Connection,
    vault: Vault,
    inbound: Inbound,
    address_id: int,
    now: datetime,
    *,
    error: str | None = None,
) -> bool:
    row = _log_row(vault, inbound, address_id, now, error=error)
    return conversations.log_inbound(connection, [row])[0]


def _log_row(
    vault: Vault, inbound: Inbound, address_id: int, now: datetime, *, error: str | None = None
) -> dict[str, Any]:
    row = new_id()
    return {
        "id": row,
        "channel": inbound.channel,
        "provider_id": inbound.provider_id,
        "address_id": address_id,
        "status": "failed" if error else "done",
        "error": error,
        "payload": vault.seal("inbound", "payload", row, to_json(inbound)),
        "received_at": now,
    }


def keep_failed(
    connection: Connection, desk: Desk, inbound: Inbound, now: datetime, error: str
) -> bool:
    """A message whose handler raised: kept for `enlace replay`, and the person is told.

    `error` names the type and the place, never the words. False when it is kept already.
    """
    caller = meet(connection, desk.vault, inbound, now)
    if not _log(connection, desk.vault, inbound, caller.address_id, now, error=error):
        return False
    fault = try_apart(connection, lambda: apologise(connection, desk, inbound, caller, now))
    if fault is not None:
        _log_lines.error("apology_failed", error=type(fault).__name__)
    notify(connection, OUTBOX)
    return True
