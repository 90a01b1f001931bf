"""What is too old to be kept: which rows, and what becomes of them. The ages are given."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, and_, delete, exists, or_, select, update

from storage import leaving, rsvps
from storage.approvals import approvals
from storage.broadcasts import broadcasts
from storage.codes import free_codes
from storage.coordinators import grants, invitation_tries, invitations, pending_acts
from storage.events import events
from storage.leaving import farewells
from storage.messages import CLOSED, Status, deliveries, inbound, is_now, receipts
from storage.needs import needs
from storage.people import addresses, handovers, people, registrations, sessions

FOUND = 5_000
"""How many rows are looked for at once."""

_WAITING = [Status.QUEUED, Status.UNKNOWN]

Old = Callable[[datetime], ColumnElement[bool]]
Doing = Callable[[Connection, ColumnElement[bool], datetime], int]


@dataclass(frozen=True, slots=True)
class Chore:
    """Rows by their key, when they count as old, and what is done to them."""

    name: str
    key: Column[Any]
    old: Old
    do: Doing

    def find(self, connection: Connection, before: datetime) -> Sequence[Any]:
        """Keys of up to FOUND old rows."""
        statement = select(self.key).where(self.old(before)).distinct().limit(FOUND)
        return list(connection.scalars(statement))

    def act(
        self, connection: Connection, keys: Sequence[Any], before: datetime, now: datetime
    ) -> int:
        """On those that are old still; returns how many."""
        return self.do(connection, and_(self.key.in_(keys), self.old(before)), now)


def _emptied(column: Column[Any]) -> Doing:
    def empty(connection: Connection, which: ColumnElement[bool], _now: datetime) -> int:
        statement = update(column.table).where(which).values({column: None})
        return connection.execute(statement).rowcount

    return empty


def _deleted(key: Column[Any]) -> Doing:
    def remove(connection: Connection, which: ColumnElement[bool], _now: datetime) -> int:
        return connection.execute(delete(key.table).where(which)).rowcount

    return remove


def _expired(connection: Connection, which: ColumnElement[bool], now: datetime) -> int:
    statement = (
        update(deliveries)
        .where(which)
        .values(status=Status.EXPIRED, error="retention", body=None, updated_at=now)
    )
    return connection.execute(statement).rowcount


def _parted(connection: Connection, which: ColumnElement[bool], now: datetime) -> int:
    persons = list(connection.scalars(select(farewells.c.person_id).where(which)))
    return sum(leaving.part(connection, person, {}, now) for person in persons)


def _forgotten(connection: Connection, which: ColumnElement[bool], now: datetime) -> int:
    """Who had stopped stays stopped: a hash of the address remains."""
    found = connection.execute(select(people.c.id, people.c.consent).where(which)).all()
    stopped = [row.id for row in found if row.consent == "out"]
    if stopped:
        leaving.suppress(connection, stopped, now)
    return leaving.erase(connection, [row.id for row in found])


def _closed_for_good(connection: Connection, which: ColumnElement[bool], _now: datetime) -> int:
    """Their codes may name something else from now on."""
    ids = list(connection.scalars(select(broadcasts.c.id).where(which)))
    free_codes(connection, "broadcast", ids)
    return connection.execute(delete(broadcasts).where(broadcasts.c.id.in_(ids))).rowcount


def _no_more_needed(connection: Connection, which: ColumnElement[bool], _now: datetime) -> int:
    """With all that was promised of them."""
    ids = list(connection.scalars(select(needs.c.id).where(which)))
    free_codes(connection, "need", ids)
    return connection.execute(delete(needs).where(needs.c.id.in_(ids))).rowcount


def _uninvited(connection: Connection, which: ColumnElement[bool], _now: datetime) -> int:
    ids = list(connection.scalars(select(invitations.c.id).where(which)))
    free_codes(connection, "invitation", ids)
    return connection.execute(delete(invitations).where(invitations.c.id.in_(ids))).rowcount


def _long_over(connection: Connection, which: ColumnElement[bool], _now: datetime) -> int:
    """How many there were, and who came, stays as a number of that day."""
    ids = list(connection.scalars(select(events.c.id).where(which)))
    rsvps.keep_counts(connection, ids)
    free_codes(connection, "event", ids)
    return connection.execute(delete(events).where(events.c.id.in_(ids))).rowcount


def _is_stranger(before: datetime) -> ColumnElement[bool]:
    """Wrote once, never joined, and has been silent since."""
    theirs = addresses.c.person_id == people.c.id
    return and_(
        people.c.consent != "in",
        people.c.created_at < before,
        ~exists().where(registrations.c.person_id == people.c.id),
        ~exists().where(theirs, addresses.c.heard_at >= before),
        ~exists().where(farewells.c.person_id == people.c.id),
        ~exists().where(grants.c.person_id == people.c.id, grants.c.revoked_at.is_(None)),
    )


OLD_DELIVERIES = Chore(
    "deliveries",
    deliveries.c.id,
    lambda before: and_(
        deliveries.c.updated_at < before,
        is_now(deliveries.c.status, *CLOSED),
        # A broadcast's deliveries are its books, and go with it.
        deliveries.c.broadcast_id.is_(None),
    ),
    _deleted(deliveries.c.id),
)
STUCK_DELIVERIES = Chore(
    "stuck deliveries",
    deliveries.c.id,
    lambda before: and_(deliveries.c.due_at < before, deliveries.c.status.in_(_WAITING)),
    _expired,
)
DELIVERY_TEXTS = Chore(
    "texts sent",
    deliveries.c.id,
    lambda before: and_(
        deliveries.c.updated_at < before,
        is_now(deliveries.c.status, *CLOSED),
        deliveries.c.body.is_not(None),
    ),
    _emptied(deliveries.c.body),
)
ENDED_BROADCASTS = Chore(
    "broadcasts",
    broadcasts.c.id,
    lambda before: and_(
        broadcasts.c.ended_at < before,
        ~exists().where(deliveries.c.broadcast_id == broadcasts.c.id),
    ),
    _closed_for_good,
)
CLOSED_NEEDS = Chore(
    "needs",
    needs.c.id,
    lambda before: and_(
        or_(
            needs.c.closed_at < before,
            and_(needs.c.status.in_(("draft", "awaiting_approval")), needs.c.created_at < before),
        ),
        # They carry its code, which must not be given to another meanwhile.
        ~exists().where(broadcasts.c.subject_id == needs.c.id),
    ),
    _no_more_needed,
)
THEIR_DELIVERIES = Chore(
    "deliveries of broadcasts",
    deliveries.c.id,
    lambda before: deliveries.c.broadcast_id.in_(
        select(broadcasts.c.id).where(broadcasts.c.ended_at < before)
    ),
    _deleted(deliveries.c.id),
)
ENDED_EVENTS = Chore(
    "events",
    events.c.id,
    lambda before: and_(
        events.c.ended_at < before,
        # What was sent about it is told by its code.
        ~exists().where(broadcasts.c.subject_id == events.c.id),
    ),
    _long_over,
)
OLD_INBOUND = Chore(
    "messages received",
    inbound.c.id,
    lambda before: inbound.c.received_at < before,
    _deleted(inbound.c.id),
)
INBOUND_TEXTS = Chore(
    "texts received",
    inbound.c.id,
    lambda before: and_(inbound.c.received_at < before, inbound.c.payload.is_not(None)),
    _emptied(inbound.c.payload),
)
HANDOVER_TEXTS = Chore(
    "texts set aside",
    handovers.c.id,
    lambda before: and_(handovers.c.at < before, handovers.c.words.is_not(None)),
    _emptied(handovers.c.words),
)
CLOSED_HANDOVERS = Chore(
    "closed handovers",
    handovers.c.id,
    lambda before: handovers.c.closed_at < before,
    _deleted(handovers.c.id),
)
SESSIONS = Chore(
    "sessions",
    sessions.c.person_id,
    lambda before: sessions.c.updated_at < before,
    _deleted(sessions.c.person_id),
)
RECEIPTS = Chore(
    "receipts",
    receipts.c.provider_id,
    lambda before: receipts.c.at < before,
    _deleted(receipts.c.provider_id),
)
REVOKED_GRANTS = Chore(
    "revoked grants",
    grants.c.id,
    lambda before: grants.c.revoked_at < before,
    _deleted(grants.c.id),
)
OLD_INVITATIONS = Chore(
    "invitations",
    invitations.c.id,
    lambda before: invitations.c.expires_at < before,
    _uninvited,
)
INVITATION_TRIES = Chore(
    "wrong invitation codes",
    invitation_tries.c.id,
    lambda before: invitation_tries.c.at < before,
    _deleted(invitation_tries.c.id),
)
PENDING_ACTS = Chore(
    "acts without their code",
    pending_acts.c.id,
    lambda before: pending_acts.c.expires_at < before,
    _deleted(pending_acts.c.id),
)
OLD_APPROVALS = Chore(
    "approvals",
    approvals.c.id,
    lambda before: approvals.c.expires_at < before,
    _deleted(approvals.c.id),
)
STRANGERS = Chore("strangers", people.c.id, _is_stranger, _forgotten)
FAREWELLS = Chore(
    "farewells", farewells.c.person_id, lambda before: farewells.c.since < before, _parted
)
