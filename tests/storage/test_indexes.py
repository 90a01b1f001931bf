"""Indexes of a part of the rows are found by the statements they are for, on both databases."""

import re
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, and_, event, select, text
from sqlalchemy.sql import Executable

from storage.broadcast_deliveries import LATEST_ENDED
from storage.database import Database
from storage.dialect import among_digests
from storage.people import addresses, people
from storage.retention import DELIVERY_TEXTS

NOW = datetime(2026, 11, 21, 17, 30, tzinfo=UTC)


def plan_of(connection: Connection, statement: Executable, fields: dict[str, Any]) -> str:
    """How the database would go about it, in its own words."""
    lines: list[str] = []

    @event.listens_for(connection, "before_cursor_execute", retval=True)
    def explained(
        _connection: Any, cursor: Any, sql: str, values: Any, _context: Any, _many: bool
    ) -> tuple[str, Any]:
        how = "EXPLAIN" if connection.dialect.name == "postgresql" else "EXPLAIN QUERY PLAN"
        lines.extend(str(row[-1]) for row in cursor.execute(f"{how} {sql}", values).fetchall())
        return sql, values

    connection.execute(statement, fields)
    event.remove(connection, "before_cursor_execute", explained)
    return "\n".join(lines)


def prefer_indexes(connection: Connection) -> None:
    """An empty table would be read through sooner."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET LOCAL enable_seqscan = off"))


async def test_a_text_sent_long_ago_is_found_by_when_it_ended(database: Database) -> None:
    def unit(connection: Connection) -> str:
        prefer_indexes(connection)
        old = select(DELIVERY_TEXTS.key).where(DELIVERY_TEXTS.old(NOW))
        return plan_of(connection, old, {})

    assert "ix_deliveries_updated_at" in await database.run(unit)


async def test_who_writes_is_found_by_address_however_many_there_are(database: Database) -> None:
    """By the channel alone it would be a look at everybody."""
    asked = and_(addresses.c.channel == "sms", among_digests(addresses.c.lookup, "lookups"))

    def unit(connection: Connection) -> str:
        prefer_indexes(connection)
        whose = select(people.c.handle).join(addresses, addresses.c.person_id == people.c.id)
        return plan_of(connection, whose.where(asked), {"lookups": [b"a" * 32, b"b" * 32]})

    plan = await database.run(unit)
    assert re.search(r"channel=\? AND lookup=\?|Index Cond: .*channel.* AND .*lookup", plan), plan


async def test_the_latest_that_ended_of_a_broadcast_are_found_by_when_they_ended(
    database: Database,
) -> None:
    def unit(connection: Connection) -> str:
        prefer_indexes(connection)
        return plan_of(connection, LATEST_ENDED, {"broadcast": 1, "since": NOW})

    assert "ix_deliveries_updated_at" in await database.run(unit)
