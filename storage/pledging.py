"""What becomes of pledges: promised, changed, confirmed, brought, received, let fall. SQL only.

Every change here keeps the need's three quantities: `committed` is what is held, confirmed,
delivered and received, `on_the_way` what is confirmed or delivered and not received yet. The need's
row is held first, so that changes to one need follow one another. The rows are in pledges.
"""

from dataclasses import asdict, replace
from datetime import datetime

from sqlalchemy import Connection, delete, select, update

from storage import needs as needs_of
from storage.database import insert, lock_row
from storage.ids import new_id
from storage.needs import needs
from storage.pledges import (
    COMING,
    LIVE,
    OPEN,
    Hold,
    Pledge,
    Pledged,
    answers,
    live_pledge,
    of_need,
    of_person,
    pledge_events,
    pledges,
    read,
)

_p = pledges.c


def take(
    connection: Connection, need_id: int, person_id: int, units: int, *, hold: Hold, now: datetime
) -> Pledge | None:
    """So many (more) units are held for this person; None when not as many are open (law 6).

    Added to a live pledge of theirs they are what that one is: held, or confirmed.
    """
    if not _reserve(connection, need_id, units):
        return None
    answer(connection, need_id, person_id, now)
    known = live_pledge(connection, need_id, person_id)
    if known is None:
        made = _held(need_id, person_id, units, hold, now)
        connection.execute(insert(pledges), asdict(made))
        _note(connection, made, Pledged.HELD, units, now)
    else:
        made = replace(known, units=known.units + units)
        coming = units if known.status in COMING else 0
        _write(connection, made, now)
        _count(connection, need_id, (0, coming, 0))
        _note(connection, made, "more", units, now)
    needs_of.settle(connection, need_id, now)
    return made


def _reserve(connection: Connection, need_id: int, units: int) -> bool:
    n = needs.c
    open_still = n.id == need_id, n.status == needs_of.State.OPEN
    statement = update(needs).where(*open_still, n.committed + units <= n.quantity)
    taken = connection.execute(statement.values(committed=n.committed + units))
    return units > 0 and taken.rowcount == 1


def _held(need_id: int, person_id: int, units: int, hold: Hold, now: datetime) -> Pledge:
    return Pledge(
        new_id(),
        need_id,
        person_id,
        units,
        received=0,
        status=Pledged.HELD,
        nudge_at=hold.nudge_at,
        nudged_at=None,
        held_until=hold.until,
        eta=None,
        contact=None,
        created_at=now,
        updated_at=now,
    )


def reduce(connection: Connection, pledge_id: int, units: int, now: datetime) -> Pledge | None:
    """It is for fewer units from now on, but for what was received at least; None: it can't be."""
    before = _held_row(connection, pledge_id)
    if before is None or before.status not in OPEN or not 0 < units < before.units:
        return None
    if units < before.received:
        return None
    after = replace(before, units=units)
    if units == before.received:
        after = replace(after, status=Pledged.RECEIVED, contact=None)
    return _become(connection, before, after, "fewer", units=before.units - units, now=now)


def confirm(
    connection: Connection,
    pledge_id: int,
    eta: datetime | None,
    now: datetime,
    *,
    remind_at: datetime | None = None,
) -> Pledge | None:
    """They come, and perhaps when; said again it changes the time. None: it is live no more."""
    before = _held_row(connection, pledge_id)
    if before is None or before.status not in LIVE:
        return None
    after = replace(before, status=Pledged.CONFIRMED, eta=eta or before.eta)
    after = replace(after, nudge_at=remind_at, nudged_at=None)
    return _become(connection, before, after, Pledged.CONFIRMED, units=before.due, now=now)


def deliver(connection: Connection, pledge_id: int, now: datetime) -> Pledge | None:
    """They say that they brought it."""
    before = _held_row(connection, pledge_id)
    if before is None or before.status not in LIVE:
        return None
    after = replace(before, status=Pledged.DELIVERED, contact=None)
    return _become(connection, before, after, Pledged.DELIVERED, units=before.due, now=now)


def receive(
    connection: Connection, pledge_id: int, units: int, now: datetime, *, rest_comes: bool = False
) -> Pledge | None:
    """The shelter has so many more of it. The rest is open again, unless it still comes.

    None: it is over, or never was for so many.
    """
    before = _held_row(connection, pledge_id)
    if before is None or before.status not in OPEN or not 0 < units <= before.due:
        return None
    after = replace(before, received=before.received + units)
    if after.due and rest_comes:
        after = replace(after, status=Pledged.CONFIRMED)
    else:
        after = replace(after, units=after.received, status=Pledged.RECEIVED, contact=None)
    return _become(connection, before, after, Pledged.RECEIVED, units=units, now=now)


def let_fall(connection: Connection, pledge_id: int, to: Pledged, now: datetime) -> Pledge | None:
    """Released, lapsed or never brought: what was not received of it is open again.

    None: there was nothing to let fall any more.
    """
    before = _held_row(connection, pledge_id)
    if before is None or before.status not in OPEN:
        return None
    if before.received:
        after = replace(before, units=before.received, status=Pledged.RECEIVED, contact=None)
    else:
        after = replace(before, status=to, contact=None)
    return _become(connection, before, after, to, units=before.due, now=now)


