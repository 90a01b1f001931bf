"""STATUS in a chat: what stands behind a code, and all that is open, to those who may know it."""

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from handlers import broadcasts
from handlers.alerts_control import line, may_steer, steerable
from handlers.context import Context
from handlers.conversation.turn import Prompt, Words
from handlers.progress import look, report
from handlers.rendering import Joined, is_sms
from locales import _
from storage import broadcasts as storage
from storage.broadcasts import State
from storage.codes import named_by

_MOST_LISTED = 8


class Teller(Protocol):
    """What a kind of thing with a code (broadcast, need, event) tells those who may know it."""

    def tell(self, context: Context, row_id: int) -> Sequence[Prompt]:
        """How it stands; nothing: it is none of theirs."""

    def open_lines(self, context: Context) -> Sequence[Words]:
        """One line for each that is open and theirs, the most urgent first."""


Tellers = Mapping[str, Teller]
"""By kind, as codes name them."""


def asking(tellers: Tellers) -> Callable[[Context, str], None]:
    """What STATUS does."""

    def status(context: Context, rest: str) -> None:
        if rest.strip():
            _tell_one(context, tellers, rest)
        else:
            _tell_all(context, tellers)

    return status


def _tell_one(context: Context, tellers: Tellers, rest: str) -> None:
    code = rest.strip().upper()[:16]
    named = named_by(context.connection, code)
    told: Sequence[Prompt] = ()
    if named is not None and named.kind in tellers:
        told = tellers[named.kind].tell(context, named.row_id)
    elif named is None and (run := broadcasts.find(context.connection, code)) is not None:
        told = Broadcasts().tell(context, run.id)
    if told:
        context.says.extend(told)
    else:
        context.say(_("Nothing of yours has the code {code}.", code=code))


def _tell_all(context: Context, tellers: Tellers) -> None:
    lines = [each for teller in tellers.values() for each in teller.open_lines(context)]
    if lines:
        more = _("More: STATUS and a code.")
        context.say(Joined((*lines[:_MOST_LISTED], more), "\n"))
    else:
        context.say(_("Nothing of yours is open."))


class Broadcasts:
    """Alerts, and what else goes to many. What is about a need or event is told with that."""

    def tell(self, context: Context, row_id: int) -> Sequence[Prompt]:
        run = storage.read(context.connection, row_id)
        if run is None or not may_steer(context, run):
            return ()
        going = look(context.connection, run, context.now)
        bar = not is_sms(context.caller.channel)
        return [Prompt(report(going, zone=context.caller.zone, bar=bar))]

    def open_lines(self, context: Context) -> Sequence[Words]:
        found = steerable(context, *(state for state in State))
        return [line(each) for each in found if each.subject_id is None]
