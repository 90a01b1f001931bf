"""The tester's own words: people who say and hear things, over the real inbound path and outbox.

A channel's client is not involved; tests/channels has those.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Literal

from sqlalchemy import select, update

from handlers.conversation.messages import (
    ChannelName,
    Inbound,
    Kind,
    Media,
    Outgoing,
    Press,
    SharedContact,
)
from handlers.inbound import Desk, Received, receive
from handlers.outbox import decode
from handlers.policy import Policy
from locales.gsm7 import cost
from storage.database import Database
from storage.messages import deliveries
from storage.people import addresses, people
from storage.sealed import Vault, new_secret_key

NOON = datetime(2026, 11, 21, 18, 0, tzinfo=UTC)
_updates = count(1)


class Office:
    """A database with its desk, and a clock that tests move."""

    def __init__(self, database: Database, policy: Policy | None = None) -> None:
        self.database = database
        self.key = new_secret_key()
        vault = database.run_now(lambda connection: Vault.load(connection, [self.key]))
        self.desk = Desk(vault, policy or Policy(provider_keywords=False))
        self.now = NOON
        self._numbers = count(5550100)

    def later(self, **spans: float) -> None:
        self.now += timedelta(**spans)

    def texter(self, number: str | None = None) -> "Person":
        return Person(self, "sms", number or f"+1312{next(self._numbers)}")

    def telegrammer(self, language_code: str = "es", chat: str | None = None) -> "Person":
        chat = chat or str(next(self._numbers))
        return Person(self, "telegram", chat, language_code=language_code)

    def receive(self, inbound: Inbound) -> Received:
        return self.database.run_now(
            lambda connection: receive(connection, self.desk, inbound, self.now)
        )


@dataclass
class Person:
    """Someone with a phone. What was heard is in `screen`; `hears` checks the latest messages."""

    office: Office
    channel: ChannelName
    sender: str
    language_code: str | None = None
    screen: list[Outgoing] = field(default_factory=list)
    fresh: list[Outgoing] = field(default_factory=list)

    def says(self, text: str, **more: object) -> "Person":
        return self.sends(text=text, **more)

    def sends(
        self,
        *,
        text: str = "",
        kind: Kind = "message",
        media: Media | None = None,
        location: tuple[float, float] | None = None,
        contact: SharedContact | None = None,
        press: Press | None = None,
        provider_id: str | None = None,
        opt_out: Literal["stop", "start", "help"] | None = None,
    ) -> "Person":
        inbound = Inbound(
            self.channel,
            provider_id or f"m{next(_updates)}",
            self.sender,
            self.office.now,
            text,
            kind,
            press,
            location,
            contact,
            media,
            self.language_code,
            opt_out,
        )
        self.office.receive(inbound)
        self._look()
        return self

    def presses(self, label: str, message: int = -1) -> "Person":
        """Presses the button with this label, on the newest message that has it."""
        for number in range(len(self.screen) - 1, -1, -1):
            shown = self.screen[number]
            for button in (each for row in _keyboard(shown) for each in row):
                if button.label.removeprefix("✅ ") == label:
                    return self.sends(press=Press(button.data, f"q{next(_updates)}", number))
        raise AssertionError(f"no button {label!r} on the screen: {self.buttons}")

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
    def buttons(self) -> list[str]:
        """The labels that can be pressed now."""
        latest = next((each for each in reversed(self.screen) if _keyboard(each)), None)
        return [button.label for row in _keyboard(latest) for button in row] if latest else []

    @property
    def segments(self) -> list[int]:
        return [cost(text).segments for text in self.heard]

    def _look(self) -> None:
        lookup = self.office.desk.vault.index(self.channel, self.sender)

        def queued(connection):  # type: ignore[no-untyped-def]
            mine = select(addresses.c.id).where(addresses.c.lookup == lookup)
            rows = connection.execute(
                select(deliveries.c.id, deliveries.c.body)
                .where(deliveries.c.address_id.in_(mine), deliveries.c.status == "queued")
                .order_by(deliveries.c.id)
            ).all()
            connection.execute(
                update(deliveries)
                .where(deliveries.c.id.in_([row.id for row in rows]))
                .values(status="sent")
            )
            return rows

        rows = self.office.database.run_now(queued)
        vault = self.office.desk.vault
        self.fresh = [
            decode(vault.open("deliveries", "body", row.id, row.body)) for row in rows
        ]
        for message in self.fresh:
            if message.edit is not None:
                self.screen[message.edit] = Outgoing(
                    message.edit_text, keyboard=message.edit_keyboard
                )
            if message.text:
                self.screen.append(message)

    def row(self) -> dict[str, object]:
        """The person as stored."""
        lookup = self.office.desk.vault.index(self.channel, self.sender)
        statement = (
            select(people)
            .join(addresses, addresses.c.person_id == people.c.id)
            .where(addresses.c.lookup == lookup)
        )
        found = self.office.database.read_now(lambda connection: connection.execute(statement).first())
        assert found is not None, "nobody is stored for this address"
        return dict(found._mapping)


def _keyboard(message: Outgoing):  # type: ignore[no-untyped-def]
    return message.keyboard


__all__ = ["NOON", "Callable", "Office", "Person"]
