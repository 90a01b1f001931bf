"""What other broadcasts have waiting, as the course of an alert needs it: with its weight."""

from collections.abc import Iterator, Mapping
from typing import cast

from handlers.alert_costs import Others
from handlers.broadcast_texts import Recipient, Texts, outgoing
from handlers.broadcasts import texts_of, worded
from handlers.context import Context
from handlers.conversation.messages import Outgoing
from handlers.rendering import is_sms
from handlers.wall_hours import on_wall
from locales import Language
from locales.gsm7 import cost
from storage import audience_counts, broadcast_queue, broadcasts
from storage.audience import Scope, Terms
from storage.audience_counts import Group
from storage.broadcast_queue import Waiting
from storage.broadcasts import Broadcast, State

_MOST_PLANNED = 10
"""So many of those that have not begun are looked at; each takes a count of its people."""


def queued(context: Context) -> list[Others]:
    """What other broadcasts have waiting, or will when they begin; asked once."""
    key = "queued"
    if key not in context.memo:
        context.memo[key] = [*_frozen(context), *_planned(context)]
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


def _planned(context: Context) -> Iterator[Others]:
    """Of alerts that are released and have not begun: whom they would reach by now."""
    runs = [
        each
        for each in broadcasts.unfinished(context.connection)
        if each.state is State.SCHEDULED and each.subject_id is None
    ][:_MOST_PLANNED]
    texts = texts_of(context.connection, context.vault, {each.id for each in runs})
    terms = Terms(context.policy.channels, context.policy.frequency_cap)
    for run in runs:
        scope = Scope.from_json(run.scope)
        groups = audience_counts.count(context.connection, scope, run.topic, terms, context.now)
        yield from _groups_of(context, run, texts.get(run.id), groups)


def _groups_of(
    context: Context, run: Broadcast, texts: Texts | None, groups: list[Group]
) -> Iterator[Others]:
    for each in groups:
        if each.why is not None or each.channel is None:
            continue
        weight = 1
        if texts is not None:
            reader = Recipient(cast("Language", each.language), first=each.first)
            weight = _weight(outgoing(texts, reader, each.channel, context.policy), each.channel)
        due = (
            max(run.starts_at, on_wall(run.local_at, each.zone)) if run.local_at else run.starts_at
        )
        yield Others(each.channel, each.zone, due, run.expires_at, each.n, weight)
