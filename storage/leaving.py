"""What is left when a person is deleted: hashes, counts, a farewell on its way. The tables and SQL.

Deleting itself is here too. Who asks for it, and what is said, live in the handlers.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Index,
    Integer,
    SmallInteger,
    String,
    Table,
    and_,
    case,
    delete,
    exists,
    func,
    literal,
    or_,
    select,
    tuple_,
    update,
)

from storage.broadcasts import keep_count
from storage.columns import Id, person_key
from storage.coordinators import grants
from storage.database import Instant, insert, lock_row, metadata, skip_locked
from storage.messages import CLOSED, deliveries, inbound, is_now
from storage.people import addresses, people, registrations, suppressions

KEPT_BY_PROVIDER = "sms"
"""The one channel whose provider keeps messages that we can have deleted (Twilio)."""

_OPEN = ("queued", "sending", "unknown")
_IN_FLIGHT = ("sending", "unknown")
_LISTED_LATE = timedelta(minutes=1)
"""So long after a call its message may be missing in what the provider lists."""

farewells = Table(
    "farewells",
    metadata,
    person_key(),
    Column("since", Instant, nullable=False),
    Column("due_at", Instant, nullable=False, comment="not looked at before"),
)
"""Empty persons in the place of deleted ones, one an address: until the last message has gone
there, and the provider was asked what it keeps of the number."""

provider_deletions = Table(
    "provider_deletions",
    metadata,
    Column("channel", String(16), primary_key=True),
    Column("provider_id", String(64), primary_key=True),
    Column("due_at", Instant, nullable=False),
    Column("attempts", SmallInteger, nullable=False, server_default="0"),
    Index("ix_provider_deletions_due_at", "due_at"),
)
"""Messages of deleted people that the provider is still to be asked to delete."""

counts = Table(
    "counts",
    metadata,
    Column("day", String(10), primary_key=True, comment="ISO date, UTC"),
    Column("what", String(32), primary_key=True),
    Column("n", Integer, nullable=False),
)
"""How many a day, without a link to anybody."""

_suppress = insert(suppressions)
_count = insert(counts)
_ask = insert(provider_deletions)


def erase(connection: Connection, person_ids: Sequence[int]) -> int:
    """Removes people and all that belongs to them; what the provider sent stays known by its id."""
    theirs = select(addresses.c.id).where(addresses.c.person_id.in_(person_ids))
    _scrub(connection, inbound.c.address_id.in_(theirs))
    keep_count(connection, deliveries.c.person_id.in_(person_ids))
    _unsay(connection)
    return connection.execute(delete(people).where(people.c.id.in_(person_ids))).rowcount


def _unsay(connection: Connection) -> None:
    """What whoever has a role has been told, which may have been a name or a contact: which of it
    was about the people who are deleted nobody can know, so none of it is kept any longer."""
    told = deliveries.c.person_id.in_(select(grants.c.person_id))
    ended = is_now(deliveries.c.status, *CLOSED)
    connection.execute(
        update(deliveries).where(told, ended, deliveries.c.body.is_not(None)).values(body=None)
    )


def suppress(connection: Connection, person_ids: Sequence[int], now: datetime) -> None:
    """Their addresses are not written to any more, not even after an import."""
    theirs = select(addresses.c.channel, addresses.c.lookup, literal(now, Instant)).where(
        addresses.c.person_id.in_(person_ids)
    )
    statement = _suppress.from_select(["channel", "lookup", "at"], theirs)
    connection.execute(statement.on_conflict_do_nothing())


def lift_suppression(connection: Connection, person_id: int) -> None:
    """The person came back by a word of their own."""
    theirs = select(addresses.c.channel, addresses.c.lookup).where(
        addresses.c.person_id == person_id
    )
    known = tuple_(suppressions.c.channel, suppressions.c.lookup)
    connection.execute(delete(suppressions).where(known.in_(theirs)))


def count_departure(connection: Connection, person_id: int, day: date) -> None:
    """One more deletion on that day, and one by each kind of registration."""
    kinds = connection.scalars(
        select(registrations.c.kind).where(registrations.c.person_id == person_id)
    )
    count(connection, day, dict.fromkeys(("deleted", *(f"deleted_{kind}" for kind in kinds)), 1))


def count(connection: Connection, day: date, more: Mapping[str, int]) -> None:
    """So many more of each, on that day."""
    for what, n in more.items():
        connection.execute(
            _count.values(day=day.isoformat(), what=what, n=n).on_conflict_do_update(
                index_elements=[counts.c.day, counts.c.what], set_={"n": counts.c.n + n}
            )
        )


def addresses_to_keep(connection: Connection, person_id: int, address_id: int) -> list[int]:
    """The one that the farewell goes to, then those that still serve to have more deleted.

    What a provider keeps it tells by the number alone, of long ago too; and what is just being
    sent must be found under its own address, should its outcome never be known.
    """
    on_its_way = select(deliveries.c.address_id).where(
        deliveries.c.person_id == person_id, deliveries.c.status.in_(_IN_FLIGHT)
    )
    others = select(addresses.c.id).where(
        addresses.c.person_id == person_id,
        addresses.c.id != address_id,
        or_(addresses.c.channel == KEPT_BY_PROVIDER, addresses.c.id.in_(on_its_way)),
    )
    return [address_id, *connection.scalars(others)]


def leave_empty(
    connection: Connection, person_id: int, heirs: Mapping[int, int], now: datetime
) -> None:
    """Removes a person all but these addresses, each of which an empty person keeps for a while.

    One each: who writes from one meanwhile, or comes back, is a stranger there, and the others go
    all the same. `heirs`: who keeps which, first the one of the farewell.
    """
    theirs = select(addresses.c.id).where(addresses.c.person_id == person_id)
    _scrub(connection, inbound.c.address_id.in_(theirs))
    _hand_over(connection, person_id, heirs, now)
    waiting = [{"person_id": each, "since": now, "due_at": now} for each in heirs.values()]
    connection.execute(insert(farewells), waiting)
    erase(connection, [person_id])


def _hand_over(
    connection: Connection, person_id: int, heirs: Mapping[int, int], now: datetime
) -> None:
    """The addresses, and what the provider may be taking at this moment, without its text, so
    that the ids become known. Moved in place: whoever is just recording an outcome finds the row.
    """
    [(farewell, first), *_others] = heirs.items()
    whose = {address: literal(person, Id) for address, person in heirs.items()}
    as_new = {"status": "active", "preferred": True, "strikes": 0, "doubted_at": None}
    connection.execute(
        update(addresses)
        .where(addresses.c.id.in_(list(heirs)))
        .values(person_id=case(whose, value=addresses.c.id), created_at=now, heard_at=now, **as_new)
    )
    # What was taken on its way to another address only just now goes to the farewell's.
    where = {address: literal(address, Id) for address in heirs}
    keeper = case(whose, value=deliveries.c.address_id, else_=literal(first, Id))
    kept = case(where, value=deliveries.c.address_id, else_=literal(farewell, Id))
    connection.execute(
        update(deliveries)
        .where(deliveries.c.person_id == person_id, deliveries.c.status.in_(_IN_FLIGHT))
        .values(person_id=keeper, address_id=kept, body=None)
    )


class Parting(NamedTuple):
    """Somebody to whom nothing is on its way any more, empty unless they came back meanwhile.

    `addresses`: id, channel and the sealed value of each.
    """

    person_id: int
    addresses: Sequence[tuple[int, str, bytes]]


def partings(connection: Connection, now: datetime, most: int) -> list[Parting]:
    due = (
        select(farewells.c.person_id)
        .where(farewells.c.due_at <= now, ~_expects_more(farewells.c.person_id, now))
        .order_by(farewells.c.due_at)
        .limit(most)
    )
    found: dict[int, list[tuple[int, str, bytes]]] = {
        person: [] for person in connection.scalars(due)
    }
    a = addresses.c
    theirs = select(a.person_id, a.id, a.channel, a.value).where(a.person_id.in_(list(found)))
    for person, *address in connection.execute(theirs):
        found[person].append((address[0], address[1], address[2]))
    return [Parting(person, known) for person, known in found.items()]


def postpone_parting(connection: Connection, person_id: int, until: datetime) -> None:
    connection.execute(
        update(farewells).where(farewells.c.person_id == person_id).values(due_at=until)
    )


def part(
    connection: Connection, person_id: int, at_provider: Mapping[str, datetime], now: datetime
) -> bool:
    """Removes an empty person for good; False when they have come back meanwhile, and stay.

    `at_provider`: the messages that it lists of their number, and when they were made.
    """
    consent = connection.scalar(
        lock_row(select(people.c.consent).where(people.c.id == person_id), of=people)
    )
    if consent != "out":
        _stay(connection, person_id, at_provider, now)
        return False
    ask_provider(connection, [person_id], now)
    ask_for(connection, at_provider, now)
    erase(connection, [person_id])
    return True


def _stay(
    connection: Connection, person_id: int, at_provider: Mapping[str, datetime], now: datetime
) -> None:
    """What was before the deletion is to go all the same; what was said since is theirs."""
    ended = delete(farewells).where(farewells.c.person_id == person_id)
    since = connection.scalar(ended.returning(farewells.c.since))
    if since is not None:
        ask_for(connection, [each for each, at in at_provider.items() if at < since], now)


def one_farewell(connection: Connection, stays: int, goes: int) -> None:
    """What the provider keeps of before is still to be asked for, of both of them's numbers."""
    f = farewells.c
    both = f.person_id.in_([stays, goes])
    since, due_at = connection.execute(
        select(func.min(f.since), func.max(f.due_at)).where(both)
    ).one()
    connection.execute(delete(farewells).where(both))
    if since is not None:
        row = {"person_id": stays, "since": since, "due_at": due_at}
        connection.execute(insert(farewells), row)


