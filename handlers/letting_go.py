"""What ends when a person stops or is deleted: a feature that promises something adds its end."""

from datetime import datetime

from sqlalchemy import Connection

from storage import coordinators, departures, pledging, profiles, rsvps, watchers
from storage.conversations import drop_session


def let_go(connection: Connection, person_id: int, now: datetime) -> None:
    fall_silent(connection, person_id, now)
    let_go_of_promises(connection, person_id, now)


def fall_silent(
    connection: Connection, person_id: int, now: datetime, *, again: bool = False
) -> None:
    """Nothing that waits for this person is sent any more, and no question of ours is open.

    `again`: they had stopped before, and the answer to that is still to go.
    """
    profiles.suppress_queued(connection, person_id, now, again=again)
    drop_session(connection, person_id)
    coordinators.drop_act(connection, person_id)


def let_go_late(connection: Connection, person_id: int, now: datetime) -> None:
    """After a stop that is known already: the rest of what ends with it.

    Who has come back since keeps what they have, and an answer that they asked for after the stop
    is left alone.
    """
    if departures.close(connection, person_id):
        let_go_of_promises(connection, person_id, now)


def let_go_of_promises(connection: Connection, person_id: int, now: datetime) -> None:
    """What others wait for is free again."""
    rsvps.let_go(connection, person_id, now)
    watchers.end_all(connection, person_id)
    pledging.let_go(connection, person_id, now)


def let_go_for_good(connection: Connection, person_id: int, now: datetime) -> None:
    """Before the person is deleted: what is over counts them no more either."""
    let_go(connection, person_id, now)
    rsvps.forget(connection, person_id)
