"""The last look before a send (law 3): may it go now, later, or never. Pure."""

from dataclasses import dataclass
from datetime import datetime

from handlers.quiet import Window, decent
from storage.messages import Priority, Status
from storage.outbox import Due


@dataclass(frozen=True, slots=True)
class Close:
    """It will not be sent."""

    status: Status
    why: str


@dataclass(frozen=True, slots=True)
class Wait:
    """It may go from then on."""

    until: datetime


def recheck(row: Due, now: datetime, window: Window | None) -> Close | Wait | None:
    """None: it may go. Every reason to hold a delivery back at the last moment is in here."""
    if row.expires_at is not None and row.expires_at <= now:
        return Close(Status.EXPIRED, "expired")
    refusal = _refusal(row, now)
    if refusal is not None:
        return Close(Status.SUPPRESSED, refusal)
    if row.priority <= Priority.REPLY:
        return None
    return _at_a_decent_hour(row, now, window)


def _refusal(row: Due, now: datetime) -> str | None:
    """`consent` is the answer to a stop, and what was asked for after one: it alone may follow."""
    after_a_stop = row.kind == "consent"
    if row.address_status != "active" and not (after_a_stop and row.address_status == "opted_out"):
        return row.address_status
    if row.consent == "out" and not after_a_stop:
        return "opted_out"
    if row.kind == "broadcast" and row.consent != "in":
        return "no_consent"
    unasked = row.kind in ("notice", "broadcast")
    if unasked and row.paused_until is not None and row.paused_until > now:
        return "paused"
    return None


def _at_a_decent_hour(row: Due, now: datetime, window: Window | None) -> Close | Wait | None:
    moment = decent(window, row.zone, now)
    if moment <= now:
        return None
    if row.expires_at is not None and row.expires_at <= moment:
        return Close(Status.EXPIRED, "quiet_hours")
    return Wait(moment)
