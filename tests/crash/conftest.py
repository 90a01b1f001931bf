"""What the crash tests share: worlds, each on a database of its own."""

import shutil
import tempfile
from collections.abc import AsyncIterator, Generator, Iterator
from pathlib import Path

import pytest

from tests.crash.world import BOTH_CHANNELS, ONLY_SMS, ONLY_TELEGRAM, World, world

_MEMORY = Path("/dev/shm")


@pytest.fixture
def sqlite_url(_migrated_sqlite: Path) -> Iterator[str]:
    """In memory where the system has such a folder: a killed process, unlike a cut of power, loses
    nothing that was written, so nobody need wait for a disk."""
    memory = str(_MEMORY) if _MEMORY.is_dir() else None
    with tempfile.TemporaryDirectory(prefix="enlace-", dir=memory) as folder:
        yield f"sqlite:///{shutil.copy(_migrated_sqlite, Path(folder) / 'enlace.db')}"


@pytest.fixture
async def here(database_url: str, tmp_path: Path) -> AsyncIterator[World]:
    """SMS on SQLite and on PostgreSQL."""
    async with world(database_url, tmp_path, ONLY_SMS) as made:
        yield made


@pytest.fixture
async def by_sms(sqlite_url: str, tmp_path: Path) -> AsyncIterator[World]:
    """SMS on SQLite: what doesn't depend on the database."""
    async with world(sqlite_url, tmp_path, ONLY_SMS) as made:
        yield made


@pytest.fixture
async def by_telegram(sqlite_url: str, tmp_path: Path) -> AsyncIterator[World]:
    """Telegram on SQLite."""
    async with world(sqlite_url, tmp_path, ONLY_TELEGRAM) as made:
        yield made


@pytest.fixture
async def on_postgres(postgres_url: str, tmp_path: Path) -> AsyncIterator[World]:
    """Both channels on PostgreSQL."""
    async with world(postgres_url, tmp_path, BOTH_CHANNELS) as made:
        yield made


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Function,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A failure shows what the bots logged."""
    report = yield
    worlds = [each for each in item.funcargs.values() if isinstance(each, World)]
    if report.failed and worlds:
        report.sections.append(("What the bots logged", worlds[0].told()))
    return report
