"""What `enlace run` needs with a whole network registered: memory, its start, its answers."""

import asyncio
import os
import shutil
import sys
from asyncio.subprocess import DEVNULL, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import perf_counter

from benchmarks import signup
from benchmarks.crowd import register
from benchmarks.figures import Figure, Size
from benchmarks.places import ROOT, Workshop, free_port
from bot.simulators import TelegramSimulator, serve
from bot.simulators.telegram import Person
from storage.sealed import new_secret_key

_TOKEN = "123456:AAtoken-of-the-benchmark"
_PEOPLE, _PEOPLE_IF_QUICK = 100_000, 5_000
_PEOPLE_WHO_ASK = 10
_MEGABYTES, _START_SECONDS, _P95_SECONDS = 150, 2.0, 0.050
_PATIENCE = 60.0
_PAUSE, _REST = 0.05, 1.5
"""Seconds: between two people, and until a chat may hear another message."""


@dataclass(frozen=True, slots=True)
class Footprint:
    """`start` and `p95` in seconds, `memory` in megabytes."""

    start: float
    p95: float
    memory: float


def measure(size: Size, workshop: Workshop) -> list[Figure]:
    path, key = workshop.filled(), new_secret_key()
    register(f"sqlite:///{path}", key, _PEOPLE if size.rounds > 1 else _PEOPLE_IF_QUICK)
    # Each round has a copy of its own: a simulator's updates count from the beginning again.
    copies = [shutil.copy(path, workshop.empty()) for _ in range(size.rounds)]
    seen = [signup.run(_measure(copy, key)) for copy in copies]
    start, p95, memory = (
        median(getattr(each, name) for each in seen) for name in ("start", "p95", "memory")
    )
    return [
        Figure("footprint", name, value, unit, limit, at_most=1.0)
        for name, value, unit, limit in (
            ("memory of `enlace run`, against 150 MB", memory, "MB", _MEGABYTES),
            ("start to first answer, against 2 s", start, "s", _START_SECONDS),
            (
                "message to the reply's call, p95, against 50 ms",
                p95 * 1000,
                "ms",
                _P95_SECONDS * 1000,
            ),
        )
    ]


async def _measure(path: str, key: str) -> Footprint:
    url = f"http://127.0.0.1:{free_port()}"
    telegram = TelegramSimulator(_TOKEN)
    async with telegram, serve(telegram.app) as api:
        phones = [
            telegram.person(80_000_000 + number, "Rosa", language_code="es")
            for number in range(1 + _PEOPLE_WHO_ASK)
        ]
        started = perf_counter()
        async with _running(path, key, url, api) as process:
            await phones[0].starts()
            await phones[0].waits_for(1, timeout=_PATIENCE)
            start = perf_counter() - started
            await asyncio.sleep(_REST)
            waits = await _sign_up(telegram, phones[1:])
            memory = _resident_megabytes(process.pid)
    return Footprint(start, sorted(waits)[len(waits) * 95 // 100], memory)


async def _sign_up(telegram: TelegramSimulator, phones: list[Person]) -> list[float]:
    """Seconds from each message to the call of its first reply; one message at a time."""
    waits = []
    for text in signup.ANSWERS:
        for phone in phones:
            waits.append(await _answered(telegram, phone, text))
            await asyncio.sleep(_PAUSE)
        await asyncio.sleep(_REST)
    return waits


async def _answered(telegram: TelegramSimulator, phone: Person, text: str) -> float:
    sent = telegram.calls.clock()
    await phone.sends(text)
    await phone.waits_for(1, timeout=_PATIENCE)
    calls = telegram.calls.of("sendMessage")
    return min(
        call.at - sent
        for call in calls
        if call.at >= sent and str(call.parameters["chat_id"]) == str(phone.id)
    )


@asynccontextmanager
async def _running(path: str, key: str, url: str, api: str) -> AsyncIterator[Process]:
    environment = {
        "PATH": os.environ["PATH"],
        "DATABASE_URL": f"sqlite:///{path}",
        "SECRET_KEYS": key,
        "PUBLIC_URL": url,
        "PORT": url.rpartition(":")[2],
        "TELEGRAM_TOKEN": _TOKEN,
        "TELEGRAM_API_URL": api,
        "TELEGRAM_WEBHOOK_SECRET": "a-webhook-secret",
    }
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot.cli", "run"), env=environment, cwd=ROOT, stdout=DEVNULL
    )
    try:
        yield process
    finally:
        process.terminate()
        await process.wait()


def _resident_megabytes(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text("utf-8")
    line = next(line for line in status.splitlines() if line.startswith("VmRSS:"))
    return int(line.split()[1]) / 1024
