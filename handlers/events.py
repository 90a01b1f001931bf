"""Events: made, announced, and listed by EVENTS. How they change is in event_changes."""

import json
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from handlers import broadcasts
from handlers.broadcasts import Draft, Subject
from handlers.context import Context
from handlers.conversation.turn import Choice, Prompt, Words
from handlers.event_facts import Told, card, tell_of
from handlers.event_texts import ANSWERS, invitation
from handlers.rendering import Joined, is_sms
from locales import Message, _
from storage import audit
from storage import events as storage
from storage.audience import Scope
from storage.broadcasts import Broadcast
from storage.codes import named_by, take_code
from storage.event_circles import INVITE, NEXT
from storage.events import Event, EventState
from storage.ids import new_id
from storage.sealed import Vault

CLOCK = "clock"
"""Who invites to the next of a series, in the audit."""

DEFAULT_MINUTES = 120
_A_WEEK = timedelta(days=7)
_LISTED = 5
_INVITES_FOR_HOURS = 48
"""Decent hours in which an invitation goes out, however many it goes to."""


@dataclass(frozen=True, slots=True)
class Plan:
    """An event as somebody wants it. At least one title; a place, a link or both.

    `starts_at` is aware, `zone` an IANA name. `audience`: whom it is announced to; None: nobody.
    """

    kind: str
    title_es: str | None
    title_en: str | None
    starts_at: datetime
    zone: str
    minutes: int = DEFAULT_MINUTES
    place: str | None = None
    city_id: int | None = None
    link: str | None = None
    notes: str | None = None
    services: tuple[str, ...] = ()
    capacity: int | None = None
    organisation_id: int | None = None
    ladder: str | None = None
    audience: Scope | None = None
    series_id: int | None = None
    created_by: int | None = None


def create(
    connection: Connection,
    vault: Vault,
    plan: Plan,
    *,
    actor: str,
    now: datetime,
    status: EventState = EventState.OPEN,
) -> Event:
    """It has a code, and is announced by `announce`."""
    row = new_id()
    code = take_code(connection, "event", row)

    def sealed(column: str, text: str | None) -> bytes | None:
        return None if text is None else vault.seal("events", column, row, text)

    storage.add(
        connection,
        {
            "id": row,
            "code": code,
            "kind": plan.kind,
            "status": status,
            "organisation_id": plan.organisation_id,
            "title_es": sealed("title_es", plan.title_es),
            "title_en": sealed("title_en", plan.title_en),
            "starts_at": plan.starts_at,
            "zone": plan.zone,
            "minutes": plan.minutes,
            "place": sealed("place", plan.place),
            "city_id": plan.city_id,
            "link": sealed("link", plan.link),
            "notes": sealed("notes", plan.notes),
            "services": json.dumps(plan.services) if plan.services else None,
            "capacity": plan.capacity,
            "ladder": plan.ladder,
            "uid": secrets.token_hex(16),
            "series_id": plan.series_id,
            "audience": plan.audience.to_json() if plan.audience is not None else None,
            "created_by": plan.created_by,
            "created_at": now,
            "updated_at": now,
        },
    )
    audit.record(connection, actor, "event", code, at=now, details={"kind": plan.kind})
    made = storage.read(connection, row)
    assert made is not None
    return made


def create_weekly(
    connection: Connection,
    vault: Vault,
    plan: Plan,
    weeks: int,
    *,
    actor: str,
    now: datetime,
    status: EventState = EventState.OPEN,
) -> list[Event]:
    """The same on so many weeks in a row, at one hour on the wall; each can change by itself."""
    made: list[Event] = []
    for starts_at in weekly(plan.starts_at, plan.zone, weeks):
        series = made[0].id if made else None
        each = replace(plan, starts_at=starts_at, series_id=series)
        made.append(create(connection, vault, each, actor=actor, now=now, status=status))
    if weeks > 1:
        storage.change(connection, made[0].id, now, series_id=made[0].id)
        made[0] = replace(made[0], series_id=made[0].id)
    return made