def ask_provider(connection: Connection, person_ids: Sequence[int], now: datetime) -> None:
    """Notes all messages from and to these people that their provider is to delete."""
    theirs = select(addresses.c.id).where(addresses.c.person_id.in_(person_ids))
    for table, whose in (
        (inbound, inbound.c.address_id.in_(theirs)),
        (deliveries, deliveries.c.person_id.in_(person_ids)),
    ):
        known = select(table.c.channel, table.c.provider_id, literal(now, Instant)).where(
            whose, table.c.channel == KEPT_BY_PROVIDER, table.c.provider_id.is_not(None)
        )
        statement = _ask.from_select(["channel", "provider_id", "due_at"], known.distinct())
        connection.execute(statement.on_conflict_do_nothing())


def ask_for(connection: Connection, provider_ids: Iterable[str], now: datetime) -> None:
    rows = [
        {"channel": KEPT_BY_PROVIDER, "provider_id": each, "due_at": now} for each in provider_ids
    ]
    if rows:
        connection.execute(_ask.on_conflict_do_nothing(), rows)


class Asked(NamedTuple):
    """One message that the provider is to delete."""

    provider_id: str
    attempts: int


def due_deletions(
    connection: Connection, now: datetime, lease_until: datetime, most: int
) -> list[Asked]:
    """What is to be asked now; nobody else asks for it before the lease ends."""
    d = provider_deletions.c
    found = connection.execute(
        skip_locked(
            select(d.provider_id, d.attempts)
            .where(d.channel == KEPT_BY_PROVIDER, d.due_at <= now)
            .order_by(d.due_at)
            .limit(most)
        )
    ).all()
    ids = [row.provider_id for row in found]
    connection.execute(
        update(provider_deletions)
        .where(d.channel == KEPT_BY_PROVIDER, d.provider_id.in_(ids))
        .values(due_at=lease_until, attempts=d.attempts + 1)
    )
    return [Asked(row.provider_id, row.attempts + 1) for row in found]


