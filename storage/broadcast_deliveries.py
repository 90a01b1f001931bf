"""A broadcast's deliveries as a whole: parked, let go, cancelled, looked at before a send.

Each change in bulk goes through them in the order of people's ids, a batch a unit.
"""

from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import (
    Connection,
    Integer,
    and_,
    bindparam,
    case,
    func,
    literal_column,
    select,
    update,
)

from storage.broadcasts import CANARY, State, broadcasts, change, hold, lock
from storage.database import Instant, among, lock_row, packed
from storage.messages import CLOSED, Status, deliveries, is_now
from storage.people import traits
from storage.prepared import Prepared
from storage.subjects import CIRCLES

BATCH = 5_000
"""Deliveries looked at in one unit."""

_b, _d = broadcasts.c, deliveries.c
_PARKED = timedelta(days=36_500)
_FAR = timedelta(days=18_250)
_A_DAY = timedelta(hours=24)
_OPEN = (Status.QUEUED, Status.SENDING, Status.UNKNOWN)
_WRITTEN = (Status.SENDING, Status.UNKNOWN, Status.SENT, Status.DELIVERED)
_LATEST = 200
_FEWEST = 20


class Pass(NamedTuple):
    """A batch of one broadcast's deliveries: of people after one id and up to another."""

    broadcast_id: int
    after: int
    upto: int


Doing = Callable[[Connection, Pass, datetime], None]


def _next_batch(connection: Connection, broadcast_id: int, after: int) -> Pass | None:
    ids = (
        select(_d.person_id)
        .where(_d.broadcast_id == broadcast_id, _d.person_id > after)
        .order_by(_d.person_id)
        .limit(BATCH)
        .subquery()
    )
    upto = connection.scalar(select(func.max(ids.c.person_id)))
    return None if upto is None else Pass(broadcast_id, after, upto)


class Errand(NamedTuple):
    """What is done to a broadcast's queued deliveries, and the state in which that is right."""

    state: State
    do: Doing


def go_through(
    connection: Connection, broadcast_id: int, after: int, errand: Errand, now: datetime
) -> int | None:
    """One batch, while the state is right; how far it came, None at the end."""
    run = lock(connection, broadcast_id)
    if run is None or run.state is not errand.state:
        return None
    batch = _next_batch(connection, broadcast_id, after)
    if batch is None:
        return None
    errand.do(connection, batch, now)
    return batch.upto


def _park(connection: Connection, batch: Pass, now: datetime) -> None:
    """Out of the claims' way while it is held, each with its own time kept."""
    change(connection, batch.broadcast_id, parked=True)
    _write(connection, batch, _d.due_at < now + _FAR, due_at=_d.due_at + _PARKED)


def _let_go(connection: Connection, batch: Pass, now: datetime) -> None:
    _write(connection, batch, _d.due_at >= now + _FAR, due_at=_d.due_at - _PARKED)


def _cancel(connection: Connection, batch: Pass, now: datetime) -> None:
    _write(connection, batch, True, status=Status.CANCELLED, error="aborted", updated_at=now)


def _expire(connection: Connection, batch: Pass, now: datetime) -> None:
    """What grew stale while it was held."""
    stale = _d.expires_at <= now
    _write(connection, batch, stale, status=Status.EXPIRED, error="expired", updated_at=now)


PARK = Errand(State.HELD, _park)
LET_GO = Errand(State.RUNNING, _let_go)
CANCEL = Errand(State.ABORTED, _cancel)
EXPIRE = Errand(State.HELD, _expire)


def _write(connection: Connection, batch: Pass, which: Any, **values: Any) -> None:
    connection.execute(
        update(deliveries)
        .where(
            _d.broadcast_id == batch.broadcast_id,
            _d.person_id > batch.after,
            _d.person_id <= batch.upto,
            _d.status == Status.QUEUED,
            which,
        )
        .values(**values)
    )


