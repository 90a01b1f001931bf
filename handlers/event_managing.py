"""EVENT and CLOSE with a code, and STATUS: an event is looked at, changed, copied, called off.

What is asked is in event_managing_flow; what a change writes, in event_fields; what it leads to, in
event_changes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from handlers import access, event_posting, verbs
from handlers.context import Context
from handlers.conversation.turn import Prompt, Words
from handlers.event_changes import Changed, NoRoomError, cancel_event, change_event
from handlers.event_facts import Told, card, tell_of
from handlers.event_fields import fields_of, occasion, steps_of
from handlers.event_managing_flow import managing
from handlers.event_posting import may_act, publish, scope_of, strange_hosts
from handlers.events import show
from handlers.hearing import place_answer
from handlers.places import place_of
from handlers.reminder_times import LEAD, next_due, reminders
from handlers.reminder_words import steps_words
from handlers.rendering import Joined
from locales import Message, _, n_
from locales.formatting import Listing, Moment
from storage import events as storage
from storage import network, rsvps
from storage.audience import Scope
from storage.coordinators import Role
from storage.events import Event, EventState

ACT: Final = "change_event"
_LISTED: Final = 8


def post_new(context: Context, _rest: str) -> None:
    """EVENT, alone."""
    event_posting.begin(context)


def open_event(context: Context, event_id: int, rest: str) -> None:
    """EVENT and a code: to whoever may, what can be changed; to all others, what it is."""
    event = storage.read(context.connection, event_id)
    if event is None or not _is_mine(context, event):
        _show_to_others(context, event)
        return
    told = tell_of(context.connection, context.vault, event)
    context.say(Joined(tuple(_standing(context, told)), "\n"))
    _begin(context, told, rest)


def close(context: Context, event_id: int, rest: str) -> None:
    """CLOSE and a code: it is called off."""
    event = storage.read(context.connection, event_id)
    if event is None or not _is_mine(context, event):
        _show_to_others(context, event)
    elif event.status not in (EventState.OPEN, EventState.DRAFT):
        context.say(_("{code} is over already.", code=event.code))
    else:
        why = {"reason": {"label": rest}} if rest else {}
        context.begin(managing, _facts(context, event), {"what": "cancel", **why})


def _is_mine(context: Context, event: Event) -> bool:
    return may_act(context, event.organisation_id)


def _show_to_others(context: Context, event: Event | None) -> None:
    if event is None or event.status is EventState.DRAFT:
        access.refuse(context)
    else:
        show(context, event)


def _begin(context: Context, told: Told, rest: str) -> None:
    """What is to be changed may have come along: EVENT A7 COPY."""
    answers = verbs.begin(context, managing, _facts(context, told.event), rest)
    if answers is not None:
        finish(context, answers)


def _facts(context: Context, event: Event) -> dict[str, Any]:
    city = place_of(context.connection, event.city_id) if event.city_id is not None else None
    host = event.organisation_id
    names = network.organisation_names(context.connection, [host]) if host is not None else []
    return {
        "event": event.id,
        "code": event.code,
        "status": event.status.value,
        "invited": event.audience is not None and event.status is EventState.OPEN,
        "series": event.series_id is not None,
        "steps": list(steps_of(event)),
        "zone": event.zone,
        "hosts": [{"label": names[0] if names else "-", "code": "", "id": host}],
        "home": place_answer(city) if city else None,
    }


def finish(context: Context, answers: Mapping[str, Any]) -> None:
    event = storage.read(context.connection, answers["event"])
    if event is None or not _is_mine(context, event):
        access.refuse(context)
    elif strange := _strange_hosts(context, event, answers):
        context.say(
            _(
                "Nothing was changed: a link to {hosts} takes an admin. "
                "Services such as Zoom are fine.",
                hosts=Listing(tuple(sorted(strange))),
            )
        )
    elif answers["what"] == "copy":
        _copy(context, tell_of(context.connection, context.vault, event))
    else:
        kept = {key: answers[key] for key in _KEPT if key in answers}
        title = tell_of(context.connection, context.vault, event).title
        about = _("Change {code}: {title}.", code=event.code, title=title)
        if answers["what"] == "cancel":
            about = _("Call off {code}: {title}.", code=event.code, title=title)
        access.privileged(context, ACT, {"event": event.id, **kept}, about)


def _strange_hosts(context: Context, event: Event, answers: Mapping[str, Any]) -> set[str]:
    """Of an open event; where a draft's links lead to is looked at when it is announced."""
    admin = access.covers(access.grants_of(context), Role.ADMIN, organisation=event.organisation_id)
    if admin or event.status is not EventState.OPEN:
        return set()
    given = (answers.get(key) or {} for key in ("address", "link", "notes", "reason", "title"))
    return strange_hosts(context, *(each.get("label") for each in given))


