"""A first message from an address that nobody knows: a person is made, with the least possible."""

import secrets
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from handlers.conversation.language import guess_language
from handlers.conversation.messages import Inbound
from storage.conversations import Caller, add_address, find_caller, is_suppressed
from storage.database import insert
from storage.ids import new_id
from storage.people import people
from storage.profiles import forget_person
from storage.sealed import Vault

_HANDLE_DIGITS = 6
_TRIES = 5


def meet(connection: Connection, vault: Vault, inbound: Inbound, now: datetime) -> Caller:
    """The caller behind this address; a new person unless somebody was quicker."""
    lookup = vault.index(inbound.channel, inbound.sender)
    known = find_caller(connection, inbound.channel, lookup)
    if known is not None:
        return known
    person, address = _new_person(connection, inbound, lookup, now), new_id()
    row = {
        "id": address,
        "person_id": person,
        "channel": inbound.channel,
        "lookup": lookup,
        "value": vault.seal("addresses", "value", address, inbound.sender),
        "status": "active",
        "preferred": True,
        "created_at": now,
        "heard_at": now,
    }
    if not add_address(connection, row):
        forget_person(connection, person)
    found = find_caller(connection, inbound.channel, lookup)
    if found is None:
        raise RuntimeError("an address that was just added can't be found")
    return found


def _new_person(connection: Connection, inbound: Inbound, lookup: bytes, now: datetime) -> int:
    suppressed = is_suppressed(connection, inbound.channel, lookup)
    person = {
        "language": guess_language(inbound.text, inbound.language_code),
        "consent": "out" if suppressed else "none",
        "created_at": now,
        "seen_at": now,
    }
    for digits in range(_HANDLE_DIGITS, _HANDLE_DIGITS + _TRIES):
        row: dict[str, Any] = {"id": new_id(), "handle": new_handle(digits), **person}
        statement = insert(people).on_conflict_do_nothing(index_elements=[people.c.handle])
        if connection.execute(statement, row).rowcount == 1:
            return int(row["id"])
    raise RuntimeError("no free handle was found")


def new_handle(digits: int = _HANDLE_DIGITS) -> str:
    """A public handle such as V-482193; it says nothing about who it is."""
    lowest = 10 ** (digits - 1)
    return f"V-{lowest + secrets.randbelow(9 * lowest)}"
