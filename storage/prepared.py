"""Statements compiled once and run on the driver's cursor: for what every turn runs. No tables.

SQLAlchemy's own way to run a statement costs several times what SQLite needs to execute it.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from operator import itemgetter
from typing import Any, NoReturn, cast

from sqlalchemy import (
    ARRAY,
    Connection,
    Delete,
    Dialect,
    Insert,
    LargeBinary,
    Select,
    String,
    Table,
    Text,
    Update,
    bindparam,
    func,
    select,
)
from sqlalchemy.engine.interfaces import DBAPICursor
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.types import TypeEngine

from storage import later as waiting
from storage.dialect import among
from storage.item_lists import as_items

Values = Mapping[str, Any]
Row = tuple[Any, ...]
Translate = Callable[[Any], Any]


class Prepared:
    """A statement with `bindparam`s, or an insert, for one set of names of values.

    It runs in the connection's transaction like `Connection.execute`, and raises the same errors.
    Lists in a bind ("expanding") are not for it. `reference`: it reads what no turn writes.
    """

    def __init__(
        self, statement: Select[Any] | Insert | Update | Delete, *, reference: bool = False
    ) -> None:
        self._statement = statement
        self._reference = reference
        self._forms: dict[tuple[str, ...], _Form] = {}
        self._arrays: dict[tuple[str | None, ...], str] = {}

    def first(self, connection: Connection, values: Values) -> Row | None:
        """The only row, or the first."""
        self._settle(connection, writes=False)
        form = self._form(connection, values)
        cursor = execute(connection, form.sql, form.bound(values))
        row = cursor.fetchone()
        found = None if row is None else form.read(cursor, (row,))[0]
        cursor.close()
        return found

    def all(self, connection: Connection, values: Values) -> Sequence[Row]:
        self._settle(connection, writes=False)
        form = self._form(connection, values)
        cursor = execute(connection, form.sql, form.bound(values))
        return form.read(cursor, cursor.fetchall())

    def run(self, connection: Connection, values: Values) -> int:
        """The number of rows that were written."""
        self._settle(connection, writes=True)
        form = self._form(connection, values)
        return execute(connection, form.sql, form.bound(values)).rowcount

    def write(self, connection: Connection, values: Values) -> None:
        """Once, or later, if writes may wait: for rows of whom the turn is of, and new ones."""
        later = waiting.of(connection)
        if later is None:
            self.run(connection, values)
        else:
            later.add(self, values)

    def write_now(self, connection: Connection, rows: Sequence[Values]) -> None:
        """What has waited."""
        if not rows:
            return
        form = self._form(connection, rows[0])
        if len(rows) == 1:
            execute(connection, form.sql, form.bound(rows[0]))
        elif connection.dialect.name == "postgresql" and isinstance(self._statement, Insert):
            self._insert_all(connection, rows)
        else:
            _execute_many(connection, form.sql, [form.bound(values) for values in rows])

    def _insert_all(
        self, connection: Connection, rows: Sequence[Values], returning: str | None = None
    ) -> DBAPICursor:
        """One statement for all, a list for each column: a row at a time costs the driver as much
        as all of them."""
        form = self._form(connection, rows[0])
        key = ("arrays", returning, *rows[0])
        sql = self._arrays.get(key)
        if sql is None:
            sql = self._arrays[key] = _from_arrays(
                cast("Insert", self._statement), connection.dialect, form.names, returning
            )
        columns = zip(*[form.bound_in_order(values) for values in rows], strict=True)
        lists = map(as_items, map(list, columns))
        return execute(connection, sql, dict(zip(form.names, lists, strict=True)))

    def _settle(self, connection: Connection, *, writes: bool) -> None:
        if not self._reference:
            waiting.settle(connection, writes=writes)

    def run_each(self, connection: Connection, rows: Sequence[Values]) -> list[int]:
        """Inserts of rows with a new "id"; the number of rows that each of them wrote."""
        if len(rows) < 2:
            return [self.run(connection, values) for values in rows]
        self._settle(connection, writes=True)
        written = self._insert_new(connection, rows)
        return [int(values["id"] in written) for values in rows]

    def _insert_new(self, connection: Connection, rows: Sequence[Values]) -> set[int]:
        """The ids of those that were written."""
        if connection.dialect.name == "postgresql":
            return {row for (row,) in self._insert_all(connection, rows, "id").fetchall()}
        form = self._form(connection, rows[0])
        ids = [values["id"] for values in rows]
        if _execute_many(connection, form.sql, [form.bound(values) for values in rows]) < len(rows):
            id_ = cast("Table", cast("Insert", self._statement).table).c.id
            ids = list(connection.scalars(select(id_).where(among(id_, ids))))
        return set(ids)

    def _form(self, connection: Connection, values: Values) -> "_Form":
        key = (connection.dialect.name, *values)
        form = self._forms.get(key)
        if form is None:
            form = self._forms[key] = _Form(self._statement, connection.dialect, list(values))
        return form


class _Form:
    """The statement as one driver takes it, with what translates values on their way."""

    def __init__(self, statement: Any, dialect: Dialect, names: list[str]) -> None:
        compiled = cast("SQLCompiler", statement.compile(dialect=dialect, column_keys=names))
        types = {name: bind.type for bind, name in compiled.bind_names.items()}
        selected = statement.selected_columns if isinstance(statement, Select) else ()
        self.sql = compiled.string
        self._dialect = dialect
        self.names = list(compiled.positiontup or types)
        self._picked = _pick(self.names)
        self._by_position = compiled.positional
        self._fixed = {name: each for name, each in compiled.params.items() if name not in names}
        self._to_driver = _with_place(_to_driver(types[name], dialect) for name in self.names)
        self._selected = [column.type for column in selected]
        self._from_driver: list[tuple[int, Translate]] | None = None

    def bound(self, values: Values) -> Any:
        bound = self.bound_in_order(values)
        if self._by_position:
            return bound
        return dict(zip(self.names, map(as_items, bound), strict=True))

    def bound_in_order(self, values: Values) -> list[Any]:
        """As `names` are."""
        given = {**self._fixed, **values} if self._fixed else values
        bound = list(self._picked(given))
        for place, translate in self._to_driver:
            bound[place] = translate(bound[place])
        return bound

    def read(self, cursor: DBAPICursor, rows: Sequence[Row]) -> Sequence[Row]:
        if self._from_driver is None:
            self._from_driver = _with_place(self._translations(cursor))
        if not self._from_driver:
            return rows
        return [_translated(row, self._from_driver) for row in rows]

    def _translations(self, cursor: DBAPICursor) -> Iterator[Translate | None]:
        """The driver's own type decides too: PostgreSQL has several kinds of numbers."""
        codes = [column[1] for column in cursor.description or ()]
        for type_, code in zip(self._selected, codes, strict=True):
            yield type_.dialect_impl(self._dialect).result_processor(self._dialect, code)