def weekly(first: datetime, zone: str, weeks: int) -> Iterator[datetime]:
    """The instants of one hour on the wall; one that the clocks skip is told as they show it."""
    wall = first.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    for week in range(weeks):
        yield (wall + week * _A_WEEK).replace(tzinfo=ZoneInfo(zone)).astimezone(first.tzinfo)


def announce(
    connection: Connection,
    vault: Vault,
    event: Event,
    scope: Scope,
    *,
    actor: str,
    now: datetime,
    capped: bool = True,
    part: str = INVITE,
) -> Broadcast:
    """Invites everybody in the scope who has neither answered nor been invited to it; to the next
    of a series (`part`), only those among them who come now and then."""
    told = tell_of(connection, vault, event)
    draft = Draft(
        invitation(told, again=part == NEXT),
        scope,
        now,
        subject=Subject(event.id, event.code, part),
        capped=capped,
        decent_hours=_INVITES_FOR_HOURS,
        expires_at=event.starts_at,
    )
    return broadcasts.create(connection, vault, draft, actor=actor, now=now)


def end_what_is_over(connection: Connection, vault: Vault, now: datetime) -> int:
    """Past from now on; those who come now and then are invited to the next of a series."""
    ended = storage.end_all_over(connection, now)
    for event_id in ended:
        following = storage.next_of_series(connection, event_id, now)
        if following is not None:
            everyone = Scope()
            announce(connection, vault, following, everyone, actor=CLOCK, now=now, part=NEXT)
    return len(ended)


def event_of(connection: Connection, code: str) -> Event | None:
    """By its code; None: no event has it."""
    named = named_by(connection, code)
    if named is None or named.kind != "event":
        return None
    return storage.read(connection, named.row_id)


def list_upcoming(context: Context, _rest: str) -> None:
    """EVENTS: what's on, nearest first."""
    found = storage.upcoming(context.connection, context.now, _LISTED)
    if not found:
        context.say(_("Nothing is planned right now. We'll write when there is something on."))
        return
    told = [tell_of(context.connection, context.vault, each) for each in found]
    lines: list[Words] = [
        *(_line(each) for each in told),
        _("To come: the code and YES, such as {code} YES. More: {code}", code=found[0].code),
    ]
    codes = tuple(Choice(each.code, each.code) for each in found)
    context.says.append(Prompt(Joined(tuple(lines), "\n"), commands=codes))


def _line(told: Told) -> Message:
    return _(
        "{code} {title}, {when}, {where}",
        code=told.event.code,
        title=told.title,
        when=replace(told.when, zone_named=False),
        where=told.city or told.where,
    )


def show(context: Context, event: Event, *, answers: bool = True) -> None:
    """One event and, unless that is asked otherwise, how to come."""
    told = tell_of(context.connection, context.vault, event)
    lines: list[Words] = [*card(told), *_how_it_stands(context, event)]
    pressed: tuple[Choice, ...] = ()
    if not answers or event.status is not EventState.OPEN or context.now >= event.ends_at:
        pass
    elif is_sms(context.caller.channel):
        lines.append(_("Coming? {code} YES, {code} MAYBE or {code} NO", code=event.code))
    else:
        pressed = tuple(Choice(label, f"{event.code} {word}") for label, word in ANSWERS)
        lines.append(_("Coming? Press, or send how many you are: {code} 4", code=event.code))
    context.says.append(Prompt(Joined(tuple(lines), "\n"), commands=pressed))


def _how_it_stands(context: Context, event: Event) -> Sequence[Message]:
    if event.status is EventState.CANCELLED:
        return [_("It is cancelled.")]
    if event.status is EventState.PAST or event.ends_at <= context.now:
        return [_("It is over.")]
    if event.free == 0:
        return [_("It is full; there is a waiting list.")]
    return []
