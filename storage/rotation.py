"""Which keys are needed; re-sealing everything under the newest, while everything else goes on."""

import importlib
import pkgutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from sqlalchemy import Column, Connection, LargeBinary, bindparam, func, select, update

import storage
from storage.database import Database, metadata
from storage.sealed import SealError, Vault

SEALED = "sealed"
"""What the comment of every sealed column begins with."""

_BATCH = 500
_PASSES = 3

Progress = Callable[[str, int], None]


@dataclass(slots=True)
class Rotated:
    """`unreadable`: no key given opens them; `where` names their columns. `restless`: values kept
    coming under an older key, so some process runs without the newest."""

    resealed: int = 0
    unreadable: int = 0
    where: list[str] = field(default_factory=list)
    restless: bool = False

    @property
    def is_complete(self) -> bool:
        return not (self.unreadable or self.restless)


def sealed_columns() -> list[Column[Any]]:
    """Of every table of ours, by their comment."""
    for module in pkgutil.iter_modules(storage.__path__):
        importlib.import_module(f"storage.{module.name}")
    return [
        column
        for table in metadata.sorted_tables
        for column in table.columns
        if isinstance(column.type, LargeBinary) and (column.comment or "").startswith(SEALED)
    ]


def rotate(database: Database, vault: Vault, progress: Progress) -> Rotated:
    """Passes until one finds nothing to do. A value that changes meanwhile is left to the next."""
    done = Rotated()
    for _pass in range(_PASSES):
        done.unreadable, done.where = 0, []
        before = done.resealed
        for column in sealed_columns():
            _reseal_column(database, vault, column, done)
            progress(str(column), done.resealed)
        if done.resealed == before:
            return done
    done.restless = True
    return done


def load_vault(connection: Connection, secret_keys: Sequence[str]) -> Vault:
    """`Vault.load`; SealError also where a key that is not given still seals something."""
    vault = Vault.load(connection, secret_keys)
    for name, beginning in vault.lacks(connection).items():
        for column in sealed_columns():
            if _any_begins(connection, column, beginning):
                raise SealError(
                    f"SECRET_KEYS lacks the key {name}, under which {column} is sealed. Give it"
                    " too, after the newest, and run `enlace rotate-keys` before you take it out."
                )
    return vault


def _any_begins(connection: Connection, column: Column[Any], beginning: bytes) -> bool:
    same = func.substr(column, 1, len(beginning)) == beginning
    return connection.scalar(select(column).where(same).limit(1)) is not None


def keep_only(connection: Connection, secret_keys: Sequence[str]) -> None:
    """No other key opens the index key any more."""
    Vault.load(connection, secret_keys).forget_other_keys(connection)


def _reseal_column(database: Database, vault: Vault, column: Column[Any], done: Rotated) -> None:
    last: int | None = None
    while rows := database.read_now(partial(_batch, column=column, last=last)):
        last = rows[-1][0]
        _reseal_rows(database, vault, column, rows, done)


def _batch(connection: Connection, column: Column[Any], last: int | None) -> list[Any]:
    [key] = column.table.primary_key.columns
    statement = select(key, column).where(column.is_not(None)).order_by(key).limit(_BATCH)
    if last is not None:
        statement = statement.where(key > last)
    return list(connection.execute(statement))


def _reseal_rows(
    database: Database, vault: Vault, column: Column[Any], rows: list[Any], done: Rotated
) -> None:
    changes = []
    for row, sealed in rows:
        try:
            fresh = vault.reseal(column.table.name, column.name, row, sealed)
        except SealError:
            done.unreadable += 1
            if str(column) not in done.where:
                done.where.append(str(column))
            continue
        if fresh is not None:
            changes.append({"row": row, "was": sealed, "fresh": fresh})
    if changes:
        database.run_now(lambda connection: _write(connection, column, changes))
        done.resealed += len(changes)


def _write(connection: Connection, column: Column[Any], changes: list[dict[str, Any]]) -> None:
    """Only where the value is still what was read."""
    [key] = column.table.primary_key.columns
    statement = (
        update(column.table)
        .where(key == bindparam("row"), column == bindparam("was"))
        .values({column: bindparam("fresh")})
    )
    connection.execute(statement, changes)
