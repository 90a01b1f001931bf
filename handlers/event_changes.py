"""An event at another time or place, under another name, or called off; and who is told of it.

Who may do so is asked elsewhere.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from handlers import broadcasts, events
from handlers.broadcast_texts import Texts
from handlers.broadcasts import Draft, Subject
from handlers.event_doors import hang_door
from handlers.event_facts import TEXTS, Told, tell_of
from handlers.event_texts import cancellation, change
from storage import approvals, audit, rsvps
from storage import broadcasts as runs
from storage import events as storage
from storage.audience import Scope
from storage.broadcasts import Broadcast
from storage.event_circles import (
    ANEW,
    CANCELLED,
    INVITE,
    MOVED,
    NEXT,
    WITHDRAWN,
    count_silent,
)
from storage.events import Event, EventState
from storage.messages import Priority
from storage.sealed import Vault

APPROVAL = "event"
"""The kind of approvals for announcing an event."""

_MOVES = ("starts_at", "zone", "place", "city_id")
"""What somebody must hear of who has only been invited, and may come to the wrong place."""

_TOLD_OF = (*_MOVES, "link", "services")
"""What people who come must hear of; other changes they find where they look."""

_ON_CALENDARS = frozenset({*_TOLD_OF, "title_es", "title_en", "minutes", "notes"})
_NEWS = (INVITE, NEXT, MOVED, ANEW)
_NEWS_FOR_HOURS = 48
_STALE_AFTER_START = timedelta(hours=1)


class NoRoomError(Exception):
    """More people come than the new capacity; its argument says how many."""


@dataclass(frozen=True, slots=True)
class Changed:
    """`told`: how many people a message goes to; `asked`: whether they are to answer anew.
    `withdrawn`: it waited for a second yes, which has to be asked for again."""

    event: Event
    told: int
    asked: bool
    withdrawn: bool = False


def change_event(
    connection: Connection,
    vault: Vault,
    event_id: int,
    fields: Mapping[str, Any],
    *,
    actor: str,
    now: datetime,
) -> Changed | None:
    """`fields` are columns, texts as words. NoRoomError: nothing was changed. None: it is over."""
    event = storage.lock(connection, event_id)
    if event is None or event.status not in (EventState.OPEN, EventState.DRAFT):
        return None
    capacity = fields.get("capacity")
    if capacity is not None and capacity < event.taken:
        raise NoRoomError(event.taken)
    before = tell_of(connection, vault, event)
    after = _write(connection, vault, event, fields, now)
    audit.record(connection, actor, "change", event.code, at=now, details={"what": sorted(fields)})
    if event.status is EventState.DRAFT and approvals.waits(connection, APPROVAL, event_id, now):
        approvals.withdraw(connection, APPROVAL, event_id, now)
        return Changed(after.event, 0, asked=False, withdrawn=True)
    if event.status is EventState.OPEN:
        hang_door(connection, event_id, after.event.starts_at, after.event.ends_at)
    if not any(_differ(before, after, name) for name in _TOLD_OF):
        return Changed(after.event, 0, False)
    if _day(before.event) != _day(after.event):
        rsvps.ask_anew(connection, event_id, now)
    concerned, anew = rsvps.count_concerned(connection, event_id)
    asks = anew > 0
    stopped = _stop_old_news(connection, event_id)
    sending = _Sending(connection, vault, after, actor, now)
    if concerned:
        known = before if MOVED not in {run.part for run in stopped} else None
        texts = change(known, after, "that day" if asks else None)
        sending.to_those_who_come(texts, MOVED)
    silent = 0
    if any(_differ(before, after, name) for name in _MOVES):
        silent = count_silent(connection, event_id)
    if silent:
        known = before if ANEW not in {run.part for run in stopped} else None
        sending.to_the_invited(change(known, after, "at all"), ANEW)
    for run in stopped:
        if run.part in (INVITE, NEXT):
            scope, part = Scope.from_json(run.scope), run.part
            events.announce(connection, vault, after.event, scope, actor=actor, now=now, part=part)
    return Changed(after.event, concerned + silent, asks)


def _write(
    connection: Connection, vault: Vault, event: Event, fields: Mapping[str, Any], now: datetime
) -> Told:
    columns = {
        name: vault.seal("events", name, event.id, value) if name in TEXTS and value else value
        for name, value in fields.items()
    }
    if _ON_CALENDARS & fields.keys():
        columns["sequence"] = event.sequence + 1
    storage.change(connection, event.id, now, **columns)
    changed = storage.read(connection, event.id)
    assert changed is not None
    return tell_of(connection, vault, changed)


def _differ(before: Told, after: Told, name: str) -> bool:
    return bool(_value(before, name) != _value(after, name))


def _value(told: Told, name: str) -> object:
    if name == "services":
        return frozenset(told.services)
    return getattr(told, name) if name in TEXTS else getattr(told.event, name)


def _day(event: Event) -> object:
    return event.starts_at.astimezone(ZoneInfo(event.zone)).date()


def _stop_old_news(connection: Connection, event_id: int) -> list[Broadcast]:
    """What has not all gone out tells what is no longer so: it is broken off."""
    news = (run for run in runs.about(connection, event_id) if run.part in _NEWS)
    return [run for run in news if run.ended_at is None and runs.abort(connection, run.id)]


def cancel_event(
    connection: Connection,
    vault: Vault,
    event_id: int,
    reason: str | None,
    *,
    actor: str,
    now: datetime,
) -> Changed | None:
    """Whoever comes, may come or waits is told at once. None: it was over already."""
    event = storage.lock(connection, event_id)
    if event is None or not storage.end(connection, event_id, EventState.CANCELLED, now):
        return None
    storage.change(connection, event_id, now, sequence=event.sequence + 1)
    approvals.withdraw(connection, APPROVAL, event_id, now)
    _stop_old_news(connection, event_id)
    told = tell_of(connection, vault, event)
    concerned, _anew = rsvps.count_concerned(connection, event_id)
    silent = count_silent(connection, event_id)
    sending, texts = _Sending(connection, vault, told, actor, now), cancellation(told, reason)
    if concerned:
        sending.to_those_who_come(texts, CANCELLED)
    if silent:
        sending.to_the_invited(texts, WITHDRAWN)
    audit.record(connection, actor, "cancel", event.code, at=now)
    return Changed(event, concerned + silent, False)


@dataclass(frozen=True, slots=True)
class _Sending:
    """What it takes to send news of one event."""

    connection: Connection
    vault: Vault
    told: Told
    actor: str
    now: datetime

    def to_those_who_come(self, texts: Texts, part: str) -> None:
        self._send(texts, part, Priority.NOTICE)

    def to_the_invited(self, texts: Texts, part: str) -> None:
        """With what goes to many, as the invitation did."""
        self._send(texts, part, Priority.BULK)

    def _send(self, texts: Texts, part: str, priority: int) -> None:
        """Whatever else they get that day: what we told them is no longer so."""
        event = self.told.event
        draft = Draft(
            texts,
            Scope(),
            self.now,
            subject=Subject(event.id, event.code, part),
            capped=False,
            priority=priority,
            decent_hours=_NEWS_FOR_HOURS,
            expires_at=event.starts_at + _STALE_AFTER_START,
        )
        broadcasts.create(self.connection, self.vault, draft, actor=self.actor, now=self.now)
