"""`enlace migrate`: the schema first, then the gazetteer. Also done by demo, run and chat."""

import sys
from collections.abc import Callable

from sqlalchemy.exc import DBAPIError

from bot.faults import OperatorError
from storage import gazetteer, migrations
from storage.database import Database

Progress = Callable[[int, int], None]


def migrate(url: str, progress: Progress | None = None) -> None:
    """OperatorError when the database can't be reached or is newer than this code."""
    try:
        migrations.upgrade(url)
        _fill(url, progress or _show)
    except DBAPIError as error:
        raise _unusable(error) from None


def _fill(url: str, progress: Progress) -> None:
    database = Database(url)
    try:
        if not database.read_now(gazetteer.is_filled):
            database.run_now(lambda connection: gazetteer.fill(connection, progress))
    finally:
        database.close_now()


def _show(done: int, total: int) -> None:
    if sys.stderr.isatty():
        end = "\n" if done >= total else ""
        sys.stderr.write(f"\rPlaces of the Americas: {100 * done // max(total, 1)} %{end}")
        sys.stderr.flush()


def refuse_outdated(url: str) -> None:
    """OperatorError when `enlace migrate` has not been run on this database."""
    try:
        database = Database(url)
        try:
            ready = database.read_now(migrations.is_current)
        finally:
            database.close_now()
    except DBAPIError as error:
        raise _unusable(error) from None
    if not ready:
        raise OperatorError("DATABASE_URL: the database is not up to date. Run `enlace migrate`.")


def _unusable(error: DBAPIError) -> OperatorError:
    reason = type(error.orig).__name__ if error.orig else type(error).__name__
    return OperatorError(f"DATABASE_URL: the database can't be used ({reason}).")
