"""A filled gazetteer on each database, made once in a test run and only read from."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, create_engine

from storage import gazetteer
from storage.database import Database, database_url
from storage.migrations import upgrade
from tests import postgres as launcher


@pytest.fixture(scope="session")
def filled_sqlite(_filled_sqlite: Path) -> str:
    return f"sqlite:///{_filled_sqlite}"


@pytest.fixture(scope="session")
def filled_postgres(postgres: launcher.Server) -> str:
    return _filled(postgres.create("gazetteer"))


_ON_ONE_WORKER = pytest.mark.xdist_group("gazetteer")  # filling PostgreSQL takes long
_POSTGRES = pytest.param("postgresql", marks=[pytest.mark.postgres, _ON_ONE_WORKER])


@pytest.fixture(params=["sqlite", _POSTGRES])
def filled_url(request: pytest.FixtureRequest) -> str:
    fixture = "filled_sqlite" if request.param == "sqlite" else "filled_postgres"
    url: str = request.getfixturevalue(fixture)
    return url


@pytest.fixture
def connection(filled_url: str) -> Iterator[Connection]:
    """A connection to a filled gazetteer; the test runs once on each kind of database."""
    yield from _connected(filled_url)


@pytest.fixture(scope="session")
def sqlite_connection(filled_sqlite: str) -> Iterator[Connection]:
    yield from _connected(filled_sqlite)


def _filled(url: str) -> str:
    upgrade(url)
    database = Database(url)
    try:
        database.run_now(gazetteer.fill)
    finally:
        database.close_now()
    return url


def _connected(url: str) -> Iterator[Connection]:
    engine = create_engine(database_url(url))
    with engine.connect() as connection:
        yield connection
        connection.rollback()
    engine.dispose()
