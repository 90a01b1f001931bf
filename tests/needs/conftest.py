"""What the tests of needs share: shelters, people who joined, a clock that tends and sends."""

import asyncio
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, insert, select, update

from bot.broadcasting import Broadcaster
from bot.departing import Departing
from bot.needing import Needing
from handlers import needs
from handlers.broadcasts import Renderer
from handlers.needs import Desk, Lack
from handlers.outbox import encode
from handlers.policy import Policy
from storage import needs as need_rows
from storage import pledges, pledging
from storage.audit import OPERATOR
from storage.broadcast_deliveries import last_look
from storage.broadcasts import broadcasts
from storage.database import Database
from storage.gazetteer import cities
from storage.ids import new_id
from storage.messages import deliveries
from storage.needs import Audience, Need
from storage.network import shelters
from storage.outbox import Due
from storage.people import addresses, people, registrations, traits
from storage.pledges import Hold, Pledge, Pledged
from tests import talk
from tests.talk import Person

BAJA = ("02", "Baja California", "MX", "America/Tijuana")
PLACES = {
    "tijuana": (3981609, "Tijuana", *BAJA, 32.53, -117.02),
    "ensenada": (4006702, "Ensenada", *BAJA, 31.87, -116.6),
    "mexicali": (3996069, "Mexicali", *BAJA, 32.63, -115.45),
    "cdmx": (3530597, "Ciudad de México", "09", "CDMX", "MX", "America/Mexico_City", 19.43, -99.13),
    "chicago": (4887398, "Chicago", "IL", "Illinois", "US", "America/Chicago", 41.85, -87.65),
}
"""Tijuana is 80 km from Ensenada and 147 km from Mexicali, all in one region."""


def found_places(connection: Connection) -> None:
    names = ("id", "name", "region_code", "region", "country", "zone", "lat", "lon")
    rows = [
        dict(zip(names, place, strict=True)) | {"population": 10_000} for place in PLACES.values()
    ]
    connection.execute(insert(cities), rows)
    for code, name, place in (
        ("tijuana", "Casa del Migrante en Tijuana", "tijuana"),
        ("cafemin", "CAFEMIN", "cdmx"),
    ):
        city_id, city, _code, region, country, zone, *_ = PLACES[place]
        row = {"id": new_id(), "code": code, "name": name, "city": city, "region": region}
        connection.execute(
            insert(shelters), row | {"country": country, "zone": zone, "city_id": city_id}
        )


