"""Statements that the two databases spell differently, each under one name. No connections."""

import json
from collections.abc import Callable, Collection
from typing import Any, TypeVar

from sqlalchemy import (
    ARRAY,
    BindParameter,
    ClauseElement,
    Column,
    ColumnElement,
    Connection,
    Dialect,
    LargeBinary,
    Select,
    String,
    Subquery,
    Table,
    TableValuedAlias,
    Text,
    bindparam,
    cast,
    func,
    literal,
    literal_column,
    select,
    text,
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement, ReturnTypeFromArgs
from sqlalchemy.types import TypeDecorator, TypeEngine

AnySelect = TypeVar("AnySelect", bound=Select[Any])

CHANNEL = "enlace"
"""The one PostgreSQL channel; ours travel as its payload, so that one LISTEN hears them all."""

FROM_HEX = "from_hex"
"""A function of ours on every connection to SQLite: bytes from their hexadecimal digits."""

WAKES = "wakes"
"""Where a connection keeps the channels to wake once its transaction is committed."""


def insert(table: Table) -> postgresql.Insert:
    """An insert with `on_conflict_do_nothing` and `on_conflict_do_update`, for both databases.

    The result's `rowcount` tells whether a row was written.
    """
    # Both compilers write PostgreSQL's ON CONFLICT clause. Unasked, psycopg's count is dropped.
    return postgresql.insert(table).execution_options(preserve_rowcount=True)


def skip_locked(statement: AnySelect, of: Table | None = None) -> AnySelect:
    """The select, claiming rows that nobody else holds; on SQLite the writer is alone anyway."""
    return statement.with_for_update(skip_locked=True, of=of)


def lock_row(
    statement: AnySelect,
    of: Table | tuple[Table, ...] | None = None,
    *,
    referable: bool = False,
    if_free: bool = False,
) -> AnySelect:
    """The select, holding its rows (of these tables) until the transaction ends.

    `referable`: others may insert what refers to them meanwhile, such as a broadcast's deliveries.
    `if_free`: without those that somebody else holds.
    """
    return statement.with_for_update(of=of, key_share=referable, skip_locked=if_free)


def locks_rows(connection: Connection) -> bool:
    """Whether `lock_row` holds anything: SQLite's writer is alone anyway."""
    return connection.dialect.name == "postgresql"


def lock_table(connection: Connection, table: Table) -> None:
    """Holds the table against other writers until the transaction ends; readers go on."""
    if connection.dialect.name == "postgresql":
        name = connection.dialect.identifier_preparer.format_table(table)
        connection.execute(text(f"LOCK TABLE {name} IN SHARE ROW EXCLUSIVE MODE"))


def notify(connection: Connection, channel: str) -> None:
    """Wakes who listens to the channel (`Database.listen`) once this transaction is committed.

    On SQLite it reaches this process only; others find the rows by polling.
    """
    connection.info.setdefault(WAKES, set()).add(channel)


class _Items(FunctionElement[Any]):
    """The items of a JSON array, as rows with one column, `value`."""

    inherit_cache = True
    name = "json_items"


@compiles(_Items, "sqlite")
def _items_sqlite(element: _Items, compiler: SQLCompiler, **options: Any) -> str:
    return f"json_each({compiler.process(element.clauses, **options)})"


@compiles(_Items, "postgresql")
def _items_postgresql(element: _Items, compiler: SQLCompiler, **options: Any) -> str:
    return f"json_array_elements(CAST({compiler.process(element.clauses, **options)} AS JSON))"


class _Item(FunctionElement[str]):
    """What an item is; with a place, what is there in an item that is an array itself."""

    type = Text()
    inherit_cache = True
    name = "json_item"


@compiles(_Item, "sqlite")
def _item_sqlite(element: _Item, compiler: SQLCompiler, **options: Any) -> str:
    value, *places = (compiler.process(each, **options) for each in element.clauses)
    return f"json_extract({value}, '$[{places[0]}]')" if places else value


@compiles(_Item, "postgresql")
def _item_postgresql(element: _Item, compiler: SQLCompiler, **options: Any) -> str:
    value, *places = (compiler.process(each, **options) for each in element.clauses)
    return f"({value} ->> {places[0]})" if places else f"({value} #>> '{{}}')"


def _items(bind: BindParameter[Any]) -> TableValuedAlias:
    return _Items(bind).table_valued("value", name="items")


def _typed(item: _Item, kind: TypeEngine[Any]) -> ColumnElement[Any]:
    """Not to a length: a cast would cut what is too long, where a column refuses it."""
    return cast(item, Text()) if isinstance(kind, String) else cast(item, kind)


def among(column: ColumnElement[Any], values: str | Collection[Any]) -> ColumnElement[bool]:
    """Whether a column has one of many values: one bind however many, and so far less than `in_`.

    `values`: those, or the name of the bind in which they come, as `packed`.
    """
    given: BindParameter[Any] = (
        bindparam(values) if isinstance(values, str) else bindparam(None, packed(values))
    )
    items = _items(given)
    return column.in_(select(_typed(_Item(items.c.value), column.type)))


class _Digests(TypeDecorator[Collection[bytes]]):
    """A list in one bind. JSON has no bytes: SQLite gets their hexadecimal digits."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(_BYTES if dialect.name == "postgresql" else Text())

    # Instead of `process_bind_param`, after which the array would wrap each item for its driver.
    def bind_processor(self, dialect: Dialect) -> Callable[[Any], Any] | None:
        return None if dialect.name == "postgresql" else _as_hex


def _as_hex(digests: Collection[bytes]) -> str:
    return packed([each.hex() for each in digests])


_BYTES = ARRAY(LargeBinary)


class _AmongDigests(FunctionElement[bool]):
    """Of no type of its own: SQLAlchemy would have SQLite compare a truth with 1, which hides the
    column from its index."""

    inherit_cache = True
    name = "among_digests"


@compiles(_AmongDigests, "sqlite")
def _among_digests_sqlite(element: _AmongDigests, compiler: SQLCompiler, **options: Any) -> str:
    column, bind = (compiler.process(each, **options) for each in element.clauses)
    return f"{column} IN (SELECT {FROM_HEX}(value) FROM json_each({bind}))"


@compiles(_AmongDigests, "postgresql")
def _among_digests_postgresql(element: _AmongDigests, compiler: SQLCompiler, **options: Any) -> str:
    column, bind = (compiler.process(each, **options) for each in element.clauses)
    return f"{column} = ANY({bind})"


def among_digests(column: ColumnElement[bytes], bind: str) -> ColumnElement[bool]:
    """`among` for bytes, which come as a list in the bind of this name."""
    return _AmongDigests(column, bindparam(bind, type_=_Digests()))


def rows_of(bind: str, **columns: TypeEngine[Any]) -> Subquery:
    """Rows that come in one bind, as `packed`: a table to update another from."""
    value = _items(bindparam(bind)).c.value
    places = [_Item(value, literal_column(str(place))) for place in range(len(columns))]
    return select(
        *(
            _typed(item, kind).label(name)
            for item, (name, kind) in zip(places, columns.items(), strict=True)
        )
    ).subquery("given")


def next_ids(connection: Connection, key: Column[int], above: int) -> dict[str, ColumnElement[int]]:
    """The key's part of an INSERT … SELECT: ids that follow the highest, and are above a number.

    SQLite counts on by itself once it is there, which spares a pass over all rows.
    """
    highest = connection.scalar(select(func.max(key))) or 0
    if connection.dialect.name == "sqlite" and highest > above:
        return {}
    start = literal(max(highest, above), key.type)
    return {key.name: start + func.row_number().over()}


def freshen(connection: Connection, *tables: Table) -> None:
    """Looks anew at tables much of which has changed since the planner's picture of them.

    After a large import PostgreSQL would plan by its picture of the empty table for a minute, and
    may read it through once for each row of another. Where nothing has changed it costs a read.
    """
    if connection.dialect.name != "postgresql":
        return
    changed = connection.scalars(_CHANGED, {"names": [table.name for table in tables]}).all()
    if changed:
        # A small sample is picture enough until the server makes its own.
        connection.execute(text("SET LOCAL default_statistics_target = 20"))
        connection.execute(text(f"ANALYZE {', '.join(changed)}"))


_CHANGED = text(
    "SELECT relname FROM pg_stat_user_tables WHERE relname = ANY(:names)"
    " AND n_mod_since_analyze > 1000 + n_live_tup / 4 ORDER BY relname"
)


def packed(values: Collection[Any]) -> str:
    """Many values, or rows of them in the order of their columns, for one bind."""
    return json.dumps(list(values))


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
