"""Whom a broadcast would reach if it started now, in groups, and who is left out and why."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    and_,
    case,
    exists,
    false,
    func,
    or_,
    select,
    true,
)

from storage.audience import REACHED, Scope, Terms, people_at_cap, within
from storage.circles import has
from storage.messages import Status, deliveries
from storage.people import addresses, people

_p, _d = people.c, deliveries.c
_SENT = (Status.SENDING, Status.UNKNOWN, Status.SENT, Status.DELIVERED)


class LeftOut(StrEnum):
    """Why somebody in the scope does not get it; the first that applies."""

    STOPPED = "stopped"
    PAUSED = "paused"
    NO_ADDRESS = "no address"
    MUTED = "muted"
    CAPPED = "capped"


@dataclass(frozen=True, slots=True)
class Group:
    """`n` people who are alike. `why`: they don't get it. `first`: nothing of ours reached them
    before. `channel` is None for those without an address."""

    why: LeftOut | None
    language: str
    channel: str | None
    country: str | None
    zone: str | None
    first: bool
    n: int


def count(
    connection: Connection, scope: Scope, topic: str | None, terms: Terms, now: datetime
) -> list[Group]:
    """Everybody in the scope who joined once, by one statement; `topic`: who muted it is out."""
    known = exists().where(_d.person_id == _p.id, _d.status.in_(_SENT))
    columns = (
        _why(connection, topic, terms, now).label("why"),
        *(_p.language, addresses.c.channel, _p.country, _p.zone),
        (~known).label("first"),
    )
    there = _there(connection, scope, *columns).subquery()
    statement = select(*there.c, func.count()).group_by(*there.c)
    return [
        Group(LeftOut(row[0]) if row[0] else None, *row[1:5], bool(row[5]), row[6])
        for row in connection.execute(statement)
    ]


def reach(
    connection: Connection, scope: Scope, topic: str | None, terms: Terms, now: datetime
) -> int:
    """How many get it: the same as those of `count` without a reason, and quicker told."""
    why = _why(connection, topic, terms, now)
    return connection.scalar(_there(connection, scope, func.count()).where(why.is_(None))) or 0


def _there(
    connection: Connection, scope: Scope, *columns: ColumnElement[Any]
) -> Select[tuple[Any, ...]]:
    return (
        select(*columns)
        .select_from(people.outerjoin(addresses, REACHED))
        .where(or_(_p.consent == "in", _p.consent == "out"), *within(connection, scope))
    )


def _why(
    connection: Connection, topic: str | None, terms: Terms, now: datetime
) -> ColumnElement[Any]:
    reached = and_(addresses.c.id.is_not(None), addresses.c.channel.in_(terms.channels))
    return case(
        (_p.consent == "out", LeftOut.STOPPED),
        (_p.paused_until > now, LeftOut.PAUSED),
        (~reached, LeftOut.NO_ADDRESS),
        (_muted(topic), LeftOut.MUTED),
        (_capped(connection, terms.cap, now), LeftOut.CAPPED),
    )


def _muted(topic: str | None) -> ColumnElement[bool]:
    return false() if topic is None else has("muted", (topic,))


def _capped(connection: Connection, cap: int, now: datetime) -> ColumnElement[bool]:
    if cap == 0:
        return true()
    at_cap = people_at_cap(connection, cap, now)
    return false() if at_cap is None else _p.id.in_(at_cap)
