"""An alert as it will go out: from a form's answers or from its draft, and whom that reaches."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from handlers.access import covers, grants_of
from handlers.broadcast_texts import Texts
from handlers.broadcasts import CANARY, Draft, texts_of
from handlers.context import Context
from handlers.conversation.several_places import each_of
from handlers.conversation.turn import Words
from handlers.links import hosts_in, is_listed
from handlers.places import place_of
from handlers.rendering import Joined
from handlers.wall_hours import first_on_walls
from locales import Language, Message, _
from locales.formatting import Listing
from locales.labels import CHANNELS, LANGUAGES_SPOKEN, REGISTERED, TOPICS
from storage import audience, audience_counts, network
from storage.audience import Scope, Terms
from storage.audience_counts import Group
from storage.broadcasts import Broadcast
from storage.coordinators import Role
from storage.place_names import Area, area_names

_ON_TOPIC = ("topic", "some_of_topic")
_SOME = ("some", "some_of_topic")
_MOST_NAMED = 3


@dataclass(frozen=True, slots=True)
class Plan:
    """`starts_at` is when the first may get it; `canary`: so many before somebody looks."""

    texts: Texts
    scope: Scope
    topic: str | None
    starts_at: datetime
    local_at: str | None = None
    canary: int | None = None


def own_scope(context: Context) -> tuple[int, ...] | None:
    """The organisations whose people the caller may write to; empty: the whole network's.

    None: nobody's.
    """
    grants = grants_of(context)
    if covers(grants, Role.COORDINATOR):
        return ()
    own = tuple(each.scope_id for each in grants if each.scope == "organisation" and each.scope_id)
    return own or None


def may_write_to(context: Context, scope: Scope) -> bool:
    own = own_scope(context)
    return own == () or bool(own and scope.organisations and set(scope.organisations) <= set(own))


def only_organisation(scope: Scope) -> int | None:
    """Whose approvers may say yes, besides the network's."""
    return scope.organisations[0] if len(scope.organisations) == 1 else None


def scope_of(answers: Mapping[str, Any], own: tuple[int, ...]) -> Scope:
    """`own`: the organisations outside of which nobody is reached; empty: no bounds."""
    chosen = answers.get("audience")
    scope = Scope(organisations=own)
    if chosen in _ON_TOPIC:
        scope = replace(scope, topics=(answers["topic"],))
    narrow = answers.get("narrow") or () if chosen in _SOME else ()
    for code in narrow:
        scope = _NARROWED[code](scope, answers)
    return scope


def _in_area(scope: Scope, answers: Mapping[str, Any]) -> Scope:
    area, radius = answers.get("area"), answers.get("radius")
    cities, areas = [], []
    for each in each_of(area) if area else ():
        if "city_id" not in each:
            areas.append((each["country"], each["region"]))
        elif radius == "state":
            areas.append((each["country"], each["region_code"]))
        else:
            cities.append((each["city_id"], float(radius or 50)))
    return replace(scope, cities=tuple(cities), areas=tuple(dict.fromkeys(areas)))


def _of_organisations(scope: Scope, answers: Mapping[str, Any]) -> Scope:
    chosen = (answers.get("organisation") or {}).get("ids", ())
    allowed = [each for each in chosen if not scope.organisations or each in scope.organisations]
    return replace(scope, organisations=tuple(allowed)) if allowed else scope


def _in_roles(scope: Scope, answers: Mapping[str, Any]) -> Scope:
    return replace(scope, roles=tuple(answers.get("roles") or ()))


def _in_language(scope: Scope, answers: Mapping[str, Any]) -> Scope:
    chosen = answers.get("languages")
    return replace(scope, languages=(chosen,)) if chosen else scope


def _on_channel(scope: Scope, answers: Mapping[str, Any]) -> Scope:
    chosen = answers.get("channels")
    return replace(scope, channels=(chosen,)) if chosen else scope


_NARROWED = {
    "area": _in_area,
    "organisation": _of_organisations,
    "role": _in_roles,
    "language": _in_language,
    "channel": _on_channel,
}


