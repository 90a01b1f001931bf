"""Short codes such as A7: one namespace for all that people name by a code. No other tables."""

import re
import secrets
from typing import NamedTuple

from sqlalchemy import CheckConstraint, Column, Connection, String, Table, delete, func, select

from storage.columns import Id
from storage.database import insert, metadata

codes = Table(
    "codes",
    metadata,
    Column("code", String(8), primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("row_id", Id, nullable=False, comment="of the table that the kind names"),
    CheckConstraint("kind IN ('broadcast', 'need', 'event', 'invitation')", name="kind"),
)

_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"
"""Without I and O, which look like digits."""

_CODE = re.compile(r"[A-Z][0-9]{1,7}", re.ASCII)
_TRIES = 20
_DIGITS = (1, 2, 3, 4, 5)
_take = insert(codes).on_conflict_do_nothing(index_elements=[codes.c.code])


class Named(NamedTuple):
    """What a code stands for."""

    kind: str
    row_id: int


def take_code(connection: Connection, kind: str, row_id: int) -> str:
    """A letter and a number that nothing else has: one digit while there are some, then more."""
    taken = connection.scalar(select(func.count()).select_from(codes)) or 0
    for digits in _DIGITS:
        lowest, room = 10 ** (digits - 1), 9 * 10 ** (digits - 1)
        if taken * 2 > room * len(_LETTERS):
            continue
        for _try in range(_TRIES):
            code = f"{secrets.choice(_LETTERS)}{lowest + secrets.randbelow(room)}"
            row = {"code": code, "kind": kind, "row_id": row_id}
            if connection.execute(_take, row).rowcount == 1:
                return code
    raise RuntimeError("no free code was found")


def named_by(connection: Connection, code: str) -> Named | None:
    """Any text may be asked for; case and spaces around don't matter."""
    wanted = code.strip().upper()
    if not _CODE.fullmatch(wanted):
        return None
    row = connection.execute(
        select(codes.c.kind, codes.c.row_id).where(codes.c.code == wanted)
    ).first()
    return None if row is None else Named(row.kind, row.row_id)


def free_codes(connection: Connection, kind: str, row_ids: list[int]) -> None:
    """They may stand for something else from now on."""
    connection.execute(delete(codes).where(codes.c.kind == kind, codes.c.row_id.in_(row_ids)))
