"""Units of work that the storage tests run. No tests."""

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import Connection, insert, select, update

from tests.storage.conftest import counters


def add(number: int, value: int = 0) -> Callable[[Connection], int]:
    def unit(connection: Connection) -> int:
        connection.execute(insert(counters), {"id": number, "value": value})
        return number

    return unit


def increment(number: int) -> Callable[[Connection], None]:
    """Reads, then writes: loses counts wherever two of them overlap unguarded."""

    def unit(connection: Connection) -> None:
        row = select(counters.c.value).where(counters.c.id == number).with_for_update()
        value = connection.execute(row).scalar_one()
        connection.execute(update(counters).where(counters.c.id == number).values(value=value + 1))

    return unit


def boom(connection: Connection) -> None:
    connection.execute(insert(counters), {"id": 666, "value": 0})
    raise LookupError("the guilty one")


def numbers(connection: Connection) -> Sequence[Any]:
    return connection.execute(select(counters.c.id).order_by(counters.c.id)).scalars().all()


def value_of(number: int) -> Callable[[Connection], int | None]:
    return lambda connection: connection.execute(
        select(counters.c.value).where(counters.c.id == number)
    ).scalar_one_or_none()
