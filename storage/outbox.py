"""The outbox's SQL: claiming what is due, recording what came of it. No decisions."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import (
    Connection,
    Select,
    and_,
    bindparam,
    exists,
    literal_column,
    null,
    or_,
    select,
    update,
)

from storage.columns import Id
from storage.database import among, packed, rows_of, skip_locked
from storage.messages import Priority, Status, deliveries, is_now
from storage.people import addresses, people
from storage.prepared import Prepared

LEVELS = tuple(sorted(value for name, value in vars(Priority).items() if name.isupper()))
"""The priorities, best first."""

Rows = Sequence[Mapping[str, Any]]


class Due(NamedTuple):
    """A queued delivery as claimed, with what is rechecked about its person and address."""

    id: int
    person_id: int
    address_id: int
    broadcast_id: int | None
    channel: str
    kind: str
    priority: int
    body: bytes | None
    expires_at: datetime | None
    attempts: int
    value: bytes
    address_status: str
    consent: str
    paused_until: datetime | None
    zone: str | None
    language: str
    wording: str | None


class Unknown(NamedTuple):
    """A delivery whose outcome is not known. `called_at` is just before the provider was called."""

    id: int
    person_id: int
    address_id: int
    broadcast_id: int | None
    channel: str
    kind: str
    body: bytes | None
    attempts: int
    unknowns: int
    called_at: datetime
    value: bytes
    language: str
    wording: str | None


_d = deliveries.c
_QUEUED = _d.status == literal_column("'queued'")
_earlier = deliveries.alias("earlier")
_e = _earlier.c
# What holds a delivery back: one made before it for the same address, no less urgent, that is
# due, being sent, waiting for its next attempt, or (for a while) unknown.
_HELD_BACK = exists().where(
    _e.address_id == _d.address_id,
    _e.id < _d.id,
    _e.priority <= _d.priority,
    is_now(_e.status, Status.QUEUED, Status.SENDING, Status.UNKNOWN),
    or_(
        _e.status == "sending",
        and_(_e.status == "queued", or_(_e.due_at <= bindparam("now"), _e.attempts > 0)),
        and_(_e.status == "unknown", _e.called_at > bindparam("held_since")),
    ),
)


def looked_at(body: Any, value: Any) -> Select[Any]:
    """In the order of Due's fields."""
    columns = (
        *(_d.id, _d.person_id, _d.address_id, _d.broadcast_id, _d.channel, _d.kind, _d.priority),
        *(body, _d.expires_at, _d.attempts, value, addresses.c.status),
        *(people.c.consent, people.c.paused_until, people.c.zone, people.c.language, _d.wording),
    )
    joined = select(*columns).join(addresses, addresses.c.id == _d.address_id)
    return joined.join(people, people.c.id == _d.person_id)


_DUE = Prepared(
    skip_locked(
        looked_at(_d.body, addresses.c.value)
        .where(
            _QUEUED,
            _d.channel == bindparam("channel"),
            _d.priority == bindparam("level"),
            _d.due_at <= bindparam("now"),
            ~_HELD_BACK,
        )
        .order_by(_d.due_at, _d.id)
        .limit(bindparam("most")),
        of=deliveries,
    )
)


def due(
    connection: Connection,
    channel: str,
    level: int,
    *,
    now: datetime,
    held_since: datetime,
    most: int,
) -> list[Due]:
    """Queued deliveries of one priority that may go, oldest first, held against other workers.

    An unknown outcome holds back what follows it only when it was called after `held_since`.
    """
    found = _DUE.all(
        connection,
        {
            "channel": channel,
            "level": level,
            "now": now,
            "held_since": held_since,
            "most": most,
        },
    )
    return [Due._make(row) for row in found]


# Its time is `called_at`: what only passes by is not moved in the index of what has ended.
_START = Prepared(
    update(deliveries)
    .where(among(_d.id, "ids"))
    .values(
        status=Status.SENDING,
        worker=bindparam("by"),
        lease_until=bindparam("until"),
        called_at=bindparam("now"),
        attempts=_d.attempts + 1,
    )
)


