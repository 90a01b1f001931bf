"""A shelter's needs: posted, opened, changed, closed; and whoever promised something is told.

Who may do what to them is asked elsewhere; each act is audited here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from handlers import notices
from handlers.conversation.turn import Prompt
from handlers.needs_waves import send_next
from handlers.needs_words import told
from handlers.pledges_words import changed, not_needed
from handlers.policy import Policy
from storage import audit, needs, pledges, pledging
from storage.codes import take_code
from storage.ids import new_id
from storage.needs import Audience, Need, State
from storage.pledges import Pledge, Pledged
from storage.sealed import Vault

KIND = "need"
GRACE = timedelta(hours=24)
"""How long after the hour by which it was needed it stays open."""

CONFIRM_WITHIN = timedelta(days=7)
"""How long a shelter has, after that, to confirm what was promised."""

_LASTS = {
    "critical": timedelta(days=3),
    "urgent": timedelta(days=7),
    "soon": timedelta(days=21),
}
_LONGEST = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class Lack:
    """What a shelter lacks, as it was written down. Codes are the network's own."""

    shelter_id: int
    category: str
    item: str
    quantity: int
    unit: str
    urgency: str
    needed_by: datetime | None = None
    drop_off: str | None = None
    note: str | None = None
    ask: Audience = Audience.MATCHED


@dataclass(frozen=True, slots=True)
class Desk:
    """What acting on needs takes besides a connection."""

    vault: Vault
    policy: Policy
    now: datetime


def post(
    connection: Connection,
    desk: Desk,
    lack: Lack,
    *,
    by: int | None,
    status: State = State.DRAFT,
) -> Need:
    """It has a code, and asks nobody before it is opened. `by`: the person; None: the operator."""
    row = new_id()

    def sealed(column: str, text: str | None) -> bytes | None:
        return None if text is None else desk.vault.seal("needs", column, row, text)

    needs.add(
        connection,
        {
            "id": row,
            "code": take_code(connection, KIND, row),
            "shelter_id": lack.shelter_id,
            "category": lack.category,
            "item": sealed("item", lack.item),
            "note": sealed("note", lack.note),
            "drop_off": sealed("drop_off", lack.drop_off),
            "unit": lack.unit,
            "quantity": lack.quantity,
            "urgency": lack.urgency,
            "needed_by": lack.needed_by,
            "status": status,
            "ask": lack.ask,
            "posted_by": by,
            "created_at": desk.now,
        },
    )
    made = needs.read(connection, row)
    assert made is not None
    return made


def open_need(connection: Connection, desk: Desk, need_id: int, *, actor: str) -> bool:
    """The first people are asked at once. False: it was open before, or is over."""
    need = needs.lock(connection, need_id)
    if need is None:
        return False
    first = None if need.ask is Audience.NOBODY else desk.now
    fields = {
        "opened_at": desk.now,
        "expires_at": _ends(need, desk.now),
        "next_wave_at": first,
    }
    if not needs.move(connection, need_id, State.OPEN, (State.DRAFT, State.AWAITING), **fields):
        return False
    audit.record(connection, actor, "open_need", need.code, at=desk.now)
    send_next(connection, desk.vault, desk.policy, need_id, desk.now)
    return True


def _ends(need: Need, now: datetime) -> datetime:
    if need.needed_by is not None:
        return max(now, need.needed_by) + GRACE
    return now + _LASTS.get(need.urgency, _LONGEST)


@dataclass(frozen=True, slots=True)
class Edit:
    """What is another from now on; None: as it was."""

    quantity: int | None = None
    needed_by: datetime | None = None
    drop_off: str | None = None


