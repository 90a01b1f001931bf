"""Where contests keep their databases: beside the code, on a real disk, gone afterwards."""

import os
import shutil
import socket
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from itertools import count
from pathlib import Path

from bot.migrating import migrate
from handlers.network import demo_network, load
from storage.database import Database

ROOT = Path(__file__).parent.parent


class Workshop:
    """Hands out database files: empty ones, and copies of one that `enlace migrate` filled."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._numbers = count(1)

    def empty(self) -> str:
        return str(self._folder / f"{next(self._numbers)}.db")

    def filled(self) -> str:
        """With the gazetteer and the demo network; made once."""
        template = self._folder / "filled.db"
        if not template.exists():
            fill(f"sqlite:///{template}")
            with closing(sqlite3.connect(template)) as connection:
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return _settled(shutil.copy(template, self.empty()))

    def copy(self, path: str) -> str:
        """Of a file that nobody has open."""
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return _settled(shutil.copy(path, self.empty()))


def _settled(path: str) -> str:
    """On the disk already: to write the copy down is no part of a contest."""
    with open(path, "rb") as file:
        os.fsync(file.fileno())
    return path


def fill(url: str) -> None:
    migrate(url)
    database = Database(url)
    database.run_now(lambda connection: load(connection, demo_network()))
    database.close_now()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def workshop() -> Iterator[Workshop]:
    """Not in /tmp, which may be memory: a commit would cost nothing there."""
    with tempfile.TemporaryDirectory(prefix=".bench-", dir=ROOT) as folder:
        yield Workshop(Path(folder))
