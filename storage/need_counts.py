"""How many people a wave would ask, counted before it is sent. SQL only."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, Select, and_, func, literal, or_, select, true

from storage.audience import REACHED, Scope, within
from storage.circles import has
from storage.need_circle import EVERYONE, fitting
from storage.need_matching import TOPIC
from storage.needs import Need
from storage.people import addresses, people

_p = people.c


def people_within(
    connection: Connection, need: Need, scopes: Sequence[Scope], part: str, now: datetime
) -> int:
    """In one of the scopes at least; who can't be reached now, or muted it, doesn't count."""
    places = [and_(true(), *within(connection, scope)) for scope in scopes]
    statement = _asked(connection, need, part, now).where(or_(*places))
    return connection.scalar(select(func.count()).select_from(statement.subquery())) or 0


def anybody(connection: Connection, need: Need, scope: Scope, part: str, now: datetime) -> bool:
    statement = _asked(connection, need, part, now).where(*within(connection, scope))
    return connection.execute(statement.limit(1)).first() is not None


def _asked(connection: Connection, need: Need, part: str, now: datetime) -> Select[int]:
    chosen = (
        select(literal(1))
        .select_from(people.join(addresses, REACHED))
        .where(
            _p.consent == "in",
            or_(_p.paused_until.is_(None), _p.paused_until <= now),
            ~has("muted", (TOPIC,)),
        )
    )
    return chosen if part == EVERYONE else chosen.where(*fitting(connection, need, now))