def deleted_at_provider(connection: Connection, provider_ids: Sequence[str]) -> None:
    connection.execute(delete(provider_deletions).where(_among(provider_ids)))


def ask_again(connection: Connection, provider_id: str, at: datetime) -> None:
    connection.execute(update(provider_deletions).where(_among([provider_id])).values(due_at=at))


def is_only_address(connection: Connection, person_id: int, address_id: int) -> bool:
    others = exists().where(addresses.c.person_id == person_id, addresses.c.id != address_id)
    return not connection.scalar(select(others))


def cut_address(connection: Connection, address_id: int) -> None:
    """The address is somebody else's now; what was written there goes with it."""
    _scrub(connection, inbound.c.address_id == address_id)
    keep_count(connection, deliveries.c.address_id == address_id)
    connection.execute(delete(addresses).where(addresses.c.id == address_id))


def _scrub(connection: Connection, which: ColumnElement[bool]) -> None:
    """The provider's id stays, so that a repeat is still known as one."""
    connection.execute(
        update(inbound)
        .where(which)
        .values(payload=None, address_id=None, status="done", error=None)
    )


def _expects_more(person_id: ColumnElement[int], now: datetime) -> ColumnElement[bool]:
    """Also a record at the provider, of a message that it may have taken without our knowing."""
    d = deliveries.c
    without_trace = and_(
        d.channel == KEPT_BY_PROVIDER, d.provider_id.is_(None), d.called_at > now - _LISTED_LATE
    )
    return exists().where(d.person_id == person_id, or_(d.status.in_(_OPEN), without_trace))


def _among(provider_ids: Sequence[str]) -> ColumnElement[bool]:
    d = provider_deletions.c
    return and_(d.channel == KEPT_BY_PROVIDER, d.provider_id.in_(provider_ids))