def first_open(connection: Connection, broadcast_id: int, after: int) -> int | None:
    """The first person, by id, from this one on whose delivery is not closed.

    A closed one never opens again, so whoever asks may go on from the last answer.
    """
    statement = (
        select(_d.person_id)
        .where(_d.broadcast_id == broadcast_id, _d.person_id >= after, _d.status.in_(_OPEN))
        .order_by(_d.person_id)
        .limit(1)
    )
    return connection.scalar(statement)


class Run(NamedTuple):
    """What a broadcast is at this moment. `canary`: so many more may go before a hold."""

    state: State
    kind: str
    subject_id: int | None
    topic: str | None
    capped: bool
    canary: int | None


class LastLook(NamedTuple):
    """What is looked at just before sends: the broadcasts, and who may not get them now.

    The pairs are of broadcast and person; those in `over` have no use for it any more.
    """

    runs: dict[int, Run]
    muted: frozenset[tuple[int, int]]
    at_cap: frozenset[int]
    over: frozenset[tuple[int, int]]


NOTHING_TO_SEE = LastLook({}, frozenset(), frozenset(), frozenset())


def last_look(
    connection: Connection, copies: Collection[tuple[int, int]], cap: int, now: datetime
) -> LastLook:
    """`copies` are pairs of broadcast and person."""
    if not copies:
        return NOTHING_TO_SEE
    runs = _runs(connection, {broadcast for broadcast, _ in copies})
    muted = _muted(connection, copies, runs)
    asked = {person for each, person in copies if each in runs and runs[each].capped}
    at_cap = _at_cap(connection, asked, cap, now)
    return LastLook(runs, muted, at_cap, _over(connection, copies, runs))


_RUNS = Prepared(
    select(*(_b.id, _b.state, _b.kind, _b.subject_id, _b.topic, _b.capped, _b.canary)).where(
        among(_b.id, "ids")
    )
)
_MUTED = Prepared(
    select(traits.c.person_id, traits.c.value).where(
        among(traits.c.person_id, "people"),
        traits.c.kind == literal_column("'muted'"),
        among(traits.c.value, "topics"),
    )
)
_AT_CAP = Prepared(
    select(_d.person_id)
    .join(broadcasts, _b.id == _d.broadcast_id)
    .where(
        among(_d.person_id, "people"),
        _b.capped,
        _d.called_at > bindparam("since", type_=Instant),
        _d.status.in_([literal_column(f"'{status}'") for status in _WRITTEN]),
    )
    .group_by(_d.person_id)
    .having(func.count() >= bindparam("cap", type_=Integer))
)


def _runs(connection: Connection, ids: Collection[int]) -> dict[int, Run]:
    rows = _RUNS.all(connection, {"ids": packed(ids)})
    found = {row: Run(State(state), *rest) for row, state, *rest in rows}
    counted = [each for each, run in found.items() if run.canary is not None]
    if counted:  # other workers wait, so that together they take no more than there are
        left = lock_row(select(_b.id, _b.canary).where(_b.id.in_(counted)).order_by(_b.id))
        for row in connection.execute(left):
            found[row.id] = found[row.id]._replace(canary=row.canary)
    return found


def _over(
    connection: Connection, copies: Collection[tuple[int, int]], runs: dict[int, Run]
) -> frozenset[tuple[int, int]]:
    found: set[tuple[int, int]] = set()
    for kind in {run.kind for run in runs.values()} & CIRCLES.keys():
        subjects = {
            each: run.subject_id
            for each, run in runs.items()
            if run.kind == kind and run.subject_id is not None
        }
        theirs = [copy for copy in copies if copy[0] in subjects]
        if theirs:
            found.update(CIRCLES[kind].over(connection, subjects, theirs))
    return frozenset(found)


def _muted(
    connection: Connection, copies: Collection[tuple[int, int]], runs: dict[int, Run]
) -> frozenset[tuple[int, int]]:
    topics = {run.topic for run in runs.values() if run.topic is not None}
    if not topics:
        return frozenset()
    fields = {"people": packed([person for _, person in copies]), "topics": packed(topics)}
    rows = _MUTED.all(connection, fields)
    silent = {(value, person) for person, value in rows}
    return frozenset(
        (each, person)
        for each, person in copies
        if each in runs and (runs[each].topic, person) in silent
    )


