"""What other broadcasts have waiting, as the course of an alert needs it: with its weight."""

from collections.abc import Mapping

from handlers.alert_costs import Others
from handlers.broadcast_texts import Texts
from handlers.broadcasts import texts_of, worded
from handlers.context import Context
from handlers.rendering import is_sms
from locales.gsm7 import cost
from storage import broadcast_queue
from storage.broadcast_queue import Waiting


def queued(context: Context) -> list[Others]:
    """What other broadcasts have waiting, with what each copy weighs; asked once."""
    key = "queued"
    if key not in context.memo:
        found = broadcast_queue.waiting(context.connection, context.now)
        texts = texts_of(context.connection, context.vault, {each.broadcast_id for each in found})
        context.memo[key] = [_weighed(context, each, texts) for each in found]
    others: list[Others] = context.memo[key]
    return others


def _weighed(context: Context, each: Waiting, texts: Mapping[int | None, Texts]) -> Others:
    weight = 1
    if is_sms(each.channel) and each.wording and each.broadcast_id in texts:
        copy = worded(texts[each.broadcast_id], each.wording, each.channel, context.policy)
        weight = max(1, cost(copy.text).segments)
    return Others(each.channel, each.zone, each.due_at, each.expires_at, each.n, weight)
