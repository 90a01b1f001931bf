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
from handlers.event_facts import TEXTS, Told, tell_of
from handlers.event_texts import cancellation, change
from storage import approvals, audit, rsvps
from storage import broadcasts as runs
from storage import events as storage
from storage.audience import Scope
from storage.broadcasts import Broadcast
from storage.event_circles import CANCELLED, INVITE, MOVED, NEXT
from storage.events import Event, EventState
from storage.messages import Priority
from storage.rsvps import Answer
from storage.sealed import Vault

APPROVAL = "event"
"""The kind of approvals for announcing an event."""

_TOLD_OF = ("starts_at", "zone", "place", "city_id", "link")
"""What people must hear of; other changes they find where they look."""

_ON_CALENDARS = frozenset({*_TOLD_OF, "title_es", "title_en", "minutes", "notes"})
_NEWS_FOR_HOURS = 48
_STALE_AFTER_START = timedelta(hours=1)


class NoRoomError(Exception):
    """More people come than the new capacity; its argument says how many."""


@dataclass(frozen=True, slots=True)
class Changed:
    """`told`: how many people a message goes to; `asked`: whether they are to answer anew."""

    event: Event
    told: int
    asked: bool


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
    if not any(_differ(before, after, name) for name in _TOLD_OF):
        return Changed(after.event, 0, False)
    if _day(before.event) != _day(after.event):
        rsvps.ask_anew(connection, event_id, now)
    concerned = rsvps.concerned(connection, event_id)
    told, asks = len(concerned), any(each.answer is Answer.ASKED for each in concerned)
    stopped = _stop_old_news(connection, event_id)
    if told:
        known = before if MOVED not in {run.part for run in stopped} else None
        texts = change(known, after, asks=asks)
        _send(connection, vault, after, texts, MOVED, actor=actor, now=now)
    for run in stopped:
        if run.part in (INVITE, NEXT):
            scope, part = Scope.from_json(run.scope), run.part
            event = after.event
            events.announce(connection, vault, event, scope, actor=actor, now=now, part=part)
    return Changed(after.event, told, asks)


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
    return getattr(told, name) if name in TEXTS else getattr(told.event, name)


def _day(event: Event) -> object:
    return event.starts_at.astimezone(ZoneInfo(event.zone)).date()


def _stop_old_news(connection: Connection, event_id: int) -> list[Broadcast]:
    """What has not all gone out tells what is no longer so: it is broken off."""
    news = (run for run in runs.about(connection, event_id) if run.part in (INVITE, NEXT, MOVED))
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
    people = len(rsvps.concerned(connection, event_id))
    if people:
        _send(connection, vault, told, cancellation(told, reason), CANCELLED, actor=actor, now=now)
    audit.record(connection, actor, "cancel", event.code, at=now)
    return Changed(event, people, False)


def _send(
    connection: Connection,
    vault: Vault,
    told: Told,
    texts: Texts,
    part: str,
    *,
    actor: str,
    now: datetime,
) -> None:
    event = told.event
    draft = Draft(
        texts,
        Scope(),
        now,
        subject=Subject(event.id, event.code, part),
        capped=False,
        priority=Priority.NOTICE,
        decent_hours=_NEWS_FOR_HOURS,
        expires_at=event.starts_at + _STALE_AFTER_START,
    )
    broadcasts.create(connection, vault, draft, actor=actor, now=now)
