"""A town where everything works: people with phones, coordinators, and whoever sends and tends."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from shutil import copy
from typing import Any

import pytest
from sqlalchemy import Table, insert, select, update

from bot.broadcasting import Broadcaster
from bot.channels.base import Decision, SendError, Sent
from bot.delivery.dispatcher import Dispatcher
from bot.delivery.means import Means
from bot.delivery.pace import Pace
from bot.metrics import Metrics
from bot.reporting import Reporter
from handlers.alerts_grown import Starter
from handlers.broadcasts import Renderer
from handlers.conversation.messages import ChannelName, Outgoing
from handlers.places import find_places
from handlers.policy import Policy
from handlers.status import COUNTS, Facts, facts_of
from storage.audit import audit
from storage.coordinators import Role, ScopeKind, add_grant, revoke_all
from storage.database import Database
from storage.ids import new_id
from storage.network import organisations, shelters
from storage.people import addresses, people, registrations, traits
from tests import talk
from tests.delivery.conftest import STEADY

_ONE_TIME = re.compile(r"\b[0-9]{6}\b")
_CODE = re.compile(r"\b[A-Z][0-9]{1,4}\b")


@dataclass
class Phones:
    """A channel to everybody's phone. `sent`: to people of crowds; `refuses`: what the next sends
    to them answer, in turn."""

    name: ChannelName
    town: "Town"
    sent: list[Outgoing] = field(default_factory=list)
    refuses: list[SendError] = field(default_factory=list)

    async def send(self, to: str, message: Outgoing, *, expires_in: timedelta | None) -> Sent:
        person = self.town.owners.get((self.name, to))
        if person is not None:
            return Sent(person.gets(message))
        if self.refuses:
            raise self.refuses.pop(0)
        self.sent.append(message)
        return Sent(f"{self.name}{len(self.sent)}")

    async def find(
        self,
        to: str,
        message: Outgoing,
        after: float,
        exclude: frozenset[str] = frozenset(),
    ) -> str | None:
        return None

    async def close(self) -> None:
        """Nothing is open."""


class Person(talk.Person):
    """Hears through the dispatcher what the town sends, rather than from the outbox."""

    town: "Town"
    refuses_edits: bool = False

    async def writes(self, *texts: str) -> "Person":
        """One after the other; a text in brackets is a button. `heard` is what came since."""
        for text in texts:
            self.fresh = []
            pressed = self.press(text[1:-1]) if text.startswith("[") else None
            if pressed:
                self.town.receive(self.message("", press=pressed))
            else:
                self.town.receive(self.message(text))
            await self.town.works()
        return self

    def gets(self, message: Outgoing) -> str:
        if message.edit is not None and self.refuses_edits:
            raise SendError("400", Decision.NEVER)
        self.fresh.append(message)
        if message.edit is not None:
            self.screen[message.edit] = Outgoing(message.edit_text, keyboard=message.edit_keyboard)
        if message.text:
            self.screen.append(message)
        return str(len(self.screen) - 1) if message.text else ""

    def one_time_code(self) -> str:
        """What the phone received last."""
        found = [code for message in self.screen for code in _ONE_TIME.findall(message.text)]
        return str(found[-1])

    @property
    def edits(self) -> list[str]:
        return [message.edit_text for message in self.fresh if message.edit is not None]

    @property
    def id(self) -> int:
        found: int = self.row()["id"]
        return found


class Town(talk.Office):
    """`calls`: so many are sent at once, and in one look of the dispatcher."""

    def __init__(self, database: Database, policy: Policy) -> None:
        super().__init__(database, policy)
        self.owners: dict[tuple[str, str], Person] = {}
        self.telegram, self.sms = Phones("telegram", self), Phones("sms", self)
        self.calls = 32

    def clock(self) -> datetime:
        return self.now

    def person(self, channel: ChannelName, language: str = "es") -> Person:
        sender = (
            f"+1773{5550100 + len(self.owners)}"
            if channel == "sms"
            else str(70_000 + len(self.owners))
        )
        person = Person(self, channel, sender, language)
        person.town = self
        self.owners[channel, sender] = person
        return person

    async def coordinator(
        self,
        channel: ChannelName,
        language: str = "es",
        role: Role = Role.COORDINATOR,
        *,
        organisation: str | None = None,
        shelter: str | None = None,
    ) -> Person:
        """Of the whole network, unless of an organisation or a shelter, by its code."""
        person = self.person(channel, language)
        await person.writes("hola" if language == "es" else "hello")
        scope: ScopeKind = "network"
        place = None
        if organisation is not None:
            scope, place = "organisation", self.organisation(organisation)
        elif shelter is not None:
            scope, place = "shelter", self._place(shelters, shelter)
        self.database.run_now(
            lambda c: add_grant(c, person.id, role, scope, place, by="operator", now=self.now)
        )
        at_home = update(people).where(people.c.id == person.id).values(zone="America/Chicago")
        self.database.run_now(lambda c: c.execute(at_home))
        return person

    def organisation(self, code: str) -> int:
        return self._place(organisations, code)

    def _place(self, table: Table, code: str) -> int:
        statement = select(table.c.id).where(table.c.code == code)
        found: int = self.database.read_now(lambda c: c.execute(statement).scalar_one())
        return found

    def city(self, words: str) -> int:
        found = self.database.read_now(lambda c: find_places(c, words, "en"))
        return found.places[0].city_id

    def registered(self, person: int, kind: str) -> None:
        row = {"id": new_id(), "person_id": person, "kind": kind}
        row |= {"created_at": self.now, "updated_at": self.now}
        self.database.run_now(lambda c: c.execute(insert(registrations), row))

    def revoked(self, person: Person) -> None:
        self.database.run_now(lambda c: revoke_all(c, person.id, self.now))

    def true_of(self, person: int, kind: str, value: str) -> None:
        row = {"person_id": person, "kind": kind, "value": value}
        self.database.run_now(lambda c: c.execute(insert(traits), row))

    def crowd(
        self, number: int, channel: ChannelName = "sms", topic: str | None = "tps", **fields: Any
    ) -> list[int]:
        """So many people who agreed, with one address each; their ids."""
        folk = {"language": "es", "consent": "in", "zone": "America/Chicago", "country": "US"}
        folk |= {"created_at": self.now, "seen_at": self.now} | fields
        ids = [new_id() for _ in range(number)]
        homes = [self._home(each, channel) for each in ids]
        rows = [{**folk, "id": each, "handle": f"V-{each % 10**12}"} for each in ids]
        chosen = [{"person_id": each, "kind": "topic", "value": topic} for each in ids]

        def unit(connection: Any) -> None:
            connection.execute(insert(people), rows)
            connection.execute(insert(addresses), homes)
            if topic is not None:
                connection.execute(insert(traits), chosen)

        self.database.run_now(unit)
        return ids

    def _home(self, person: int, channel: str) -> dict[str, Any]:
        row, value, vault = new_id(), f"+1{person}", self.desk.vault
        return {
            "id": row,
            "person_id": person,
            "channel": channel,
            "lookup": vault.index(channel, value),
            "value": vault.seal("addresses", "value", row, value),
            "created_at": self.now,
            "heard_at": self.now,
        }

    def _worker(self) -> Dispatcher:
        means = Means(
            *(self.database, self.desk.vault, "worker", self.clock, Metrics()),
            renderers={"broadcast": Renderer(self.desk.vault, self.desk.policy)},
            frequency_cap=self.desk.policy.frequency_cap,
            quiet=self.desk.policy.quiet,
            timing=STEADY,
        )
        channels = {"telegram": self.telegram, "sms": self.sms}
        paces = {"telegram": Pace(), "sms": Pace()}
        return Dispatcher(means, channels, paces, calls=self.calls)  # type: ignore[arg-type]

    def _tender(self) -> Broadcaster:
        policy = self.desk.policy
        return Broadcaster(
            *(self.database, policy.channels, policy.quiet, policy.frequency_cap, self.clock),
            begin=Starter(self.desk.vault, policy),
        )

    async def looks(self) -> None:
        """The clock's look after broadcasts and those who watch them."""
        await self._tender().step()
        await Reporter(self.database, self.desk, self.clock).step()

    async def sends(self, steps: int = 1) -> int:
        """The worker claims and sends, so many times."""
        worker = self._worker()
        return sum([await worker.step() for _ in range(steps)])

    async def works(self) -> None:
        """Everybody, until nothing changes any more at this hour."""
        worker = self._worker()
        for _round in range(3):
            await self.looks()
            while await worker.step():
                await self._tender().step()

    def facts(self, code: str) -> Facts:
        found = self.database.read_now(lambda connection: facts_of(connection, code))
        assert found is not None
        assert found["audience"] == sum(found[name] for name in COUNTS)
        return found

    def audited(self) -> list[tuple[str, str]]:
        return [(row.act, row.actor) for row in self.rows(audit)]


@pytest.fixture
async def town(tmp_path: Path, _filled_sqlite: Path) -> AsyncIterator[Town]:
    """With places and the demo network, on SQLite."""
    database = Database(f"sqlite:///{copy(_filled_sqlite, tmp_path / 'town.db')}")
    yield Town(database, Policy(provider_keywords=False, approval_threshold=100))
    await database.close()


@pytest.fixture
async def bare_town(database_url: str) -> AsyncIterator[Town]:
    """Without places, on each kind of database."""
    database = Database(database_url)
    yield Town(database, Policy(provider_keywords=False, approval_threshold=100))
    await database.close()


def code_of(person: Person) -> str:
    """The code of a broadcast in what was heard last."""
    found = _CODE.search("\n".join(person.heard))
    assert found is not None, person.heard
    return found[0]
