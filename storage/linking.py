"""One person of two: link codes, what moves in a merge, what a separation leaves, who is reached.

Who may link, and what is said, live in the handlers. Sealed values bound to a person do not move
here: only the handlers can seal them anew.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    ForeignKey,
    Index,
    LargeBinary,
    ScalarSelect,
    Table,
    UniqueConstraint,
    delete,
    exists,
    func,
    literal,
    or_,
    select,
    union_all,
    update,
)

from storage.approvals import approval_views, approvals
from storage.broadcasts import keep_count
from storage.columns import Id, person_key
from storage.coordinators import grants, pending_acts, unite_grants
from storage.database import Instant, insert, metadata
from storage.departures import departures
from storage.events import events
from storage.leaving import farewells, one_farewell
from storage.messages import deliveries, inbound
from storage.needs import needs
from storage.people import (
    addresses,
    consents,
    handovers,
    people,
    registrations,
    sessions,
    traits,
)
from storage.pledges import answers, pledges
from storage.pledging import unite_pledges
from storage.rsvps import one_rsvp_each, rsvps
from storage.watchers import watchers

link_codes = Table(
    "link_codes",
    metadata,
    person_key(),
    Column("address_id", Id, ForeignKey("addresses.id", ondelete="CASCADE"), nullable=False),
    Column("lookup", LargeBinary, nullable=False, unique=True, comment="keyed hash of the code"),
    Column("expires_at", Instant, nullable=False),
    Index("ix_link_codes_address_id", "address_id"),
    Index("ix_link_codes_expires_at", "expires_at"),
)
"""The one open code of a person, and the address that it was shown at."""

link_tries = Table(
    "link_tries",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("person_id", Id, ForeignKey("people.id", ondelete="CASCADE"), nullable=False),
    Column("at", Instant, nullable=False),
    Index("ix_link_tries_person_id", "person_id", "at"),
)
"""Wrong codes that a person sent lately."""

_OPEN = ("queued", "sending", "unknown")
_KEPT_FIRST = ("sending", "unknown", "delivered", "sent", "queued")


class Shown(NamedTuple):
    """An open code: whose it is, and the address that it was shown at."""

    person_id: int
    address_id: int
    channel: str
    lookup: bytes


def open_code(
    connection: Connection,
    person_id: int,
    address_id: int,
    lookup: bytes,
    *,
    now: datetime,
    until: datetime,
) -> None:
    """A new code in the place of the person's last; what is over goes too."""
    over = or_(link_codes.c.person_id == person_id, link_codes.c.expires_at <= now)
    connection.execute(delete(link_codes).where(over))
    row = {"person_id": person_id, "address_id": address_id, "lookup": lookup, "expires_at": until}
    connection.execute(insert(link_codes), row)


def shown_code(connection: Connection, lookup: bytes, now: datetime) -> Shown | None:
    statement = (
        select(
            link_codes.c.person_id,
            link_codes.c.address_id,
            addresses.c.channel,
            addresses.c.lookup,
        )
        .join(addresses, addresses.c.id == link_codes.c.address_id)
        .where(link_codes.c.lookup == lookup, link_codes.c.expires_at > now)
    )
    row = connection.execute(statement).first()
    return None if row is None else Shown._make(row)


def has_open_code(connection: Connection, address_id: int, now: datetime) -> bool:
    """Whether somebody at this address asked to be linked, minutes ago."""
    found = exists().where(link_codes.c.address_id == address_id, link_codes.c.expires_at > now)
    return bool(connection.scalar(select(found)))


def take_code(connection: Connection, lookup: bytes) -> bool:
    """Uses the code up; False when somebody else has."""
    statement = delete(link_codes).where(link_codes.c.lookup == lookup)
    return connection.execute(statement).rowcount == 1


def note_try(connection: Connection, row_id: int, person_id: int, now: datetime) -> None:
    connection.execute(insert(link_tries), {"id": row_id, "person_id": person_id, "at": now})


def tries_since(connection: Connection, person_id: int, since: datetime) -> int:
    """Wrong codes of this person from then on; older ones are forgotten."""
    theirs = link_tries.c.person_id == person_id
    connection.execute(delete(link_tries).where(theirs, link_tries.c.at <= since))
    count = select(func.count()).select_from(link_tries).where(theirs)
    return connection.execute(count).scalar_one()


class Reached(NamedTuple):
    """An address of a person."""

    address_id: int
    channel: str
    status: str


