"""Reading and changing what is held of one person: columns, traits, registrations, consent."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, bindparam, delete, exists, func, or_, select, update

from storage.database import insert
from storage.messages import deliveries
from storage.network import organisations
from storage.people import RETURN, addresses, consents, handovers, people, registrations, traits
from storage.prepared import Prepared

_CHATS = ("telegram", "local_telegram")


_CHANGE = Prepared(update(people).where(people.c.id == bindparam("of")))
_ADD_TRAIT = Prepared(insert(traits))
_FORGET_TRAITS = Prepared(
    delete(traits).where(traits.c.person_id == bindparam("of"), traits.c.kind == bindparam("only"))
)
_REGISTRATIONS = Prepared(
    select(registrations.c.kind)
    .where(registrations.c.person_id == bindparam("of"))
    .order_by(registrations.c.created_at)
)
_REGISTRATION = Prepared(
    select(registrations.c.id).where(
        registrations.c.person_id == bindparam("of"), registrations.c.kind == bindparam("only")
    )
)
_registration = insert(registrations)
_REGISTER = Prepared(
    _registration.on_conflict_do_update(
        index_elements=[registrations.c.id],
        set_={
            name: _registration.excluded[name]
            for name in ("status", "headcount", "group_name", "offer", "credential", "updated_at")
        },
    )
)
_ADD_CONSENT = Prepared(insert(consents))
_ADD_HANDOVER = Prepared(insert(handovers))
_HANDOVER_AT = Prepared(
    select(func.max(handovers.c.at)).where(
        handovers.c.person_id == bindparam("of"),
        handovers.c.reason == bindparam("only"),
        handovers.c.closed_at.is_(None),
    )
)


def change_person(connection: Connection, person_id: int, **columns: Any) -> None:
    _CHANGE.run(connection, {"of": person_id, **columns})


def describe(connection: Connection, person_id: int, **columns: Any) -> None:
    """`change_person`, of whom the turn is of."""
    _CHANGE.write(connection, {"of": person_id, **columns})


def zone_of(connection: Connection, person_id: int) -> str | None:
    return connection.scalar(select(people.c.zone).where(people.c.id == person_id))


def traits_of(connection: Connection, person_id: int) -> dict[str, list[str]]:
    """Codes by kind of trait, sorted."""
    rows = connection.execute(
        select(traits.c.kind, traits.c.value)
        .where(traits.c.person_id == person_id)
        .order_by(traits.c.kind, traits.c.value)
    )
    found: dict[str, list[str]] = {}
    for kind, value in rows:
        found.setdefault(kind, []).append(value)
    return found


def set_traits(connection: Connection, person_id: int, values: Mapping[str, Iterable[str]]) -> None:
    """Whom the turn is of has exactly these codes, by kind, from now on; other kinds stay."""
    for kind in values:
        _FORGET_TRAITS.write(connection, {"of": person_id, "only": kind})
    for kind, codes in values.items():
        for code in codes:
            _ADD_TRAIT.write(connection, {"person_id": person_id, "kind": kind, "value": code})


def registrations_of(connection: Connection, person_id: int) -> list[str]:
    """Kinds of registration, oldest first."""
    return [kind for (kind,) in _REGISTRATIONS.all(connection, {"of": person_id})]


def is_verified(connection: Connection, person_id: int) -> bool:
    """As a legal expert, by a coordinator."""
    r = registrations.c
    which = r.person_id == person_id, r.kind == "legal_expert", r.status == "verified"
    return bool(connection.scalar(select(exists().where(*which))))


def registration_id(connection: Connection, person_id: int, kind: str) -> int | None:
    row = _REGISTRATION.first(connection, {"of": person_id, "only": kind})
    return row[0] if row else None


def save_registration(connection: Connection, row: dict[str, Any]) -> None:
    """Adds a registration, or brings the one of that id up to date."""
    _REGISTER.write(connection, row)


def add_consent(connection: Connection, row: dict[str, Any]) -> None:
    _ADD_CONSENT.write(connection, row)


def set_address_status(connection: Connection, person_id: int, status: str, *was: str) -> None:
    """All of a person's addresses that are in one of these states."""
    connection.execute(
        update(addresses)
        .where(addresses.c.person_id == person_id, addresses.c.status.in_(was))
        .values(status=status)
    )


