"""Who gets a reminder: taken from the answers and the invited, a batch a statement. Which are due
is in reminders."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    and_,
    bindparam,
    exists,
    false,
    func,
    literal,
    or_,
    select,
    union_all,
    update,
)

from storage.audience import BULK_IDS, REACHED, Scope, in_zones
from storage.broadcasts import State, broadcasts, change
from storage.database import Instant, insert, skip_locked
from storage.dialect import next_ids
from storage.event_circles import INVITE
from storage.events import events
from storage.messages import Status, deliveries
from storage.people import addresses, people
from storage.reminders import KIND, LINK
from storage.rsvps import Answer, rsvps

BATCH = 5_000
"""People taken in one unit: the writer of SQLite is never taken for longer."""

_AT_ONCE = 500
_p, _d, _b, _r, _e = people.c, deliveries.c, broadcasts.c, rsvps.c, events.c
_copy = deliveries.alias("copy")
_TO_REMIND = (Answer.YES, Answer.MAYBE, Answer.ASKED)
_UNFROZEN = (
    _b.ended_at.is_(None),
    _b.kind == KIND,
    _b.frozen_at.is_(None),
    _b.state.in_((State.RUNNING, State.HELD)),
)
_CAME = (Status.SENT, Status.DELIVERED, Status.UNKNOWN)


class _Open(NamedTuple):
    """A reminder whose people are not all taken in yet."""

    id: int
    event_id: int
    part: str
    scope: str
    frozen_upto: int
    audience: int


def waits(connection: Connection) -> bool:
    """Whether any reminder's people are not all taken in yet."""
    return bool(connection.scalar(select(exists().where(*_UNFROZEN))))


def freeze_some(
    connection: Connection, channels: Sequence[str], lead: timedelta, now: datetime
) -> None:
    """Takes in the next people: of many small reminders at once, or of one that has many.

    One delivery a person, at the address where they are reached; nobody who answered less than
    `lead` before it is due. It may be broken off at any time and gone on with by anybody.
    """
    found = _unfrozen(connection)
    if not found:
        return
    freezing = _Freezing(connection, channels, lead, now)
    batch = _small_ones(connection, found)
    if batch:
        freezing.all_of(batch)
    else:
        freezing.some_of(found[0])


def _unfrozen(connection: Connection) -> list[_Open]:
    statement = (
        select(_b.id, _b.subject_id, _b.part, _b.scope, _b.frozen_upto, _b.audience)
        .where(*_UNFROZEN)
        .order_by(_b.started_at, _b.scope, _b.id)
        .limit(_AT_ONCE)
    )
    return [_Open(*row) for row in connection.execute(skip_locked(statement))]


def peopled(connection: Connection, event_ids: Collection[int]) -> set[int]:
    """Those of the events of which anybody may be reminded."""
    answered = exists().where(_r.event_id == _e.id, _r.answer.in_(_TO_REMIND))
    asked = exists().where(_b.subject_id == _e.id, _b.part == INVITE, _b.audience > 0)
    # Two selects: of an "or" PostgreSQL would read everybody's answers through.
    either = (select(_e.id).where(_e.id.in_(event_ids), each) for each in (answered, asked))
    return set(connection.scalars(union_all(*either)))


def _sizes(connection: Connection, event_ids: Collection[int]) -> dict[int, int]:
    """Of each event so many people at most may be reminded: who answered, and who was asked."""
    answered = (
        select(_r.event_id, func.count()).where(_r.event_id.in_(event_ids)).group_by(_r.event_id)
    )
    asked = (
        select(_b.subject_id, func.sum(_b.audience))
        .where(_b.subject_id.in_(event_ids), _b.part == INVITE)
        .group_by(_b.subject_id)
    )
    found = dict.fromkeys(event_ids, 0)
    for event_id, number in connection.execute(union_all(answered, asked)):
        found[event_id] += int(number)
    return found


