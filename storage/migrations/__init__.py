"""Bringing a database up to date: one lock, one transaction, every revision that is missing.

Revisions are in versions/, written by hand, forward only: the way back is a backup.
"""

from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import URL, Connection, Engine, create_engine, func, select
from sqlalchemy.pool import NullPool

from storage.database import database_url
from storage.holds import lock_number
from storage.sqlite import create_privately, sqlite_engine

_HERE = Path(__file__).parent


class NewerDatabaseError(Exception):
    """The database was made by a newer Enlace; run that one, or restore a backup."""

    def __str__(self) -> str:
        return str(self.__doc__)


def upgrade(url: str) -> None:
    """Safe when several processes start at once: one works, the others wait and find it done.

    Nothing is kept of an upgrade that fails.
    """
    with _engine(database_url(url)).begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(select(func.pg_advisory_xact_lock(lock_number("migrate"))))
        _refuse_newer(connection)
        config = Config()
        config.set_main_option("script_location", str(_HERE))
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        if connection.dialect.name == "sqlite":
            _check_references(connection)


def current(url: str) -> str | None:
    """The revision that the database is at; None when it is empty."""
    with _engine(database_url(url)).connect() as connection:
        return _revision(connection)


def is_current(connection: Connection) -> bool:
    return _revision(connection) == _scripts().get_current_head()


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


@cache
def _scripts() -> ScriptDirectory:
    return ScriptDirectory(str(_HERE))


def _engine(url: URL) -> Engine:
    if url.get_backend_name() == "sqlite":
        create_privately(url)
        # References are off, and checked at the end: tables may be rebuilt under them.
        return sqlite_engine(url, "BEGIN EXCLUSIVE", "foreign_keys=OFF", "busy_timeout=60000")
    return create_engine(url, poolclass=NullPool, hide_parameters=True)


def _refuse_newer(connection: Connection) -> None:
    known = {script.revision for script in _scripts().walk_revisions()}
    if (_revision(connection) or next(iter(known))) not in known:
        raise NewerDatabaseError


def _check_references(connection: Connection) -> None:
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
    if broken:
        tables = ", ".join(sorted({row[0] for row in broken}))
        raise RuntimeError(f"The upgrade was undone: it would break references in {tables}.")
