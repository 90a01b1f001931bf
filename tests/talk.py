"""The tester's own words: people who say and hear things, over the real inbound path and outbox.

A channel's client is not involved; tests/channels has those.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any, Literal, TypedDict, Unpack

from sqlalchemy import Connection, Row, Select, Table, select, update

from handlers.conversation.messages import (
    Button,
    ChannelName,
    Inbound,
    Kind,
    Media,
    Outgoing,
    Press,
    SharedContact,
)
from handlers.desk import Desk
from handlers.idle import expire_idle
from handlers.inbound import Received, receive
from handlers.outbox import decode
from handlers.policy import Policy
from locales.gsm7 import cost
from storage.database import Database
from storage.messages import deliveries
from storage.people import addresses, people
from storage.sealed import Vault, new_secret_key

NOON = datetime(2026, 11, 21, 18, 0, tzinfo=UTC)
TICK = "✅ "
"""What a chosen button's label begins with."""

_updates = count(1)


class More(TypedDict, total=False):
    """What a message may carry besides its text."""

    kind: Kind
    media: Media
    location: tuple[float, float]
    contact: SharedContact
    press: Press
    provider_id: str
    opt_out: Literal["stop", "start", "help"]
    language_code: str


class Office:
    """A database with its desk, and a clock that tests move."""

    def __init__(self, database: Database, policy: Policy | None = None) -> None:
        self.database = database
        key = new_secret_key()
        vault = database.run_now(lambda connection: Vault.load(connection, [key]))
        self.desk = Desk(vault, policy or Policy(provider_keywords=False))
        self.now = NOON
        self._numbers = count(5550100)

    def later(self, **spans: float) -> None:
        """Time goes by: days, hours, minutes as of timedelta."""
        self.now += timedelta(**spans)

    def closes_idle_sessions(self) -> int:
        """What the clock does now and then."""
        return self.database.run_now(
            lambda connection: expire_idle(connection, self.desk, self.now)
        )

    def texter(self, number: str | None = None) -> "Person":
        return Person(self, "sms", number or f"+1312{next(self._numbers)}")

    def telegrammer(self, language_code: str | None = "es", chat: str | None = None) -> "Person":
        return Person(self, "telegram", chat or str(next(self._numbers)), language_code)

    def receive(self, inbound: Inbound) -> Received:
        return self.database.run_now(
            lambda connection: receive(connection, self.desk, inbound, self.now)
        )

    def rows(self, table: Table) -> list[Row[Any, Any]]:
        return self._read(select(table).order_by(*table.primary_key.columns))

    def _read(self, statement: Select[Any]) -> list[Row[Any, Any]]:
        return self.database.read_now(lambda connection: list(connection.execute(statement)))


@dataclass
class Person:
    """Someone with a phone. `screen` shows all that was heard, `fresh` what the last turn brought.

    A message of ours is named by its place on the screen, as Telegram names it by a number.
    """

    office: Office
    channel: ChannelName
    sender: str
    language_code: str | None = None
    screen: list[Outgoing] = field(default_factory=list)
    fresh: list[Outgoing] = field(default_factory=list)

    def says(self, text: str, **more: Unpack[More]) -> "Person":
        self.office.receive(self.message(text, **more))
        return self.looks()

    def talks(self, *texts: str) -> "Person":
        """One message after the other; `heard` is then the answer to the last."""
        for text in texts:
            self.says(text)
        return self

    def sends(self, **more: Unpack[More]) -> "Person":
        """Something without words."""
        return self.says("", **more)

    def presses(self, label: str, message: int | None = None) -> "Person":
        """Presses the button with this label, on the newest message that has it."""
        return self.sends(press=self.press(label, message))

    def press(self, label: str, message: int | None = None) -> Press:
        newest_first = range(len(self.screen) - 1, -1, -1)
        for number in newest_first if message is None else (message,):
            for button in _buttons(self.screen[number]):
                if label in (button.label, button.label.removeprefix(TICK)):
                    return Press(button.data, f"q{next(_updates)}", number)
        raise AssertionError(f"no button {label!r} on the screen, but {self.buttons}")

    def message(self, text: str = "", **more: Unpack[More]) -> Inbound:
        """What the channel hands over, not yet received."""
        facts: dict[str, Any] = {
            "provider_id": f"m{next(_updates)}",
            "language_code": self.language_code,
            **more,
        }
        return Inbound(
            channel=self.channel,
            sender=self.sender,
            sent_at=self.office.now,
            text=text,
            **facts,
        )

    def hears(self, *texts: str) -> "Person":
        """Each text is part of one of the messages that the last turn brought."""
        heard = "\n---\n".join(self.heard)
        for text in texts:
            assert text in heard, f"{text!r} was not heard, but:\n{heard}"
        return self

    def hears_nothing(self) -> "Person":
        assert not self.heard, f"heard: {self.heard}"
        return self

    @property
    def heard(self) -> list[str]:
        return [message.text for message in self.fresh if message.text]

    @property
    def toast(self) -> str:
        return next((message.toast for message in self.fresh if message.toast), "")

    @property
    def buttons(self) -> list[str]:
        """The labels on the newest message that has buttons."""
        shown = (_buttons(message) for message in reversed(self.screen))
        return [button.label for button in next(filter(None, shown), [])]

    @property
    def segments(self) -> list[int]:
        return [cost(text).segments for text in self.heard]

    def row(self) -> dict[str, Any]:
        """The person as stored."""
        found = self.office.database.read_now(
            lambda connection: connection.execute(
                select(people)
                .join(addresses, addresses.c.person_id == people.c.id)
                .where(addresses.c.id.in_(self._addresses()))
            ).first()
        )
        assert found is not None, "nobody is stored for this address"
        return dict(found._mapping)

    def looks(self) -> "Person":
        """Takes what waits for this address off the outbox, as a dispatcher would."""
        vault = self.office.desk.vault
        rows = self.office.database.run_now(self._take_queued)
        opened = [vault.open("deliveries", "body", row.id, row.body) for row in rows]
        self.fresh = [decode(body) for body in opened]
        for message in self.fresh:
            if message.edit is not None:
                edited = Outgoing(message.edit_text, keyboard=message.edit_keyboard)
                self.screen[message.edit] = edited
            if message.text:
                self.screen.append(message)
        return self

    def _take_queued(self, connection: Connection) -> Sequence[Row[Any, Any]]:
        queued = deliveries.c.status == "queued", deliveries.c.body.is_not(None)
        waiting = deliveries.c.address_id.in_(self._addresses()), *queued
        rows = connection.execute(
            select(deliveries.c.id, deliveries.c.body).where(*waiting).order_by(deliveries.c.id)
        ).all()
        connection.execute(update(deliveries).where(*waiting).values(status="sent"))
        return rows

    def _addresses(self) -> Select[Any]:
        lookup = self.office.desk.vault.index(self.channel, self.sender)
        return select(addresses.c.id).where(addresses.c.lookup == lookup)


def _buttons(message: Outgoing) -> list[Button]:
    return [button for row in message.keyboard for button in row]