def start(
    connection: Connection, ids: Sequence[int], worker: str, *, now: datetime, lease_until: datetime
) -> None:
    """Marks claimed deliveries as being sent, an attempt more each."""
    if ids:
        fields = {"ids": packed(ids), "by": worker, "until": lease_until, "now": now}
        _START.run(connection, fields)


_CLOSE = (
    update(deliveries)
    .where(_d.id == bindparam("row"), _QUEUED)
    .values(status=bindparam("to"), error=bindparam("why"), updated_at=bindparam("now"))
)
_POSTPONE = (
    update(deliveries)
    .where(_d.id == bindparam("row"), _QUEUED)
    .values(due_at=bindparam("due"), updated_at=bindparam("now"))
)


def close(connection: Connection, rows: Rows) -> None:
    """Queued deliveries that will not be sent. Rows: row, to, why, now."""
    _many(connection, _CLOSE, rows)


def postpone(connection: Connection, rows: Rows) -> None:
    """Rows: row, due, now."""
    _many(connection, _POSTPONE, rows)


_given = rows_of("rows", row=Id, provider=_d.provider_id.type, units=_d.segments.type)
_SENT = Prepared(
    update(deliveries)
    .where(
        _d.id == _given.c.row,
        is_now(_d.status, Status.QUEUED, Status.SENDING, Status.UNKNOWN),
    )
    .values(
        status=Status.SENT,
        provider_id=_given.c.provider,
        segments=_given.c.units,
        error=null(),
        lease_until=null(),
        updated_at=bindparam("now"),
    )
)
# The attempt is the fence: whoever was overtaken by another worker's claim changes nothing.
_MINE = and_(
    _d.id == bindparam("row"),
    _d.attempts == bindparam("attempt"),
    is_now(_d.status, Status.SENDING, Status.UNKNOWN),
)
_FAILED = (
    update(deliveries)
    .where(_MINE)
    .values(
        status=Status.FAILED,
        error=bindparam("why"),
        lease_until=null(),
        updated_at=bindparam("now"),
    )
)
_REQUEUE = (
    update(deliveries)
    .where(_MINE)
    .values(
        status=Status.QUEUED,
        due_at=bindparam("due"),
        error=bindparam("why"),
        attempts=bindparam("left"),
        worker=null(),
        lease_until=null(),
        updated_at=bindparam("now"),
    )
)
_UNCALLED = (
    update(deliveries)
    .where(_MINE)
    .values(
        attempts=_d.attempts - 1,
        worker=null(),
        lease_until=null(),
        called_at=null(),
        updated_at=bindparam("now"),
    )
)
_RELEASE = _UNCALLED.values(status=Status.QUEUED)
_WITHHOLD = _UNCALLED.values(status=bindparam("to"), error=bindparam("why"))
_UNKNOWN = (
    update(deliveries)
    .where(_MINE)
    .values(
        status=Status.UNKNOWN,
        error=bindparam("why"),
        unknowns=_d.unknowns + 1,
        lease_until=bindparam("look"),
        updated_at=bindparam("now"),
    )
)


def sent(
    connection: Connection, rows: Collection[tuple[int, str | None, int]], *, now: datetime
) -> None:
    """Rows: delivery, provider's id, segments. Also over what was given up for unknown."""
    if rows:
        _SENT.run(connection, {"rows": packed(sorted(rows)), "now": now})


def failed(connection: Connection, rows: Rows) -> None:
    """Rows: row, attempt, why, now."""
    _many(connection, _FAILED, rows)


def requeue(connection: Connection, rows: Rows) -> None:
    """Known not to be sent, so to be tried again. Rows: row, attempt, left, due, why, now."""
    _many(connection, _REQUEUE, rows)


def release(connection: Connection, rows: Rows) -> None:
    """Claimed, but never handed to the provider. Rows: row, attempt, now."""
    _many(connection, _RELEASE, rows)