def zones_of(connection: Connection, event_id: int) -> set[str | None]:
    """Where those are who may be reminded of it."""
    answered = (
        select(_p.zone)
        .join(rsvps, _r.person_id == _p.id)
        .where(_r.event_id == event_id, _r.answer.in_(_TO_REMIND))
    )
    asked = (
        select(_p.zone)
        .join(_copy, _copy.c.person_id == _p.id)
        .join(broadcasts, _b.id == _copy.c.broadcast_id)
        .where(_b.subject_id == event_id, _b.part == INVITE)
    )
    return set(connection.scalars(answered.union(asked)))


def _small_ones(connection: Connection, found: Sequence[_Open]) -> list[_Open]:
    """The first ones of one scope that fit into a batch together, none of them begun."""
    if found[0].frozen_upto:
        return []
    batch: list[_Open] = []
    room, people = BATCH, _sizes(connection, {each.event_id for each in found})
    for each in next(groupby(found, key=lambda one: one.scope))[1]:
        room -= people[each.event_id]
        if room < 0 or each.frozen_upto:
            break
        batch.append(each)
    return batch


@dataclass(frozen=True, slots=True)
class _Freezing:
    """What it takes; one for each unit."""

    connection: Connection
    channels: Sequence[str]
    lead: timedelta
    now: datetime

    def all_of(self, batch: Sequence[_Open]) -> None:
        self._take(batch)
        ids = [each.id for each in batch]
        counted = self.connection.execute(
            select(_d.broadcast_id, func.count())
            .where(_d.broadcast_id.in_(ids))
            .group_by(_d.broadcast_id)
        )
        taken = dict.fromkeys(ids, 0) | {row[0]: row[1] for row in counted}
        statement = update(broadcasts).where(_b.id == bindparam("row"))
        self.connection.execute(
            statement.values(frozen_at=self.now, audience=bindparam("taken")),
            [{"row": row, "taken": number} for row, number in taken.items()],
        )

    def some_of(self, run: _Open) -> None:
        """People up to some id, after those up to whom it has come."""
        last = self._last_of_batch(run)
        taken = self._take([run], after=run.frozen_upto, upto=last)
        where = {"frozen_at": self.now} if last is None else {"frozen_upto": last}
        change(self.connection, run.id, audience=run.audience + taken, **where)

    def _last_of_batch(self, run: _Open) -> int | None:
        """None: those that are left fit into one."""
        answered = select(_r.person_id).where(_r.event_id == run.event_id)
        asked = (
            select(_copy.c.person_id)
            .join(broadcasts, _b.id == _copy.c.broadcast_id)
            .where(_b.subject_id == run.event_id, _b.part == INVITE)
        )
        ends = [
            self.connection.scalar(
                ids.where(person > run.frozen_upto).order_by(person).offset(BATCH - 1).limit(1)
            )
            for ids, person in ((answered, _r.person_id), (asked, _copy.c.person_id))
        ]
        return min((end for end in ends if end is not None), default=None)

    def _take(
        self, batch: Sequence[_Open], *, after: int | None = None, upto: int | None = None
    ) -> int:
        """Who may be reminded: they come or may come, or were asked and have not said."""
        again = self._has_earlier(batch)
        pools = [_answered(self.lead), *([_invited()] if self._has_invited(batch) else [])]
        return sum(self._take_of(pool, batch, after, upto, again=again) for pool in pools)

    def _take_of(
        self,
        pool: "_Pool",
        batch: Sequence[_Open],
        after: int | None,
        upto: int | None,
        *,
        again: bool,
    ) -> int:
        columns = self._columns()
        chosen = (
            select(*columns.values())
            .select_from(pool.source)
            .join(people, _p.id == pool.person)
            .join(addresses, REACHED)
            .where(
                *pool.where,
                _b.id.in_([each.id for each in batch]),
                *([] if after is None else [pool.person > after]),
                *([] if upto is None else [pool.person <= upto]),
                _p.consent == "in",
                or_(_p.paused_until.is_(None), _p.paused_until <= self.now),
                func.coalesce(addresses.c.channel, "").in_(self.channels),
                *in_zones(Scope.from_json(batch[0].scope).zones),
                or_(pool.comes, ~_b.part.contains(LINK)),
                *([_not_yet(batch, pool)] if again else []),
            )
        )
        statement = insert(deliveries).from_select(list(columns), chosen)
        once = statement.on_conflict_do_nothing(index_elements=[_d.broadcast_id, _d.person_id])
        return self.connection.execute(once).rowcount

    def _columns(self) -> dict[str, ColumnElement[Any]]:
        moment = literal(self.now, Instant)
        return {
            **next_ids(self.connection, _d.id, BULK_IDS),
            "broadcast_id": _b.id,
            "person_id": _p.id,
            "address_id": addresses.c.id,
            "channel": addresses.c.channel,
            "kind": literal("broadcast"),
            "priority": _b.priority,
            "due_at": _b.started_at,
            "expires_at": _b.expires_at,
            "wording": _p.language,
            "created_at": moment,
            "updated_at": moment,
        }

    def _has_earlier(self, batch: Sequence[_Open]) -> bool:
        found = exists().where(
            _b.subject_id.in_([each.event_id for each in batch]),
            _b.kind == KIND,
            _b.id.not_in([each.id for each in batch]),
        )
        return bool(self.connection.scalar(select(found)))

    def _has_invited(self, batch: Sequence[_Open]) -> bool:
        events = [each.event_id for each in batch]
        found = exists().where(_b.subject_id.in_(events), _b.part == INVITE)
        return bool(self.connection.scalar(select(found)))