class Office(talk.Office):
    """Where needs are posted, and what is due is sent."""

    def post(self, shelter: str = "tijuana", **fields: Any) -> str:
        """The operator posts it; its code."""

        def unit(connection: Connection) -> str:
            [where] = connection.scalars(select(shelters.c.id).where(shelters.c.code == shelter))
            lack = {
                "category": "infant",
                "item": "pañales talla 4",
                "quantity": 20,
                "unit": "pack",
                "urgency": "urgent",
                "ask": Audience.EVERYONE,
            }
            made = needs.post(
                connection, self.counter(), Lack(where, **{**lack, **fields}), by=None
            )
            needs.open_need(connection, self.counter(), made.id, actor=OPERATOR)
            return made.code

        sends = fields.pop("sends", True)
        code = self.database.run_now(unit)
        if sends:
            self.tends()
        return code

    def counter(self) -> Desk:
        return Desk(self.desk.vault, self.desk.policy, self.now)

    def need(self, code: str) -> Need:
        def unit(connection: Connection) -> Need:
            row = connection.execute(need_rows.READ.where(need_rows.needs.c.code == code)).one()
            return need_rows.need_of(row)

        return self.database.read_now(unit)

    def counts(self, code: str) -> tuple[int, int, int]:
        need = self.need(code)
        return need.committed, need.on_the_way, need.received

    def joined(self, person: Person, kind: str = "individual", **columns: Any) -> Person:
        """As if they had gone through the questions."""
        person.says("hola")
        values = {"consent": "in", "zone": "America/Chicago", "misses": 0, **columns}
        who = person.row()["id"]
        row = {"id": new_id(), "person_id": who, "kind": kind, "status": "active"}
        row |= {"created_at": self.now, "updated_at": self.now}

        def unit(connection: Connection) -> None:
            connection.execute(update(people).where(people.c.id == who).values(**values))
            connection.execute(insert(registrations), row)

        self.database.run_now(unit)
        return person

    def crowd(self, number: int, kind: str | None = None, **columns: Any) -> list[int]:
        """So many people who agreed, each with a chat; their ids. `kind` of registration: joined.

        `at` names a place of PLACES.
        """
        place = PLACES.get(columns.pop("at", ""))
        if place is not None:
            columns |= {"city_id": place[0], "region": place[2], "country": place[4]}
        ids = [new_id() for _ in range(number)]
        folk = {"language": "es", "consent": "in", "zone": "America/Chicago", **columns}
        folk |= {"created_at": self.now, "seen_at": self.now}
        rows = [folk | {"id": each, "handle": f"V-{each % 10**12}"} for each in ids]
        homes = [self._chat(each) for each in ids]

        def unit(connection: Connection) -> None:
            connection.execute(insert(people), rows)
            connection.execute(insert(addresses), homes)

        self.database.run_now(unit)
        if kind is not None:
            self.registers(kind, *ids)
        return ids

    def _chat(self, person_id: int) -> dict[str, Any]:
        row, vault = new_id(), self.desk.vault
        at = {"created_at": self.now, "heard_at": self.now}
        value = vault.seal("addresses", "value", row, str(person_id))
        lookup = vault.index("telegram", str(person_id))
        home = {"id": row, "person_id": person_id, "channel": "telegram", **at}
        return home | {"value": value, "lookup": lookup}

    def registers(self, kind: str, *ids: int, status: str = "active") -> None:
        at = {"created_at": self.now, "updated_at": self.now}
        rows = [
            {"id": new_id(), "person_id": each, "kind": kind, "status": status, **at}
            for each in ids
        ]
        self.database.run_now(lambda c: c.execute(insert(registrations), rows))

    def is_true_of(self, person_id: int, kind: str, *values: str) -> None:
        rows = [{"person_id": person_id, "kind": kind, "value": value} for value in values]
        self.database.run_now(lambda c: c.execute(insert(traits), rows))

    def asked(self, code: str, part: str | None = None) -> set[int]:
        """Who has, or is to get, what was sent about a need, or one part of it."""
        b, d = broadcasts.c, deliveries.c
        statement = (
            select(d.person_id)
            .join(broadcasts, b.id == d.broadcast_id)
            .where(b.subject_id == self.need(code).id, d.status != "suppressed")
        )
        if part is not None:
            statement = statement.where(b.part == part)
        return self.database.read_now(lambda c: set(c.scalars(statement)))

    def told(self, code: str, person_id: int) -> list[str]:
        """Parts of what was sent to somebody about a need, the oldest first."""
        b, d = broadcasts.c, deliveries.c
        statement = (
            select(b.part)
            .join(deliveries, d.broadcast_id == b.id)
            .where(b.subject_id == self.need(code).id, d.person_id == person_id)
        )
        return self.database.read_now(lambda c: list(c.scalars(statement.order_by(b.id))))

    def promises(self, code: str, person_id: int, units: int) -> Pledge:
        need = self.need(code)
        hold = Hold(self.now, self.now + timedelta(days=1))

        def unit(connection: Connection) -> Pledge | None:
            return pledging.take(connection, need.id, person_id, units, hold=hold, now=self.now)

        made = self.database.run_now(unit)
        assert made is not None
        return made

    def promise(self, code: str) -> Pledge:
        """The one that is live."""
        need = self.need(code)
        [found] = self.database.read_now(lambda c: pledges.of_need(c, need.id, pledges.LIVE))
        return found

    def falls(self, pledge: Pledge, to: Pledged = Pledged.RELEASED) -> None:
        self.database.run_now(lambda c: pledging.let_fall(c, pledge.id, to, self.now))

    def brings(self, pledge: Pledge) -> None:
        self.database.run_now(lambda c: pledging.deliver(c, pledge.id, self.now))

    def refuses(self, code: str, person_id: int) -> None:
        need = self.need(code)
        self.database.run_now(lambda c: pledging.answer(c, need.id, person_id, self.now))

    def changes(self, code: str, edit: needs.Edit) -> bool:
        need = self.need(code)
        return self.database.run_now(
            lambda c: needs.change(c, self.counter(), need.id, edit, actor=OPERATOR)
        )

    def cancels(self, code: str, reason: str) -> bool:
        need = self.need(code)
        return self.database.run_now(
            lambda c: needs.cancel(c, self.counter(), need.id, reason, actor=OPERATOR)
        )

    def reopens(self, code: str, ask: Audience, *, sends: bool = True) -> None:
        """As if it had been posted for other people."""
        due = {"ask": ask, "next_wave_at": self.now}
        need = self.need(code)
        self.database.run_now(lambda c: need_rows.change(c, need.id, **due))
        if sends:
            self.tends()

    def freezes(self) -> None:
        """Audiences are frozen, and nothing of it is sent yet."""
        asyncio.run(self._work())

    def sends(self) -> None:
        self.database.run_now(self._render)

    def arrives(self) -> None:
        """What was rendered for people without a phone in the test is sent."""
        sent = update(deliveries).where(deliveries.c.called_at.is_not(None))
        self.database.run_now(lambda c: c.execute(sent.values(status="sent")))

    def tends(self) -> None:
        """The clock works until nothing is due, and what is due is rendered: `looks` takes it."""
        asyncio.run(self._work())
        self.sends()

    async def _work(self) -> None:
        policy = self.desk.policy
        terms = ("telegram", "sms"), policy.quiet, policy.frequency_cap
        for _round in range(2):
            await Departing(self.database, self._clock).tend()
            await Needing(self.database, self.desk, self._clock).step()
            await Broadcaster(self.database, *terms, self._clock).step()

    def _clock(self) -> datetime:
        return self.now

    def _render(self, connection: Connection) -> None:
        """As the dispatcher does it, but for the call."""
        rows = _due(connection, self.now)
        over = last_look(
            connection, [(each.broadcast_id or 0, each.person_id) for each in rows], 3, self.now
        ).over
        renderer = Renderer(self.desk.vault, self.desk.policy)
        bodies = renderer(connection, rows)
        for row in rows:
            values: dict[str, Any] = {"status": "suppressed"}
            if (row.broadcast_id, row.person_id) not in over:
                body = encode(bodies[row.id])
                sealed = self.desk.vault.seal("deliveries", "body", row.id, body)
                values = {"body": sealed, "called_at": self.now}
            connection.execute(update(deliveries).where(deliveries.c.id == row.id).values(**values))


