"""What every test may ask for: fresh databases, an office, a browser. Nothing of one area."""

import fcntl
import hashlib
import logging
import os
import shutil
import sqlite3
import sys
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import structlog
from hypothesis import settings

from tests import postgres as launcher

if TYPE_CHECKING:
    from playwright.async_api import Browser

    from tests.talk import Office

_BROWSERS = ("chromium", "chromium-browser", "google-chrome")
_BROWSER_FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1 , EXCLUDE localhost",
)
settings.register_profile("house", deadline=None)
settings.load_profile("house")
_database_numbers = count(1)
_MEMORY, _ROOM = Path("/dev/shm"), 4 << 30
if _MEMORY.is_dir() and shutil.disk_usage(_MEMORY).free > _ROOM:
    # Thousands of databases are made and thrown away: in memory, where there is room for them.
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(_MEMORY))
_STORAGE = Path(__file__).parent.parent / "storage"
_FILLING = ("gazetteer*.py", "place_names.py", "data/*", "migrations/versions/*.py")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--rewrite-transcripts",
        action="store_true",
        help="write what the bot says now into tests/transcripts, to be reviewed",
    )


@pytest.fixture(autouse=True)
def _logging_as_before() -> Iterator[None]:
    """A test that starts a process's logging leaves no trace of it in the next."""
    hooks = sys.excepthook, threading.excepthook, sys.unraisablehook
    root = logging.getLogger()
    level, handlers, loud = root.level, root.handlers[:], logging.raiseExceptions
    yield
    structlog.reset_defaults()
    logging.captureWarnings(False)
    root.level, root.handlers[:], logging.raiseExceptions = level, handlers, loud
    sys.excepthook, threading.excepthook, sys.unraisablehook = hooks


@pytest.fixture(scope="session")
def postgres() -> Iterator[launcher.Server]:
    """A PostgreSQL of this test run (of this worker, under xdist)."""
    with launcher.running() as server:
        yield server


@pytest.fixture(scope="session")
def _migrated_postgres(postgres: launcher.Server) -> str:
    from storage.migrations import upgrade

    upgrade(postgres.create("migrated"))
    return "migrated"


@pytest.fixture(scope="session")
def _migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from storage.migrations import upgrade

    path = tmp_path_factory.mktemp("migrated") / "enlace.db"
    upgrade(f"sqlite:///{path}")
    return _in_one_file(path)


@pytest.fixture(scope="session")
def _filled_sqlite(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """Migrated, with the gazetteer and the demo network. The gazetteer takes many seconds to
    fill, so it is kept between test runs for as long as what fills it stays the same."""
    from handlers.network import demo_network, load
    from storage.database import Database

    path = tmp_path_factory.mktemp("filled") / "enlace.db"
    kept = request.config.cache.mkdir("gazetteer")
    with (kept / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        shutil.copy(_kept_gazetteer(kept), path)
    database = Database(f"sqlite:///{path}")
    database.run_now(lambda connection: load(connection, demo_network()))
    database.close_now()
    return _in_one_file(path)


def _kept_gazetteer(kept: Path) -> Path:
    from storage import gazetteer
    from storage.database import Database
    from storage.gazetteer_sources import edition
    from storage.migrations import upgrade

    sources = sorted(path for pattern in _FILLING for path in _STORAGE.glob(pattern))
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in sources) + edition().encode())
    path = kept / f"{digest.hexdigest()[:16]}.db"
    if not path.exists():
        for old in kept.glob("*.db*"):
            old.unlink()
        unfinished = path.with_suffix(".db-unfinished")
        upgrade(f"sqlite:///{unfinished}")
        database = Database(f"sqlite:///{unfinished}")
        database.run_now(gazetteer.fill)
        database.close_now()
        _in_one_file(unfinished).rename(path)
    return path


def _in_one_file(path: Path) -> Path:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return path


@pytest.fixture
def empty_postgres_url(postgres: launcher.Server) -> Iterator[str]:
    """A PostgreSQL database without tables."""
    name = f"empty_{next(_database_numbers)}"
    yield postgres.create(name)
    postgres.drop(name)


@pytest.fixture
def postgres_url(postgres: launcher.Server, _migrated_postgres: str) -> Iterator[str]:
    """A migrated PostgreSQL database of this test alone."""
    name = f"test_{next(_database_numbers)}"
    yield postgres.create(name, template=_migrated_postgres)
    postgres.drop(name)


@pytest.fixture
def sqlite_url(tmp_path: Path, _migrated_sqlite: Path) -> str:
    """A migrated SQLite database of this test alone."""
    return f"sqlite:///{shutil.copy(_migrated_sqlite, tmp_path / 'enlace.db')}"


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest) -> str:
    """A migrated database of this test alone; the test runs once on each kind."""
    fixture = "sqlite_url" if request.param == "sqlite" else "postgres_url"
    url: str = request.getfixturevalue(fixture)
    return url


@pytest.fixture
def office(tmp_path: Path, _filled_sqlite: Path) -> "Iterator[Office]":
    """An office on a SQLite database of this test alone, with places and the demo network."""
    yield from _office(f"sqlite:///{shutil.copy(_filled_sqlite, tmp_path / 'filled.db')}")


@pytest.fixture
def bare_office(database_url: str) -> "Iterator[Office]":
    """An office without places and organisations; the test runs once on each kind of database."""
    yield from _office(database_url)


def _office(url: str) -> "Iterator[Office]":
    from storage.database import Database
    from tests.talk import Office

    database = Database(url)
    yield Office(database)
    database.close_now()


@pytest.fixture
async def browser() -> "AsyncIterator[Browser]":
    """Headless Chromium that can reach loopback only."""
    program = next(filter(None, map(shutil.which, _BROWSERS)), None)
    if program is None:
        missing = "Chromium is not installed, so no page was looked at"
        if os.environ.get("CI") == "true":
            pytest.fail(missing)
        pytest.skip(missing)

    from playwright.async_api import async_playwright

    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(
            executable_path=program, args=list(_BROWSER_FLAGS)
        )
        yield chromium
        await chromium.close()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Skipped tests are said aloud, so that nobody takes them for passed."""
    for report in terminalreporter.getreports("skipped"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        terminalreporter.write_line(f"NOT TESTED {report.nodeid}: {reason}", yellow=True)