def reopen_addresses(connection: Connection, person_id: int, address_id: int) -> None:
    """After a start word: the address that said it, whatever was thought of it, and the chats.

    Another number stays closed until it says so itself: only a start word from there lifts the
    block that a stop set at its provider, and a send into that block is a stop once more.
    """
    connection.execute(
        update(addresses)
        .where(
            addresses.c.person_id == person_id,
            or_(
                addresses.c.id == address_id,
                and_(addresses.c.status == "opted_out", addresses.c.channel.in_(_CHATS)),
            ),
        )
        .values(status="active")
    )


def set_one_address_status(connection: Connection, address_id: int, status: str) -> None:
    connection.execute(update(addresses).where(addresses.c.id == address_id).values(status=status))


def change_address(connection: Connection, address_id: int, **columns: Any) -> None:
    connection.execute(update(addresses).where(addresses.c.id == address_id).values(**columns))


def has_agreed(connection: Connection, person_id: int) -> bool:
    """Whether they ever agreed to take part: on record, or by being registered."""
    agreed = consents.c.act == "in", consents.c.wording != RETURN
    theirs = consents.c.person_id == person_id, *agreed
    kept = registrations.c.person_id == person_id
    either = or_(exists().where(*theirs), exists().where(kept))
    return bool(connection.scalar(select(either)))


def stopped_by(connection: Connection, person_id: int) -> str | None:
    """The wording of the latest stop: PROVIDER where it was not said to us."""
    statement = (
        select(consents.c.wording)
        .where(consents.c.person_id == person_id, consents.c.act == "out")
        .order_by(consents.c.at.desc(), consents.c.id.desc())
        .limit(1)
    )
    return connection.execute(statement).scalar()


def stopped_at(connection: Connection, person_id: int) -> datetime | None:
    """When the person last said stop."""
    statement = select(func.max(consents.c.at)).where(
        consents.c.person_id == person_id, consents.c.act == "out"
    )
    return connection.execute(statement).scalar()


def suppress_queued(
    connection: Connection, person_id: int, at: datetime, *, again: bool = False
) -> int:
    """Nothing that waits for this person is sent any more; the number of deliveries.

    `again`: but the answer to an earlier stop is; who says it twice hears it once.
    """
    waiting = [deliveries.c.person_id == person_id, deliveries.c.status == "queued"]
    if again:
        waiting.append(deliveries.c.kind != "consent")
    statement = (
        update(deliveries)
        .where(*waiting)
        .values(status="suppressed", error="opted_out", updated_at=at)
    )
    return connection.execute(statement).rowcount


@dataclass(frozen=True, slots=True)
class Organisation:
    id: int
    name: str
    zone: str


def organisation_by_code(connection: Connection, code: str) -> Organisation | None:
    statement = select(organisations.c.id, organisations.c.name, organisations.c.zone).where(
        organisations.c.code == code
    )
    row = connection.execute(statement).first()
    return None if row is None else Organisation(**row._mapping)


def organisation_name(connection: Connection, organisation_id: int) -> str | None:
    statement = select(organisations.c.name).where(organisations.c.id == organisation_id)
    return connection.execute(statement).scalar()


def add_handover(connection: Connection, row: dict[str, Any]) -> None:
    _ADD_HANDOVER.write(connection, row)


def open_handover_at(connection: Connection, person_id: int, reason: str) -> datetime | None:
    """When the latest one of this kind that nobody has closed was made."""
    row = _HANDOVER_AT.first(connection, {"of": person_id, "only": reason})
    return row[0] if row else None


def close_handovers(connection: Connection, person_id: int, reason: str, at: datetime) -> None:
    connection.execute(
        update(handovers)
        .where(
            handovers.c.person_id == person_id,
            handovers.c.reason == reason,
            handovers.c.closed_at.is_(None),
        )
        .values(closed_at=at)
    )


def waiting_handovers(connection: Connection) -> int:
    """How many people wait for a human."""
    statement = (
        select(func.count(func.distinct(handovers.c.person_id)))
        .select_from(handovers)
        .where(handovers.c.closed_at.is_(None))
    )
    return connection.execute(statement).scalar_one()


def forget_person(connection: Connection, person_id: int) -> None:
    """Removes the person and all that belongs to them."""
    connection.execute(delete(people).where(people.c.id == person_id))
