"""Statements that the databases spell differently do the same on both."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    LargeBinary,
    MetaData,
    Table,
    literal,
    select,
    update,
)
from sqlalchemy import insert as plain_insert
from sqlalchemy.exc import StatementError

from storage.database import (
    Database,
    Instant,
    greatest,
    insert,
    least,
    lock_row,
    lock_table,
    skip_locked,
)
from storage.dialect import among_digests
from storage.prepared import Prepared
from tests.storage.conftest import counters
from tests.storage.units import add, numbers, value_of

NOW = datetime(2026, 11, 21, 17, 30, 5, 123456, tzinfo=UTC)
moments = Table(
    "moments",
    MetaData(),
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("at", Instant),
)
digests = Table("digests", MetaData(), Column("digest", LargeBinary, primary_key=True))


def one(connection: Connection) -> Any:
    return connection.execute(select(moments.c.at)).scalar_one()


def test_an_insert_can_leave_what_is_there(database: Database) -> None:
    def unit(connection: Connection) -> int:
        statement = insert(counters).values(id=1, value=7).on_conflict_do_nothing()
        return connection.execute(statement).rowcount

    assert database.run_now(unit) == 1
    assert database.run_now(unit) == 0


def test_digests_are_found_among_many(database: Database) -> None:
    known = [bytes([each]) * 32 for each in range(5)]
    asked = [known[1], b"\xff" * 32, known[4], b"it's, \x00"]

    def unit(connection: Connection) -> list[list[bytes]]:
        digests.create(connection)
        connection.execute(plain_insert(digests), [{"digest": each} for each in known])
        found = select(digests.c.digest).where(among_digests(digests.c.digest, "asked"))
        prepared = Prepared(found.order_by(digests.c.digest))
        return [
            sorted(connection.scalars(found, {"asked": asked})),
            [digest for (digest,) in prepared.all(connection, {"asked": asked})],
            [digest for (digest,) in prepared.all(connection, {"asked": []})],
        ]

    assert database.run_now(unit) == [[known[1], known[4]]] * 2 + [[]]


def test_an_insert_can_change_what_is_there(database: Database) -> None:
    def unit(connection: Connection) -> int:
        statement = insert(counters).values(id=1, value=7)
        upsert = statement.on_conflict_do_update(
            index_elements=["id"],
            set_={"value": counters.c.value + statement.excluded.value},
        )
        value: int = connection.execute(upsert.returning(counters.c.value)).scalar_one()
        return value

    assert [database.run_now(unit) for _ in range(3)] == [7, 14, 21]


def test_many_rows_can_be_inserted_at_once(database: Database) -> None:
    rows = [{"id": number, "value": 0} for number in (1, 2, 2, 3)]
    database.run_now(lambda c: c.execute(insert(counters).on_conflict_do_nothing(), rows))
    assert database.read_now(numbers) == [1, 2, 3]


async def test_claims_of_several_workers_never_overlap(database: Database) -> None:
    for number in range(40):
        await database.run(add(number))

    def claim(connection: Connection) -> Sequence[int]:
        waiting = select(counters.c.id).where(counters.c.value == 0).limit(5)
        statement = update(counters).where(counters.c.id.in_(skip_locked(waiting)))
        taken = statement.values(value=1).returning(counters.c.id)
        return connection.execute(taken).scalars().all()

    claimed = [
        n for batch in await asyncio.gather(*(database.run(claim) for _ in range(8))) for n in batch
    ]
    assert len(claimed) == len(set(claimed))
    while left := await database.run(claim):
        claimed += left
    assert sorted(claimed) == list(range(40))


async def test_a_locked_row_and_a_locked_table_keep_counts_right(database: Database) -> None:
    await database.run(add(1))

    def by_row(connection: Connection) -> None:
        row = lock_row(select(counters.c.value).where(counters.c.id == 1))
        value = connection.execute(row).scalar_one()
        connection.execute(update(counters).values(value=value + 1))

    def by_table(connection: Connection) -> None:
        lock_table(connection, counters)
        value = connection.execute(select(counters.c.value)).scalar_one()
        connection.execute(update(counters).values(value=value + 1))

    for unit in (by_row, by_table):
        await asyncio.gather(*(database.run(unit) for _ in range(20)))
    assert await database.read(value_of(1)) == 40


def test_the_larger_and_the_smaller_of_a_row(database: Database) -> None:
    def unit(connection: Connection) -> tuple[int, ...]:
        columns = greatest(literal(3), 9, literal(4)), least(literal(3), -1)
        return tuple(connection.execute(select(*columns)).one())

    assert database.read_now(unit) == (9, -1)


class TestInstants:
    """Aware in Python, microseconds in the database, arithmetic in both."""

    @pytest.fixture(autouse=True)
    def _table(self, database: Database) -> None:
        database.run_now(moments.create)

    @pytest.mark.parametrize(
        "instant",
        [
            NOW,
            NOW.astimezone(timezone(timedelta(hours=-6))),
            datetime(1969, 12, 31, 23, 59, 59, 999999, tzinfo=UTC),
            datetime.max.replace(tzinfo=UTC),
            None,
        ],
    )
    def test_an_instant_comes_back_the_same_in_utc(
        self, database: Database, instant: datetime | None
    ) -> None:
        database.run_now(lambda c: c.execute(plain_insert(moments), {"id": 1, "at": instant}))
        back = database.read_now(one)
        assert back == instant
        assert back is None or back.tzinfo is UTC

    def test_a_datetime_without_a_zone_is_refused(self, database: Database) -> None:
        naive = NOW.replace(tzinfo=None)
        with pytest.raises(StatementError, match="needs a time zone"):
            database.run_now(lambda c: c.execute(plain_insert(moments), {"id": 1, "at": naive}))

    def test_instants_compare_and_move_in_sql(self, database: Database) -> None:
        def unit(connection: Connection) -> None:
            connection.execute(plain_insert(moments), {"id": 1, "at": NOW})
            moved = greatest(moments.c.at, NOW - timedelta(days=1)) + timedelta(hours=2)
            due = moments.c.at <= NOW
            connection.execute(update(moments).where(due).values(at=moved))

        database.run_now(unit)
        assert database.read_now(one) == NOW + timedelta(hours=2)