def withhold(connection: Connection, rows: Rows) -> None:
    """Claimed, but not to be sent any more. Rows: row, attempt, to, why, now."""
    _many(connection, _WITHHOLD, rows)


def unknown(connection: Connection, rows: Rows) -> None:
    """Rows: row, attempt, why, look (when to ask the provider), now."""
    _many(connection, _UNKNOWN, rows)


_LAPSE = (
    update(deliveries)
    .where(is_now(_d.status, Status.SENDING, Status.UNKNOWN))
    .where(_d.status == "sending", _d.lease_until <= bindparam("now"))
    .values(
        status=Status.UNKNOWN,
        error="lease",
        unknowns=_d.unknowns + 1,
        lease_until=bindparam("now"),
        updated_at=bindparam("now"),
    )
)


def lapse(connection: Connection, *, now: datetime) -> int:
    """What a worker that died was sending becomes unknown; returns how many."""
    return connection.execute(_LAPSE, {"now": now}).rowcount


_UNKNOWNS = skip_locked(
    select(
        *(_d.id, _d.person_id, _d.address_id, _d.broadcast_id, _d.channel, _d.kind, _d.body),
        *(_d.attempts, _d.unknowns, _d.called_at, addresses.c.value, people.c.language),
        _d.wording,
    )
    .join(addresses, addresses.c.id == _d.address_id)
    .join(people, people.c.id == _d.person_id)
    .where(is_now(_d.status, Status.SENDING, Status.UNKNOWN))
    .where(_d.status == "unknown", _d.lease_until <= bindparam("now"))
    .where(_d.channel.in_(bindparam("channels", expanding=True)))
    .order_by(_d.lease_until)
    .limit(bindparam("most")),
    of=deliveries,
)
_LOOKING = (
    update(deliveries)
    .where(_d.id == bindparam("row"), _d.status == "unknown")
    .values(lease_until=bindparam("look"))
)
_FOUND = (
    update(deliveries)
    .where(
        _d.id == bindparam("row"),
        _d.status == "unknown",
        ~exists().where(
            _e.provider_id == bindparam("provider"), _e.channel == _d.channel, _e.id != _d.id
        ),
    )
    .values(
        status=Status.SENT,
        provider_id=bindparam("provider"),
        error=null(),
        lease_until=null(),
        updated_at=bindparam("now"),
    )
)


def unknowns(
    connection: Connection, channels: Collection[str], *, now: datetime, most: int
) -> list[Unknown]:
    """Unknown outcomes that are to be asked about now, held against other workers."""
    found = connection.execute(_UNKNOWNS, {"channels": list(channels), "now": now, "most": most})
    return [Unknown._make(row) for row in found]


# By person, whose deliveries have an index.
_PROVIDER_IDS = (
    select(_d.address_id, _d.provider_id)
    .join(addresses, and_(addresses.c.person_id == _d.person_id, addresses.c.id == _d.address_id))
    .where(addresses.c.id.in_(bindparam("addresses", expanding=True)), _d.provider_id.is_not(None))
)


def provider_ids(connection: Connection, address_ids: Collection[int]) -> dict[int, set[str]]:
    """The provider's ids of all that is known to have gone to each of these addresses."""
    found: dict[int, set[str]] = {}
    if address_ids:
        for address_id, known in connection.execute(
            _PROVIDER_IDS, {"addresses": list(address_ids)}
        ):
            found.setdefault(address_id, set()).add(known)
    return found


def look_again(connection: Connection, rows: Rows) -> None:
    """Rows: row, look."""
    _many(connection, _LOOKING, rows)


def found(connection: Connection, row: int, provider_id: str, *, now: datetime) -> bool:
    """An unknown delivery turned out sent. False: that message is another delivery's."""
    fields = {"row": row, "provider": provider_id, "now": now}
    return connection.execute(_FOUND, fields).rowcount == 1


def _many(connection: Connection, statement: Any, rows: Rows) -> None:
    """In the order of ids, so that workers never wait for each other in a circle."""
    if rows:
        connection.execute(statement, sorted(rows, key=lambda row: row["row"]))