def plan_of(context: Context, answers: Mapping[str, Any], own: tuple[int, ...]) -> Plan:
    """Of a form that is filled in."""
    when = answers.get("hour") or answers["when"]
    local_at = when.get("wall")
    starts_at = datetime.fromisoformat(when["at"]) if "at" in when else context.now
    if local_at is not None:
        starts_at = first_on_walls(local_at, audience.zones(context.connection))
    return Plan(
        _texts(answers),
        scope_of(answers, own),
        answers["topic"],
        max(context.now, starts_at),
        local_at,
        CANARY if when["kind"] == "first" else None,
    )


def _texts(answers: Mapping[str, Any]) -> Texts:
    written: Language = answers["text"]["language"]
    other = answers.get("in_english" if written == "es" else "in_spanish")
    texts = {written: answers["text"]["label"]}
    if other is not None:
        texts["en" if written == "es" else "es"] = other["label"]
    link = answers.get("link")
    return Texts("alert", texts.get("es"), texts.get("en"), link["label"] if link else None)


def draft_of(plan: Plan) -> Draft:
    return Draft(
        plan.texts,
        plan.scope,
        plan.starts_at,
        topic=plan.topic,
        canary=plan.canary,
        local_at=plan.local_at,
        released=False,
    )


def plan_of_draft(context: Context, run: Broadcast) -> Plan | None:
    """None: its texts can't be opened."""
    texts = texts_of(context.connection, context.vault, [run.id]).get(run.id)
    if texts is None:
        return None
    return Plan(
        texts,
        Scope.from_json(run.scope),
        run.topic,
        max(context.now, run.starts_at),
        run.local_at,
        run.canary,
    )


def counted(context: Context, plan: Plan) -> list[Group]:
    """Everybody in its scope: who gets it if it starts now, and who is left out; asked once."""
    key = "counted", plan.scope, plan.topic
    if key not in context.memo:
        found = audience_counts.count(
            context.connection, plan.scope, plan.topic, terms_of(context), context.now
        )
        context.memo[key] = found
    groups: list[Group] = context.memo[key]
    return groups


def reach(context: Context, scope: Scope, topic: str | None) -> int:
    """How many get it if it starts now; asked once."""
    key = "reach", scope, topic
    if key not in context.memo:
        context.memo[key] = audience_counts.reach(
            context.connection, scope, topic, terms_of(context), context.now
        )
    people: int = context.memo[key]
    return people


def terms_of(context: Context) -> Terms:
    return Terms(context.policy.channels, context.policy.frequency_cap)


def reached(groups: Sequence[Group]) -> int:
    return sum(each.n for each in groups if each.why is None)


def strange_hosts(context: Context, texts: Texts) -> list[str]:
    """Hosts that it links to and that nobody has agreed to beforehand."""
    written = " ".join(each for each in (texts.es, texts.en, texts.link) if each)
    allowed = context.policy.link_hosts
    return sorted({host for host in hosts_in(written) if not is_listed(host, allowed)})


def scope_words(context: Context, scope: Scope) -> Words:
    """Whom it is for, in a few words."""
    names = network.organisation_names(context.connection, scope.organisations)
    shown = names if len(names) <= _MOST_NAMED else [*names[:_MOST_NAMED], _more(names)]
    kinds: tuple[Sequence[Message | str], ...] = (
        [TOPICS[each] for each in scope.topics],
        shown,
        [*_around(context, scope), *(_area_name(*each) for each in scope.areas)],
        [REGISTERED[each] for each in scope.roles],
        [LANGUAGES_SPOKEN[each] for each in scope.languages],
        [CHANNELS[each] for each in scope.channels],
    )
    parts: tuple[Words, ...] = tuple(Listing(tuple(each), "or") for each in kinds if each)
    return Joined(parts, "; ") if parts else _("everyone")


def _more(names: Sequence[str]) -> str:
    return f"+{len(names) - _MOST_NAMED}"


def _around(context: Context, scope: Scope) -> Iterator[Message]:
    for city_id, km in scope.cities:
        found = place_of(context.connection, city_id)
        yield _("{place} ({km} km around)", place=found.label if found else "-", km=int(km))


def _area_name(country: str, region: str | None) -> str:
    return area_names().get(Area(country, region)) or region or country
