"""Writes that may wait, so that those of several turns are written together. No tables.

Whatever else is done on the connection finds them written.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from sqlalchemy import Connection, Engine, event
from sqlalchemy.engine.interfaces import ExecutionContext

Values = Mapping[str, Any]
REFERENCE = "reference"
"""The execution option of what reads only what no turn writes, such as the gazetteer."""


class Statement(Protocol):
    def write_now(self, connection: Connection, rows: Sequence[Values]) -> None: ...


class Later:
    """Rows that wait for their statements, in an order in which each turn's own order is kept.

    Turns are of different people, and only rows of a turn's own person may wait, and rows that are
    new: those of one turn can come before or after those of another. `touched`: something was
    written at once meanwhile, which may have changed anybody.
    """

    def __init__(self, connection: Connection) -> None:
        self.touched = False
        self._connection = connection
        self._groups: list[tuple[Statement, list[Values]]] = []
        self._latest: dict[tuple[Any, ...], int] = {}
        self._turn_is_at = 0

    def next_turn(self) -> None:
        self._turn_is_at = 0

    def add(self, statement: Statement, values: Values) -> None:
        key = (statement, *values)
        at = self._latest.get(key, -1)
        if at < self._turn_is_at:
            at = self._latest[key] = len(self._groups)
            self._groups.append((statement, []))
        self._groups[at][1].append(values)
        self._turn_is_at = at

    def write(self) -> None:
        if not self._groups:
            return
        groups, self._groups = self._groups, []
        self._latest, self._turn_is_at = {}, 0
        for statement, rows in groups:
            statement.write_now(self._connection, rows)

    def close(self) -> None:
        """All is written, or nothing will be: the transaction is over for what waits."""
        _BEGUN.pop(self._connection, None)


_BEGUN: dict[Connection, Later] = {}
"""By connection, while writes on it may wait: every statement asks."""


def begin(connection: Connection) -> Later:
    """From now on writes on this connection may wait, until `close`."""
    later = _BEGUN[connection] = Later(connection)
    return later


def of(connection: Connection) -> Later | None:
    return _BEGUN.get(connection)


def settle(connection: Connection, *, writes: bool) -> None:
    """Before anything that should see what waits."""
    later = of(connection)
    if later is not None:
        later.write()
        later.touched |= writes


def watch(engine: Engine) -> None:
    """What SQLAlchemy itself executes on this engine settles first."""

    @event.listens_for(engine, "before_cursor_execute")
    def _settle(  # the event's own signature
        connection: Connection,
        _cursor: Any,
        sql: str,
        _parameters: Any,
        context: ExecutionContext | None,
        _many: bool,
    ) -> None:
        if of(connection) is None:
            return
        if context is None or not context.execution_options.get(REFERENCE):
            settle(connection, writes=not sql.startswith("SELECT"))
