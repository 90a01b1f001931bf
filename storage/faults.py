"""What a database error means for the unit of work that met it, or for a part of it."""

import sqlite3
from collections.abc import Callable
from typing import TYPE_CHECKING

from sqlalchemy import Connection
from sqlalchemy.engine.interfaces import ExceptionContext
from sqlalchemy.exc import DBAPIError, IntegrityError

if TYPE_CHECKING:
    from psycopg.errors import Diagnostic

_BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
_CONFLICTS = {"40001", "40P01"}
"""SQLSTATE of a serialization failure, and of a deadlock."""
_PRIMARY_KEY = {sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY, sqlite3.SQLITE_CONSTRAINT_ROWID}


class CommitUnknownError(Exception):
    """The connection broke while a unit of work was committed; it may or may not have been kept."""

    def __str__(self) -> str:
        return str(self.__doc__)


def try_apart(connection: Connection, work: Callable[[], None]) -> Exception | None:
    """What fails in `work` is undone alone, and handed back.

    A database that is away or busy is no fault of the work's: that is raised, to be tried again.
    """
    try:
        with connection.begin_nested():
            work()
    except Exception as error:
        if isinstance(error, DBAPIError) and not isinstance(error, IntegrityError):
            raise
        return error
    return None


def is_locked(error: BaseException) -> bool:
    """Whether SQLite said that somebody else holds the file."""
    return _sqlite_code(error) & 0xFF in _BUSY


def is_broken(error: BaseException) -> bool:
    """Whether a SQLite connection is better made anew: file gone, disk full, I/O error."""
    known = isinstance(error, IntegrityError) or is_locked(error)
    return isinstance(error, DBAPIError) and not known


def is_id_collision(error: BaseException) -> bool:
    """Whether a primary key was taken: two processes may have made one id."""
    if not isinstance(error, IntegrityError):
        return False
    if (told := _told(error.orig)) is not None:
        return (told.constraint_name or "").startswith("pk_")
    return _sqlite_code(error) in _PRIMARY_KEY


def is_lost(error: BaseException) -> bool:
    """Whether a PostgreSQL connection broke, rather than a statement."""
    return isinstance(error, DBAPIError) and error.connection_invalidated


def is_conflict(error: BaseException) -> bool:
    """Whether PostgreSQL rolled the transaction back in favour of another one."""
    return isinstance(error, DBAPIError) and getattr(error.orig, "sqlstate", None) in _CONFLICTS


def hide_values(context: ExceptionContext) -> None:
    """PostgreSQL's DETAIL line quotes the row that it refused: it goes no further."""
    original = context.original_exception
    told = _told(original)
    if told is None or not told.message_primary:
        return
    original.args = (told.message_primary,)
    if isinstance(context.sqlalchemy_exception, DBAPIError):
        kind = type(original)
        words = f"({kind.__module__}.{kind.__name__}) {told.message_primary}"
        context.sqlalchemy_exception.args = (words,)


def _told(error: BaseException | None) -> "Diagnostic | None":
    """What PostgreSQL told of an error of its own; its driver need not be there."""
    return getattr(error, "diag", None)


def _sqlite_code(error: BaseException) -> int:
    original = error.orig if isinstance(error, DBAPIError) else None
    return getattr(original, "sqlite_errorcode", None) or 0
