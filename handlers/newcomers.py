"""A first message from an address that nobody knows: a person is made, with the least possible."""

import secrets
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection

from handlers.conversation.language import guess_language
from handlers.conversation.messages import ChannelName, Inbound
from locales import Language
from storage.conversations import (
    Caller,
    add_addresses,
    find_caller,
    find_callers,
    suppressed,
)
from storage.database import insert
from storage.ids import new_id
from storage.people import people
from storage.prepared import Prepared
from storage.profiles import forget_person
from storage.sealed import Vault

_HANDLE_DIGITS = 6
_TRIES = 5

_ADD_PERSON = Prepared(insert(people).on_conflict_do_nothing(index_elements=[people.c.handle]))


class NewPerson(NamedTuple):
    """Without an address yet."""

    id: int
    handle: str
    language: Language
    consent: str


def meet(connection: Connection, vault: Vault, inbound: Inbound, now: datetime) -> Caller:
    """The caller behind this address; a new person unless somebody was quicker."""
    lookup = vault.index(inbound.channel, inbound.sender)
    caller = find_caller(connection, inbound.channel, lookup)
    if caller is None:
        caller = _welcome(connection, vault, inbound.channel, {lookup: (inbound, now)})[lookup]
    if caller is None:
        caller = find_caller(connection, inbound.channel, lookup)
    if caller is None:
        raise RuntimeError("an address that somebody else has just added can't be found")
    return caller


def meet_all(
    connection: Connection, vault: Vault, arrivals: Sequence[tuple[Inbound, datetime]]
) -> list[Caller | None]:
    """The callers behind several messages, each person's first alone.

    None for their others, and for whom somebody else holds or adds at this moment.
    """
    lookups = [vault.index(inbound.channel, inbound.sender) for inbound, _at in arrivals]
    first = {lookups[at]: arrivals[at] for at in reversed(range(len(arrivals)))}
    callers: dict[bytes, Caller | None] = {}
    for channel in {inbound.channel for inbound, _at in arrivals}:
        of_channel = [each for each, (inbound, _at) in first.items() if inbound.channel == channel]
        callers |= find_callers(connection, channel, of_channel)
        new = {each: first[each] for each in of_channel if each not in callers}
        callers |= _welcome(connection, vault, channel, new)
    return _once_each([callers[lookup] for lookup in lookups])


def _once_each(callers: Iterable[Caller | None]) -> list[Caller | None]:
    met: set[int] = set()
    once = []
    for caller in callers:
        once.append(caller if caller is not None and caller.person_id not in met else None)
        if caller is not None:
            met.add(caller.person_id)
    return once


def _welcome(
    connection: Connection,
    vault: Vault,
    channel: ChannelName,
    firsts: Mapping[bytes, tuple[Inbound, datetime]],
) -> dict[bytes, Caller | None]:
    """A person for each address; None where somebody else was quicker to add it."""
    if not firsts:
        return {}
    stopped = suppressed(connection, channel, list(firsts))
    people_of = add_people(
        connection,
        [
            (
                guess_language(_own_words(inbound.text), inbound.language_code),
                "out" if lookup in stopped else "none",
                now,
            )
            for lookup, (inbound, now) in firsts.items()
        ],
    )
    met = {
        lookup: _new_caller(person, inbound, now)
        for person, (lookup, (inbound, now)) in zip(people_of, firsts.items(), strict=True)
    }
    rows = [
        _address_row(vault, caller, lookup, firsts[lookup][0]) for lookup, caller in met.items()
    ]
    added = add_addresses(connection, rows)
    for caller, is_new in zip(met.values(), added, strict=True):
        if not is_new:
            forget_person(connection, caller.person_id)
    return {
        lookup: caller if is_new else None
        for (lookup, caller), is_new in zip(met.items(), added, strict=True)
    }


def _new_caller(person: NewPerson, inbound: Inbound, now: datetime) -> Caller:
    return Caller(
        person_id=person.id,
        address_id=new_id(),
        channel=inbound.channel,
        address_status="active",
        heard_at=now,
        handle=person.handle,
        language=person.language,
        consent=person.consent,
        asked=False,
        awaited=False,
        joined=False,
        fresh=True,
    )


def _address_row(
    vault: Vault, caller: Caller, lookup: bytes, inbound: Inbound
) -> dict[str, object]:
    return {
        "id": caller.address_id,
        "person_id": caller.person_id,
        "channel": inbound.channel,
        "lookup": lookup,
        "value": vault.seal("addresses", "value", caller.address_id, inbound.sender),
        "status": "active",
        "preferred": True,
        "created_at": caller.heard_at,
        "heard_at": caller.heard_at,
    }


def add_people(
    connection: Connection, wanted: Sequence[tuple[Language, str, datetime]]
) -> list[NewPerson]:
    """People without an address, of this language and consent, made at this time; in that order."""
    made: list[NewPerson | None] = [None] * len(wanted)
    for digits in range(_HANDLE_DIGITS, _HANDLE_DIGITS + _TRIES):
        places = [place for place, person in enumerate(made) if person is None]
        rows = [_person_row(*wanted[place], digits) for place in places]
        counts = _ADD_PERSON.run_each(connection, rows)
        for place, row, count in zip(places, rows, counts, strict=True):
            if count == 1:
                made[place] = NewPerson(row["id"], row["handle"], row["language"], row["consent"])
        if None not in made:
            return [person for person in made if person is not None]
    raise RuntimeError("no free handle was found")


def _person_row(language: Language, consent: str, now: datetime, digits: int) -> dict[str, Any]:
    return {
        "id": new_id(),
        "handle": new_handle(digits),
        "language": language,
        "consent": consent,
        "created_at": now,
        "seen_at": now,
    }


def _own_words(text: str) -> str:
    """Telegram itself sends /start and what a link carries; that says nothing of the person."""
    return "" if text.startswith("/start") else text


def new_handle(digits: int = _HANDLE_DIGITS) -> str:
    """A public handle such as V-482193; it says nothing about who it is."""
    lowest = 10 ** (digits - 1)
    return f"V-{lowest + secrets.randbelow(9 * lowest)}"
