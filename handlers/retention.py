"""How long what is kept: each chore of the sweep and its limit. Their SQL is in storage."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from storage import retention
from storage.retention import Chore

_REPEATS_END = timedelta(days=2)
"""Providers send a message again for a day at most (Telegram 24 hours): so long, and a day more,
is known which ones came, whatever the setting."""

_SOON = timedelta(days=1)
"""What served for minutes."""

_FAREWELL_WAITS = timedelta(days=3)
"""A farewell that can't be sent keeps the address of a deleted person no longer than this."""


@dataclass(frozen=True, slots=True)
class Limits:
    """RETENTION_DAYS_*: of message texts, of conversations left halfway, of closed records."""

    messages: timedelta
    sessions: timedelta
    closed: timedelta


Age = Callable[[Limits], timedelta]


def due_chores(limits: Limits, now: datetime) -> list[tuple[Chore, datetime]]:
    """What is to be done now, each with the instant before which rows count as old."""
    return [(chore, now - age(limits)) for chore, age in _CHORES]


def _messages(limits: Limits) -> timedelta:
    return limits.messages


def _sessions(limits: Limits) -> timedelta:
    return limits.sessions


def _closed(limits: Limits) -> timedelta:
    return limits.closed


def _came(limits: Limits) -> timedelta:
    return max(limits.closed, _REPEATS_END)


def _soon(_limits: Limits) -> timedelta:
    return _SOON


def _farewell(_limits: Limits) -> timedelta:
    return _FAREWELL_WAITS


_CHORES: tuple[tuple[Chore, Age], ...] = (
    (retention.FAREWELLS, _farewell),
    (retention.STUCK_DELIVERIES, _messages),
    (retention.OLD_DELIVERIES, _closed),
    (retention.THEIR_DELIVERIES, _closed),
    (retention.ENDED_BROADCASTS, _closed),
    (retention.CLOSED_NEEDS, _closed),
    (retention.ENDED_EVENTS, _closed),
    (retention.DELIVERY_TEXTS, _messages),
    (retention.OLD_INBOUND, _came),
    (retention.INBOUND_TEXTS, _messages),
    (retention.CLOSED_HANDOVERS, _closed),
    (retention.HANDOVER_TEXTS, _messages),
    (retention.SESSIONS, _sessions),
    (retention.RECEIPTS, _came),
    (retention.REVOKED_GRANTS, _closed),
    (retention.OLD_INVITATIONS, _closed),
    (retention.OLD_APPROVALS, _closed),
    (retention.INVITATION_TRIES, _soon),
    (retention.PENDING_ACTS, _soon),
    (retention.STRANGERS, _closed),
)
