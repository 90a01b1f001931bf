"""`notify` and `listen`: who waits for rows is woken when they are committed."""

import asyncio
from collections.abc import Callable

import psycopg
import pytest
from sqlalchemy import Connection

from storage.database import Database, notify
from tests.storage.units import add, boom

LONG = 30.0
"""Seconds that no wait below comes near, unless it fails."""


def announced(number: int, channel: str = "outbox") -> Callable[[Connection], None]:
    def unit(connection: Connection) -> None:
        add(number)(connection)
        notify(connection, channel)

    return unit


async def settled(database: Database, channel: str) -> None:
    """Waits until what PostgreSQL says on connecting (everyone looks once) has been said."""
    ready = database.listen(channel)
    await database.run(lambda connection: notify(connection, channel))
    assert await ready.wait(LONG)
    ready.close()


async def test_a_listener_is_woken_by_a_commit(database: Database) -> None:
    wake = database.listen("outbox")
    await database.run(announced(1))
    assert await wake.wait(LONG)
    wake.close()


async def test_every_listener_of_the_channel_is_woken(database: Database) -> None:
    wakes = [database.listen("outbox") for _ in range(3)]
    await database.run(announced(1))
    assert all(await asyncio.gather(*(wake.wait(LONG) for wake in wakes)))


async def test_a_wake_that_came_before_the_wait_is_not_lost(database: Database) -> None:
    wake = database.listen("outbox")
    await database.run(announced(1))
    await settled(database, "later")
    assert await wake.wait(LONG)


async def test_other_channels_and_failed_units_wake_nobody(database: Database) -> None:
    await settled(database, "first")
    wake = database.listen("outbox")

    def failing(connection: Connection) -> None:
        notify(connection, "outbox")
        boom(connection)

    await database.run(announced(1, "inbox"))
    with pytest.raises(LookupError):
        await database.run(failing)
    await settled(database, "last")
    assert not await wake.wait(0)


async def test_waiting_ends_after_the_timeout(database: Database) -> None:
    await settled(database, "first")
    assert not await database.listen("outbox").wait(0.01)


async def test_a_closed_listener_is_left_alone(database: Database) -> None:
    await settled(database, "first")
    wake = database.listen("outbox")
    wake.close()
    await database.run(announced(1))
    await settled(database, "last")
    assert not await wake.wait(0)


@pytest.mark.postgres
async def test_a_listener_hears_another_process(postgresql: Database, postgres_url: str) -> None:
    await settled(postgresql, "first")
    wake = postgresql.listen("outbox")
    other = Database(postgres_url)
    await other.run(announced(1))
    assert await wake.wait(LONG)
    await other.close()


@pytest.mark.postgres
async def test_after_a_lost_connection_everyone_looks_once_and_hears_again(
    postgresql: Database, postgres_url: str
) -> None:
    await settled(postgresql, "first")
    wake = postgresql.listen("outbox")
    with psycopg.connect(postgres_url, autocommit=True) as other:
        other.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            " WHERE query LIKE 'LISTEN%' AND datname = current_database()"
        )
    assert await wake.wait(LONG), "what was said while it was deaf is looked for"
    await settled(postgresql, "last")
    await postgresql.run(announced(1))
    assert await wake.wait(LONG)
