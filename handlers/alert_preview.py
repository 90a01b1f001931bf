"""What an alert will be, shown before it is sent: as people get it, its price, who is left out.

Nobody is named: whoever stands for the others is chosen by chance, and only their language, their
channel and whether it is our first message are looked at.
"""

import secrets
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from handlers.alert_costs import Bill, Course, Rendering, bill, course, readers, rendering
from handlers.alert_queue import planned, queued
from handlers.alerts_plan import Plan, counted, reached, scope_words, strange_hosts
from handlers.broadcast_texts import Recipient
from handlers.context import Context
from handlers.conversation.turn import Prompt, Words
from handlers.rendering import Joined, is_sms
from handlers.wall_hours import NO_ZONE
from locales import LANGUAGES, Language, Message, _, n_
from locales.formatting import Count, Listing, Moment, Money
from locales.gsm7 import Cost, Fold, cost, has_accents, sms_text
from storage.audience_counts import Group, LeftOut

_MOST_SIGNS = 6
_IN: Mapping[tuple[Language, bool | None], Message] = {
    ("es", None): _("In Spanish"),
    ("en", None): _("In English"),
    ("es", True): _("In Spanish, by SMS"),
    ("es", False): _("In Spanish, on Telegram"),
    ("en", True): _("In English, by SMS"),
    ("en", False): _("In English, on Telegram"),
}


def preview(context: Context, plan: Plan) -> list[Prompt]:
    """All that whoever sends or approves it should have seen."""
    groups = counted(context, plan)
    shown = list(_samples(context, plan, groups))
    parts: list[Words] = [
        *(_as_read(alike) for alike in _alike(shown)),
        *_together(_price(context, plan, groups, shown)),
        *_together(_reach(context, plan, groups)),
    ]
    return [Prompt(part) for part in parts]


def _together(lines: Iterator[Words]) -> list[Words]:
    told = tuple(lines)
    return [Joined(told, "\n")] if told else []


def _samples(context: Context, plan: Plan, groups: Sequence[Group]) -> Iterator[Rendering]:
    """For each language, on each channel, what one of its readers by chance would get."""
    counts = readers(groups)
    for language in LANGUAGES:
        for channel in context.policy.channels:
            alike = {first: counts.get((language, channel, first), 0) for first in (True, False)}
            people = sum(alike.values())
            if people:
                first = secrets.randbelow(people) < alike[True]
                yield rendering(
                    plan, Recipient(language, first=first), channel, people, context.policy
                )


def _alike(shown: Sequence[Rendering]) -> Iterator[list[Rendering]]:
    """Those together that read the same on every channel."""
    by_text: dict[tuple[Language, str], list[Rendering]] = {}
    for each in shown:
        by_text.setdefault((each.language, each.text), []).append(each)
    yield from by_text.values()


def _as_read(alike: Sequence[Rendering]) -> Words:
    language, channel, people = (
        alike[0].language,
        alike[0].channel if len(alike) == 1 else None,
        sum(each.people for each in alike),
    )
    where = _IN[language, None if channel is None else is_sms(channel)]
    if alike[0].first:
        head = n_(
            "{where}, as {n} person gets it, for the first time:",
            "{where}, as one of {n} people gets it, for the first time:",
            people,
            where=where,
        )
    else:
        head = n_(
            "{where}, as {n} person gets it:",
            "{where}, as one of {n} people gets it:",
            people,
            where=where,
        )
    return Joined((head, alike[0].text), "\n")


def _price(
    context: Context, plan: Plan, groups: Sequence[Group], shown: Sequence[Rendering]
) -> Iterator[Words]:
    texts = [each for each in shown if is_sms(each.channel)]
    for each in texts:
        yield from _cost(context, each)
    if texts:
        yield _total(bill(plan, groups, context.policy))


def _cost(context: Context, each: Rendering) -> Iterator[Words]:
    where, segments = _IN[each.language, True], each.billed.segments
    yield n_("{where}: {n} segment each.", "{where}: {n} segments each.", segments, where=where)
    if each.folded:
        yield _("They go without accents: that saves a segment.")
    accents, signs = _dearer(each.billed)
    if each.light is not None:
        yield n_(
            "Accents make it dearer: {signs}. Without them: {n} segment. NO ACCENTS: so.",
            "Accents make it dearer: {signs}. Without them: {n} segments. NO ACCENTS: so.",
            each.light.segments,
            signs=" ".join(accents),
        )
    without = _without(each, signs, context.policy.fold)
    if without < segments:
        yield n_(
            "These signs make it dearer: {signs}. Without them: {n} segment.",
            "These signs make it dearer: {signs}. Without them: {n} segments.",
            without,
            signs=" ".join(signs[:_MOST_SIGNS]),
        )


