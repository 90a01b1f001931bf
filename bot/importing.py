"""`enlace import`: files of people and of the network's places, with progress and a report."""

import csv
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from bot.faults import OperatorError
from bot.opened import opened
from bot.settings import Settings
from handlers import network
from handlers.import_rows import Entry, RefusedError, read_row, unknown_columns
from handlers.importing import Imported, Importer
from storage.audit import OPERATOR, record
from storage.database import Database

_BATCH = 1_000
_NEEDED = frozenset({"consent_at", "consent_source", "consent_words"})
_ROW_OF_HEADER = 1

Numbered = tuple[int, Entry]


def import_people(file: Path) -> None:
    """A batch is a transaction: what is done stays done, and a second run goes on from there."""
    now = datetime.now(UTC)
    with opened(Settings.load()) as (database, desk):
        importer, done = Importer(desk.vault), Imported()
        for batch in _batches(_entries(file, now, done)):
            taken = database.run_now(partial(importer.take, batch=batch, now=now))
            done.added, done.merged = done.added + taken.added, done.merged + taken.merged
            done.refused += taken.refused
            _show(done)
        _audit(database, "import people", {"added": done.added, "merged": done.merged})
    _report(done)


def import_network(file: Path, content: dict[str, object]) -> None:
    with opened(Settings.load()) as (database, _desk):
        loaded = database.run_now(lambda connection: network.load(connection, content))
        counts = {"organisations": loaded.organisations, "shelters": loaded.shelters}
        _audit(database, "import network", counts)
    for line in loaded.refused:
        print(f"refused: {line}")
    print(f"{loaded.organisations} organisations and {loaded.shelters} shelters from {file.name}.")


def _entries(file: Path, now: datetime, done: Imported) -> Iterator[Numbered]:
    try:
        with file.open(encoding="utf-8-sig", errors="replace", newline="") as text:
            table = csv.DictReader(text)
            _check_header(file, list(table.fieldnames or ()))
            for number, row in enumerate(table, start=_ROW_OF_HEADER + 1):
                try:
                    yield number, read_row(row, now)
                except RefusedError as error:
                    done.refused.append((number, str(error)))
    except OSError as error:
        raise OperatorError(f"{file}: can't be read ({error.strerror}).") from None
    except csv.Error as error:
        raise OperatorError(f"{file}: is not a CSV file ({error}).") from None


def _check_header(file: Path, header: list[str]) -> None:
    unknown = unknown_columns(header)
    if unknown:
        raise OperatorError(f"{file}: unknown column {unknown[0][:40]!r}.")
    missing = sorted(_NEEDED.difference(header))
    if missing:
        raise OperatorError(f"{file}: the column {missing[0]} is missing.")


def _batches(entries: Iterator[Numbered]) -> Iterator[list[Numbered]]:
    batch: list[Numbered] = []
    for entry in entries:
        batch.append(entry)
        if len(batch) == _BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _show(done: Imported) -> None:
    if sys.stderr.isatty():
        rows = done.added + done.merged + len(done.refused)
        sys.stderr.write(f"\r{rows} rows read")
        sys.stderr.flush()


def _report(done: Imported) -> None:
    if sys.stderr.isatty():
        sys.stderr.write("\r\033[K")
    for number, reason in sorted(done.refused):
        print(f"row {number} refused: {reason}")
    people = "person" if done.added == 1 else "people"
    rows = "row" if len(done.refused) == 1 else "rows"
    known, refused = done.merged, len(done.refused)
    print(f"{done.added} {people} added, {known} known already, {refused} {rows} refused.")


def _audit(database: Database, act: str, counts: dict[str, int]) -> None:
    now = datetime.now(UTC)
    database.run_now(
        lambda connection: record(connection, OPERATOR, act, None, at=now, details=counts)
    )