def change(connection: Connection, desk: Desk, need_id: int, edit: Edit, *, actor: str) -> bool:
    """Whoever has promised some of it learns what, when and where it is now.

    Fewer than are promised: the latest promises are taken back, in whole or in part. False: it is
    over, or more than that is on its way or there.
    """
    need = needs.lock(connection, need_id)
    if need is None or need.status not in needs.LIVE:
        return False
    before = pledges.of_need(connection, need_id, pledges.LIVE)
    if edit.quantity is not None and not _resize(connection, desk, need, edit.quantity):
        return False
    if edit.needed_by is not None:
        ends = max(desk.now, edit.needed_by) + GRACE
        needs.change(connection, need_id, needed_by=edit.needed_by, expires_at=ends)
    if edit.drop_off is not None:
        sealed = desk.vault.seal("needs", "drop_off", need_id, edit.drop_off)
        needs.change(connection, need_id, drop_off=sealed)
    details = {"quantity": edit.quantity}
    audit.record(connection, actor, "change_need", need.code, at=desk.now, details=details)
    _tell_changes(connection, desk, need_id, edit, before)
    return True


def _resize(connection: Connection, desk: Desk, need: Need, quantity: int) -> bool:
    excess = need.committed - quantity
    live = pledges.of_need(connection, need.id, pledges.LIVE)
    if quantity <= 0 or excess > sum(each.due for each in live):
        return False
    for each in sorted(live, key=lambda each: (each.status is not Pledged.HELD, -each.id)):
        if excess <= 0:
            break
        excess -= _take_back(connection, each, min(excess, each.due), desk.now)
    return needs.resize(connection, need.id, quantity, desk.now)


def _take_back(connection: Connection, pledge: Pledge, units: int, now: datetime) -> int:
    """How many were taken back of it."""
    if units == pledge.units:
        pledging.let_fall(connection, pledge.id, Pledged.RELEASED, now)
    else:
        pledging.reduce(connection, pledge.id, pledge.units - units, now)
    return units


def _tell_changes(
    connection: Connection, desk: Desk, need_id: int, edit: Edit, before: Sequence[Pledge]
) -> None:
    """More of it, or fewer of somebody else's, is no news to them."""
    need = needs.read(connection, need_id)
    if need is None:
        return
    words, now_is = told(desk.vault, need), pledges.of_need(connection, need_id, pledges.LIVE)
    left = {each.id: each for each in now_is}
    for was in before:
        after = left.get(was.id)
        if edit == Edit(quantity=edit.quantity) and after and after.units == was.units:
            continue
        news = not_needed(words, was) if after is None else changed(words, after)
        tell(connection, desk, was, Prompt(news))


def cancel(connection: Connection, desk: Desk, need_id: int, reason: str, *, actor: str) -> bool:
    """Nothing more is wanted; `reason` is a code. Whoever had promised some of it is told."""
    return _close(connection, desk, need_id, State.CANCELLED, reason, actor=actor)


def expire(connection: Connection, desk: Desk, need_id: int) -> bool:
    """Its time is over. What was promised for sure and never brought is only counted."""
    need = needs.lock(connection, need_id)
    if need is None or not _is_over(need, desk.now):
        return False
    for each in pledges.of_need(connection, need_id, pledges.LIVE):
        sure = each.status is Pledged.CONFIRMED
        pledging.let_fall(
            connection, each.id, Pledged.NO_SHOW if sure else Pledged.LAPSED, desk.now
        )
    return _close(connection, desk, need_id, State.EXPIRED, None, actor=audit.OPERATOR)


def _is_over(need: Need, now: datetime) -> bool:
    patience = {State.OPEN: timedelta(0), State.COVERED: CONFIRM_WITHIN}.get(need.status)
    return (
        patience is not None and need.expires_at is not None and need.expires_at + patience <= now
    )


def _close(
    connection: Connection, desk: Desk, need_id: int, to: State, reason: str | None, *, actor: str
) -> bool:
    fallen = pledging.close(connection, need_id, to, reason, desk.now)
    need = needs.read(connection, need_id)
    if fallen is None or need is None:
        return False
    audit.record(connection, actor, to, need.code, at=desk.now, details={"reason": reason})
    for each in fallen:
        tell(connection, desk, each, Prompt(not_needed(told(desk.vault, need), each)))
    return True


def tell(connection: Connection, desk: Desk, pledge: Pledge, prompt: Prompt) -> None:
    """A word to whoever made this pledge, if they are with us still."""
    if pledge.person_id is not None:
        notices.tell(connection, desk.vault, desk.policy, pledge.person_id, prompt, now=desk.now)
