"""`enlace demo` as an operator starts it: a process, its files, its end, and the next day."""

import asyncio
import json
import signal
import stat
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp

from bot.demo import demo_home

PATIENCE_SECONDS = 60


class Started:
    """A running `enlace demo`."""

    def __init__(self, process: asyncio.subprocess.Process, page: str) -> None:
        self.process = process
        self.page = page
        self.base = page.removesuffix("/demo")

    async def does(self, session: aiohttp.ClientSession, what: str, **body: object) -> None:
        path = f"{self.page}/people/{what}"
        async with session.post(path, json=body, headers={"Origin": self.base}) as answer:
            assert answer.status == 204

    async def shows(self, session: aiohttp.ClientSession, words: str) -> None:
        async with session.get(f"{self.page}/stream") as stream:
            async for line in stream.content:
                if words in json.dumps(json.loads(line[6:] or "{}"), ensure_ascii=False):
                    return
        raise AssertionError(f"the stream ended without {words!r}")

    async def ends(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return await self.process.wait()


@asynccontextmanager
async def started(*arguments: str) -> AsyncIterator[Started]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot.cli", "demo", "--port", "0", *arguments),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    assert process.stdout is not None
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while b"http://" not in (line := await process.stdout.readline()):
                assert line, "the demo ended before it was served"
        yield Started(process, line.decode().split()[-1])
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def test_the_demo_is_served_goes_on_the_next_day_and_ends_at_once(
    filled_database: Path,
) -> None:
    async with aiohttp.ClientSession() as session, asyncio.timeout(PATIENCE_SECONDS):
        async with started("--database", str(filled_database)) as demo:
            await demo.does(session, "p3/text", text="/start")
            await demo.shows(session, "¿Cómo quieres participar?")
            looking = await session.get(f"{demo.page}/stream")
            assert await demo.ends() == 0
            looking.close()
        key = filled_database.with_name("demo.db.key")
        assert stat.S_IMODE(key.stat().st_mode) == 0o600
        async with started("--database", str(filled_database)) as demo:
            await demo.does(session, "p3/text", text="ayuda")
            await demo.shows(session, "¿Cómo quieres participar?")
            assert await demo.ends() == 0


def test_a_demo_without_a_database_leaves_nothing_behind() -> None:
    with demo_home(None) as home:
        folder = Path(home.database_url.removeprefix("sqlite:///")).parent
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert stat.S_IMODE((folder / "demo.db.key").stat().st_mode) == 0o600
    assert not folder.exists()


async def refusal(*arguments: str) -> tuple[int | None, str]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot.cli", "demo", *arguments),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    _output, errors = await process.communicate()
    return process.returncode, errors.decode()


async def test_a_folder_that_is_not_there_is_named_in_one_line(tmp_path: Path) -> None:
    status, errors = await refusal("--port", "0", "--database", str(tmp_path / "no" / "demo.db"))
    assert status == 2
    assert errors.count("\n") == 1
    assert "--database" in errors


async def test_a_port_that_is_taken_is_named_in_one_line() -> None:
    taken = await asyncio.start_server(lambda _r, _w: None, "127.0.0.1", 0)
    async with taken:
        port = taken.sockets[0].getsockname()[1]
        status, errors = await refusal("--port", str(port))
    assert status == 2
    assert errors.count("\n") == 1
    assert str(port) in errors
