"""Broadcasts: one message for many, its life and its books. The tables and their SQL.

Their deliveries in bulk are in broadcast_deliveries, the freezing of an audience in audience.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    Connection,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    String,
    Table,
    Text,
    case,
    func,
    literal_column,
    null,
    select,
    union_all,
    update,
)

from storage.columns import Id
from storage.database import (
    Instant,
    among,
    insert,
    least,
    lock_row,
    metadata,
    notify,
    packed,
)
from storage.messages import Status, deliveries
from storage.prepared import Prepared

WAKE = "broadcasts"
"""The channel on which whoever tends broadcasts is told that one has changed."""

TOLERANCE = 10
"""Percent of permanent failures among the latest sends from which a broadcast is held."""

ERRORS, CANARY = "errors", "canary"
"""Reasons of a hold, besides the code of a provider and who did it."""

REJECTED, UNANSWERED, TOO_OLD = "rejected", "unanswered", "too old"
"""Why what never started was aborted, besides somebody's wish."""


class State(StrEnum):
    """Draft (→ awaiting a second yes) → scheduled → running ⇄ held → done, or aborted from any
    but the last. Nobody starts what is a draft or awaits a yes; what has grown too big by its start
    awaits one again."""

    DRAFT = "draft"
    AWAITING = "awaiting"
    SCHEDULED = "scheduled"
    RUNNING = "running"
    HELD = "held"
    DONE = "done"
    ABORTED = "aborted"


DROPPED_AS = {State.DRAFT: TOO_OLD, State.AWAITING: UNANSWERED}
"""What nobody has released, and the reason when it is dropped."""

broadcasts = Table(
    "broadcasts",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("code", String(16), nullable=False, unique=True),
    Column("kind", String(16), nullable=False),
    Column("topic", String(32)),
    Column("subject_id", Id, comment="the need or event that it is about"),
    Column("part", String(64), comment="what it is to its subject: a wave, a reminder, news"),
    Column("state", String(16), nullable=False),
    Column("reason", String(64), comment="why it is held"),
    Column("text_es", LargeBinary, comment="sealed"),
    Column("text_en", LargeBinary, comment="sealed"),
    Column("link", LargeBinary, comment="sealed"),
    Column("buttons", Text, comment="by language, as JSON"),
    Column("happens_at", Instant, comment="what it is about, so that each reads their own hour"),
    Column("happens_zone", String(64)),
    Column("scope", Text, nullable=False, comment="whom it is for, as JSON"),
    Column("capped", Boolean, nullable=False, comment="under the frequency cap"),
    Column("canary", SmallInteger, comment="so many more before somebody looks"),
    Column("priority", SmallInteger, nullable=False),
    Column("decent_hours", SmallInteger, nullable=False, comment="until it is stale"),
    Column("expires_at", Instant, comment="stale from then on, whatever the hours"),
    Column("tolerance", SmallInteger, nullable=False, comment="percent of failures"),
    Column("parked", Boolean, nullable=False, comment="some deliveries may be parked"),
    Column("audience", Integer, nullable=False),
    Column("frozen_upto", Id, nullable=False, comment="people looked at so far, by id"),
    Column("frozen_at", Instant),
    Column("starts_at", Instant, nullable=False),
    Column("local_at", String(16), comment="the hour on each one's own wall, as ISO"),
    Column("started_at", Instant),
    Column("watched_from", Instant, comment="failures before it no longer count"),
    Column("ended_at", Instant),
    Column("created_at", Instant, nullable=False),
    Index("ix_broadcasts_ended_at", "ended_at"),
    Index("ix_broadcasts_subject_id", "subject_id"),
)

