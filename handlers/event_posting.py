"""EVENT: an event from the first question to people being invited, with a second yes for many.

What is asked is in event_posting_flow; what becomes of an event later, in event_managing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any, Final

from handlers import access, approvals, events
from handlers.broadcast_texts import Recipient, outgoing
from handlers.context import Approvable, Context
from handlers.conversation.turn import Prompt
from handlers.event_changes import APPROVAL
from handlers.event_facts import Title, Told, card, tell_of
from handlers.event_posting_flow import host_of, posting, zone_of
from handlers.event_texts import invitation
from handlers.events import DEFAULT_MINUTES, Plan
from handlers.links import hosts_in, is_listed
from handlers.rendering import Joined, is_sms
from handlers.scopes import RADIUS_KM
from locales import LANGUAGES, Language, Message, _, n_
from locales.formatting import Moment
from storage import audience_counts, audit
from storage import events as storage
from storage.audience import Scope, Terms
from storage.coordinators import Role
from storage.events import Event, EventState

ACT: Final = "post_event"
_AHEAD: Final = (EventState.DRAFT, EventState.OPEN)
_NO_ZONE: Final = "America/Chicago"
_MEETING_HOSTS: Final = (
    *("zoom.us", "meet.google.com", "teams.microsoft.com", "meet.jit.si", "webex.com"),
    *("whereby.com", "youtube.com", "youtu.be", "facebook.com"),
)
"""Where meetings are held; other hosts than these and the network's own need an admin's yes."""

_LEADS: Final[Mapping[Language, Message]] = {"es": _("In Spanish:"), "en": _("In English:")}


def begin(context: Context, answers: Mapping[str, Any] | None = None) -> None:
    """The form; `answers` are known already, of a copy."""
    given = _facts(context)
    if given["hosts"]:
        context.begin(posting, given, answers)
    else:
        context.say(_("Events are for coordinators of an organization or of the network."))


def _facts(context: Context) -> dict[str, Any]:
    grants = access.grants_of(context)
    places = access.organisations_of(context.connection, grants)
    hosts: list[dict[str, Any]] = [
        {"label": each.name, "code": each.code, "id": each.id} for each in places
    ]
    if access.covers(grants, Role.COORDINATOR):
        network = {"label": context.policy.programme, "code": "red", "id": None}
        hosts.insert(0, network)
    return {"hosts": hosts, "zone": context.caller.zone or _NO_ZONE}


def preview(context: Context, answers: Mapping[str, Any]) -> list[Prompt]:
    """As it will be read, in each language; by SMS only in one's own."""
    city = answers.get("city")
    told = _imagined(_plan_of(answers), city["label"] if city else None)
    languages = LANGUAGES if not is_sms(context.caller.channel) else (context.language,)
    texts = invitation(told)
    says = []
    for language in languages:
        read = outgoing(texts, Recipient(language), context.caller.channel, context.policy).text
        says.append(Prompt(Joined((_LEADS[language], read), "\n")))
    return says


def _imagined(plan: Plan, city: str | None) -> Told:
    """Before it has a code."""
    event = Event(
        id=0,
        code="A1",
        kind=plan.kind,
        status=EventState.DRAFT,
        organisation_id=plan.organisation_id,
        title_es=None,
        title_en=None,
        starts_at=plan.starts_at,
        zone=plan.zone,
        minutes=plan.minutes,
        place=None,
        city_id=None,
        link=None,
        notes=None,
        services=None,
        capacity=plan.capacity,
        taken=0,
        ladder=None,
        sequence=0,
        uid="",
        series_id=None,
        audience=None,
        created_by=None,
        created_at=plan.starts_at,
        updated_at=plan.starts_at,
        ended_at=None,
    )
    title = Title(plan.kind, plan.title_es, plan.title_en)
    return Told(event, title, plan.place, city, plan.link, plan.notes, plan.services, None)


