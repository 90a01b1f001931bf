"""What waits for a second person's yes: the table and its SQL. What is approved lives elsewhere."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    Column,
    ColumnElement,
    Connection,
    ForeignKey,
    Index,
    Select,
    String,
    Table,
    exists,
    select,
    update,
)

from storage.columns import Id, person_key
from storage.coordinators import Role
from storage.database import Instant, insert, lock_row, metadata, skip_locked
from storage.ids import new_id

approvals = Table(
    "approvals",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("kind", String(16), nullable=False),
    Column("subject_id", Id, nullable=False, comment="of the table that the kind names"),
    Column("code", String(16), nullable=False),
    Column("role", String(16), nullable=False, comment="who may decide"),
    Column("shelter_id", Id, comment="where; neither: the whole network"),
    Column("organisation_id", Id),
    Column("asked_by", Id, ForeignKey("people.id", ondelete="SET NULL")),
    Column("asked_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("decided_by", Id, ForeignKey("people.id", ondelete="SET NULL")),
    Column("decided_at", Instant),
    Column("decision", String(16)),
    CheckConstraint(
        "decision IN ('approved', 'rejected', 'withdrawn', 'expired')", name="decision"
    ),
    Index("ix_approvals_code", "code"),
    Index("ix_approvals_asked_by", "asked_by"),
    Index("ix_approvals_decided_by", "decided_by"),
)

approval_views = Table(
    "approval_views",
    metadata,
    Column(
        "approval_id",
        Id,
        ForeignKey("approvals.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    ),
    person_key(),
)
"""Who has been shown what they are to decide."""

_a = approvals.c
_see = insert(approval_views).on_conflict_do_nothing()


@dataclass(frozen=True, slots=True)
class Approval:
    """`decision`: None while it is open; `asked_by`: None when they are not with us any more."""

    id: int
    kind: str
    subject_id: int
    code: str
    role: Role
    shelter_id: int | None
    organisation_id: int | None
    asked_by: int | None
    expires_at: datetime
    decision: str | None


_COLUMNS = (
    *(_a.id, _a.kind, _a.subject_id, _a.code, _a.role, _a.shelter_id, _a.organisation_id),
    *(_a.asked_by, _a.expires_at, _a.decision),
)


def add_approval(
    connection: Connection,
    *,
    kind: str,
    subject_id: int,
    code: str,
    role: Role,
    shelter_id: int | None,
    organisation_id: int | None,
    asked_by: int,
    now: datetime,
    until: datetime,
) -> int:
    """In the place of an open one for the same."""
    withdraw(connection, kind, subject_id, now)
    row_id = new_id()
    row = {
        "id": row_id,
        "kind": kind,
        "subject_id": subject_id,
        "code": code,
        "role": role,
        "shelter_id": shelter_id,
        "organisation_id": organisation_id,
        "asked_by": asked_by,
        "asked_at": now,
        "expires_at": until,
    }
    connection.execute(insert(approvals), row)
    return row_id


def read(connection: Connection, approval_id: int) -> Approval | None:
    """Held until the transaction ends."""
    return _first(connection, select(*_COLUMNS).where(_a.id == approval_id))


def newest(connection: Connection, code: str) -> Approval | None:
    """The latest that was asked under this code; held until the transaction ends."""
    statement = select(*_COLUMNS).where(_a.code == code).order_by(_a.id.desc()).limit(1)
    return _first(connection, statement)


def _first(connection: Connection, statement: Select[Any]) -> Approval | None:
    row = connection.execute(lock_row(statement)).first()
    return None if row is None else _approval(row)


def _approval(row: Any) -> Approval:
    return Approval(**{**row._mapping, "role": Role(row.role)})


def waiting(connection: Connection, now: datetime) -> list[Approval]:
    """All that are open, oldest first."""
    statement = select(*_COLUMNS).where(_a.decision.is_(None), _a.expires_at > now).order_by(_a.id)
    return [_approval(row) for row in connection.execute(statement)]


def waits(connection: Connection, kind: str, subject_id: int, now: datetime) -> bool:
    """Whether somebody may still decide it."""
    opened = _a.decision.is_(None), _a.expires_at > now
    return _is_there(connection, _a.kind == kind, _a.subject_id == subject_id, *opened)


def was_approved(connection: Connection, kind: str, subject_id: int) -> bool:
    approved = _a.decision == "approved"
    return _is_there(connection, _a.kind == kind, _a.subject_id == subject_id, approved)


def _is_there(connection: Connection, *which: ColumnElement[bool]) -> bool:
    return bool(connection.scalar(select(exists().where(*which))))


def note_view(connection: Connection, approval_id: int, person_id: int) -> None:
    connection.execute(_see, {"approval_id": approval_id, "person_id": person_id})


def has_seen(connection: Connection, approval_id: int, person_id: int) -> bool:
    v = approval_views.c
    found = exists().where(v.approval_id == approval_id, v.person_id == person_id)
    return bool(connection.scalar(select(found)))


def saw_earlier(connection: Connection, approval: Approval, person_id: int) -> bool:
    """Whether they were shown an earlier request for the same, which may have read otherwise."""
    v = approval_views.c
    same = _a.kind == approval.kind, _a.subject_id == approval.subject_id
    found = exists().where(v.approval_id == _a.id, v.person_id == person_id, *same)
    return bool(connection.scalar(select(found.where(_a.id != approval.id))))


def decide(
    connection: Connection, approval_id: int, decision: str, *, by: int, now: datetime
) -> bool:
    """False when it was decided before."""
    statement = update(approvals).where(_a.id == approval_id, _a.decision.is_(None))
    values = {"decision": decision, "decided_by": by, "decided_at": now}
    return connection.execute(statement.values(values)).rowcount == 1


def expire(connection: Connection, now: datetime, most: int) -> list[Approval]:
    """Those whose time is over, oldest first; nobody can decide them any more."""
    over = select(*_COLUMNS).where(_a.decision.is_(None), _a.expires_at <= now)
    rows = connection.execute(skip_locked(over.order_by(_a.expires_at).limit(most))).all()
    ids = [row.id for row in rows]
    values = {"decision": "expired", "decided_at": now}
    connection.execute(update(approvals).where(_a.id.in_(ids)).values(values))
    return [_approval(row) for row in rows]


def withdraw(connection: Connection, kind: str, subject_id: int, now: datetime) -> None:
    """Nothing is to be decided any more: it was changed, cancelled or asked anew."""
    connection.execute(
        update(approvals)
        .where(_a.kind == kind, _a.subject_id == subject_id, _a.decision.is_(None))
        .values(decision="withdrawn", decided_at=now)
    )
