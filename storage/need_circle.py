"""Whom a need's broadcasts are for: waves, and news that it is covered or open again. SQL only."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    and_,
    exists,
    false,
    or_,
    select,
    tuple_,
)

from storage.broadcasts import Broadcast, broadcasts
from storage.circles import Circle, Copies, found, has
from storage.messages import Status, deliveries
from storage.need_matching import COOL_DOWN, FITS, LEGAL, TOPIC, windows
from storage.needs import Audience, Need, State, needs, read
from storage.people import people, registrations, traits
from storage.pledges import answers

KIND = "need"
"""The kind of all broadcasts about needs."""

WAVE, EVERYONE, COVERED, AGAIN = "wave", "everyone", "covered", "again"
"""What one of them is to its need; a wave's number follows, as in "wave 2"."""

_a, _b, _d, _n, _p, _r = answers.c, broadcasts.c, deliveries.c, needs.c, people.c, registrations.c
_REACHED = (Status.SENDING, Status.UNKNOWN, Status.SENT, Status.DELIVERED)
_COUNTS = (Status.QUEUED, *_REACHED)


def wave_part(number: int) -> str:
    return f"{WAVE} {number}"


def asks_about(connection: Connection, need_id: int) -> list[int]:
    """Ids of the broadcasts by which it was asked for."""
    which = _b.subject_id == need_id, _b.kind == KIND, _b.part != COVERED
    return list(connection.scalars(select(_b.id).where(*which)))


def _runs_of(connection: Connection, run: Broadcast, part: str) -> list[int]:
    """Ids of the others of this part about the same need."""
    which = _b.subject_id == run.subject_id, _b.kind == KIND, _b.part == part, _b.id != run.id
    return list(connection.scalars(select(_b.id).where(*which)))


def _within(connection: Connection, run: Broadcast) -> Sequence[ColumnElement[bool]]:
    need = read(connection, run.subject_id) if run.subject_id is not None else None
    if need is None:
        return [false()]
    if run.part == COVERED:
        asked = _got(asks_about(connection, need.id), _REACHED)
        return [asked, ~_answered(need.id), ~_has_the_news(connection, run)]
    if run.part == AGAIN:
        return _left_out(connection, need, run)
    if run.part == EVERYONE:
        return [~_answered(need.id)]
    return fitting(connection, need, run.started_at or run.created_at)


def fitting(connection: Connection, need: Need, now: datetime) -> list[ColumnElement[bool]]:
    """Who can help with it, has the time, wasn't asked for it, and not for another so lately; but
    not whoever posted it."""
    conditions = [_can_help(need.category), ~_answered(need.id)]
    if earlier := asks_about(connection, need.id):
        conditions.append(~_got(earlier))
    if need.posted_by is not None:
        conditions.append(_p.id != need.posted_by)
    return conditions + _at_ease(connection, need, now)


def _at_ease(connection: Connection, need: Need, now: datetime) -> list[ColumnElement[bool]]:
    """Has the time, and was not asked for another so lately."""
    conditions: list[ColumnElement[bool]] = []
    hours = windows(now, need.needed_by, need.shelter.zone)
    if hours is not None:
        conditions.append(or_(~_says_when(), has("available", sorted({*hours, "on_call"}))))
    if need.urgency != "critical":
        conditions += _rested(connection, need.id, now)
    return conditions


def _left_out(connection: Connection, need: Need, run: Broadcast) -> list[ColumnElement[bool]]:
    """Who was told that it is covered, or whose ask was pointless while it was; each once."""
    told = _got(_runs_of(connection, run, COVERED), _REACHED)
    before = _runs_of(connection, run, AGAIN)
    asks = [each for each in asks_about(connection, need.id) if each not in {run.id, *before}]
    conditions = [or_(told, _got(asks, (Status.SUPPRESSED,))), ~_answered(need.id)]
    if before:
        conditions.append(~_got(before, _COUNTS))
    if need.ask is Audience.MATCHED:
        conditions += _at_ease(connection, need, run.started_at or run.created_at)
    return conditions


def _can_help(category: str) -> ColumnElement[bool]:
    if category == LEGAL:
        verified = _r.kind == "legal_expert", _r.status == "verified"
        return exists().where(_r.person_id == _p.id, *verified)
    fit = FITS[category]
    ways: list[ColumnElement[bool]] = []
    if fit.anyone:
        ways.append(exists().where(_r.person_id == _p.id, _r.kind == "individual"))
        ways.append(has("topic", (TOPIC,)))
    if fit.skills:
        ways.append(has("skill", fit.skills))
    if fit.offers:
        ways.append(has("offer", fit.offers))
    return or_(*ways)


def _says_when() -> ColumnElement[bool]:
    t = traits.c
    return exists().where(t.person_id == _p.id, t.kind == "available")


def _answered(need_id: int) -> ColumnElement[bool]:
    return found(_a.person_id == _p.id, _a.need_id == need_id)


def _got(runs: Sequence[int], states: Sequence[Status] = ()) -> ColumnElement[bool]:
    """A copy of one of these broadcasts, whatever became of it unless said."""
    copies = [_d.broadcast_id.in_(runs), _d.person_id == _p.id]
    return found(*copies, *([_d.status.in_(states)] if states else []))


def _has_the_news(connection: Connection, run: Broadcast) -> ColumnElement[bool]:
    """From an earlier time that it was covered, and nobody has told them otherwise since."""
    again = _runs_of(connection, run, AGAIN)
    known = [
        and_(_got([each], _COUNTS), ~_got([other for other in again if other > each], _REACHED))
        for each in _runs_of(connection, run, COVERED)
    ]
    return or_(false(), *known)


def _rested(connection: Connection, need_id: int, now: datetime) -> list[ColumnElement[bool]]:
    """Nothing to ask of anybody where nothing else was asked lately."""
    others = (
        _b.kind == KIND,
        or_(_b.part.like(f"{WAVE}%"), _b.part == AGAIN),
        _b.subject_id != need_id,
        _b.started_at > now - COOL_DOWN,
    )
    lately = list(connection.scalars(select(_b.id).where(*others)))
    return [~_got(lately, _COUNTS)] if lately else []


def _over(
    connection: Connection, subjects: Mapping[int, int], copies: Copies
) -> Collection[tuple[int, int]]:
    """Asks for what nobody has to bring any more, news that are none any more; and what somebody
    has said something to already."""
    news = set(connection.scalars(select(_b.id).where(_b.id.in_(subjects), _b.part == COVERED)))
    is_open = set(connection.scalars(_open_among(set(subjects.values()))))
    said = _answers(connection, subjects, copies)
    return [
        (run, person)
        for run, person in copies
        if (subjects[run], person) in said or (subjects[run] in is_open) == (run in news)
    ]


def _open_among(ids: Collection[int]) -> Select[int]:
    return select(_n.id).where(_n.id.in_(ids), _n.status == State.OPEN)


def _answers(
    connection: Connection, subjects: Mapping[int, int], copies: Copies
) -> set[tuple[int, int]]:
    pairs = {(subjects[run], person) for run, person in copies}
    rows = select(_a.need_id, _a.person_id).where(tuple_(_a.need_id, _a.person_id).in_(pairs))
    return {(row.need_id, row.person_id) for row in connection.execute(rows)}


NEED = Circle(_within, _over)
