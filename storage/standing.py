"""Addresses' standing: what deliveries taught us of them, written down. No decisions."""

from datetime import datetime

from sqlalchemy import Connection, and_, bindparam, case, exists, select, update

from storage import coordinators, departures
from storage.conversations import drop_session
from storage.database import insert
from storage.ids import new_id
from storage.messages import Status, deliveries
from storage.people import PROVIDER, addresses, consents, people

STRIKES = 3
"""Permanent-looking failures in a row after which an address counts as dead."""

_a = addresses.c
_taken = addresses.alias("taken")
_WHOSE = select(_a.person_id).where(_a.id == bindparam("row"))
_CLOSE_ADDRESS = update(addresses).where(_a.id == bindparam("row")).values(status=bindparam("to"))
_STRIKE = (
    update(addresses)
    .where(_a.id == bindparam("row"))
    .values(
        strikes=_a.strikes + 1,
        status=case(
            (and_(_a.status == "active", _a.strikes + 1 >= STRIKES), "invalid"), else_=_a.status
        ),
    )
)
_FORGIVE = update(addresses).where(_a.id == bindparam("row"), _a.strikes > 0).values(strikes=0)
_MOVE = (
    update(addresses)
    .where(
        _a.id == bindparam("row"),
        ~exists().where(_taken.c.lookup == bindparam("found_by"), _taken.c.channel == _a.channel),
    )
    .values(value=bindparam("sealed"), lookup=bindparam("found_by"))
)
_LEAVE = (
    update(people)
    .where(people.c.id == bindparam("row"), people.c.consent != "out")
    .values(consent="out")
)
_SILENCE = (
    update(deliveries)
    .where(
        deliveries.c.person_id == bindparam("person"),
        deliveries.c.status == "queued",
        deliveries.c.kind != "consent",
    )
    .values(status=Status.SUPPRESSED, error="opted_out", updated_at=bindparam("now"))
)


def close_address(connection: Connection, address_id: int, status: str) -> None:
    """`status`: blocked, opted_out or invalid."""
    connection.execute(_CLOSE_ADDRESS, {"row": address_id, "to": status})


def strike(connection: Connection, address_id: int) -> None:
    """One more failure; the address becomes invalid at STRIKES of them."""
    connection.execute(_STRIKE, {"row": address_id})


def forgive(connection: Connection, address_id: int) -> None:
    """It was reached: earlier failures no longer count."""
    connection.execute(_FORGIVE, {"row": address_id})


def move_address(connection: Connection, address_id: int, sealed: bytes, lookup: bytes) -> bool:
    """The provider gave the address a new value; False when somebody has that one already."""
    fields = {"row": address_id, "sealed": sealed, "found_by": lookup}
    return connection.execute(_MOVE, fields).rowcount == 1


def opted_out(
    connection: Connection, person_id: int, address_id: int, channel: str, *, now: datetime
) -> None:
    """The provider says that this person has stopped: nothing more goes out, on any address, and
    no question of ours is open.

    What they had promised is let go soon after, by the clock: here many people's deliveries are
    held, and needs and events are never to be waited for behind those.
    """
    close_address(connection, address_id, "opted_out")
    # The claim may be older than a merge: whoever has the address by now is meant.
    person_id = connection.scalar(_WHOSE, {"row": address_id}) or person_id
    connection.execute(_SILENCE, {"person": person_id, "now": now})
    if connection.execute(_LEAVE, {"row": person_id}).rowcount:
        drop_session(connection, person_id)
        coordinators.drop_act(connection, person_id)
        departures.add(connection, person_id, now)
        evidence = {
            "id": new_id(),
            "person_id": person_id,
            "address_id": address_id,
            "act": "out",
            "channel": channel,
            "wording": PROVIDER,
            "at": now,
        }
        connection.execute(insert(consents), evidence)
