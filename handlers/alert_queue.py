"""What other broadcasts have waiting, as the course of an alert needs it: with its weight."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import cast

from handlers.alert_costs import Others
from handlers.alerts_plan import terms_of
from handlers.broadcast_texts import Recipient, Texts, outgoing
from handlers.broadcasts import texts_of, worded
from handlers.context import Context
from handlers.conversation.messages import Outgoing
from handlers.quiet import after_decent, decent
from handlers.rendering import is_sms
from handlers.wall_hours import begins
from locales import Language
from locales.gsm7 import cost
from storage import audience_counts, broadcast_queue, broadcasts
from storage.audience import Scope
from storage.audience_counts import Group, LeftOut
from storage.broadcast_queue import Waiting
from storage.broadcasts import Broadcast, State

_MOST_PLANNED = 3
"""So many of those that have not begun are looked at; each takes a count of its people."""


def queued(context: Context) -> list[Others]:
    """What other broadcasts have waiting; asked once."""
    key = "queued"
    if key not in context.memo:
        context.memo[key] = list(_frozen(context))
    others: list[Others] = context.memo[key]
    return others


def planned(context: Context, until: datetime) -> list[Others]:
    """What alerts that begin before then will have waiting; asked once."""
    key = "planned"
    if key not in context.memo:
        context.memo[key] = list(_planned(context, until))
    others: list[Others] = context.memo[key]
    return others


def _frozen(context: Context) -> Iterator[Others]:
    found = broadcast_queue.waiting(context.connection, context.now)
    texts = texts_of(context.connection, context.vault, {each.broadcast_id for each in found})
    for each in found:
        yield _weighed(context, each, texts)


def _weighed(context: Context, each: Waiting, texts: Mapping[int | None, Texts]) -> Others:
    weight = 1
    if each.wording and each.broadcast_id in texts:
        copy = worded(texts[each.broadcast_id], each.wording, each.channel, context.policy)
        weight = _weight(copy, each.channel)
    return Others(each.channel, each.zone, each.due_at, each.expires_at, each.n, weight)


def _weight(copy: Outgoing, channel: str) -> int:
    return max(1, cost(copy.text).segments) if is_sms(channel) else 1


def _planned(context: Context, until: datetime) -> Iterator[Others]:
    """Of alerts that are released and begin before then: whom they would reach by now."""
    runs = [
        each
        for each in broadcasts.unfinished(context.connection)
        if each.state is State.SCHEDULED and each.subject_id is None and each.starts_at < until
    ][:_MOST_PLANNED]
    texts = texts_of(context.connection, context.vault, {each.id for each in runs})
    for run in runs:
        for each in _reached(context, run):
            weight = 1
            if run.id in texts:
                reader = Recipient(cast("Language", each.language), first=each.first)
                copy = outgoing(texts[run.id], reader, each.channel or "", context.policy)
                weight = _weight(copy, each.channel or "")
            yield _waiting(context, run, each, weight)


def _reached(context: Context, run: Broadcast) -> Iterator[Group]:
    """Those whom the cap holds back are in, where it isn't under the cap."""
    whys = (None,) if run.capped else (None, LeftOut.CAPPED)
    terms, scope = terms_of(context), Scope.from_json(run.scope)
    for each in audience_counts.count(context.connection, scope, run.topic, terms, context.now):
        if each.why in whys and each.channel is not None:
            yield each


def _waiting(context: Context, run: Broadcast, each: Group, weight: int) -> Others:
    quiet, first = context.policy.quiet, begins(run.starts_at, run.local_at, each.zone)
    stale = after_decent(quiet, each.zone, first, run.decent_hours)
    if run.expires_at is not None:
        stale = min(stale, run.expires_at)
    due = decent(quiet, each.zone, first)
    return Others(each.channel or "", each.zone, due, stale, each.n, weight)