def close(
    connection: Connection, need_id: int, to: needs_of.State, reason: str | None, now: datetime
) -> list[Pledge] | None:
    """Nothing more is wanted of it: what was promised and not brought is let go.

    Those pledges, as they were, for their people to be told; None: it was over before.
    """
    fields = {"reason": reason, "closed_at": now, "next_wave_at": None, "news": None}
    if not needs_of.move(connection, need_id, to, _CLOSABLE, **fields):
        return None
    fallen = of_need(connection, need_id, LIVE)
    for each in fallen:
        let_fall(connection, each.id, Pledged.RELEASED, now)
    return fallen


_CLOSABLE = (*needs_of.LIVE, needs_of.State.DRAFT, needs_of.State.AWAITING)


def set_contact(connection: Connection, pledge_id: int, sealed: bytes, now: datetime) -> None:
    """Who comes on the day."""
    which = _p.id == pledge_id, _p.status.in_(LIVE)
    connection.execute(update(pledges).where(*which).values(contact=sealed, updated_at=now))


def _held_row(connection: Connection, pledge_id: int) -> Pledge | None:
    """As it is once its need is held: nobody else changes it meanwhile."""
    need_id = connection.scalar(select(_p.need_id).where(_p.id == pledge_id))
    if need_id is None or _hold_need(connection, need_id) is None:
        return None
    return read(connection, pledge_id)


def _hold_need(connection: Connection, need_id: int) -> int | None:
    return connection.scalar(lock_row(select(needs.c.id).where(needs.c.id == need_id)))


def _become(
    connection: Connection, before: Pledge, after: Pledge, what: str, *, units: int, now: datetime
) -> Pledge:
    after = replace(after, updated_at=now)
    was, is_now = before.counted(), after.counted()
    _write(connection, after, now)
    moved = (is_now[0] - was[0], is_now[1] - was[1], is_now[2] - was[2])
    _count(connection, after.need_id, moved)
    needs_of.settle(connection, after.need_id, now)
    _note(connection, after, what, units, now)
    return after


def _write(connection: Connection, after: Pledge, now: datetime) -> None:
    values = {
        name: getattr(after, name)
        for name in ("units", "received", "status", "eta", "contact", "nudge_at", "nudged_at")
    }
    statement = update(pledges).where(_p.id == after.id)
    connection.execute(statement.values(**values, updated_at=now))


def _count(connection: Connection, need_id: int, moved: tuple[int, int, int]) -> None:
    n = needs.c
    committed, on_the_way, received = moved
    if any(moved):
        connection.execute(
            update(needs)
            .where(n.id == need_id)
            .values(
                committed=n.committed + committed,
                on_the_way=n.on_the_way + on_the_way,
                received=n.received + received,
            )
        )


def _note(connection: Connection, pledge: Pledge, what: str, units: int, now: datetime) -> None:
    row = {
        "id": new_id(),
        "need_id": pledge.need_id,
        "pledge_id": pledge.id,
        "what": what,
        "units": units,
        "at": now,
    }
    connection.execute(insert(pledge_events), row)


def answer(connection: Connection, need_id: int, person_id: int, now: datetime) -> None:
    """The person has said something to the ask."""
    row = {"person_id": person_id, "need_id": need_id, "at": now}
    connection.execute(insert(answers).on_conflict_do_nothing(), row)


def nudged(connection: Connection, pledge_id: int, now: datetime) -> bool:
    """False when somebody else has, or there is nothing to ask any more."""
    live = _p.id == pledge_id, _p.status.in_(LIVE), _p.nudged_at.is_(None)
    return connection.execute(update(pledges).where(*live).values(nudged_at=now)).rowcount == 1


def let_go(connection: Connection, person_id: int, now: datetime) -> None:
    """They stop, or are deleted: what they promised is open again, and the shelter is told."""
    for each in of_person(connection, person_id):
        let_fall(connection, each.id, Pledged.RELEASED, now)


def unite_pledges(connection: Connection, stays: int, goes: int) -> None:
    """Before a merge: of two live pledges on one need the sum is left, confirmed if one was."""
    for theirs in of_person(connection, goes):
        mine = live_pledge(connection, theirs.need_id, stays)
        if mine is not None:
            _unite(connection, mine, theirs)
    moved = update(pledges).where(_p.person_id == goes)
    connection.execute(moved.values(person_id=stays))


def _unite(connection: Connection, mine: Pledge, theirs: Pledge) -> None:
    _hold_need(connection, mine.need_id)
    first = mine if mine.status is Pledged.CONFIRMED else theirs
    both = replace(
        mine,
        units=mine.units + theirs.units,
        received=mine.received + theirs.received,
        status=first.status,
        eta=mine.eta or theirs.eta,
    )
    events = pledge_events.c
    moved = update(pledge_events).where(events.pledge_id == theirs.id)
    connection.execute(moved.values(pledge_id=mine.id))
    connection.execute(delete(pledges).where(_p.id == theirs.id))
    _write(connection, both, max(mine.updated_at, theirs.updated_at))
    on_the_way = both.counted()[1] - mine.counted()[1] - theirs.counted()[1]
    _count(connection, mine.need_id, (0, on_the_way, 0))
