"""When the door of an event is open. What is said at it is in checkin."""

from datetime import datetime, timedelta

from sqlalchemy import Connection

from storage import doors

_BEFORE = timedelta(hours=2)
_AFTER = timedelta(hours=2)
_THANKS_AFTER = timedelta(hours=1)


def hang_door(
    connection: Connection, event_id: int, starts_at: datetime, ends_at: datetime
) -> None:
    """Two hours before until two hours after; one that is there keeps its code."""
    opens, closes = starts_at - _BEFORE, ends_at + _AFTER
    doors.hang(connection, event_id, opens, closes, ends_at + _THANKS_AFTER)
