"""What the storage tests share: an open database, and a table of counters to work on."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Integer,
    MetaData,
    String,
    Table,
)

from storage.database import Database, metadata

scratch = MetaData(naming_convention=metadata.naming_convention)
counters = Table(
    "counters",
    scratch,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("value", Integer, nullable=False),
    Column("note", String(40)),
    CheckConstraint("value >= 0", name="never_negative"),
)
children = Table(
    "children",
    scratch,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("parent", BigInteger, ForeignKey("counters.id")),
)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """On SQLite and on PostgreSQL, with empty tables `counters` and `children`."""
    async for opened in _opened(database_url):
        yield opened


@pytest.fixture
async def sqlite(sqlite_url: str) -> AsyncIterator[Database]:
    async for opened in _opened(sqlite_url):
        yield opened


@pytest.fixture
async def postgresql(postgres_url: str) -> AsyncIterator[Database]:
    async for opened in _opened(postgres_url):
        yield opened


async def _opened(url: str) -> AsyncIterator[Database]:
    opened = Database(url)
    await opened.run(scratch.create_all)
    yield opened
    await opened.close()
