"""How far a channel's inbox is known to be complete: its mark, and what is known already. SQL."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, bindparam, select

from storage.database import greatest, insert
from storage.messages import clock_runs, inbound

_AT_ONCE = 500

_JOB = "caught_up:{}"
_mark = select(clock_runs.c.at).where(clock_runs.c.job == bindparam("job"))
_insert = insert(clock_runs)
_move = _insert.on_conflict_do_update(
    index_elements=[clock_runs.c.job],
    set_={"at": greatest(clock_runs.c.at, _insert.excluded.at)},
)
_known = select(inbound.c.provider_id).where(
    inbound.c.channel == bindparam("channel"),
    inbound.c.provider_id.in_(bindparam("ids", expanding=True)),
)


def mark(connection: Connection, channel: str) -> datetime | None:
    """Everything that was sent before is known; None: nobody has looked yet."""
    return connection.execute(_mark, {"job": _JOB.format(channel)}).scalar()


def move_mark(connection: Connection, channel: str, to: datetime) -> None:
    """Never back: somebody else may have looked meanwhile."""
    connection.execute(_move, {"job": _JOB.format(channel), "at": to, "rows": 0})


def known(connection: Connection, channel: str, provider_ids: Sequence[str]) -> set[str]:
    """Those of the messages that were taken in already."""
    found: set[str] = set()
    for start in range(0, len(provider_ids), _AT_ONCE):
        ids = provider_ids[start : start + _AT_ONCE]
        found.update(connection.scalars(_known, {"channel": channel, "ids": ids}))
    return found
