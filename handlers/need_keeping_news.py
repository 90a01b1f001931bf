"""What a shelter hears of its needs unasked: pledges as they come, and how the day went.

Few are told one by one, at once; many in one line every so often. Twice does no harm.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from handlers import notices
from handlers.conversation.turn import Choice, Prompt, Words
from handlers.need_keeping_words import digest, left, line, news, summary
from handlers.needs import Desk
from handlers.needs_clock import Chore
from handlers.needs_words import is_service, told
from handlers.rendering import Joined
from locales import _
from storage import need_rooms, pledges, summaries
from storage import needs as rows
from storage.coordinators import handle_of
from storage.need_rooms import Happened
from storage.needs import Need

FEW: Final = 3
WITHIN: Final = timedelta(minutes=10)
EVERY: Final = timedelta(minutes=12)
"""After so many in that time it is one line for all that came since, this often."""

_SUMMARY_LASTS: Final = 4
_NEWS_LASTS: Final = timedelta(days=1)
_MOST_LINES: Final = 8
_OWN_DOING: Final = frozenset({"received", "no_show"})
_PROMISED: Final = frozenset({"held", "more"})
_FALLEN: Final = frozenset({"released", "lapsed", "fewer"})


def due_to_shelters(connection: Connection, desk: Desk) -> list[Chore]:
    """Read only."""
    asked = [each.shelter_id for each in summaries.waiting(connection) if _is_due(each, desk.now)]
    return [
        *(Chore(tell_news, each) for each in need_rooms.shelters_with_news(connection)),
        *(Chore(tell_day, each) for each in asked),
    ]


def tell_news(connection: Connection, desk: Desk, shelter_id: int) -> bool:
    """False: nothing that may be told now."""
    happened = need_rooms.untold(connection, shelter_id)
    own = [each for each in happened if each.what in _OWN_DOING]
    worth = _latest([each for each in happened if each.what not in _OWN_DOING])
    before = need_rooms.told_since(
        connection, shelter_id, desk.now - max(WITHIN, EVERY), besides=_OWN_DOING
    )
    recent = [each for each in before if each > desk.now - WITHIN]
    few = len(recent) + len(worth) <= FEW
    if not few and before and before[0] > desk.now - EVERY:
        happened = own
    if not happened or not need_rooms.take_news(connection, [e.id for e in happened], desk.now):
        return False
    if happened is own or not worth:
        return False
    said = _one_by_one(connection, worth) if few else _in_short(connection, happened)
    _tell(connection, desk, shelter_id, said, desk.now + _NEWS_LASTS)
    return True


def _latest(happened: Iterable[Happened]) -> list[Happened]:
    """Of each pledge what came last: promised and confirmed in a minute is one piece of news."""
    return list({each.pledge_id: each for each in happened}.values())


def _one_by_one(connection: Connection, worth: Sequence[Happened]) -> list[Prompt]:
    return [said for each in worth if (said := _single(connection, each)) is not None]


def _single(connection: Connection, each: Happened) -> Prompt | None:
    need, pledge = rows.read(connection, each.need_id), pledges.read(connection, each.pledge_id)
    if need is None or pledge is None:
        return None
    person = pledge.person_id
    handle = handle_of(connection, person) if person is not None else None
    text = news(need, pledge, each.what, each.units, handle or _("someone"))
    if text is None:
        return None
    if each.what == "delivered":
        label = _("Yes, it's done") if is_service(need) else _("It has come")
        here = Choice(label, f"RECIBIDO {need.code} {each.units} {handle or 'V-'}")
        return Prompt(text, commands=(here,))
    return Prompt(Joined((text, left(need)), " "))


def _in_short(connection: Connection, happened: Sequence[Happened]) -> list[Prompt]:
    by_need: dict[int, list[Happened]] = defaultdict(list)
    for each in happened:
        by_need[each.need_id].append(each)
    found = ((rows.read(connection, need_id), each) for need_id, each in by_need.items())
    lines: list[Words] = [_line(need, each) for need, each in found if need is not None]
    return [Prompt(Joined(tuple(lines[:_MOST_LINES]), "\n"))] if lines else []


def _line(need: Need, happened: Sequence[Happened]) -> Joined:
    promised = [each for each in happened if each.what in _PROMISED]
    fallen = sum(each.units for each in happened if each.what in _FALLEN)
    people = len({each.pledge_id for each in promised})
    return digest(need, people, sum(each.units for each in promised), fallen)


def _is_due(each: summaries.Due, now: datetime) -> bool:
    wall = now.astimezone(ZoneInfo(each.zone))
    if each.hour is None or each.told_on == wall.date():
        return False
    return each.hour <= wall.hour < each.hour + _SUMMARY_LASTS


def tell_day(connection: Connection, desk: Desk, shelter_id: int) -> bool:
    """How every need of the shelter stands, once a day."""
    shelter = need_rooms.shelter(connection, shelter_id)
    today = desk.now.astimezone(ZoneInfo(shelter.zone)).date()
    if not summaries.take_day(connection, shelter_id, today):
        return False
    waiting = need_rooms.live(connection, [shelter_id])[:_MOST_LINES]
    lines = [line(told(desk.vault, each)) for each in waiting]
    if lines:
        said = [Prompt(summary(shelter.name, lines))]
        _tell(connection, desk, shelter_id, said, desk.now + timedelta(hours=_SUMMARY_LASTS))
    return bool(lines)


def _tell(
    connection: Connection,
    desk: Desk,
    shelter_id: int,
    said: Iterable[Prompt],
    expires_at: datetime,
) -> None:
    keepers = need_rooms.keepers(connection, shelter_id)
    for prompt in said:
        for person in keepers:
            notices.tell(
                connection,
                desk.vault,
                desk.policy,
                person,
                prompt,
                now=desk.now,
                expires_at=expires_at,
            )
