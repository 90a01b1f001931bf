"""RSVPs: who comes to an event, who waits for a place, in which order. The table and its SQL."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, Self

from sqlalchemy import (
    CheckConstraint,
    Column,
    Connection,
    ForeignKey,
    Index,
    SmallInteger,
    String,
    Table,
    and_,
    case,
    delete,
    func,
    or_,
    select,
    update,
)

from storage.columns import Id, person_key
from storage.database import Instant, insert, metadata
from storage.events import events, take_places
from storage.leaving import count
from storage.people import people


class Answer(StrEnum):
    """`ASKED`: must say again, since the day has changed, or was shown it and hasn't said."""

    YES = "yes"
    MAYBE = "maybe"
    NO = "no"
    WAITING = "waiting"
    ASKED = "asked"


rsvps = Table(
    "rsvps",
    metadata,
    Column(
        "event_id",
        Id,
        ForeignKey("events.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    ),
    person_key(),
    Column("answer", String(8), nullable=False),
    Column("party", SmallInteger, nullable=False, comment="people, with whoever answers"),
    Column("was", String(8), comment="the answer before the day changed"),
    Column("queued_at", Instant, comment="since when in line for places"),
    Column("offered_until", Instant, comment="places are kept for them until then"),
    Column("asked_at", Instant, comment="when we last asked, other than by a broadcast"),
    Column("answered_at", Instant),
    Column("confirmed_at", Instant, comment="said again that they come"),
    Column("checked_in_at", Instant),
    Column("created_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
    CheckConstraint("answer IN ('yes', 'maybe', 'no', 'waiting', 'asked')", name="answer"),
    CheckConstraint("party >= 1", name="party"),
    Index("ix_rsvps_person_id", "person_id"),
    Index("ix_rsvps_queued_at", "event_id", "queued_at"),
)

_r = rsvps.c
_put = insert(rsvps)


@dataclass(frozen=True, slots=True)
class Rsvp:
    """A row of `rsvps`."""

    event_id: int
    person_id: int
    answer: Answer
    party: int
    was: str | None
    queued_at: datetime | None
    offered_until: datetime | None
    asked_at: datetime | None
    answered_at: datetime | None
    confirmed_at: datetime | None
    checked_in_at: datetime | None
    created_at: datetime
    updated_at: datetime

    @property
    def holds(self) -> int:
        """Places that are kept for this party."""
        kept = self.answer is Answer.YES or self.offered_until is not None
        return self.party if kept else 0


def rsvp_of(row: Any) -> Rsvp:
    fields = dict(row._mapping)
    return Rsvp(**{**fields, "answer": Answer(fields["answer"])})


def read(connection: Connection, event_id: int, person_id: int) -> Rsvp | None:
    statement = select(rsvps).where(_r.event_id == event_id, _r.person_id == person_id)
    row = connection.execute(statement).first()
    return None if row is None else rsvp_of(row)


def of_person(connection: Connection, person_id: int) -> list[Rsvp]:
    """Oldest first."""
    statement = select(rsvps).where(_r.person_id == person_id).order_by(_r.created_at, _r.event_id)
    return [rsvp_of(row) for row in connection.execute(statement)]


def of_event(connection: Connection, event_id: int, answers: Iterable[Answer]) -> list[Rsvp]:
    """By person."""
    statement = select(rsvps).where(_r.event_id == event_id, _r.answer.in_(list(answers)))
    return [rsvp_of(row) for row in connection.execute(statement.order_by(_r.person_id))]


def write(
    connection: Connection, event_id: int, person_id: int, now: datetime, **fields: Any
) -> None:
    """Adds the row, or changes these columns of it; places are the caller's to take."""
    row = {
        "event_id": event_id,
        "person_id": person_id,
        "answer": Answer.ASKED,
        "party": 1,
        "created_at": now,
        **fields,
        "updated_at": now,
    }
    statement = _put.on_conflict_do_update(
        index_elements=[_r.event_id, _r.person_id], set_={**fields, "updated_at": now}
    )
    connection.execute(statement, row)


@dataclass(frozen=True, slots=True)
class Counts:
    """People by answer; `people` sums the yes parties, `came` those who were checked in."""

    yes: int
    maybe: int
    no: int
    waiting: int
    people: int
    came: int


def counts(connection: Connection, event_id: int) -> Counts:
    statement = select(
        _r.answer, func.count(), func.sum(_r.party), func.count(_r.checked_in_at)
    ).where(_r.event_id == event_id)
    by_answer = {row[0]: row for row in connection.execute(statement.group_by(_r.answer))}
    said = {answer: by_answer[answer][1] if answer in by_answer else 0 for answer in Answer}
    people = by_answer[Answer.YES][2] if Answer.YES in by_answer else 0
    came = sum(row[3] for row in by_answer.values())
    return Counts(
        said[Answer.YES], said[Answer.MAYBE], said[Answer.NO], said[Answer.WAITING], people, came
    )


def next_in_line(connection: Connection, event_id: int, free: int) -> Rsvp | None:
    """Whoever has waited longest among the parties that so many places are enough for."""
    statement = (
        select(rsvps)
        .where(
            _r.event_id == event_id,
            _r.answer == Answer.WAITING,
            _r.offered_until.is_(None),
            _r.party <= free,
        )
        .order_by(_r.queued_at, _r.person_id)
        .limit(1)
    )
    row = connection.execute(statement).first()
    return None if row is None else rsvp_of(row)


def place_in_line(connection: Connection, event_id: int, person_id: int) -> int:
    """1: next. Whoever has an offer is out of the line."""
    mine = read(connection, event_id, person_id)
    if mine is None or mine.queued_at is None:
        return 0
    before = or_(
        _r.queued_at < mine.queued_at,
        and_(_r.queued_at == mine.queued_at, _r.person_id < person_id),
    )
    waits = _r.event_id == event_id, _r.answer == Answer.WAITING, _r.offered_until.is_(None)
    statement = select(func.count()).select_from(rsvps).where(*waits, before)
    return 1 + (connection.scalar(statement) or 0)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A party in line. `zone`: where whoever answers is, IANA name."""

    person_id: int
    party: int
    offered_until: datetime | None
    zone: str | None

    def offered(self, until: datetime) -> Self:
        return replace(self, offered_until=until)


_WAITS = _r.answer == Answer.WAITING
_IN_LINE = (
    select(_r.person_id, _r.party, _r.offered_until, people.c.zone)
    .join(people, people.c.id == _r.person_id)
    .where(_WAITS)
    .order_by(_r.queued_at, _r.person_id)
)


def line(connection: Connection, event_id: int) -> list[Waiting]:
    """Who waits for places and has no offer; the longest first."""
    statement = _IN_LINE.where(_r.event_id == event_id, _r.offered_until.is_(None))
    return [Waiting(*row) for row in connection.execute(statement)]


def lapsed_offers(connection: Connection, event_id: int, now: datetime) -> list[Waiting]:
    """Whose time to answer is over."""
    statement = _IN_LINE.where(_r.event_id == event_id, _r.offered_until <= now)
    return [Waiting(*row) for row in connection.execute(statement)]


def events_with_a_line(connection: Connection) -> list[int]:
    """Open events where somebody waits for a place."""
    statement = select(_r.event_id).join(events, events.c.id == _r.event_id)
    waits = statement.where(_WAITS, events.c.status == "open").distinct()
    return list(connection.scalars(waits.order_by(_r.event_id)))


def keep_counts(connection: Connection, event_ids: Sequence[int]) -> None:
    """Before events are deleted: what is kept of them, by day, without a link to anybody."""
    for event_id in event_ids:
        starts_at = connection.scalar(select(events.c.starts_at).where(events.c.id == event_id))
        found = counts(connection, event_id)
        if starts_at is not None:
            tally = {"events": 1, "event_yes": found.yes, "event_people": found.people}
            count(connection, starts_at.date(), tally | {"event_came": found.came})


def ask_anew(connection: Connection, event_id: int, now: datetime) -> None:
    """The day is another: all answers but a no are open again, and all places are free."""
    held = (Answer.YES, Answer.MAYBE, Answer.WAITING)
    connection.execute(
        update(rsvps)
        .where(_r.event_id == event_id, _r.answer.in_(held))
        .values(
            was=_r.answer,
            answer=Answer.ASKED,
            offered_until=None,
            confirmed_at=None,
            asked_at=now,
            updated_at=now,
        )
    )
    connection.execute(update(events).where(events.c.id == event_id).values(taken=0))


def count_concerned(connection: Connection, event_id: int) -> tuple[int, int]:
    """How many come, may come, wait or were asked anew, and how many of them were asked anew; not
    those who only looked."""
    held = _r.answer.in_((Answer.YES, Answer.MAYBE, Answer.WAITING))
    anew = and_(_r.answer == Answer.ASKED, _r.was.is_not(None))
    statement = select(func.count(), func.count(case((anew, 1)))).where(
        _r.event_id == event_id, or_(held, anew)
    )
    row = connection.execute(statement).one()
    return row[0], row[1]


def let_go(connection: Connection, person_id: int, now: datetime) -> None:
    """The person's places at events to come are free again, and nothing is asked of them."""
    found = select(events.c.id).where(events.c.status == "open", events.c.starts_at > now)
    ahead = set(connection.scalars(found))
    _give_back(
        connection, [each for each in of_person(connection, person_id) if each.event_id in ahead]
    )
    connection.execute(
        update(rsvps)
        .where(_r.person_id == person_id, _r.event_id.in_(ahead), _r.answer != Answer.NO)
        .values(answer=Answer.NO, queued_at=None, offered_until=None, updated_at=now)
    )


def forget(connection: Connection, person_id: int) -> None:
    """Before somebody is deleted: what they held of any event is held by nobody."""
    _give_back(connection, of_person(connection, person_id))


def _give_back(connection: Connection, held: Iterable[Rsvp]) -> None:
    for each in held:
        if each.holds:
            take_places(connection, each.event_id, -each.holds)


def one_rsvp_each(connection: Connection, stays: int, goes: int) -> None:
    """Before a merge: of two RSVPs to one event the later answer counts, and its places alone."""
    kept = {each.event_id: each for each in of_person(connection, stays)}
    for other in of_person(connection, goes):
        mine = kept.get(other.event_id)
        if mine is None:
            continue
        drop = min(mine, other, key=_how_late)
        connection.execute(
            delete(rsvps).where(_r.event_id == drop.event_id, _r.person_id == drop.person_id)
        )
        take_places(connection, drop.event_id, -drop.holds)


def _how_late(rsvp: Rsvp) -> tuple[bool, datetime]:
    return rsvp.answered_at is not None, rsvp.answered_at or rsvp.created_at
