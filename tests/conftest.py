"""What every test may ask for: fresh migrated databases and a browser. Nothing of one area."""

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

from tests import postgres as launcher

if TYPE_CHECKING:
    from playwright.async_api import Browser

_BROWSERS = ("chromium", "chromium-browser", "google-chrome")
_BROWSER_FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1 , EXCLUDE localhost",
)
_database_numbers = count(1)


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
