"""Who gets a reminder: taken from the answers and the invited, a batch a statement. Which are due
is in reminders."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Connection,
    Subquery,
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
from storage.columns import Id
from storage.database import Instant, insert, skip_locked
from storage.event_circles import INVITE
from storage.messages import Status, deliveries
from storage.people import addresses, people
from storage.reminders import KIND, LINK
from storage.rsvps import Answer, rsvps

BATCH = 10_000
"""People taken in one unit: the writer of SQLite is never taken for longer."""

_AT_ONCE = 500
_p, _d, _b, _r = people.c, deliveries.c, broadcasts.c, rsvps.c
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


def sizes(connection: Connection, event_ids: Collection[int]) -> dict[int, int]:
    """Of each event so many people at most may be reminded: who answered, and who was asked."""
    answered = (
        select(_r.event_id, func.count())
        .where(_r.event_id.in_(event_ids), _r.answer.in_(_TO_REMIND))
        .group_by(_r.event_id)
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
    room, people = BATCH, sizes(connection, {each.event_id for each in found})
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
        self._take(batch, self._pool(batch))
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
        pool = self._pool([run], after=run.frozen_upto).subquery()
        ids = select(pool.c.person_id).order_by(pool.c.person_id).limit(BATCH).subquery()
        last = self.connection.scalar(select(func.max(ids.c.person_id)))
        if last is None:
            change(self.connection, run.id, frozen_at=self.now)
            return
        taken = self._take([run], self._pool([run], after=run.frozen_upto, upto=last))
        change(self.connection, run.id, frozen_upto=last, audience=run.audience + taken)

    def _pool(
        self, batch: Sequence[_Open], *, after: int | None = None, upto: int | None = None
    ) -> CompoundSelect[Any]:
        """Who may be reminded: they come or may come, or were asked and have not said."""

        def between(person: ColumnElement[int]) -> list[ColumnElement[bool]]:
            lower = [] if after is None else [person > after]
            return lower if upto is None else [*lower, person <= upto]

        ids = _b.id.in_([each.id for each in batch])
        return union_all(
            _answered(self.lead).where(ids, *between(_r.person_id)),
            _invited().where(ids, *between(_copy.c.person_id)),
        )

    def _take(self, batch: Sequence[_Open], candidates: CompoundSelect[Any]) -> int:
        pool = candidates.subquery("pool")
        columns = self._columns(pool)
        chosen = (
            select(*columns.values())
            .select_from(pool)
            .join(broadcasts, _b.id == pool.c.broadcast_id)
            .join(people, _p.id == pool.c.person_id)
            .join(addresses, REACHED)
            .where(
                _p.consent == "in",
                or_(_p.paused_until.is_(None), _p.paused_until <= self.now),
                func.coalesce(addresses.c.channel, "").in_(self.channels),
                *in_zones(Scope.from_json(batch[0].scope).zones),
                or_(pool.c.comes, ~_b.part.contains(LINK)),
                *self._not_yet(batch, pool),
            )
        )
        statement = insert(deliveries).from_select(list(columns), chosen)
        once = statement.on_conflict_do_nothing(index_elements=[_d.broadcast_id, _d.person_id])
        return self.connection.execute(once).rowcount

    def _columns(self, pool: Subquery) -> dict[str, ColumnElement[Any]]:
        highest = self.connection.scalar(select(func.max(_d.id))) or 0
        moment = literal(self.now, Instant)
        return {
            "id": literal(max(highest, BULK_IDS), Id) + func.row_number().over(),
            "broadcast_id": pool.c.broadcast_id,
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

    def _not_yet(self, batch: Sequence[_Open], pool: Subquery) -> list[ColumnElement[bool]]:
        """Not reminded of the same before; whoever has not said that they come: of nothing.

        An event that has moved begins anew.
        """
        if not self._has_earlier(batch):
            return []
        earlier, copy = broadcasts.alias("earlier"), deliveries.alias("reminded")
        parts = {part for each in batch for part in each.part.split("+")}
        again = [
            and_(earlier.c.part.contains(part), _b.part.contains(part)) for part in sorted(parts)
        ]
        sent = exists().where(
            earlier.c.subject_id == _b.subject_id,
            earlier.c.kind == KIND,
            earlier.c.happens_at == _b.happens_at,
            earlier.c.id != _b.id,
            copy.c.broadcast_id == earlier.c.id,
            copy.c.person_id == pool.c.person_id,
            or_(~pool.c.comes, *again),
        )
        return [~sent]

    def _has_earlier(self, batch: Sequence[_Open]) -> bool:
        found = exists().where(
            _b.subject_id.in_([each.event_id for each in batch]),
            _b.kind == KIND,
            _b.id.not_in([each.id for each in batch]),
        )
        return bool(self.connection.scalar(select(found)))


def _answered(lead: timedelta) -> Any:
    in_time = or_(_r.answered_at.is_(None), _r.answered_at + lead <= _b.started_at)
    comes = (_r.answer == Answer.YES).label("comes")
    return (
        select(_b.id.label("broadcast_id"), _r.person_id, comes)
        .join(rsvps, _r.event_id == _b.subject_id)
        .where(_r.answer.in_(_TO_REMIND), in_time)
    )


def _invited() -> Any:
    """Those whom an invitation reached; an answer is in the other half."""
    invitation, answer = broadcasts.alias("invitation"), rsvps.alias("answer")
    said = exists().where(
        answer.c.event_id == _b.subject_id, answer.c.person_id == _copy.c.person_id
    )
    return (
        select(_b.id, _copy.c.person_id, false())
        .join(invitation, invitation.c.subject_id == _b.subject_id)
        .join(_copy, _copy.c.broadcast_id == invitation.c.id)
        .where(invitation.c.part == INVITE, _copy.c.status.in_(_CAME), ~said)
    )
