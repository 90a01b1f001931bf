"""Words that act on what a code names, such as CLOSE A7. Which kinds know them is in features."""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from handlers.context import Context
from handlers.conversation import engine
from handlers.conversation.flow import Flow
from handlers.conversation.turn import Ending
from locales import _
from storage.codes import named_by

On = Callable[[Context, int, str], None]
"""What is done to the row of its kind's table, and the words besides the code."""

_CODE = re.compile(r"(?<![\w-])[A-Za-z][0-9]{1,7}(?![\w-])", re.ASCII)
_LONGEST = 300


def acting(
    kinds: Mapping[str, On], alone: Callable[[Context, str], None]
) -> Callable[[Context, str], None]:
    """What the word does; `alone`: without a code."""

    def act(context: Context, rest: str) -> None:
        found = _CODE.search(rest[:_LONGEST])
        if found is None:
            alone(context, rest)
            return
        named = named_by(context.connection, found[0])
        on = kinds.get(named.kind) if named else None
        if named is None or on is None:
            context.say(_("Nothing of yours has the code {code}.", code=found[0].upper()))
        else:
            more = f"{rest[: found.start()]} {rest[found.end() : _LONGEST]}"
            on(context, named.row_id, " ".join(more.split()))

    return act


def begin(
    context: Context, flow: Flow, given: Mapping[str, Any], rest: str
) -> Mapping[str, Any] | None:
    """Starts a flow whose first answer may have come along; its answers if that was all."""
    turn = engine.start(flow, given)
    if rest and turn.session is not None:
        turn = engine.advance(flow, turn.session, replace(context.overheard, text=rest))
    context.take(turn)
    return turn.answers if turn.ending is Ending.FINISHED else None