def _plan_of(answers: Mapping[str, Any]) -> Plan:
    title, city = answers["title"], answers.get("city")

    def words(key: str) -> str | None:
        value = answers.get(key)
        return value["label"] if value else None

    return Plan(
        kind=answers["kind"],
        title_es=title.get("es"),
        title_en=title.get("en"),
        starts_at=datetime.fromisoformat(answers["when"]["at"]),
        zone=zone_of(answers),
        minutes=answers.get("minutes") or DEFAULT_MINUTES,
        place=words("address"),
        city_id=city["city_id"] if city else None,
        link=words("link"),
        notes=words("notes"),
        services=tuple(answers.get("services") or ()),
        capacity=answers.get("capacity"),
        organisation_id=host_of(answers).get("id"),
        audience=scope_of(answers["audience"], host_of(answers).get("id"), city)
        if "audience" in answers
        else None,
    )


def scope_of(chosen: str, host: int | None, city: Mapping[str, Any] | None) -> Scope | None:
    """None: nobody is invited."""
    if chosen == "own" and host is not None:
        return Scope(organisations=(host,))
    if chosen == "near" and city is not None:
        return Scope(cities=((city["city_id"], RADIUS_KM),))
    return Scope() if chosen == "all" else None


def finish(context: Context, answers: Mapping[str, Any]) -> None:
    """Done at once on Telegram; by SMS once the code that goes out now has come back."""
    plan = _plan_of(answers)
    about = _(
        "Post {title}, {when}.",
        title=Title(plan.kind, plan.title_es, plan.title_en),
        when=Moment(plan.starts_at, plan.zone, zone_named=True),
    )
    payload = {
        "plan": _kept(plan),
        "weeks": int(answers.get("weeks") or 1),
        "draft": answers["audience"] == "draft",
    }
    access.privileged(context, ACT, payload, about)


def _kept(plan: Plan) -> dict[str, Any]:
    audience = plan.audience.to_json() if plan.audience is not None else None
    return {**asdict(plan), "starts_at": plan.starts_at.isoformat(), "audience": audience}


def _plan(kept: Mapping[str, Any]) -> Plan:
    audience = kept["audience"]
    changed = {
        "starts_at": datetime.fromisoformat(kept["starts_at"]),
        "services": tuple(kept["services"]),
        "audience": Scope.from_json(audience) if audience is not None else None,
    }
    return Plan(**{**kept, **changed})


def may_act(context: Context, organisation: int | None) -> bool:
    grants = access.grants_of(context)
    return access.covers(grants, Role.COORDINATOR, organisation=organisation)


def post(context: Context, payload: Mapping[str, Any]) -> None:
    """The act: it is open, kept as a draft, or waits for a second yes where it reaches many."""
    plan = replace(_plan(payload["plan"]), created_by=context.caller.person_id)
    if not may_act(context, plan.organisation_id):
        access.refuse(context)
        return
    if plan.starts_at <= context.now:
        context.say(_("That hour has gone by. To start again: EVENT."))
        return
    made = events.create_weekly(
        context.connection,
        context.vault,
        plan,
        payload["weeks"],
        actor=str(context.caller.person_id),
        now=context.now,
        status=EventState.DRAFT,
    )
    first = made[0]
    if payload["draft"]:
        context.say(_("{code} is kept as a draft. To go on: EVENT {code}", code=first.code))
    else:
        publish(context, first, plan.audience)


def publish(context: Context, event: Event, scope: Scope | None) -> None:
    """Opens a draft, and invites; or asks for the second yes that it takes."""
    people = _reached(context, scope) if scope is not None else 0
    told = tell_of(context.connection, context.vault, event)
    storage.change(
        context.connection,
        event.id,
        context.now,
        audience=scope.to_json() if scope is not None else None,
    )
    if strange_hosts(context, told.title.es, told.title.en, told.place, told.link, told.notes):
        _ask_second(context, event, scope, Role.ADMIN)
    elif people > context.policy.approval_threshold:
        _ask_second(context, event, scope, Role.APPROVER)
    else:
        context.say(_open(context, event, scope, people, str(context.caller.person_id)))