def addresses_of(connection: Connection, person_id: int) -> list[Reached]:
    """The preferred one first, then the one that was heard last."""
    statement = (
        select(addresses.c.id, addresses.c.channel, addresses.c.status)
        .where(addresses.c.person_id == person_id)
        .order_by(addresses.c.preferred.desc(), addresses.c.heard_at.desc(), addresses.c.id)
    )
    return [Reached._make(row) for row in connection.execute(statement)]


def reachable(person_id: ColumnElement[int] = people.c.id) -> ScalarSelect[int]:
    """The id of the one address to write to unasked, for use in a statement over people.

    The preferred address; while that can't be reached, the one heard last among those that may
    stand in. NULL: none. Consent and pauses are the person's, and not looked at.
    """
    where = addresses.alias("reached_at")
    return (
        select(where.c.id)
        .where(
            where.c.person_id == person_id,
            where.c.status == "active",
            or_(where.c.preferred, where.c.may_stand_in),
        )
        .order_by(where.c.preferred.desc(), where.c.heard_at.desc(), where.c.id)
        .limit(1)
        .correlate_except(where)
        .scalar_subquery()
    )


def reachable_address(connection: Connection, person_id: int) -> Reached | None:
    """Where one person is written to unasked; None: nowhere."""
    statement = select(addresses.c.id, addresses.c.channel, addresses.c.status).where(
        addresses.c.id == reachable(literal(person_id, Id))
    )
    row = connection.execute(statement).first()
    return None if row is None else Reached._make(row)


class Reading(NamedTuple):
    """Where a person is written to unasked, and how they read."""

    address_id: int
    channel: str
    language: str
    country: str | None


def reader_of(connection: Connection, person_id: int) -> Reading | None:
    """None: they are reached nowhere."""
    statement = (
        select(addresses.c.id, addresses.c.channel, people.c.language, people.c.country)
        .join(people, people.c.id == addresses.c.person_id)
        .where(addresses.c.id == reachable(literal(person_id, Id)))
    )
    row = connection.execute(statement).first()
    return None if row is None else Reading._make(row)


def set_preferred(connection: Connection, person_id: int, address_id: int) -> None:
    """Exactly this one; being chosen, it may stand in for another later."""
    chosen = addresses.c.id == address_id
    connection.execute(
        update(addresses)
        .where(addresses.c.person_id == person_id)
        .values(preferred=chosen, may_stand_in=or_(addresses.c.may_stand_in, chosen))
    )


class Standing(NamedTuple):
    """What decides which of two people stays. `joined`: a registration was completed."""

    person_id: int
    joined: bool
    created_at: datetime
    seen_at: datetime


def standing(connection: Connection, person_ids: Iterable[int]) -> dict[int, Standing]:
    joined = exists().where(registrations.c.person_id == people.c.id)
    statement = select(people.c.id, joined, people.c.created_at, people.c.seen_at)
    rows = connection.execute(statement.where(people.c.id.in_(list(person_ids))))
    return {row[0]: Standing(row[0], bool(row[1]), row[2], row[3]) for row in rows}


Settle = Callable[[Connection, int, int], None]


class Belongs(NamedTuple):
    """A column that names a person, for a merge. `settle` looks first at what both of them have.

    Rows move to whoever stays; one that a unique key doesn't let in goes with whoever doesn't.
    """

    table: Table
    column: str = "person_id"
    settle: Settle | None = None


def merge(connection: Connection, stays: int, goes: int) -> None:
    """All that belongs to one person becomes the other's, and the one is no more.

    Both rows must be held. Columns of the person themselves are the caller's to unite before.
    """
    for each in MERGED:
        if each.settle is not None:
            each.settle(connection, stays, goes)
        _move(connection, each.table, each.table.c[each.column], stays, goes)
    connection.execute(delete(people).where(people.c.id == goes))


def _move(connection: Connection, table: Table, column: Column[Any], stays: int, goes: int) -> None:
    held = table.alias("held")
    clashes = [
        exists().where(
            held.c[column.name] == stays, *(held.c[key] == table.c[key] for key in others)
        )
        for others in _unique_with(table, column)
    ]
    free = ~or_(*clashes) if clashes else literal(True)
    statement = update(table).where(column == goes, free)
    connection.execute(statement.values({column.name: stays}))


def _unique_with(table: Table, column: Column[Any]) -> list[list[str]]:
    """Of each unique key that the column is part of, the other columns."""
    keys = [table.primary_key.columns, *(index.columns for index in table.indexes if index.unique)]
    keys += [each.columns for each in table.constraints if isinstance(each, UniqueConstraint)]
    return [[each.name for each in key if each is not column] for key in keys if column.name in key]


