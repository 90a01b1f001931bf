"""People who take part and can be reached, a batch at a time, for an export. Nothing is opened."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Row, exists, func, select

from storage.network import organisations
from storage.people import addresses, consents, people, registrations, traits

_BATCH = 500
_CHANNELS = ("sms", "telegram")


@dataclass(slots=True)
class Exportable:
    """`addresses` are active ones by channel; `consent` is the latest yes."""

    person: Row[Any]
    consent: Row[Any]
    addresses: dict[str, Row[Any]] = field(default_factory=dict)
    traits: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    kinds: list[str] = field(default_factory=list)


def exportable(connection: Connection, after: int) -> list[Exportable]:
    """Those that follow a person, by id; empty at the end."""
    found = connection.execute(
        select(people, organisations.c.code.label("organisation"))
        .outerjoin(organisations, organisations.c.id == people.c.organisation_id)
        .where(
            people.c.id > after,
            people.c.consent == "in",
            exists().where(consents.c.person_id == people.c.id, consents.c.act == "in"),
            exists().where(
                addresses.c.person_id == people.c.id,
                addresses.c.status == "active",
                addresses.c.channel.in_(_CHANNELS),
            ),
        )
        .order_by(people.c.id)
        .limit(_BATCH)
    ).all()
    ids = [row.id for row in found]
    agreed = _latest_yes(connection, ids)
    batch = {row.id: Exportable(row, agreed[row.id]) for row in found}
    _add_addresses(connection, batch)
    for row in connection.execute(
        select(traits).where(traits.c.person_id.in_(ids)).order_by(traits.c.value)
    ):
        batch[row.person_id].traits[row.kind].append(row.value)
    for row in connection.execute(
        select(registrations.c.person_id, registrations.c.kind).where(
            registrations.c.person_id.in_(ids)
        )
    ):
        batch[row.person_id].kinds.append(row.kind)
    return list(batch.values())


def registered(connection: Connection) -> int:
    """How many people have joined, whether or not they take part still."""
    joined = exists().where(registrations.c.person_id == people.c.id)
    statement = select(func.count()).select_from(people).where(joined | (people.c.consent == "in"))
    return connection.execute(statement).scalar_one()


def _latest_yes(connection: Connection, ids: Sequence[int]) -> dict[int, Row[Any]]:
    statement = (
        select(consents)
        .where(consents.c.person_id.in_(ids), consents.c.act == "in")
        .order_by(consents.c.at, consents.c.id)
    )
    return {row.person_id: row for row in connection.execute(statement)}


def _add_addresses(connection: Connection, batch: dict[int, Exportable]) -> None:
    """One a channel: the preferred, else the oldest."""
    statement = (
        select(addresses)
        .where(
            addresses.c.person_id.in_(batch),
            addresses.c.status == "active",
            addresses.c.channel.in_(_CHANNELS),
        )
        .order_by(addresses.c.preferred.desc(), addresses.c.created_at)
    )
    for row in connection.execute(statement):
        batch[row.person_id].addresses.setdefault(row.channel, row)
