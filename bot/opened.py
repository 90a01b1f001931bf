"""The database and the desk of a command that works on them and ends. No commands."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from sqlalchemy.exc import DBAPIError

from bot import logs
from bot.faults import OperatorError
from bot.migrating import refuse_outdated
from bot.settings import Settings
from bot.terms import policy_of
from handlers.desk import Desk
from storage.database import CommitUnknownError, Database
from storage.rotation import load_vault

AWAY = (DBAPIError, CommitUnknownError)
"""A command may be run again after these: the database was not there, or went."""


@contextmanager
def opened(settings: Settings) -> Iterator[tuple[Database, Desk]]:
    logs.configure(settings.log_format)
    refuse_outdated(settings.database_url)
    database = Database(settings.database_url)
    try:
        vault = database.run_now(partial(load_vault, secret_keys=settings.secret_keys))
        yield database, Desk(vault, policy_of(settings))
    except AWAY as error:
        raise OperatorError(
            f"DATABASE_URL: the database failed in the middle ({type(error).__name__}). What was"
            " done is kept; run the command again."
        ) from None
    finally:
        database.close_now()
