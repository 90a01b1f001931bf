"""The network's own places: member organisations and shelters. No person is in here."""

from sqlalchemy import Column, String, Table, Text

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
