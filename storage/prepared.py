"""Statements compiled once and run on the driver's cursor: for what every turn runs. No tables.

SQLAlchemy's own way to run a statement costs several times what SQLite needs to execute it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NoReturn, cast

from sqlalchemy import Connection, Delete, Dialect, Insert, Select, Update
from sqlalchemy.engine.interfaces import DBAPICursor
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.types import TypeEngine

Values = Mapping[str, Any]
Row = tuple[Any, ...]
Translate = Callable[[Any], Any]


class Prepared:
    """A statement with `bindparam`s, or an insert, for one set of names of values.

    It runs in the connection's transaction like `Connection.execute`, and raises the same errors.
    Lists in a bind ("expanding") are not for it.
    """

    def __init__(self, statement: Select[Any] | Insert | Update | Delete) -> None:
        self._statement = statement
        self._forms: dict[tuple[str, ...], _Form] = {}

    def first(self, connection: Connection, values: Values) -> Row | None:
        """The only row, or the first."""
        form = self._form(connection, values)
        cursor = _execute(connection, form.sql, form.bound(values))
        row = cursor.fetchone()
        cursor.close()
        return None if row is None else form.read(row)

    def all(self, connection: Connection, values: Values) -> list[Row]:
        form = self._form(connection, values)
        rows = _execute(connection, form.sql, form.bound(values)).fetchall()
        return [form.read(row) for row in rows]

    def run(self, connection: Connection, values: Values) -> int:
        """The number of rows that were written."""
        form = self._form(connection, values)
        return _execute(connection, form.sql, form.bound(values)).rowcount

    def run_many(self, connection: Connection, rows: Sequence[Values]) -> None:
        """Once for each; all have the same names."""
        if len(rows) == 1:
            self.run(connection, rows[0])
        elif rows:
            form = self._form(connection, rows[0])
            _execute_many(connection, form.sql, [form.bound(values) for values in rows])

    def _form(self, connection: Connection, values: Values) -> "_Form":
        names = (connection.dialect.name, *values)
        form = self._forms.get(names)
        if form is None:
            form = self._forms[names] = _Form.of(self._statement, connection.dialect, list(values))
        return form


@dataclass(frozen=True)
class _Form:
    """The statement as one driver takes it; `binds` and `columns` with what translates each."""

    sql: str
    by_position: bool
    binds: tuple[tuple[str, Translate | None], ...]
    fixed: Mapping[str, Any]
    columns: tuple[Translate | None, ...]

    @classmethod
    def of(cls, statement: Any, dialect: Dialect, names: list[str]) -> "_Form":
        compiled = cast("SQLCompiler", statement.compile(dialect=dialect, column_keys=names))
        types = {name: bind.type for bind, name in compiled.bind_names.items()}
        selected = statement.selected_columns if isinstance(statement, Select) else ()
        return cls(
            compiled.string,
            compiled.positional,
            tuple(
                (name, _to_driver(types[name], dialect)) for name in compiled.positiontup or types
            ),
            {name: value for name, value in compiled.params.items() if name not in names},
            tuple(_from_driver(column.type, dialect) for column in selected),
        )

    def bound(self, values: Values) -> Any:
        given = {**self.fixed, **values} if self.fixed else values
        if self.by_position:
            return [
                given[name] if translate is None else translate(given[name])
                for name, translate in self.binds
            ]
        return {
            name: given[name] if translate is None else translate(given[name])
            for name, translate in self.binds
        }

    def read(self, row: Row) -> Row:
        if not self._translates:
            return row
        return tuple(
            [
                value if translate is None else translate(value)
                for value, translate in zip(row, self.columns, strict=True)
            ]
        )

    @cached_property
    def _translates(self) -> bool:
        return any(self.columns)


def _to_driver(type_: TypeEngine[Any], dialect: Dialect) -> Translate | None:
    return type_.dialect_impl(dialect).bind_processor(dialect)


def _from_driver(type_: TypeEngine[Any], dialect: Dialect) -> Translate | None:
    return type_.dialect_impl(dialect).result_processor(dialect, None)


def _execute(connection: Connection, sql: str, bound: Any) -> DBAPICursor:
    cursor = connection.connection.cursor()
    try:
        cursor.execute(sql, bound)
    except connection.dialect.loaded_dbapi.Error as error:
        _raise(connection, sql, cursor, error)
    return cursor


def _execute_many(connection: Connection, sql: str, bound: list[Any]) -> None:
    cursor = connection.connection.cursor()
    try:
        cursor.executemany(sql, bound)
    except connection.dialect.loaded_dbapi.Error as error:
        _raise(connection, sql, cursor, error)


def _raise(connection: Connection, sql: str, cursor: DBAPICursor, error: Exception) -> NoReturn:
    """Through SQLAlchemy's own handling: one way to wrap it, and to let go of what broke."""
    connection._handle_dbapi_exception(error, sql, None, cursor, None)
