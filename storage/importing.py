"""Bulk writing of imported people: what is there already, and rows in batches. No judgement."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Table, bindparam, literal, select, true, tuple_, update

from storage.columns import Id
from storage.database import Instant, among, insert, packed, rows_of
from storage.network import organisations
from storage.people import addresses, people, registrations, suppressions, traits

_t, _r = traits.c, registrations.c
_now = bindparam("now", type_=Instant)

# Many rows in one bind: sent one by one, they are half of an import's time on PostgreSQL.
_kept = rows_of("rows", person_id=Id, kind=_t.kind.type, value=_t.value.type)
_ADD_TRAITS = (
    insert(traits)
    .from_select(["person_id", "kind", "value"], select(*_kept.c).where(true()))
    .on_conflict_do_nothing(index_elements=[_t.person_id, _t.kind, _t.value])
)
_given = rows_of("rows", id=Id, person_id=Id, kind=_r.kind.type)
_ADD_REGISTRATIONS = (
    insert(registrations)
    .from_select(
        ["id", "person_id", "kind", "status", "created_at", "updated_at"],
        select(*_given.c, literal("active"), _now, _now).where(true()),
    )
    .on_conflict_do_nothing(index_elements=[_r.person_id, _r.kind])
)

Lookup = tuple[str, bytes]
"""Channel and keyed hash of an address."""


@dataclass(frozen=True, slots=True)
class Known:
    """Someone who is there already; what they have is kept as it is."""

    person_id: int
    consent: str
    has_name: bool
    has_place: bool
    organisation_id: int | None


def known_people(connection: Connection, lookups: Sequence[Lookup]) -> dict[Lookup, Known]:
    """By address."""
    rows = connection.execute(
        select(
            addresses.c.channel,
            addresses.c.lookup,
            people.c.id,
            people.c.consent,
            people.c.name.is_not(None).label("has_name"),
            people.c.city_id.is_not(None).label("has_place"),
            people.c.organisation_id,
        )
        .select_from(addresses.join(people, people.c.id == addresses.c.person_id))
        .where(_is_one_of(addresses, lookups))
    )
    return {
        (row.channel, bytes(row.lookup)): Known(
            row.id, row.consent, row.has_name, row.has_place, row.organisation_id
        )
        for row in rows
    }


def suppressed(connection: Connection, lookups: Sequence[Lookup]) -> set[Lookup]:
    """Addresses whose people had everything deleted."""
    rows = connection.execute(
        select(suppressions.c.channel, suppressions.c.lookup).where(
            _is_one_of(suppressions, lookups)
        )
    )
    return {(row.channel, bytes(row.lookup)) for row in rows}


def handles_taken(connection: Connection, handles: Sequence[str]) -> set[str]:
    """Those that somebody has."""
    held = among(people.c.handle, handles)
    return set(connection.scalars(select(people.c.handle).where(held)))


def organisations_by_code(connection: Connection) -> dict[str, tuple[int, str]]:
    """Id and zone of each."""
    rows = connection.execute(
        select(organisations.c.code, organisations.c.id, organisations.c.zone)
    )
    return {row.code: (row.id, row.zone) for row in rows}


def add(connection: Connection, table: Table, rows: list[dict[str, Any]]) -> None:
    if rows:
        connection.execute(insert(table), rows)


def add_traits(connection: Connection, rows: Sequence[tuple[int, str, str]]) -> None:
    """Of persons, by kind: those that they don't have yet."""
    if rows:
        connection.execute(_ADD_TRAITS, {"rows": packed(rows)})


def add_registrations(
    connection: Connection, rows: Sequence[tuple[int, int, str]], now: datetime
) -> None:
    """Ids, persons and kinds: those that they don't have yet."""
    if rows:
        connection.execute(_ADD_REGISTRATIONS, {"rows": packed(rows), "now": now})


def fill_gaps(connection: Connection, person_id: int, columns: dict[str, Any]) -> None:
    """Changes nothing but the columns given."""
    if columns:
        connection.execute(update(people).where(people.c.id == person_id).values(**columns))


def _is_one_of(table: Table, lookups: Iterable[Lookup]) -> Any:
    return tuple_(table.c.channel, table.c.lookup).in_(list(lookups))