def _due(connection: Connection, now: datetime) -> list[Due]:
    """Copies of broadcasts that wait, whatever waits before them for the same person."""
    d, a, p = deliveries.c, addresses.c, people.c
    read = (
        *(d.id, d.person_id, d.address_id, d.broadcast_id, d.channel, d.kind, d.priority, d.body),
        *(d.expires_at, d.attempts, a.value, a.status, p.consent, p.paused_until, p.zone),
        *(p.language, d.wording),
    )
    waiting = d.status == "queued", d.body.is_(None), d.due_at <= now
    statement = select(*read).join(addresses, a.id == d.address_id).where(*waiting)
    joined = statement.join(people, p.id == d.person_id).order_by(d.id)
    return [Due._make(row) for row in connection.execute(joined)]


@pytest.fixture
def office(database_url: str) -> Iterator[Office]:
    """On SQLite and on PostgreSQL."""
    yield from opened(database_url)


@pytest.fixture
def lite(sqlite_url: str) -> Iterator[Office]:
    """On SQLite alone: for what is about words, not about SQL."""
    yield from opened(sqlite_url)


DAYTIME = Policy(programme="Enlace", provider_keywords=False, quiet=None)


def opened(url: str, policy: Policy = DAYTIME) -> Iterator[Office]:
    database = Database(url)
    database.run_now(found_places)
    yield Office(database, policy)
    database.close_now()
