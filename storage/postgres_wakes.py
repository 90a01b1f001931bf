"""NOTIFY and LISTEN: telling every process what was committed here, and hearing of it."""

import select
import socket
import threading
from collections.abc import Iterable
from typing import Any

import psycopg
import structlog

from storage.dialect import CHANNEL
from storage.wakes import Wakes

log = structlog.get_logger()

_RETRY_SECONDS = (0.2, 0.5, 1.0, 2.0, 5.0)
_BREATH = 0.02
"""Seconds between two NOTIFYs: a busy process rings fifty times a second at most."""


class PostgresBell:
    """Tells by NOTIFY what was committed here, to every process, from a connection of its own.

    Inside the transactions themselves NOTIFY would have every commit wait for the one before it.
    What comes while one NOTIFY is under way goes with the next; what is lost with the connection
    is found by polling.
    """

    def __init__(self, conninfo: str) -> None:
        self._conninfo = conninfo
        self._rung: set[str] = set()
        self._changed = threading.Condition()
        self._closing = False
        self._thread: threading.Thread | None = None

    def ring(self, channels: Iterable[str]) -> None:
        with self._changed:
            self._rung.update(channels)
            if self._thread is None:
                self._thread = threading.Thread(
                    target=self._work, name="enlace-notify", daemon=True
                )
                self._thread.start()
            self._changed.notify()

    def close(self) -> None:
        """Returns when everything rung before is told."""
        with self._changed:
            self._closing = True
            self._changed.notify()
        if self._thread is not None:
            self._thread.join()

    def _work(self) -> None:
        connection: psycopg.Connection[Any] | None = None
        while channels := self._next():
            try:
                connection = connection or _connect(self._conninfo)
                for channel in channels:
                    connection.execute("SELECT pg_notify(%s, %s)", (CHANNEL, channel))
            except psycopg.Error as error:
                log.warning("notify_lost", error=type(error).__name__)
                if connection is not None:
                    connection.close()
                    connection = None
        if connection is not None:
            connection.close()

    def _next(self) -> set[str]:
        """The channels rung, at least one unless it closes; a moment after the last ones."""
        with self._changed:
            self._changed.wait_for(lambda: self._closing, _BREATH)
            self._changed.wait_for(lambda: self._rung or self._closing)
            channels, self._rung = self._rung, set()
        return channels


class PostgresEar:
    """A thread with a connection of its own that hears NOTIFY and passes it on; it reconnects."""

    def __init__(self, conninfo: str, wakes: Wakes) -> None:
        self._conninfo = conninfo
        self._wakes = wakes
        self._bell, self._ring = socket.socketpair()
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._listen, name="enlace-listen", daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._closing.set()
        self._ring.send(b"\0")
        self._thread.join()
        self._bell.close()
        self._ring.close()

    def _listen(self) -> None:
        failures = 0
        while not self._closing.is_set():
            try:
                with _connect(self._conninfo) as connection:
                    connection.execute(f"LISTEN {CHANNEL}")
                    failures = 0
                    # What was notified while nobody listened is lost: everyone looks once.
                    self._wakes.wake_all()
                    self._hear(connection)
            except psycopg.Error as error:
                log.warning("listen_lost", error=type(error).__name__)
                self._closing.wait(_RETRY_SECONDS[min(failures, len(_RETRY_SECONDS) - 1)])
                failures += 1

    def _hear(self, connection: psycopg.Connection[Any]) -> None:
        poll = select.poll()
        poll.register(connection.fileno(), select.POLLIN)
        poll.register(self._bell.fileno(), select.POLLIN)
        while not self._closing.is_set():
            poll.poll()
            self._wakes.wake({heard.payload for heard in connection.notifies(timeout=0)})


def _connect(conninfo: str) -> psycopg.Connection[Any]:
    return psycopg.connect(conninfo, autocommit=True, connect_timeout=5, keepalives_idle=30)
