"""In which waves people are asked for a need: the plan, pure, and each wave as it is sent."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Connection

from handlers import broadcasts
from handlers.broadcast_texts import Texts
from handlers.broadcasts import Draft, Subject
from handlers.needs_words import Since, asking, covered, told
from handlers.policy import Policy
from handlers.quiet import decent
from locales import Message, _
from storage import gazetteer, need_counts, needs
from storage.audience import Scope, look_at_crowd
from storage.audit import OPERATOR
from storage.gazetteer import City
from storage.need_circle import AGAIN, COVERED, EVERYONE, wave_part
from storage.need_matching import FITS, TOPIC
from storage.needs import Audience, Need, State
from storage.sealed import Vault

AROUND_KM, NEAR_KM = 25.0, 120.0
_PAUSES = {
    "critical": timedelta(minutes=20),
    "urgent": timedelta(hours=2),
    "soon": timedelta(hours=12),
}
_LONGEST_PAUSE = timedelta(days=1)
SETTLE = timedelta(minutes=5)
"""For so long nothing has changed, before a need that is open again is asked for again."""


@dataclass(frozen=True, slots=True)
class Wave:
    """Some more people to ask, while something is missing. `after`: how long after the one before;
    `why` explains it to whoever posts the need."""

    part: str
    scope: Scope
    after: timedelta
    why: Message


def plan(need: Need, city: City | None) -> tuple[Wave, ...]:
    """`city`: where the shelter is, where that is known."""
    now = timedelta(0)
    if need.ask is Audience.NOBODY:
        return ()
    if need.ask is Audience.EVERYONE:
        why = _("Everyone who gets our messages, wherever they are.")
        return (Wave(EVERYONE, Scope(), now, why),)
    if city is None or FITS[need.category].remote:
        why = _("Everyone whom it fits, wherever they are: this helps from afar.")
        return (Wave(wave_part(1), Scope(), now, why),)
    pause = _PAUSES.get(need.urgency, _LONGEST_PAUSE)
    return tuple(
        Wave(wave_part(number), scope, pause if number > 1 else now, why)
        for number, (scope, why) in enumerate(_circles(city), start=1)
    )


def _circles(city: City) -> tuple[tuple[Scope, Message], ...]:
    region = ((city.country, city.region_code),)
    return (
        (
            Scope(cities=((city.id, AROUND_KM),)),
            _("In {city} and around it: they can bring it today.", city=city.name),
        ),
        (
            Scope(cities=((city.id, NEAR_KM),)),
            _("Up to {km} km away: a morning's drive.", km=int(NEAR_KM)),
        ),
        (Scope(areas=region), _("All of {region}.", region=city.region)),
        (Scope(areas=((city.country, None),)), _("The whole country.")),
        (Scope(), _("The whole network, wherever they are.")),
    )


def plan_of(connection: Connection, need: Need) -> tuple[Wave, ...]:
    city_id = need.shelter.city_id
    return plan(need, gazetteer.city_by_id(connection, city_id) if city_id else None)


@dataclass(frozen=True, slots=True)
class Preview:
    """A wave and how many people it would ask now; each is counted in the first that has them."""

    wave: Wave
    people: int


def preview(connection: Connection, need: Need, now: datetime) -> list[Preview]:
    """The whole plan, shown before anything is sent."""
    found, before = [], 0
    waves = plan_of(connection, need)
    for number, wave in enumerate(waves, start=1):
        scopes = [each.scope for each in waves[:number]]
        so_far = need_counts.people_within(connection, need, scopes, wave.part, now)
        found.append(Preview(wave, so_far - before))
        before = so_far
    return found


def send_next(
    connection: Connection, vault: Vault, policy: Policy, need_id: int, now: datetime
) -> bool:
    """The next wave that has anybody in it, if one is due; when the one after it is."""
    need = needs.lock(connection, need_id)
    if need is None or need.status is not State.OPEN or not _is_due(need, now):
        return False
    waves = plan_of(connection, need)
    look_at_crowd(connection)
    for number in range(need.waves, len(waves)):
        wave = waves[number]
        last = number == len(waves) - 1
        if last or need_counts.anybody(connection, need, wave.scope, wave.part, now):
            _send(connection, vault, need, wave, now)
            due = None if last else _when(policy, need, waves[number + 1], now)
            needs.schedule(connection, need.id, number + 1, due)
            return True
    needs.schedule(connection, need.id, need.waves, None)
    return False


def _when(policy: Policy, need: Need, wave: Wave, now: datetime) -> datetime:
    """The time runs only once people are written to."""
    return decent(policy.quiet, need.shelter.zone, now) + wave.after


def _is_due(need: Need, now: datetime) -> bool:
    return need.next_wave_at is not None and need.next_wave_at <= now


def _send(connection: Connection, vault: Vault, need: Need, wave: Wave, now: datetime) -> None:
    since = Since.MORE if need.committed else Since.NOW
    asks = asking(told(vault, need), since)
    _broadcast(connection, vault, need, _Said(wave.part, asks, wave.scope), now)


def tell_covered(connection: Connection, vault: Vault, need_id: int, now: datetime) -> bool:
    """Whoever was asked and has not answered learns that it is covered; False: there is no news."""
    need = needs.lock(connection, need_id)
    if need is None or need.news != COVERED:
        return False
    needs.no_news(connection, need.id)
    if need.waves == 0:
        return False
    _broadcast(connection, vault, need, _Said(COVERED, covered(told(vault, need))), now)
    return True


def tell_open_again(connection: Connection, vault: Vault, need_id: int, now: datetime) -> bool:
    """Whoever learned that it is covered, and has not answered, is asked once more."""
    need = needs.lock(connection, need_id)
    if need is None or need.status is not State.OPEN or need.news != AGAIN:
        return False
    needs.no_news(connection, need.id)
    if need.waves == 0:
        return False
    asks = asking(told(vault, need), Since.COVERED)
    look_at_crowd(connection)
    _broadcast(connection, vault, need, _Said(AGAIN, asks), now)
    return True


@dataclass(frozen=True, slots=True)
class _Said:
    """A broadcast about a need. `part`: what it is to the need."""

    part: str
    texts: Texts
    scope: Scope = field(default_factory=Scope)


def _broadcast(
    connection: Connection, vault: Vault, need: Need, said: _Said, now: datetime
) -> None:
    """Asks count for the cap, unless the operator asks; that it is covered never does."""
    draft = Draft(
        said.texts,
        said.scope,
        now,
        topic=TOPIC,
        subject=Subject(need.id, need.code, said.part),
        capped=need.posted_by is not None and said.part != COVERED,
        expires_at=need.expires_at,
    )
    broadcasts.create(connection, vault, draft, actor=_actor(need), now=now)


def _actor(need: Need) -> str:
    return OPERATOR if need.posted_by is None else str(need.posted_by)
