"""Whom the thanks after an event are for. SQL only."""

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import ColumnElement, Connection, exists

from storage.broadcasts import Broadcast
from storage.circles import Circle, Copies
from storage.people import people
from storage.rsvps import Answer, rsvps

KIND = "thanks"
CAME, MISSED, COMING = "came", "missed", "coming"
"""Whoever was checked in; whoever had said yes and was not; all who had said yes."""

_r = rsvps.c


def _within(_connection: Connection, run: Broadcast) -> Sequence[ColumnElement[bool]]:
    theirs = _r.event_id == run.subject_id, _r.person_id == people.c.id
    there, coming = _r.checked_in_at.is_not(None), _r.answer == Answer.YES
    which: dict[str, list[ColumnElement[bool]]] = {
        CAME: [there],
        MISSED: [coming, ~there],
        COMING: [coming],
    }
    return [exists().where(*theirs, *which[run.part or COMING])]


def _over(
    _connection: Connection,
    _subjects: Mapping[int, int],
    _copies: Copies,
) -> Collection[tuple[int, int]]:
    """Thanks never are."""
    return ()


THANKS = Circle(_within, _over)