@dataclass(frozen=True, slots=True)
class _Pool:
    """People of the broadcasts that are frozen, by `person`; whether they said that they come."""

    source: FromClause
    person: ColumnElement[int]
    comes: ColumnElement[bool]
    where: Sequence[ColumnElement[bool]]


def _answered(lead: timedelta) -> _Pool:
    in_time = or_(_r.answered_at.is_(None), _r.answered_at + lead <= _b.started_at)
    return _Pool(
        broadcasts.join(rsvps, _r.event_id == _b.subject_id),
        _r.person_id,
        _r.answer == Answer.YES,
        (_r.answer.in_(_TO_REMIND), in_time),
    )


def _invited() -> _Pool:
    """Those whom an invitation reached; who has answered is in the other."""
    invitation, answer = broadcasts.alias("invitation"), rsvps.alias("answer")
    said = exists().where(
        answer.c.event_id == _b.subject_id, answer.c.person_id == _copy.c.person_id
    )
    return _Pool(
        broadcasts.join(invitation, invitation.c.subject_id == _b.subject_id).join(
            _copy, _copy.c.broadcast_id == invitation.c.id
        ),
        _copy.c.person_id,
        false(),
        (invitation.c.part == INVITE, _copy.c.status.in_(_CAME), ~said),
    )


def _not_yet(batch: Sequence[_Open], pool: _Pool) -> ColumnElement[bool]:
    """Not reminded of the same before; whoever has not said that they come: of nothing.

    An event that has moved begins anew.
    """
    earlier, copy = broadcasts.alias("earlier"), deliveries.alias("reminded")
    parts = {part for each in batch for part in each.part.split("+")}
    again = [and_(earlier.c.part.contains(part), _b.part.contains(part)) for part in sorted(parts)]
    return ~exists().where(
        earlier.c.subject_id == _b.subject_id,
        earlier.c.kind == KIND,
        earlier.c.happens_at == _b.happens_at,
        earlier.c.id != _b.id,
        copy.c.broadcast_id == earlier.c.id,
        copy.c.person_id == pool.person,
        or_(~pool.comes, *again),
    )
