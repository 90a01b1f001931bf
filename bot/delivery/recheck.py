"""The last look before a send (law 3): may it go now, later, or never. Pure."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from handlers.quiet import Window, decent
from storage.broadcast_deliveries import NOTHING_TO_SEE, LastLook
from storage.broadcasts import State
from storage.messages import Priority, Status
from storage.outbox import Due

_SPOKE_SINCE = ("opted_out", "invalid")
"""An address with this standing may belong to who has just written; a blocked chat can't."""

_WHILE_HELD = timedelta(seconds=1)
"""Whoever tends broadcasts takes its deliveries out of the way meanwhile."""


@dataclass(frozen=True, slots=True)
class Close:
    """It will not be sent."""

    status: Status
    why: str


@dataclass(frozen=True, slots=True)
class Wait:
    """It may go from then on."""

    until: datetime


@dataclass(slots=True)
class Allowance:
    """How many of a canary's first ones may still go; taken from as they are let through."""

    left: dict[int, int] = field(default_factory=dict)

    @classmethod
    def of(cls, look: LastLook) -> "Allowance":
        canaries = {each: run.canary for each, run in look.runs.items()}
        return cls({each: left for each, left in canaries.items() if left is not None})

    def take(self, row: Due, now: datetime) -> Wait | None:
        if row.broadcast_id is None or row.broadcast_id not in self.left:
            return None
        self.left[row.broadcast_id] -= 1
        return Wait(now + _WHILE_HELD) if self.left[row.broadcast_id] < 0 else None


def recheck(
    row: Due, now: datetime, window: Window | None, look: LastLook = NOTHING_TO_SEE
) -> Close | Wait | None:
    """None: it may go. Every reason to hold a delivery back at the last moment is in here."""
    if row.expires_at is not None and row.expires_at <= now:
        return Close(Status.EXPIRED, "expired")
    refusal = _refusal(row, now)
    if refusal is not None:
        return Close(Status.SUPPRESSED, refusal)
    stopped = _by_its_broadcast(row, now, look)
    if stopped is not None:
        return stopped
    if row.priority <= Priority.REPLY:
        return None
    return _at_a_decent_hour(row, now, window)


def _refusal(row: Due, now: datetime) -> str | None:
    """`consent` is the answer to a stop, and what was asked for after one: it alone may follow,
    and goes where that was said from, even to a number that had failed before."""
    after_a_stop = row.kind == "consent"
    if row.address_status != "active" and not (after_a_stop and row.address_status in _SPOKE_SINCE):
        return row.address_status
    if row.consent == "out" and not after_a_stop:
        return "opted_out"
    if row.kind == "broadcast" and row.consent != "in":
        return "no_consent"
    unasked = row.kind in ("notice", "broadcast")
    if unasked and row.paused_until is not None and row.paused_until > now:
        return "paused"
    return None


def _by_its_broadcast(row: Due, now: datetime, look: LastLook) -> Close | Wait | None:
    run = None if row.broadcast_id is None else look.runs.get(row.broadcast_id)
    if run is None:
        return None
    if run.state is State.ABORTED:
        return Close(Status.CANCELLED, "aborted")
    if (row.broadcast_id, row.person_id) in look.muted:
        return Close(Status.SUPPRESSED, "muted")
    if run.capped and row.person_id in look.at_cap:
        return Close(Status.SUPPRESSED, "capped")
    if (row.broadcast_id, row.person_id) in look.over:
        return Close(Status.SUPPRESSED, "over")
    return None if run.state is State.RUNNING else Wait(now + _WHILE_HELD)


def _at_a_decent_hour(row: Due, now: datetime, window: Window | None) -> Close | Wait | None:
    moment = decent(window, row.zone, now)
    if moment <= now:
        return None
    if row.expires_at is not None and row.expires_at <= moment:
        return Close(Status.EXPIRED, "quiet_hours")
    return Wait(moment)