def _at_cap(
    connection: Connection, people: Collection[int], cap: int, now: datetime
) -> frozenset[int]:
    """Who has had as many capped broadcasts within a day as the cap allows."""
    if not people or cap == 0:
        return frozenset(people)
    fields = {"people": packed(people), "since": now - _A_DAY, "cap": cap}
    return frozenset(person for (person,) in _AT_CAP.all(connection, fields))


def used_up(connection: Connection, broadcast_id: int, sent: int) -> bool:
    """So many of a canary's first ones are on their way; True when those were the last of them."""
    left = connection.scalar(select(_b.canary).where(_b.id == broadcast_id))
    if left is None:
        return False
    change(connection, broadcast_id, canary=max(0, left - sent))
    return left <= sent and hold(connection, broadcast_id, CANARY)


LATEST_ENDED = (
    select(_d.status)
    .where(
        # Not by the broadcast's own index: the latest few are found by time.
        func.coalesce(_d.broadcast_id, 0) == bindparam("broadcast"),
        is_now(_d.status, *CLOSED),
        _d.status.in_((Status.SENT, Status.DELIVERED, Status.FAILED)),
        _d.updated_at >= bindparam("since", type_=Instant),
    )
    .order_by(_d.updated_at.desc())
    .limit(_LATEST)
)
_LATELY = LATEST_ENDED.subquery()
_FAILURES = select(
    func.count().label("ended"),
    func.count(case((_LATELY.c.status == Status.FAILED, 1))).label("failed"),
)


def failing(connection: Connection, broadcast_id: int) -> bool:
    """Whether too many of the latest sends, since somebody looked, failed for good."""
    row = connection.execute(
        select(_b.watched_from, _b.tolerance).where(
            _b.id == broadcast_id, _b.state == State.RUNNING, _b.watched_from.is_not(None)
        )
    ).first()
    if row is None:
        return False
    lately = {"broadcast": broadcast_id, "since": row.watched_from}
    ended, failed = connection.execute(_FAILURES, lately).one()
    return bool(failed >= _FEWEST and failed * 100 > row.tolerance * ended)


_WRITE_WORDING = Prepared(
    update(deliveries).where(among(_d.id, "rows")).values(wording=bindparam("as"))
)
_WRITTEN_TO = Prepared(
    select(_d.person_id)
    .where(
        among(_d.person_id, "people"),
        ~among(_d.id, "rows"),
        _d.status.in_([literal_column(f"'{status}'") for status in _WRITTEN]),
    )
    .distinct()
)


def write_wording(connection: Connection, wording: str, rows: Sequence[int]) -> None:
    """How these were rendered, so that the same text can be looked up at the provider."""
    _WRITE_WORDING.run(connection, {"as": wording, "rows": packed(rows)})


def written_to(connection: Connection, copies: Collection[tuple[int, int]]) -> set[int]:
    """Who had a message of ours before: `copies` are pairs of person and delivery."""
    people, rows = zip(*copies, strict=True) if copies else ((), ())
    fields = {"people": packed(people), "rows": packed(rows)}
    return {person for (person,) in _WRITTEN_TO.all(connection, fields)}


def say_done(connection: Connection, person_id: int, since: datetime, now: datetime) -> bool | None:
    """The person did what the latest alert asked; False: had said so. None: there was none."""
    latest = (
        select(_d.id, _d.done_at)
        .join(broadcasts, _b.id == _d.broadcast_id)
        .where(
            _d.person_id == person_id,
            _b.kind == "alert",
            _d.called_at > since,
            _d.status.in_(_WRITTEN),
        )
        .order_by(_d.called_at.desc(), _d.id.desc())
        .limit(1)
    )
    row = connection.execute(latest).first()
    if row is None:
        return None
    said = update(deliveries).where(and_(_d.id == row.id, _d.done_at.is_(None)))
    return connection.execute(said.values(done_at=now)).rowcount == 1
