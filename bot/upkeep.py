"""Commands that work on the database and end: sweep, replay, rotate-keys, export. No serving."""

import asyncio
import csv
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from tempfile import NamedTemporaryFile

import structlog

from bot.faults import OperatorError
from bot.intake import place_of
from bot.metrics import Metrics
from bot.opened import AWAY, opened
from bot.settings import Settings
from bot.sweeping import Sweeper
from bot.terms import limits_of, utc_now
from handlers.desk import Desk
from handlers.export import COLUMNS, people
from handlers.replay import replay
from storage import failures, rotation
from storage.audit import OPERATOR, record
from storage.database import Database
from storage.exporting import registered
from storage.rotation import Rotated

_log = structlog.get_logger()


def sweep() -> None:
    settings = Settings.load()
    with opened(settings) as (database, desk):
        sweeper = Sweeper(database, desk, limits_of(settings), Metrics(), utc_now)
        for name, rows in asyncio.run(sweeper.sweep()).items():
            print(f"{name}: {rows}")


def replay_failed() -> None:
    with opened(Settings.load()) as (database, desk):
        rows = database.read_now(failures.failures)
        counted = Counter(_replay(database, desk, row) for row in rows)
    print(
        f"{len(rows)} messages were kept as failed: {counted['answered']} answered now, "
        f"{counted['overtaken']} overtaken by later ones, {counted['failed']} failed again."
    )


def _replay(database: Database, desk: Desk, row: int) -> str:
    now = datetime.now(UTC)
    try:
        return database.run_now(lambda connection: replay(connection, desk, row, now))
    except AWAY:
        raise
    except Exception as error:
        _log.error("handler_failed", error=type(error).__name__, where=place_of(error))
        return "failed"


def rotate_keys() -> None:
    """Everything under the newest key; only then do the older ones lose the database."""
    settings = Settings.load()
    with opened(settings) as (database, desk):
        done = rotation.rotate(database, desk.vault, _show)
        asyncio.run(database.empty_log())
        _refuse_unfinished(done)
        newest = settings.secret_keys[:1]
        database.run_now(partial(rotation.keep_only, secret_keys=newest))
    print(f"{done.resealed} values sealed anew; all are under the newest key.")
    if len(settings.secret_keys) > 1:
        print("The older keys may be taken out of SECRET_KEYS now.")


def _refuse_unfinished(done: Rotated) -> None:
    if done.unreadable:
        raise OperatorError(
            f"SECRET_KEYS: {done.unreadable} values can't be opened (in {', '.join(done.where)})."
            " They are kept as they are, and no key was forgotten. Give the key that sealed them"
            " too, after the newest, and run this again."
        )
    if done.restless:
        raise OperatorError(
            "SECRET_KEYS: values are still being sealed under an older key, so no key was"
            " forgotten. Restart every process with the newest key first, and run this again."
        )


def _show(column: str, resealed: int) -> None:
    if sys.stderr.isatty():
        sys.stderr.write(f"\r{column}: {resealed} values sealed anew\033[K")
        sys.stderr.flush()


def export(file: Path) -> None:
    with opened(Settings.load()) as (database, desk):
        now = datetime.now(UTC)
        database.run_now(lambda c: record(c, OPERATOR, "export people", None, at=now))
        written = _write(file, people(database, desk.vault))
        left_out = database.read_now(registered) - written
    print(f"{written} people written to {file}.")
    if left_out > 0:
        print(f"{left_out} left out: they have stopped, or none of their addresses is reachable.")


def _write(file: Path, rows: Iterable[Sequence[str]]) -> int:
    """Nobody but its owner may read it, and it is there as a whole or not at all."""
    written = 0
    try:
        with NamedTemporaryFile(
            "w", encoding="utf-8", errors="replace", newline="", dir=file.parent, delete=False
        ) as draft:
            try:
                table = csv.writer(draft)
                table.writerow(COLUMNS)
                for row in rows:
                    table.writerow(row)
                    written += 1
                draft.close()
                Path(draft.name).replace(file)
            except BaseException:
                Path(draft.name).unlink(missing_ok=True)
                raise
    except OSError as error:
        raise OperatorError(f"{file}: can't be written ({error.strerror}).") from None
    return written
