"""Starts the rival job queues, each on the store that it is made for, where they are installed."""

import json
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from benchmarks.dispatch_bare import Speed
from benchmarks.dispatch_jobs import NOT_INSTALLED
from benchmarks.places import ROOT, free_port
from tests.postgres import Server

_BIN = ROOT / ".venv-bench" / "bin"
_HOW = "python3 -m venv .venv-bench && .venv-bench/bin/pip install -r benchmarks/rivals.txt"


def procrastinate(server: Server, api: str, messages: int, flights: int) -> Speed | None:
    """None: it is not installed, and was said so."""
    name = f"jobs_{time.monotonic_ns()}"
    where = psycopg.conninfo.make_conninfo(server.create(name))
    return _run("procrastinate", where, api, messages, flights)


def dramatiq(api: str, messages: int, flights: int) -> Speed | None:
    """None: it, or a redis-server, is not installed, and was said so."""
    if not (_BIN / "redis-server").exists():
        _say_missing("dramatiq")
        return None
    with _redis() as where:
        return _run("dramatiq", where, api, messages, flights)


def _run(queue: str, where: str, api: str, messages: int, flights: int) -> Speed | None:
    python = _BIN / "python"
    if not python.exists():
        _say_missing(queue)
        return None
    command = [str(python), "-m", "benchmarks.dispatch_jobs", queue, where, api]
    done = subprocess.run(
        [*command, str(messages), str(flights)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode == NOT_INSTALLED:
        _say_missing(queue)
        return None
    if done.returncode:
        raise RuntimeError(f"{queue} ended with {done.returncode}: {done.stderr.strip()[-500:]}")
    return Speed(**json.loads(done.stdout.splitlines()[-1]))


def _say_missing(queue: str) -> None:
    print(f"  {queue}: not installed, passed over ({_HOW})", flush=True)


@contextmanager
def _redis() -> Iterator[str]:
    """It appends each change to its file and flushes that every second, as its users run it."""
    port = free_port()
    with tempfile.TemporaryDirectory(prefix=".bench-", dir=ROOT) as folder:
        process = subprocess.Popen(
            [
                *(str(_BIN / "redis-server"), "--port", str(port), "--bind", "127.0.0.1"),
                *("--dir", folder, "--appendonly", "yes", "--appendfsync", "everysec"),
            ],
            stdout=subprocess.DEVNULL,
        )
        try:
            _wait_for(port)
            yield f"redis://127.0.0.1:{port}/0"
        finally:
            process.terminate()
            process.wait(30)


def _wait_for(port: int) -> None:
    """Until somebody answers there."""
    for _ in range(500):
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except ConnectionRefusedError:
            time.sleep(0.02)
        else:
            return
    raise RuntimeError("redis-server did not start")
