"""What an alert will cost and how long it will take at today's pace: figures. No words."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import cast

from handlers.alerts_plan import Plan
from handlers.broadcast_texts import Recipient, outgoing
from handlers.policy import Policy
from handlers.quiet import after_decent, decent
from handlers.rendering import is_sms
from handlers.wall_hours import begins
from locales import Language
from locales.gsm7 import Cost, cost, price
from storage.audience_counts import Group

_STEP = timedelta(minutes=15)
_NOBODY = 0.001
_FURTHEST = timedelta(days=8)
_DECENT_HOURS = 24


@dataclass(frozen=True, slots=True)
class Rendering:
    """What `people` of a language read on a channel. `light` is what it would cost with á í ó ú
    written plainly, where that is cheaper and not done already; `folded`: it is done."""

    language: Language
    channel: str
    text: str
    first: bool
    people: int
    billed: Cost
    folded: bool = False
    light: Cost | None = None


@dataclass(frozen=True, slots=True)
class Bill:
    """SMS only. `dollars` by country code, "" where that isn't known."""

    people: int = 0
    segments: int = 0
    dollars: Mapping[str, Decimal] = field(default_factory=dict)

    @property
    def total(self) -> Decimal:
        return sum(self.dollars.values(), Decimal(0))


def rendering(
    plan: Plan, reader: Recipient, channel: str, people: int, policy: Policy
) -> Rendering:
    text = outgoing(plan.texts, reader, channel, policy).text
    plain = outgoing(plan.texts, reader, channel, replace(policy, fold="never")).text
    folded = outgoing(plan.texts, reader, channel, replace(policy, fold="auto")).text
    light = cost(folded) if cost(folded).segments < cost(text).segments else None
    return Rendering(
        reader.language,
        channel,
        text,
        reader.first,
        people,
        cost(text),
        folded=is_sms(channel) and text != plain,
        light=light if is_sms(channel) else None,
    )


def readers(groups: Iterable[Group]) -> Mapping[tuple[Language, str, bool], int]:
    """How many read it in which language, on which channel, and (True) as our first message."""
    return {key: sum(by_zone.values()) for key, by_zone in _by_zone(groups).items()}


def bill(plan: Plan, groups: Sequence[Group], policy: Policy) -> Bill:
    costs = {
        key: rendering(plan, Recipient(key[0], first=key[2]), key[1], 0, policy).billed
        for key in readers(groups)
        if is_sms(key[1])
    }
    people, segments, dollars = 0, 0, defaultdict[str, Decimal](Decimal)
    for each in groups:
        billed = costs.get((cast("Language", each.language), each.channel or "", each.first))
        if each.why is None and billed is not None:
            people += each.n
            segments += each.n * billed.segments
            dollars[each.country or ""] += each.n * price(billed, policy.prices, each.country)
    return Bill(people, segments, dict(sorted(dollars.items(), key=lambda pair: -pair[1])))


@dataclass(frozen=True, slots=True)
class Course:
    """How it would go. `late`: people whose copy waits for a decent hour, or for the one chosen;
    `lost`: who wouldn't get it before it is stale. `ends_at` is when the last copy goes.
    `before`: copies of others that are due when it starts."""

    ends_at: datetime
    late: int
    lost: int
    before: int


@dataclass(frozen=True, slots=True)
class Others:
    """`n` copies of other broadcasts that wait; one takes `each` of the channel's rate."""

    channel: str
    zone: str | None
    due_at: datetime
    expires_at: datetime | None
    n: int
    each: int


@dataclass(slots=True)
class _Share:
    """People of one zone on one channel. `each` is what one copy takes of the channel's rate."""

    zone: str | None
    opens: datetime
    stale: datetime
    people: float
    each: float
    ours: bool = True


def _share_of(others: Others) -> _Share:
    stale = others.expires_at or others.due_at + _FURTHEST
    return _Share(others.zone, others.due_at, stale, others.n, others.each, ours=False)


def course(
    plan: Plan,
    groups: Sequence[Group],
    policy: Policy,
    starts_at: datetime,
    others: Sequence[Others] = (),
) -> Course:
    """`others`: what is in the same queues, and goes first where it is due first."""
    ends_at, late, lost, before = starts_at, 0, 0, 0
    for channel, shares in _shares(plan, groups, policy, starts_at).items():
        late += round(sum(each.people for each in shares if each.opens > starts_at))
        queue = [each for each in others if each.channel == channel]
        before += sum(each.n for each in queue if each.due_at <= starts_at)
        together = [*map(_share_of, queue), *shares]
        ended, left = _run(together, policy.rates.get(channel, 1.0), policy, starts_at)
        ends_at, lost = max(ends_at, ended), lost + left
    return Course(ends_at, late, lost, before)


def _shares(
    plan: Plan, groups: Sequence[Group], policy: Policy, starts_at: datetime
) -> Mapping[str, list[_Share]]:
    alike: dict[tuple[str, str | None, int], int] = defaultdict(int)
    for (language, channel, first), by_zone in _by_zone(groups).items():
        reader = Recipient(language, first=first)
        billed = rendering(plan, reader, channel, 0, policy).billed
        weight = max(1, billed.segments) if is_sms(channel) else 1
        for zone, people in by_zone.items():
            alike[channel, zone, weight] += people
    found: dict[str, list[_Share]] = defaultdict(list)
    for (channel, zone, weight), people in alike.items():
        since = begins(starts_at, plan.local_at, zone)
        opens = decent(policy.quiet, zone, since)
        stale = after_decent(policy.quiet, zone, since, _DECENT_HOURS)
        found[channel].append(_Share(zone, opens, stale, people, weight))
    return found


def _by_zone(
    groups: Iterable[Group],
) -> Mapping[tuple[Language, str, bool], Mapping[str | None, int]]:
    found: dict[tuple[Language, str, bool], dict[str | None, int]] = defaultdict(
        lambda: defaultdict(int)
    )
    for each in groups:
        if each.why is None and each.channel is not None:
            found[cast("Language", each.language), each.channel, each.first][each.zone] += each.n
    return found


def _run(
    shares: list[_Share], rate: float, policy: Policy, starts_at: datetime
) -> tuple[datetime, int]:
    """When the last goes, and how many never do; by steps in which the hours don't change."""
    waiting = sorted(shares, key=lambda share: share.opens)
    moment, ended, lost = min(starts_at, waiting[0].opens), starts_at, 0.0
    while any(each.ours for each in waiting) and moment < starts_at + _FURTHEST:
        step = _step(waiting, moment, starts_at)
        room = rate * step.total_seconds()
        for share in _open(waiting, policy, moment):
            taken = min(share.people * share.each, room)
            share.people -= taken / share.each
            room -= taken
            if taken and share.ours:
                ended = moment + step - timedelta(seconds=room / rate)
        moment += step
        lost += sum(each.people for each in waiting if each.ours and each.stale <= moment)
        waiting = [each for each in waiting if each.people > _NOBODY and each.stale > moment]
    return ended, round(lost)


def _step(waiting: Sequence[_Share], moment: datetime, starts_at: datetime) -> timedelta:
    """Ours begin with a step of their own; until then only others are sent."""
    if moment >= starts_at:
        return _STEP
    left = starts_at - moment
    return left if all(each.ours for each in waiting) else min(_STEP, left)


def _open(waiting: Sequence[_Share], policy: Policy, moment: datetime) -> Iterator[_Share]:
    for share in waiting:
        if share.opens <= moment:
            share.opens = decent(policy.quiet, share.zone, moment)
        if share.opens <= moment:
            yield share