def _drop_both(table: Table) -> Settle:
    def drop(connection: Connection, stays: int, goes: int) -> None:
        connection.execute(delete(table).where(table.c.person_id.in_([stays, goes])))

    return drop


def _one_copy_of_each_broadcast(connection: Connection, stays: int, goes: int) -> None:
    """Of two copies one goes on, first what is on its way; the other is not sent any more, and
    leaves the broadcast as it is then."""
    mine, theirs = deliveries.alias("mine"), deliveries.alias("theirs")
    pairs = connection.execute(
        select(mine.c.id, mine.c.status, theirs.c.id, theirs.c.status).where(
            mine.c.person_id == stays,
            theirs.c.person_id == goes,
            mine.c.broadcast_id == theirs.c.broadcast_id,
        )
    ).all()
    second = [one if _turn(its) < _turn(status) else other for one, status, other, its in pairs]
    which = deliveries.c.id.in_(second)
    connection.execute(
        update(deliveries)
        .where(which, deliveries.c.status == "queued")
        .values(status="cancelled", error="merged")
    )
    keep_count(connection, which)
    connection.execute(update(deliveries).where(which).values(broadcast_id=None))


def _turn(status: str) -> int:
    return _KEPT_FIRST.index(status) if status in _KEPT_FIRST else len(_KEPT_FIRST)


MERGED: tuple[Belongs, ...] = (
    Belongs(deliveries, settle=_one_copy_of_each_broadcast),
    Belongs(registrations),
    Belongs(traits),
    Belongs(consents),
    Belongs(handovers),
    Belongs(addresses),
    # Whoever is speaking saves the session that goes on.
    Belongs(sessions, settle=_drop_both(sessions)),
    Belongs(farewells, settle=one_farewell),
    Belongs(link_codes, settle=_drop_both(link_codes)),
    Belongs(link_tries),
    Belongs(grants, settle=unite_grants),
    Belongs(pending_acts),
    Belongs(departures),
    Belongs(pledges, settle=unite_pledges),
    Belongs(answers),
    Belongs(needs, "posted_by"),
    Belongs(approvals, "asked_by"),
    Belongs(approvals, "decided_by"),
    Belongs(approval_views),
    Belongs(rsvps, settle=one_rsvp_each),
    Belongs(events, "created_by"),
    Belongs(watchers),
)
"""Every column that names a person: what a later feature stores of one is added here."""


def has_history(connection: Connection, address_id: int) -> bool:
    """Whether anything ever came from or went to the address."""
    rows = union_all(
        select(inbound.c.id).where(inbound.c.address_id == address_id),
        select(deliveries.c.id).where(deliveries.c.address_id == address_id),
    )
    return connection.execute(rows.limit(1)).first() is not None


def remove_address(connection: Connection, address_id: int) -> None:
    connection.execute(delete(addresses).where(addresses.c.id == address_id))


def detach(
    connection: Connection, leaving: Reached, newcomer: int, staying: Reached, now: datetime
) -> None:
    """One address goes to a new person; all that was said and is held stays with the other.

    What waits there unasked goes to the address that stays; answers on their way do not, and
    the evidence of consent still names where it was given.
    """
    there = deliveries.c.address_id == leaving.address_id
    unasked = deliveries.c.kind.in_(("notice", "broadcast"))
    connection.execute(
        update(deliveries)
        .where(there, unasked, deliveries.c.status == "queued")
        .values(address_id=staying.address_id, channel=staying.channel, updated_at=now)
    )
    connection.execute(
        update(deliveries)
        .where(there, ~unasked, deliveries.c.status.in_(_OPEN))
        .values(person_id=newcomer)
    )
    for table in (inbound, sessions, handovers):
        _readdress(connection, table, leaving.address_id, staying.address_id)
    connection.execute(
        update(addresses)
        .where(addresses.c.id == leaving.address_id)
        .values(person_id=newcomer, preferred=True, may_stand_in=True)
    )


def _readdress(connection: Connection, table: Table, before: int, after: int) -> None:
    statement = update(table).where(table.c.address_id == before)
    connection.execute(statement.values(address_id=after))


def drop_codes(connection: Connection, person_ids: Sequence[int]) -> None:
    connection.execute(delete(link_codes).where(link_codes.c.person_id.in_(person_ids)))
