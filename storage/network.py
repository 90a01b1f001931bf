"""The network's own places: member organisations and shelters. No person is in here."""

from collections.abc import Collection

from sqlalchemy import Column, Connection, String, Table, Text, select

from storage.columns import Id
from storage.database import metadata


def _place_table(name: str) -> Table:
    return Table(
        name,
        metadata,
        Column("id", Id, primary_key=True, autoincrement=False),
        Column("code", String(32), nullable=False, unique=True),
        Column("name", Text, nullable=False),
        Column("city", Text, nullable=False),
        Column("region", Text, nullable=False),
        Column("country", String(2), nullable=False),
        Column("zone", String(64), nullable=False),
        Column("city_id", Id),
    )


organisations = _place_table("organisations")
shelters = _place_table("shelters")


def organisation_names(connection: Connection, ids: Collection[int]) -> list[str]:
    """In the order of the alphabet."""
    statement = select(organisations.c.name).where(organisations.c.id.in_(ids))
    return list(connection.scalars(statement.order_by(organisations.c.name)))
