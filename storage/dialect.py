"""Statements that the two databases spell differently, each under one name. No connections."""

from typing import Any, TypeVar

from sqlalchemy import (
    ClauseElement,
    ColumnElement,
    Connection,
    Select,
    Table,
    func,
    literal,
    select,
    text,
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import ReturnTypeFromArgs

AnySelect = TypeVar("AnySelect", bound=Select[Any])

CHANNEL = "enlace"
"""The one PostgreSQL channel; ours travel as its payload, so that one LISTEN hears them all."""

WAKES = "wakes"
"""Where a SQLite connection keeps the channels to wake once its transaction is committed."""


def insert(table: Table) -> postgresql.Insert:
    """An insert with `on_conflict_do_nothing` and `on_conflict_do_update`, for both databases.

    The result's `rowcount` tells whether a row was written.
    """
    # Both compilers write PostgreSQL's ON CONFLICT clause. Unasked, psycopg's count is dropped.
    return postgresql.insert(table).execution_options(preserve_rowcount=True)


def skip_locked(statement: AnySelect, of: Table | None = None) -> AnySelect:
    """The select, claiming rows that nobody else holds; on SQLite the writer is alone anyway."""
    return statement.with_for_update(skip_locked=True, of=of)


def lock_row(statement: AnySelect, of: Table | tuple[Table, ...] | None = None) -> AnySelect:
    """The select, holding its rows (of these tables) until the transaction ends."""
    return statement.with_for_update(of=of)


def lock_table(connection: Connection, table: Table) -> None:
    """Holds the table against other writers until the transaction ends; readers go on."""
    if connection.dialect.name == "postgresql":
        name = connection.dialect.identifier_preparer.format_table(table)
        connection.execute(text(f"LOCK TABLE {name} IN SHARE ROW EXCLUSIVE MODE"))


def notify(connection: Connection, channel: str) -> None:
    """Wakes who listens to the channel (`Database.listen`) once this transaction is committed.

    On SQLite it reaches this process only; others find the rows by polling.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_notify(CHANNEL, channel)))
    else:
        connection.info.setdefault(WAKES, set()).add(channel)


class _Extreme(ReturnTypeFromArgs[Any]):
    inherit_cache = True

    def __init__(self, first: ColumnElement[Any], *others: Any) -> None:
        typed = (
            other if isinstance(other, ClauseElement) else literal(other, first.type)
            for other in others
        )
        super().__init__(first, *typed)


class greatest(_Extreme):  # noqa: N801
    """The larger of several values in a row; none may be null. The first gives the type."""

    inherit_cache = True


class least(_Extreme):  # noqa: N801
    """The smaller of several values in a row; none may be null. The first gives the type."""

    inherit_cache = True


@compiles(greatest, "sqlite")
def _greatest(element: greatest, compiler: SQLCompiler, **options: Any) -> str:
    return f"max({compiler.process(element.clauses, **options)})"


@compiles(least, "sqlite")
def _least(element: least, compiler: SQLCompiler, **options: Any) -> str:
    return f"min({compiler.process(element.clauses, **options)})"