_KEPT = (
    *("what", "when", "city", "address", "link", "title", "capacity", "notes"),
    *("which", "reason", "audience", "home", "minutes", "services", "reminders"),
)


def _copy(context: Context, told: Told) -> None:
    """All but its day and whom it is for."""
    event = told.event
    where = "both" if told.link and told.place else "online" if told.link else "person"
    city = place_of(context.connection, event.city_id) if event.city_id is not None else None
    titles = {"es": told.title.es, "en": told.title.en}
    named = {language: text for language, text in titles.items() if text}
    answers: dict[str, Any] = {
        "kind": event.kind,
        "title": {"label": " / ".join(named.values()), **named},
        "where": where,
        "minutes": event.minutes,
        "weeks": "1",
        "capacity": event.capacity,
        "services": list(told.services) or None,
        "notes": {"label": told.notes} if told.notes else None,
    }
    if city is not None:
        answers["city"] = place_answer(city)
    if told.place is not None:
        answers["address"] = {"label": told.place}
    if told.link is not None:
        answers["link"] = {"label": told.link}
    event_posting.begin(context, answers)


def change(context: Context, payload: Mapping[str, Any]) -> None:
    """The act."""
    event = storage.read(context.connection, payload["event"])
    if event is None or not _is_mine(context, event):
        access.refuse(context)
    elif payload["what"] == "invite":
        publish(context, event, scope_of(payload["audience"], *_whom(event, payload)))
    elif payload["what"] == "cancel":
        _call_off(context, event, payload)
    else:
        _change(context, event, payload)


def _whom(event: Event, payload: Mapping[str, Any]) -> tuple[int | None, Mapping[str, Any] | None]:
    return event.organisation_id, payload.get("home")


def _change(context: Context, event: Event, payload: Mapping[str, Any]) -> None:
    starts_at = fields_of(event, payload).get("starts_at", event.starts_at)
    if starts_at <= context.now:
        context.say(_("That hour has gone by. Nothing was changed."))
        return
    try:
        done = [_change_one(context, each, payload) for each in _those(context, event, payload)]
    except NoRoomError as error:
        context.say(
            n_(
                "{n} person has a place already, so that is too few. Nothing was changed.",
                "{n} people have a place already, so that is too few. Nothing was changed.",
                error.args[0],
            )
        )
        return
    changed = [each for each in done if each is not None]
    if not changed:
        context.say(_("{code} is over already.", code=event.code))
    elif any(each.withdrawn for each in changed):
        _ask_anew(context, changed)
    elif payload["what"] == "reminders":
        _say_next_reminder(context, changed[0].event)
    else:
        context.say(_changed(event, changed))


def _ask_anew(context: Context, changed: Sequence[Changed]) -> None:
    """Whoever was to say yes, or has seen it, has seen what it no longer is."""
    for each in changed:
        if each.withdrawn:
            scope = each.event.audience
            publish(context, each.event, Scope.from_json(scope) if scope is not None else None)


def _change_one(context: Context, event: Event, payload: Mapping[str, Any]) -> Changed | None:
    return change_event(
        context.connection,
        context.vault,
        event.id,
        fields_of(event, payload),
        actor=str(context.caller.person_id),
        now=context.now,
    )