def _pick(names: Sequence[str]) -> Callable[[Values], Row]:
    """Takes the values of these names out, in their order."""
    if len(names) > 1:
        return itemgetter(*names)
    return lambda values: tuple(values[name] for name in names)


def _with_place(translates: Iterable[Translate | None]) -> list[tuple[int, Translate]]:
    """Those that there are: most values are the same for the driver."""
    return [(place, each) for place, each in enumerate(translates) if each is not None]


def _translated(row: Row, translates: Sequence[tuple[int, Translate]]) -> Row:
    values = list(row)
    for place, translate in translates:
        if values[place] is not None:
            values[place] = translate(values[place])
    return tuple(values)


def _to_driver(type_: TypeEngine[Any], dialect: Dialect) -> Translate | None:
    if isinstance(type_, LargeBinary):  # both drivers take bytes as they are
        return None
    return type_.dialect_impl(dialect).bind_processor(dialect)


def execute(connection: Connection, sql: str, bound: Any = ()) -> DBAPICursor:
    """On the driver's cursor: what waits is not settled."""
    cursor = connection.connection.cursor()
    try:
        cursor.execute(sql, bound)
    except connection.dialect.loaded_dbapi.Error as error:
        _raise(connection, sql, cursor, error)
    return cursor


def _execute_many(connection: Connection, sql: str, bound: list[Any]) -> int:
    """The number of rows that were written."""
    cursor = connection.connection.cursor()
    try:
        cursor.executemany(sql, bound)
    except connection.dialect.loaded_dbapi.Error as error:
        _raise(connection, sql, cursor, error)
    return cursor.rowcount


def _from_arrays(
    statement: Insert, dialect: Dialect, names: Sequence[str], returning: str | None
) -> str:
    """The insert, with a list of values in each bind: PostgreSQL makes rows of them."""
    columns = cast("Table", statement.table).c
    lists = [bindparam(name, type_=ARRAY(_unbounded(columns[name].type))) for name in names]
    rows = func.unnest(*lists).table_valued(*names).render_derived()
    all_of_them = statement.from_select(names, select(*rows.c), include_defaults=False)
    if returning is not None:
        all_of_them = all_of_them.returning(columns[returning])
    return str(all_of_them.compile(dialect=dialect))


def _unbounded(type_: TypeEngine[Any]) -> TypeEngine[Any]:
    """A cast to a length would cut what is too long, where the column refuses it."""
    return Text() if isinstance(type_, String) else type_


def _raise(connection: Connection, sql: str, cursor: DBAPICursor, error: Exception) -> NoReturn:
    """Through SQLAlchemy's own handling: one way to wrap it, and to let go of what broke."""
    connection._handle_dbapi_exception(error, sql, None, cursor, None)
