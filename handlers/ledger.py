"""What turns leave to be written, several turns' together. What they leave is decided elsewhere."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from handlers import outbox
from storage.conversations import heard, save_sessions
from storage.database import notify


class Ledger:
    """A connection, and rows that wait to be written through it until somebody could look.

    `touched`: a turn has been at the database itself, and may have changed anything there.
    """

    def __init__(self, connection: Connection) -> None:
        self.touched = False
        self._connection = connection
        self._sessions: list[dict[str, Any]] = []
        self._heard: list[dict[str, Any]] = []
        self._deliveries: list[dict[str, Any]] = []

    @property
    def connection(self) -> Connection:
        """The database as it would be if all were written at once."""
        self.write()
        self.touched = True
        return self._connection

    @property
    def reference(self) -> Connection:
        """To read what no turn ever writes, such as the gazetteer."""
        return self._connection

    def save(self, session: dict[str, Any]) -> None:
        """One a person, until they are written."""
        self._sessions.append(session)

    def heard(self, address_id: int, at: datetime) -> None:
        """The address is alive."""
        self._heard.append({"address": address_id, "at": at})

    def queue(self, deliveries: Sequence[dict[str, Any]]) -> None:
        self._deliveries += deliveries

    def write(self) -> None:
        if self._sessions:
            save_sessions(self._connection, self._sessions)
            self._sessions = []
        if self._heard:
            heard(self._connection, self._heard)
            self._heard = []
        if self._deliveries:
            outbox.add(self._connection, self._deliveries)
            self._deliveries = []
            notify(self._connection, outbox.OUTBOX)

    def close(self) -> None:
        """Nothing is left; who was written to by whomever will hear of it."""
        self.write()
        if self.touched:
            notify(self._connection, outbox.OUTBOX)
