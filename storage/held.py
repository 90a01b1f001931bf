"""Everything that is stored of one person, read at once for their own eyes. Nothing is opened."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, FromClause, Row, Table, func, select

from storage.coordinators import grants, pending_acts
from storage.events import events
from storage.messages import deliveries, inbound
from storage.needs import needs
from storage.network import organisations, shelters
from storage.people import addresses, consents, handovers, people, registrations, sessions, traits
from storage.pledges import pledges
from storage.rsvps import rsvps

Rows = Sequence[Row[Any]]


@dataclass(frozen=True, slots=True)
class Held:
    """Rows of each table, oldest first. `texts` counts messages whose words are still kept.

    `rsvps` come with their event's code, hour and titles, `pledges` with their need's code, unit,
    category and item, and its shelter's zone; `events` and `needs` are those that they made.
    """

    person: Row[Any]
    organisation: str | None
    addresses: Rows
    registrations: Rows
    traits: Rows
    consents: Rows
    sessions: Rows
    handovers: Rows
    grants: Rows
    pending_acts: Rows
    rsvps: Rows
    events: Rows
    pledges: Rows
    needs: Rows
    texts: int


def held_of(connection: Connection, person_id: int) -> Held:
    organisation = organisations.c.id == people.c.organisation_id
    person = connection.execute(
        select(people, organisations.c.name.label("organisation"))
        .select_from(people.outerjoin(organisations, organisation))
        .where(people.c.id == person_id)
    ).one()

    def rows(table: Table, order: ColumnElement[Any]) -> Rows:
        return connection.execute(
            select(table).where(table.c.person_id == person_id).order_by(order)
        ).all()

    return Held(
        person,
        person.organisation,
        rows(addresses, addresses.c.created_at),
        rows(registrations, registrations.c.created_at),
        rows(traits, traits.c.value),
        rows(consents, consents.c.at),
        rows(sessions, sessions.c.updated_at),
        rows(handovers, handovers.c.at),
        rows(grants, grants.c.granted_at),
        rows(pending_acts, pending_acts.c.expires_at),
        _rsvps(connection, person_id),
        connection.execute(select(events).where(events.c.created_by == person_id)).all(),
        _pledges(connection, person_id),
        connection.execute(select(needs).where(needs.c.posted_by == person_id)).all(),
        _texts(connection, person_id),
    )


def _rsvps(connection: Connection, person_id: int) -> Rows:
    e = events.c
    statement = (
        select(rsvps, e.code, e.kind, e.starts_at, e.zone, e.title_es, e.title_en)
        .join(events, e.id == rsvps.c.event_id)
        .where(rsvps.c.person_id == person_id)
    )
    return connection.execute(statement.order_by(rsvps.c.created_at)).all()


def _pledges(connection: Connection, person_id: int) -> Rows:
    n = needs.c
    statement = (
        select(pledges, n.code, n.unit, n.category, n.item, shelters.c.zone)
        .join(needs, n.id == pledges.c.need_id)
        .join(shelters, shelters.c.id == n.shelter_id)
        .where(pledges.c.person_id == person_id)
    )
    return connection.execute(statement.order_by(pledges.c.created_at)).all()


def _texts(connection: Connection, person_id: int) -> int:
    theirs = select(addresses.c.id).where(addresses.c.person_id == person_id)
    came = inbound.c.address_id.in_(theirs), inbound.c.payload.is_not(None)
    went = deliveries.c.person_id == person_id, deliveries.c.body.is_not(None)
    return _count(connection, inbound, *came) + _count(connection, deliveries, *went)


def _count(connection: Connection, table: FromClause, *where: ColumnElement[bool]) -> int:
    return connection.execute(select(func.count()).select_from(table).where(*where)).scalar_one()
