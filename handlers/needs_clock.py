"""What falls due about needs and pledges: waves, news, nudges, lapses, ends. Twice does no harm.

Each is a unit of its own: what fails for one holds up no other.
"""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Connection

from handlers import needs
from handlers import pledges_words as words
from handlers.conversation.turn import Choice, Prompt
from handlers.needs import Desk
from handlers.needs_waves import SETTLE, send_next, tell_covered, tell_open_again
from handlers.needs_words import is_service, told
from locales import _
from storage import needs as rows
from storage import pledges, pledging, profiles
from storage.pledges import Pledged

_MOST = 200


@dataclass(frozen=True, slots=True)
class Chore:
    """One thing that is due, by what it is done to; `do` looks again whether it still is."""

    do: Callable[[Connection, Desk, int], object]
    row: int


def due(connection: Connection, desk: Desk) -> list[Chore]:
    """Read only."""
    now = desk.now
    ended = rows.overdue(connection, now, now - needs.CONFIRM_WITHIN)
    nudges = pledges.due_nudges(connection, now, _MOST)
    lapses = pledges.due_lapses(connection, now, _MOST)
    return [
        *(Chore(_lapse, each.id) for each in lapses),
        *(Chore(_nudge, each.id) for each in nudges),
        *(Chore(_expire, each) for each in ended),
        *(Chore(_wave, each) for each in rows.due_waves(connection, now)),
        *(Chore(_news, each) for each in rows.with_news(connection)),
        *(Chore(_again, each) for each in pledges.calm_again(connection, now - SETTLE)),
    ]


def _wave(connection: Connection, desk: Desk, need_id: int) -> None:
    send_next(connection, desk.vault, desk.policy, need_id, desk.now)


def _news(connection: Connection, desk: Desk, need_id: int) -> None:
    tell_covered(connection, desk.vault, need_id, desk.now)


def _again(connection: Connection, desk: Desk, need_id: int) -> None:
    tell_open_again(connection, desk.vault, need_id, desk.now)


def _expire(connection: Connection, desk: Desk, need_id: int) -> None:
    needs.expire(connection, desk, need_id)


def _nudge(connection: Connection, desk: Desk, pledge_id: int) -> None:
    """Asked once whether they still come; or, who has said when, reminded before."""
    pledge = pledges.read(connection, pledge_id)
    need = rows.read(connection, pledge.need_id) if pledge else None
    if pledge is None or need is None or not pledging.nudged(connection, pledge_id, desk.now):
        return
    known = told(desk.vault, need)
    if pledge.status is Pledged.CONFIRMED:
        label = _("It's done") if is_service(need) else _("It's there")
        here = Choice(label, f"{need.code} ENTREGADO")
        zone = None if pledge.person_id is None else profiles.zone_of(connection, pledge.person_id)
        said = words.reminds(known, pledge, zone)
        prompt = Prompt(said, commands=(here, _drop(need.code)))
    else:
        yes = Choice(_("Yes"), f"{need.code} SI")
        prompt = Prompt(words.asks_to_confirm(known, pledge), commands=(yes, _drop(need.code)))
    needs.tell(connection, desk, pledge, prompt)


def _drop(code: str) -> Choice:
    return Choice(_("I can't"), f"{code} SOLTAR")


def _lapse(connection: Connection, desk: Desk, pledge_id: int) -> None:
    """Its units are open again, after one nudge and the time to answer it."""
    pledge = pledges.read(connection, pledge_id)
    if pledge is None or pledge.status is not Pledged.HELD or not _is_late(pledge, desk):
        return
    need = rows.read(connection, pledge.need_id)
    if need is None or pledging.let_fall(connection, pledge_id, Pledged.LAPSED, desk.now) is None:
        return
    needs.tell(connection, desk, pledge, Prompt(words.lapsed(told(desk.vault, need), pledge)))


def _is_late(pledge: pledges.Pledge, desk: Desk) -> bool:
    return pledge.held_until is not None and pledge.held_until <= desk.now
