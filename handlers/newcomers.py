"""A first message from an address that nobody knows: a person is made, with the least possible."""

import secrets
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection

from handlers.conversation.language import guess_language
from handlers.conversation.messages import Inbound
from locales import Language
from storage.conversations import Caller, add_address, find_caller, find_callers, is_suppressed
from storage.database import insert
from storage.ids import new_id
from storage.people import people
from storage.prepared import Prepared
from storage.profiles import forget_person
from storage.sealed import Vault

_HANDLE_DIGITS = 6
_TRIES = 5

_ADD_PERSON = Prepared(insert(people).on_conflict_do_nothing(index_elements=[people.c.handle]))


def meet(connection: Connection, vault: Vault, inbound: Inbound, now: datetime) -> Caller:
    """The caller behind this address; a new person unless somebody was quicker."""
    lookup = vault.index(inbound.channel, inbound.sender)
    known = find_caller(connection, inbound.channel, lookup)
    if known is not None:
        return known
    caller = _new_person(connection, inbound, lookup, now)
    row = {
        "id": caller.address_id,
        "person_id": caller.person_id,
        "channel": inbound.channel,
        "lookup": lookup,
        "value": vault.seal("addresses", "value", caller.address_id, inbound.sender),
        "status": "active",
        "preferred": True,
        "created_at": now,
        "heard_at": now,
    }
    if add_address(connection, row):
        return caller
    forget_person(connection, caller.person_id)
    quicker = find_caller(connection, inbound.channel, lookup)
    if quicker is None:
        raise RuntimeError("an address that somebody else has just added can't be found")
    return quicker


def meet_all(
    connection: Connection, vault: Vault, arrivals: Sequence[tuple[Inbound, datetime]]
) -> list[Caller | None]:
    """The callers behind several messages, each person's first alone.

    None for their others, and for whom somebody else holds at this moment.
    """
    lookups = [vault.index(inbound.channel, inbound.sender) for inbound, _at in arrivals]
    channels = {inbound.channel for inbound, _at in arrivals}
    known: dict[bytes, Caller | None] = {}
    for channel in channels:
        these = {
            lookup
            for lookup, (inbound, _at) in zip(lookups, arrivals, strict=True)
            if inbound.channel == channel
        }
        known |= find_callers(connection, channel, these)
    met: set[int] = set()
    callers: list[Caller | None] = []
    for lookup, (inbound, at) in zip(lookups, arrivals, strict=True):
        if lookup not in known:
            known[lookup] = meet(connection, vault, inbound, at)
        caller = known[lookup]
        if caller is not None and caller.person_id in met:
            caller = None
        elif caller is not None:
            met.add(caller.person_id)
        callers.append(caller)
    return callers


def _new_person(connection: Connection, inbound: Inbound, lookup: bytes, now: datetime) -> Caller:
    suppressed = is_suppressed(connection, inbound.channel, lookup)
    language = guess_language(_own_words(inbound.text), inbound.language_code)
    consent = "out" if suppressed else "none"
    person, handle = add_person(connection, language, consent, now)
    return Caller(
        person_id=person,
        address_id=new_id(),
        channel=inbound.channel,
        address_status="active",
        heard_at=now,
        handle=handle,
        language=language,
        consent=consent,
        asked=False,
        fresh=True,
    )


def add_person(
    connection: Connection, language: Language, consent: str, now: datetime
) -> tuple[int, str]:
    """A person without an address; their id and their handle."""
    for digits in range(_HANDLE_DIGITS, _HANDLE_DIGITS + _TRIES):
        person, handle = new_id(), new_handle(digits)
        row = {
            "id": person,
            "handle": handle,
            "language": language,
            "consent": consent,
            "created_at": now,
            "seen_at": now,
        }
        if _ADD_PERSON.run(connection, row) == 1:
            return person, handle
    raise RuntimeError("no free handle was found")


def _own_words(text: str) -> str:
    """Telegram itself sends /start and what a link carries; that says nothing of the person."""
    return "" if text.startswith("/start") else text


def new_handle(digits: int = _HANDLE_DIGITS) -> str:
    """A public handle such as V-482193; it says nothing about who it is."""
    lowest = 10 ** (digits - 1)
    return f"V-{lowest + secrets.randbelow(9 * lowest)}"