def _dearer(billed: Cost) -> tuple[list[str], list[str]]:
    """What forces the dear encoding: accents that can be left out, and other signs."""
    accents = [sign for sign in billed.offenders if has_accents(sign)]
    return accents, [sign for sign in billed.offenders if sign not in accents]


def _without(each: Rendering, signs: Sequence[str], fold: Fold) -> int:
    """Segments without these signs."""
    bare = "".join(char for char in each.text if char not in signs)
    return cost(sms_text(bare, fold)).segments


def _total(sms: Bill) -> Message:
    by_country = Listing(
        tuple(
            _("{country} {dollars}", country=country or "?", dollars=Money(amount))
            for country, amount in sms.dollars.items()
        )
    )
    return n_(
        "SMS in all: {n} segment, {dollars} ({countries}).",
        "SMS in all: {n} segments, {dollars} ({countries}).",
        sms.segments,
        dollars=Money(sms.total),
        countries=by_country,
    )


def _reach(context: Context, plan: Plan, groups: Sequence[Group]) -> Iterator[Words]:
    people = reached(groups)
    yield _("To: {audience}.", audience=scope_words(context, plan.scope))
    left_out = Counter[LeftOut]()
    for each in groups:
        if each.why is not None:
            left_out[each.why] += each.n
    if left_out:
        told = tuple(_left_out(why, left_out[why]) for why in LeftOut if left_out[why])
        yield _("Left out: {who}.", who=Listing(told))
    if people:
        yield from _hours(context, plan, groups, is_big(context, people))
    yield from conditions(context, plan, people)
    yield n_("It goes to {n} person.", "It goes to {n} people.", people)


def _left_out(why: LeftOut, n: int) -> Message:
    match why:
        case LeftOut.STOPPED:
            return n_("{n} stopped", "{n} stopped", n)
        case LeftOut.PAUSED:
            return n_("{n} on a break", "{n} on a break", n)
        case LeftOut.NO_ADDRESS:
            return n_("{n} can't be reached", "{n} can't be reached", n)
        case LeftOut.MUTED:
            return n_("{n} muted the topic", "{n} muted the topic", n)
        case LeftOut.CAPPED:
            return n_("{n} had enough for today", "{n} had enough for today", n)


def _hours(context: Context, plan: Plan, groups: Sequence[Group], big: bool) -> Iterator[Words]:
    starts_at = starting(context, plan.starts_at, big)
    found = _course(context, plan, groups, starts_at)
    if found.late and plan.local_at is None:
        yield n_(
            "Quiet hours: {n} gets it in the morning.",
            "Quiet hours: {n} get it in the morning.",
            found.late,
        )
    if found.lost:
        yield n_(
            "Too slow: {n} wouldn't get it within 24 decent hours.",
            "Too slow: {n} wouldn't get it within 24 decent hours.",
            found.lost,
        )
    if found.before:
        yield n_(
            "{n} other message goes out before it.",
            "{n} other messages go out before it.",
            found.before,
        )
    yield _("At today's pace it is done by {moment}.", moment=moment(context, found.ends_at))


def _course(context: Context, plan: Plan, groups: Sequence[Group], starts_at: datetime) -> Course:
    """With what is queued already; and with what is only planned, if it begins before the end."""
    others = queued(context)
    alone = course(plan, groups, context.policy, starts_at, others)
    ahead = planned(context, alone.ends_at)
    return course(plan, groups, context.policy, starts_at, [*others, *ahead]) if ahead else alone


def conditions(context: Context, plan: Plan, people: int) -> Iterator[Words]:
    """Why somebody else has to say yes, if that is so."""
    hosts = strange_hosts(context, plan.texts)
    if hosts:
        yield _("It links to {hosts}, so an admin has to approve.", hosts=Listing(tuple(hosts)))
    elif is_big(context, people):
        yield _(
            "Above {most} people, so a second person has to approve.",
            most=Count(context.policy.approval_threshold),
        )


def is_big(context: Context, people: int) -> bool:
    return people > context.policy.approval_threshold


def starting(context: Context, wished: datetime, big: bool) -> datetime:
    """When it starts at the earliest if it is released now: a big one can be aborted before."""
    return max(wished, context.now + (context.policy.cooling if big else timedelta(0)))


def moment(context: Context, at: datetime) -> Moment:
    """On the caller's clock."""
    zone = context.caller.zone or NO_ZONE
    return Moment(at, zone, zone_named=True)