def _reached(context: Context, scope: Scope) -> int:
    terms = Terms(context.policy.channels, context.policy.frequency_cap)
    groups = audience_counts.count(context.connection, scope, None, terms, context.now)
    return sum(each.n for each in groups if each.why is None)


def strange_hosts(context: Context, *texts: str | None) -> set[str]:
    """Where links in the texts lead to, but for those that the network has agreed to."""
    known = (*context.policy.link_hosts, *_MEETING_HOSTS)
    found = hosts_in(" ".join(filter(None, texts)))
    return {host for host in found if not is_listed(host, known)}


def _open(context: Context, event: Event, scope: Scope | None, people: int, actor: str) -> Message:
    """With all meetings of its series."""
    series = event.series_id
    for each in storage.of_series(context.connection, series) if series is not None else [event]:
        storage.open_up(context.connection, each.id, context.now)
    if scope is None:
        return _("{code} is up, and EVENTS lists it. To change it: EVENT {code}", code=event.code)
    opened = replace(event, status=EventState.OPEN)
    events.announce(context.connection, context.vault, opened, scope, actor=actor, now=context.now)
    return n_(
        "{code} is up, and {n} person is invited. How it goes: STATUS {code}. "
        "To change it: EVENT {code}",
        "{code} is up, and {n} people are invited. How it goes: STATUS {code}. "
        "To change it: EVENT {code}",
        people,
        code=event.code,
    )


def _ask_second(context: Context, event: Event, scope: Scope | None, role: Role) -> None:
    own = scope is not None and scope.organisations == (event.organisation_id,)
    asked = approvals.ask(
        context,
        APPROVAL,
        event.id,
        code=event.code,
        role=role,
        organisation=event.organisation_id if own else None,
    )
    actor = str(context.caller.person_id)
    details = {"asked": asked}
    audit.record(
        context.connection, actor, "ask for approval", event.code, at=context.now, details=details
    )
    if asked:
        context.say(
            n_(
                "{code} waits for a second yes; {n} person was asked. Nobody is invited before.",
                "{code} waits for a second yes; {n} people were asked. Nobody is invited before.",
                asked,
                code=event.code,
            )
        )
    else:
        context.say(
            _(
                "{code} needs a second yes, but nobody else may give it yet. "
                "Ask an admin to invite someone. Nobody is invited before.",
                code=event.code,
            )
        )


def _awaiting(context: Context, event_id: int) -> tuple[Event, Scope | None] | None:
    event = storage.lock(context.connection, event_id)
    if event is None or event.status not in _AHEAD or event.starts_at <= context.now:
        return None
    return event, Scope.from_json(event.audience) if event.audience is not None else None


def _about(context: Context, event_id: int) -> Message | None:
    found = _awaiting(context, event_id)
    if found is None:
        return None
    event, scope = found
    told = tell_of(context.connection, context.vault, event)
    return n_(
        "Invite {n} person to {title}, {when}.",
        "Invite {n} people to {title}, {when}.",
        _reached(context, scope) if scope is not None else 0,
        title=told.title,
        when=told.when,
    )


def _shown(context: Context, event_id: int) -> Sequence[Prompt]:
    """The links too: they may be why an admin is asked."""
    found = _awaiting(context, event_id)
    if found is None:
        return []
    told = tell_of(context.connection, context.vault, found[0])
    links = [told.link] if told.link is not None else []
    return [Prompt(Joined((*card(told), *links), "\n"))]


def _approved(context: Context, event_id: int) -> Message | None:
    found = _awaiting(context, event_id)
    if found is None:
        return None
    event, scope = found
    people = _reached(context, scope) if scope is not None else 0
    news = _open(context, event, scope, people, str(context.caller.person_id))
    return _("Approved. {news}", news=news)


def _rejected(_context: Context, _event_id: int) -> None:
    """It stays a draft, to be changed or dropped."""


APPROVABLE = Approvable(about=_about, preview=_shown, run=_approved, reject=_rejected)
