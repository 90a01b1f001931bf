"""While an event goes on and after it: the organiser hears how many came, whoever came is thanked.

Who came is told in numbers alone.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection

from handlers.broadcast_texts import Texts
from handlers.broadcasts import Draft, Subject, create
from handlers.conversation.turn import Prompt
from handlers.event_facts import Told, tell_of
from handlers.notices import tell
from handlers.policy import Policy
from handlers.rendering import Reader
from locales import Message, _, n_
from storage import doors, events, rsvps
from storage.audience import Scope
from storage.door_circle import CAME, COMING, KIND, MISSED
from storage.doors import Door
from storage.events import Event, EventState
from storage.sealed import Vault

ACTOR: Final = "clock"
"""Who thanks, in the audit."""

_TOLD_EVERY = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Aftermath:
    """What it takes to tell and to thank."""

    vault: Vault
    policy: Policy

    def tell_counts(self, connection: Connection, now: datetime) -> int:
        """To the organisers of events that people came to since they last heard."""
        told = 0
        for door in doors.to_tell(connection, now, now - _TOLD_EVERY):
            event = events.read(connection, door.event_id)
            parties, people = doors.came(connection, door.event_id)
            if event is not None and doors.told(connection, door, parties, now):
                text = n_(
                    "{code}: {n} person has come so far.",
                    "{code}: {n} people have come so far.",
                    people,
                    code=event.code,
                )
                told += self._tell(connection, event, text, now, door.closes_at)
        return told

    def thank(self, connection: Connection, now: datetime) -> int:
        """Once each event, when it is over."""
        return sum(self._thank(connection, door, now) for door in doors.to_thank(connection, now))

    def _thank(self, connection: Connection, door: Door, now: datetime) -> int:
        event = events.lock(connection, door.event_id)
        if event is None or not doors.thanked(connection, [door.event_id]):
            return 0
        if event.status is EventState.CANCELLED:
            return 0
        told = tell_of(connection, self.vault, event)
        for part, text in self._thanks(connection, told):
            self._send(connection, event, part, text, now)
        counts = rsvps.counts(connection, event.id)
        if counts.came:
            _parties, people = doors.came(connection, event.id)
            absent = doors.absent(connection, event.id)
            self._tell(connection, event, _summary(told, people, absent), now, None)
        return 1

    def _thanks(self, connection: Connection, told: Told) -> Iterator[tuple[str, Message]]:
        """Where nobody was checked in nobody knows who came."""
        counts = rsvps.counts(connection, told.event.id)
        if counts.came:
            yield CAME, _thank(told)
            yield MISSED, _missed(told)
        elif counts.yes:
            yield COMING, _thank_all(told)

    def _send(
        self, connection: Connection, event: Event, part: str, text: Message, now: datetime
    ) -> None:
        es, en = (Reader(language, None)(text) for language in ("es", "en"))
        draft = Draft(
            Texts(KIND, es, en, None),
            Scope(),
            now,
            subject=Subject(event.id, event.code, part),
        )
        create(connection, self.vault, draft, actor=ACTOR, now=now)

    def _tell(
        self,
        connection: Connection,
        event: Event,
        text: Message,
        now: datetime,
        expires_at: datetime | None,
    ) -> bool:
        if event.created_by is None:
            return False
        return tell(
            connection,
            self.vault,
            self.policy,
            event.created_by,
            Prompt(text),
            now=now,
            expires_at=expires_at,
        )


def _thank(told: Told) -> Message:
    return _(
        "Thank you for coming to {title}. It counted. What's next: EVENTS. "
        "Want to do more? VOLUNTEER",
        title=told.title,
    )


def _missed(told: Told) -> Message:
    return _(
        "We missed you at {title}. We hope all is well with you. What's next: EVENTS",
        title=told.title,
    )


def _thank_all(told: Told) -> Message:
    """Nobody was checked in."""
    return _(
        "Thank you to everyone who came to {title}. What's next: EVENTS. "
        "Want to do more? VOLUNTEER",
        title=told.title,
    )


def _summary(told: Told, people: int, absent: int) -> Message:
    return _(
        "{title}: {people} people came. {absent} who had said yes did not.",
        title=told.title,
        people=people,
        absent=absent,
    )
