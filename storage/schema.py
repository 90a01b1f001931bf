"""What every table is declared with: the metadata and the type for instants. No tables."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import BigInteger, Dialect, MetaData
from sqlalchemy.types import TypeDecorator

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


@lru_cache(maxsize=256)
def _microseconds(value: datetime | timedelta) -> int:
    """Kept for a while: one turn writes the same instant in several places."""
    if isinstance(value, timedelta):
        return value // _MICROSECOND
    if value.tzinfo is None:
        raise ValueError("An instant needs a time zone; this datetime has none.")
    return (value - _EPOCH) // _MICROSECOND


class Instant(TypeDecorator[datetime]):
    """Microseconds since the epoch in the database, an aware datetime in UTC in Python.

    A timedelta may be added where it is written or compared, such as `due_at + timedelta(hours=2)`;
    where that is selected, `type_coerce(…, Instant)` makes it a datetime again.
    """

    impl = BigInteger
    cache_ok = True

    # The processors themselves: SQLAlchemy would wrap `process_bind_param` in a call or two more,
    # and nothing is bound more often.
    def bind_processor(self, dialect: Dialect) -> Callable[[Any], int | None]:  # noqa: ARG002
        return _bound

    def result_processor(
        self,
        dialect: Dialect,  # noqa: ARG002
        coltype: object,  # noqa: ARG002
    ) -> Callable[[int | None], datetime | None]:
        return _read


def _bound(value: datetime | timedelta | None) -> int | None:
    global _latest  # noqa: PLW0603
    known, microseconds = _latest
    if value is not known:
        microseconds = None if value is None else _microseconds(value)
        _latest = value, microseconds
    return microseconds


_latest: tuple[datetime | timedelta | None, int | None] = (None, None)
"""Nearly all that a turn writes is of the same instant."""


def _read(value: int | None) -> datetime | None:
    return None if value is None else _EPOCH + timedelta(microseconds=value)