tallies = Table(
    "broadcast_tallies",
    metadata,
    Column(
        "broadcast_id",
        Id,
        ForeignKey("broadcasts.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    ),
    Column("status", String(16), primary_key=True),
    Column("n", Integer, nullable=False),
    Column("done", Integer, nullable=False),
)
"""Deliveries of people who were deleted since: counted still, without a link to anybody."""

_b = broadcasts.c
_d = deliveries.c


@dataclass(frozen=True, slots=True)
class Broadcast:
    """A row of `broadcasts`, without its texts."""

    id: int
    code: str
    kind: str
    topic: str | None
    subject_id: int | None
    part: str | None
    state: State
    reason: str | None
    scope: str
    capped: bool
    canary: int | None
    priority: int
    decent_hours: int
    expires_at: datetime | None
    parked: bool
    audience: int
    frozen_upto: int
    frozen_at: datetime | None
    starts_at: datetime
    local_at: str | None
    started_at: datetime | None
    ended_at: datetime | None
    created_at: datetime


_READ = select(
    *(_b.id, _b.code, _b.kind, _b.topic, _b.subject_id, _b.part, _b.state, _b.reason),
    *(
        _b.scope,
        _b.capped,
        _b.canary,
        _b.priority,
        _b.decent_hours,
        _b.expires_at,
        _b.parked,
        _b.audience,
        _b.frozen_upto,
        _b.frozen_at,
        _b.starts_at,
        _b.local_at,
    ),
    *(_b.started_at, _b.ended_at, _b.created_at),
)


def _broadcast(row: Any) -> Broadcast:
    fields = dict(row._mapping)
    return Broadcast(**{**fields, "state": State(fields["state"])})


def add(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    """Each has what `row_of` in the handlers decides."""
    fresh = {"tolerance": TOLERANCE, "parked": False, "audience": 0, "frozen_upto": 0}
    connection.execute(insert(broadcasts), [{**fresh, **row} for row in rows])
    notify(connection, WAKE)


def read(connection: Connection, broadcast_id: int) -> Broadcast | None:
    row = connection.execute(_READ.where(_b.id == broadcast_id)).first()
    return None if row is None else _broadcast(row)


class Written(NamedTuple):
    """What a broadcast says, sealed as it is kept."""

    id: int
    kind: str
    text_es: bytes | None
    text_en: bytes | None
    link: bytes | None
    buttons: str | None
    happens_at: datetime | None
    happens_zone: str | None


_WRITTEN = Prepared(
    select(
        *(_b.id, _b.kind, _b.text_es, _b.text_en, _b.link),
        *(_b.buttons, _b.happens_at, _b.happens_zone),
    ).where(among(_b.id, "ids"))
)


def written(connection: Connection, ids: Collection[int]) -> list[Written]:
    return [Written._make(row) for row in _WRITTEN.all(connection, {"ids": packed(ids)})]


def unfinished(connection: Connection) -> list[Broadcast]:
    """All that has not ended, the next to start or the earliest started first."""
    statement = _READ.where(_b.ended_at.is_(None)).order_by(_b.starts_at, _b.id)
    return [_broadcast(row) for row in connection.execute(statement)]


def read_by_code(connection: Connection, code: str) -> Broadcast | None:
    row = connection.execute(_READ.where(_b.code == code)).first()
    return None if row is None else _broadcast(row)


def about(connection: Connection, subject_id: int) -> list[Broadcast]:
    """Everything sent about a need or an event, the latest first."""
    latest = (_b.created_at.desc(), _b.id.desc())
    statement = _READ.where(_b.subject_id == subject_id).order_by(*latest)
    return [_broadcast(row) for row in connection.execute(statement)]


def count_about(connection: Connection, *subject_ids: int) -> dict[int, int]:
    """How many were made about each."""
    statement = (
        select(_b.subject_id, func.count())
        .where(_b.subject_id.in_(subject_ids))
        .group_by(_b.subject_id)
    )
    found = {row[0]: row[1] for row in connection.execute(statement)}
    return dict.fromkeys(subject_ids, 0) | found


def lock(connection: Connection, broadcast_id: int) -> Broadcast | None:
    """The broadcast, its state held until the transaction ends."""
    row = connection.execute(lock_row(_READ.where(_b.id == broadcast_id))).first()
    return None if row is None else _broadcast(row)


def submit(connection: Connection, broadcast_id: int) -> bool:
    """What is a draft, or was to start, waits for a second person's yes."""
    return _move(connection, broadcast_id, State.AWAITING, (State.DRAFT, State.SCHEDULED))


def release(connection: Connection, broadcast_id: int, starts_at: datetime) -> bool:
    """It starts by itself from then on."""
    before = (State.DRAFT, State.AWAITING)
    return _move(connection, broadcast_id, State.SCHEDULED, before, starts_at=starts_at)


def begin(connection: Connection, broadcast_id: int, now: datetime) -> bool:
    """A scheduled one runs from now on: its audience may be frozen."""
    fields = {"started_at": now, "watched_from": now}
    return _move(connection, broadcast_id, State.RUNNING, (State.SCHEDULED,), **fields)


def hold(connection: Connection, broadcast_id: int, reason: str) -> bool:
    """Nothing more of it is sent; False when it isn't one that could be."""
    before = (State.SCHEDULED, State.RUNNING)
    return _move(connection, broadcast_id, State.HELD, before, reason=reason[:64])


def resume(connection: Connection, broadcast_id: int, now: datetime) -> bool:
    """It goes on; somebody has looked.

    What failed no longer counts, and after a hold for errors it takes twice as many to hold it
    again. A canary is over.
    """
    seen = _b.reason == ERRORS
    return _move(
        connection,
        broadcast_id,
        case((_b.started_at.is_(None), State.SCHEDULED.value), else_=State.RUNNING.value),
        (State.HELD,),
        tolerance=case((seen, least(_b.tolerance * 2, 100)), else_=_b.tolerance),
        canary=case((_b.reason == CANARY, null()), else_=_b.canary),
        watched_from=now,
        reason=None,
    )


def abort(connection: Connection, broadcast_id: int, reason: str | None = None) -> bool:
    """Whoever hasn't got it won't; it has ended once all of those are marked so."""
    before = tuple(state for state in State if state not in (State.DONE, State.ABORTED))
    why = {} if reason is None else {"reason": reason}
    return _move(connection, broadcast_id, State.ABORTED, before, **why)


def finish(connection: Connection, broadcast_id: int, now: datetime) -> bool:
    """Nothing of it is open any more."""
    before = (State.RUNNING, State.HELD)
    return _move(connection, broadcast_id, State.DONE, before, ended_at=now, reason=None)


def _move(
    connection: Connection,
    broadcast_id: int,
    to: State | ColumnElement[str],
    before: Sequence[State],
    **fields: Any,
) -> bool:
    moved = connection.execute(
        update(broadcasts)
        .where(_b.id == broadcast_id, _b.state.in_(before))
        .values(state=to, **fields)
    )
    notify(connection, WAKE)
    return moved.rowcount == 1


def all_let_go(connection: Connection, broadcast_id: int) -> None:
    """None of its deliveries is parked, while it runs."""
    connection.execute(
        update(broadcasts)
        .where(_b.id == broadcast_id, _b.state == State.RUNNING)
        .values(parked=False)
    )


def change(connection: Connection, broadcast_id: int, **fields: Any) -> None:
    connection.execute(update(broadcasts).where(_b.id == broadcast_id).values(**fields))


@dataclass(frozen=True, slots=True)
class Books:
    """How many of an audience are where; each person is in exactly one. `done`: said DONE."""

    statuses: dict[Status, int]
    done: int


def books(connection: Connection, broadcast_id: int) -> Books:
    """By one statement, at any time while it runs."""
    live = (
        select(_d.status, func.count().label("n"), func.count(_d.done_at).label("done"))
        .where(_d.broadcast_id == broadcast_id)
        .group_by(_d.status)
    )
    left = select(tallies.c.status, tallies.c.n, tallies.c.done).where(
        tallies.c.broadcast_id == broadcast_id
    )
    statuses, done = dict.fromkeys(Status, 0), 0
    for status, n, said in connection.execute(union_all(live, left)):
        statuses[Status(status)] += n
        done += said
    return Books(statuses, done)


_LEFT_AS = case(
    (_d.status == "queued", literal_column("'cancelled'")),
    (_d.status == "sending", literal_column("'unknown'")),
    else_=_d.status,
)


def keep_count(connection: Connection, going: ColumnElement[bool]) -> None:
    """Deliveries that are about to be deleted, or to leave their broadcast, stay in its books."""
    counted = (
        select(_d.broadcast_id, _LEFT_AS, func.count(), func.count(_d.done_at))
        .join(broadcasts, _b.id == _d.broadcast_id)
        .where(going)
        .group_by(_d.broadcast_id, _LEFT_AS)
    )
    statement = insert(tallies).from_select(["broadcast_id", "status", "n", "done"], counted)
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=[tallies.c.broadcast_id, tallies.c.status],
            set_={
                "n": tallies.c.n + statement.excluded.n,
                "done": tallies.c.done + statement.excluded.done,
            },
        )
    )