def _say_next_reminder(context: Context, event: Event) -> None:
    """As people there get it: by the clocks of the event, outside their quiet hours."""
    planned = reminders(occasion(event), event.zone, context.policy.quiet)
    ahead = next_due([planned], context.now + LEAD)
    if ahead is None:
        context.say(_("Done. There is no time left for a reminder before it begins."))
    else:
        when = Moment(ahead, event.zone, zone_named=True)
        context.say(_("Done. Next reminder of {code}: {when}.", code=event.code, when=when))


def _changed(event: Event, changed: Sequence[Changed]) -> Message:
    told = sum(each.told for each in changed)
    if not told:
        return _("Done: {code} is changed.", code=event.code)
    if any(each.asked for each in changed):
        return n_(
            "Done: {code} is changed. The day is another, so {n} person is asked again.",
            "Done: {code} is changed. The day is another, so {n} people are asked again.",
            told,
            code=event.code,
        )
    return n_(
        "Done: {code} is changed, and {n} person is told.",
        "Done: {code} is changed, and {n} people are told.",
        told,
        code=event.code,
    )


def _call_off(context: Context, event: Event, payload: Mapping[str, Any]) -> None:
    reason = payload["reason"]["label"] if payload.get("reason") else None
    told = 0
    for each in _those(context, event, payload):
        done = cancel_event(
            context.connection,
            context.vault,
            each.id,
            reason,
            actor=str(context.caller.person_id),
            now=context.now,
        )
        told += done.told if done else 0
    context.say(
        n_(
            "{code} is called off, and {n} person is told.",
            "{code} is called off, and {n} people are told.",
            told,
            code=event.code,
        )
    )


def _those(context: Context, event: Event, payload: Mapping[str, Any]) -> Sequence[Event]:
    if payload.get("which") != "all" or event.series_id is None:
        return [event]
    series = storage.of_series(context.connection, event.series_id)
    return [each for each in series if each.starts_at >= event.starts_at]


def _standing(context: Context, told: Told) -> list[Words]:
    counts, event = rsvps.counts(context.connection, told.event.id), told.event
    lines: list[Words] = [
        Joined((event.code, Joined(tuple(card(told)), "\n"))),
        _STATES[event.status],
        _(
            "Yes {yes} ({people} people), maybe {maybe}, no {no}, waiting {waiting}",
            yes=counts.yes,
            people=counts.people,
            maybe=counts.maybe,
            no=counts.no,
            waiting=counts.waiting,
        ),
    ]
    if event.capacity is not None:
        lines.append(_("Room for {n}", n=event.capacity))
    if event.ladder is not None:
        steps = steps_words({"minutes": steps_of(event)})
        lines.append(_("Reminders: {steps}", steps=steps))
    if counts.came:
        lines.append(_("At the door: {n}", n=counts.came))
    return lines


_STATES: Mapping[EventState, Message] = {
    EventState.DRAFT: _("Draft"),
    EventState.OPEN: _("Open"),
    EventState.CANCELLED: _("Called off"),
    EventState.PAST: _("Over"),
}


@dataclass(frozen=True, slots=True)
class EventTeller:
    """What STATUS tells of events."""

    def tell(self, context: Context, row_id: int) -> Sequence[Prompt]:
        event = storage.read(context.connection, row_id)
        if event is None or not _is_mine(context, event):
            return ()
        told = tell_of(context.connection, context.vault, event)
        return [Prompt(Joined(tuple(_standing(context, told)), "\n"))]

    def open_lines(self, context: Context) -> Sequence[Words]:
        grants = access.grants_of(context)
        own = None if access.covers(grants, Role.COORDINATOR) else _organisations(context)
        states = (EventState.OPEN, EventState.DRAFT)
        found = storage.of_hosts(context.connection, own, states, _LISTED)
        return [self._line(context, each) for each in reversed(found)]

    def _line(self, context: Context, event: Event) -> Words:
        told = tell_of(context.connection, context.vault, event)
        counts = rsvps.counts(context.connection, event.id)
        return _(
            "{code} {title}, {when}: yes {yes} ({people} people)",
            code=event.code,
            title=told.title,
            when=Moment(event.starts_at, event.zone),
            yes=counts.yes,
            people=counts.people,
        )


def _organisations(context: Context) -> list[int]:
    grants = access.grants_of(context)
    return [each.id for each in access.organisations_of(context.connection, grants)]
