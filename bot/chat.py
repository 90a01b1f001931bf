"""`enlace chat`: the bot at a terminal; what it queues for this person is shown, not sent."""

import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from sqlalchemy import Connection

from bot import logs
from bot.channels.local import lines
from bot.channels.text import cleaned
from bot.migrating import migrate
from bot.settings import Settings
from bot.terms import policy_of
from handlers.conversation.messages import Inbound, Press
from handlers.desk import Desk
from handlers.inbound import receive
from handlers.outbox import decode
from storage.database import Database
from storage.ids import new_id
from storage.rotation import load_vault
from storage.sealed import new_secret_key
from storage.terminal import take_for_terminal

LocalChannelName = Literal["local_sms", "local_telegram"]

_LONGEST = 10_000
_DEMO_DATABASE = Path("enlace-chat.db")
_DEMO_KEY = Path("enlace-chat.key")


def talk(channel: LocalChannelName, name: str) -> None:
    """One message a line until the input ends; after each, the replies and an empty line."""
    settings = _settings()
    logs.configure(settings.log_format)
    migrate(settings.database_url)
    database = Database(settings.database_url)
    try:
        vault = database.run_now(lambda connection: load_vault(connection, settings.secret_keys))
        terminal = Terminal(database, Desk(vault, policy_of(settings)), channel, name)
        for text in _typed():
            print(*terminal.say(text), "", sep="\n", flush=True)
    finally:
        database.close_now()


class Terminal:
    """One person at a terminal: what they say, and the lines that they read."""

    def __init__(
        self, database: Database, desk: Desk, channel: LocalChannelName, name: str
    ) -> None:
        self._database = database
        self._desk = desk
        self._channel = channel
        self._name = name
        self._buttons: dict[str, str] = {}

    def say(self, text: str) -> list[str]:
        """On Telegram, "[Label]" presses the button of that label."""
        now = datetime.now(UTC)
        inbound = Inbound(
            self._channel,
            f"local-{new_id()}",
            self._name,
            now,
            cleaned(text, _LONGEST),
            press=self._press(text),
        )
        return self._database.run_now(lambda connection: self._turn(connection, inbound, now))

    def _turn(self, connection: Connection, inbound: Inbound, now: datetime) -> list[str]:
        receive(connection, self._desk, inbound, now)
        lookup = self._desk.vault.index(self._channel, self._name)
        shown: list[str] = []
        for row, body in take_for_terminal(connection, self._channel, lookup, now):
            message = decode(self._desk.vault.open("deliveries", "body", row, body))
            shown += lines(message)
            for button in (each for line in message.keyboard for each in line):
                self._buttons[button.label.casefold()] = button.data
        return shown

    def _press(self, text: str) -> Press | None:
        label = text.strip()
        if not (label.startswith("[") and label.endswith("]")):
            return None
        data = self._buttons.get(label[1:-1].casefold())
        return Press(data, "local", None) if data else None


def _settings() -> Settings:
    """DATABASE_URL where it is set, else a demo database of its own, with a key beside it."""
    settings = Settings.load(need_keys=False)
    if "database_url" in settings.model_fields_set:
        return Settings.load()
    if not _DEMO_KEY.exists():
        _DEMO_KEY.touch(mode=0o600)
        _DEMO_KEY.write_text(new_secret_key())
    changes = {
        "database_url": f"sqlite:///{_DEMO_DATABASE}",
        "secret_keys": (_DEMO_KEY.read_text().strip(),),
    }
    return settings.model_copy(update=changes)


def _typed() -> Iterator[str]:
    if sys.stdin.isatty():
        while True:
            try:
                yield input("> ")
            except EOFError:
                return
    for line in sys.stdin.buffer:
        yield line.decode("utf-8", "replace").rstrip("\r\n")
