"""Who may act for the network: grants, invitations, acts that wait for a code. Tables and SQL."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Literal, NamedTuple, cast

from sqlalchemy import (
    CheckConstraint,
    Column,
    ColumnElement,
    Connection,
    ForeignKey,
    Index,
    LargeBinary,
    SmallInteger,
    String,
    Table,
    and_,
    bindparam,
    delete,
    exists,
    func,
    or_,
    select,
    update,
)

from storage.columns import Id
from storage.database import Instant, insert, lock_row, metadata
from storage.ids import new_id
from storage.people import people
from storage.prepared import Prepared

ScopeKind = Literal["network", "organisation", "shelter"]


class Role(StrEnum):
    """Each may do what the ones before it may."""

    COORDINATOR = "coordinator"
    APPROVER = "approver"
    ADMIN = "admin"


_RANK = tuple(Role)
_ROLES = "role IN ('coordinator', 'approver', 'admin')"
_SCOPES = "scope IN ('network', 'organisation', 'shelter')"
_SCOPED = "(scope = 'network') = (scope_id IS NULL)"

grants = Table(
    "grants",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("person_id", Id, ForeignKey("people.id", ondelete="CASCADE"), nullable=False),
    Column("role", String(16), nullable=False),
    Column("scope", String(16), nullable=False),
    Column("scope_id", Id, comment="of the organisation or shelter; none for the network"),
    Column("granted_at", Instant, nullable=False),
    Column("granted_by", String(24), nullable=False, comment="operator, or the id of a person"),
    Column("revoked_at", Instant),
    CheckConstraint(_ROLES, name="role"),
    CheckConstraint(_SCOPES, name="scope"),
    CheckConstraint(_SCOPED, name="scope_id"),
    Index("ix_grants_person_id", "person_id"),
)

invitations = Table(
    "invitations",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("lookup", LargeBinary, unique=True, comment="keyed hash of the code, once there is one"),
    Column("role", String(16), nullable=False),
    Column("scope", String(16), nullable=False),
    Column("scope_id", Id),
    Column("made_by", String(24), nullable=False, comment="operator, or the id of a person"),
    Column("confirmed_by", String(24), comment="the second admin"),
    Column("expires_at", Instant, nullable=False),
    Column("used_at", Instant),
    CheckConstraint(_ROLES, name="role"),
    CheckConstraint(_SCOPES, name="scope"),
    CheckConstraint(_SCOPED, name="scope_id"),
    Index("ix_invitations_expires_at", "expires_at"),
)

invitation_tries = Table(
    "invitation_tries",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("address_id", Id, ForeignKey("addresses.id", ondelete="CASCADE"), nullable=False),
    Column("at", Instant, nullable=False),
    Index("ix_invitation_tries_address_id", "address_id", "at"),
)
"""Wrong invitation codes that came from an address lately."""

pending_acts = Table(
    "pending_acts",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column(
        "person_id", Id, ForeignKey("people.id", ondelete="CASCADE"), nullable=False, unique=True
    ),
    Column("name", String(32), nullable=False),
    Column("payload", LargeBinary, nullable=False, comment="sealed: what is to be done, as JSON"),
    Column("lookup", LargeBinary, nullable=False, comment="keyed hash of the one-time code"),
    Column("expires_at", Instant, nullable=False),
    Column("tries", SmallInteger, nullable=False, server_default="0"),
    Index("ix_pending_acts_expires_at", "expires_at"),
)
"""What a coordinator asked for by SMS, until they text back the code that only they received."""

_g = grants.c
_live = _g.revoked_at.is_(None)


@dataclass(frozen=True, slots=True)
class Grant:
    """`scope_id`: of the organisation or the shelter; None for the network."""

    id: int
    person_id: int
    role: Role
    scope: ScopeKind
    scope_id: int | None


_GRANT = (_g.id, _g.person_id, _g.role, _g.scope, _g.scope_id)


def _grant(row: Any) -> Grant:
    return Grant(row.id, row.person_id, Role(row.role), cast("ScopeKind", row.scope), row.scope_id)


def at_least(role: Role) -> tuple[Role, ...]:
    """The roles that may do what this one may."""
    return _RANK[_RANK.index(role) :]


def grants_of(connection: Connection, person_id: int) -> tuple[Grant, ...]:
    """Those that hold now, oldest first."""
    statement = select(*_GRANT).where(_g.person_id == person_id, _live).order_by(_g.id)
    return tuple(_grant(row) for row in connection.execute(statement))


def has_grant(connection: Connection, person_id: int) -> bool:
    found = exists().where(_g.person_id == person_id, _live)
    return bool(connection.scalar(select(found)))


@dataclass(frozen=True, slots=True)
class Held:
    """A grant and who holds it. `name` is sealed."""

    grant: Grant
    handle: str
    name: bytes | None


def live_grants(connection: Connection) -> list[Held]:
    """Everybody's, person by person."""
    statement = (
        select(*_GRANT, people.c.handle, people.c.name)
        .join(people, people.c.id == _g.person_id)
        .where(_live)
        .order_by(_g.person_id, _g.id)
    )
    return [Held(_grant(row), row.handle, row.name) for row in connection.execute(statement)]


def holders(
    connection: Connection,
    role: Role,
    *,
    shelter: int | None = None,
    organisation: int | None = None,
) -> list[int]:
    """Ids of the people who may act in this role there (for the whole network, unless said).

    A grant for the network covers every place; an admin may what an approver may, and so on.
    """
    where: list[ColumnElement[bool]] = [_g.scope == "network"]
    if shelter is not None:
        where.append(and_(_g.scope == "shelter", _g.scope_id == shelter))
    if organisation is not None:
        where.append(and_(_g.scope == "organisation", _g.scope_id == organisation))
    statement = select(_g.person_id).where(_live, _g.role.in_(at_least(role)), or_(*where))
    return list(connection.scalars(statement.distinct().order_by(_g.person_id)))


def add_grant(
    connection: Connection,
    person_id: int,
    role: Role,
    scope: ScopeKind,
    scope_id: int | None,
    *,
    by: str,
    now: datetime,
) -> None:
    row = {
        "id": new_id(),
        "person_id": person_id,
        "role": role,
        "scope": scope,
        "scope_id": scope_id,
        "granted_at": now,
        "granted_by": by,
    }
    connection.execute(insert(grants), row)


def revoke_grant(connection: Connection, grant_id: int, now: datetime) -> bool:
    """False when it was revoked before."""
    statement = update(grants).where(_g.id == grant_id, _live).values(revoked_at=now)
    return connection.execute(statement).rowcount == 1


def revoke_all(connection: Connection, person_id: int, now: datetime) -> int:
    """The person may nothing more; returns how many grants that ended."""
    drop_act(connection, person_id)
    statement = update(grants).where(_g.person_id == person_id, _live).values(revoked_at=now)
    return connection.execute(statement).rowcount


def hold_network_admins(connection: Connection) -> list[int]:
    """The people who are admins of the whole network; nobody joins or leaves them meanwhile."""
    statement = lock_row(
        select(_g.person_id)
        .where(_live, _g.role == Role.ADMIN, _g.scope == "network")
        .order_by(_g.id)
    )
    return sorted(set(connection.scalars(statement)))


@dataclass(frozen=True, slots=True)
class Invitation:
    id: int
    role: Role
    scope: ScopeKind
    scope_id: int | None
    made_by: str


def add_invitation(
    connection: Connection,
    role: Role,
    scope: ScopeKind,
    scope_id: int | None,
    *,
    by: str,
    until: datetime,
    lookup: bytes | None = None,
) -> int:
    """Without a lookup it can't be redeemed yet."""
    row_id = new_id()
    row = {
        "id": row_id,
        "lookup": lookup,
        "role": role,
        "scope": scope,
        "scope_id": scope_id,
        "made_by": by,
        "expires_at": until,
    }
    connection.execute(insert(invitations), row)
    return row_id


def invitation(connection: Connection, invitation_id: int) -> Invitation | None:
    return _invitation(connection, invitations.c.id == invitation_id)


def open_invitation(connection: Connection, lookup: bytes, now: datetime) -> Invitation | None:
    """The one of this code, if it can be redeemed still."""
    i = invitations.c
    return _invitation(
        connection, and_(i.lookup == lookup, i.used_at.is_(None), i.expires_at > now)
    )


def _invitation(connection: Connection, which: ColumnElement[bool]) -> Invitation | None:
    i = invitations.c
    row = connection.execute(
        select(i.id, i.role, i.scope, i.scope_id, i.made_by).where(which)
    ).first()
    if row is None:
        return None
    scope = cast("ScopeKind", row.scope)
    return Invitation(row.id, Role(row.role), scope, row.scope_id, row.made_by)


def confirm_invitation(
    connection: Connection, invitation_id: int, lookup: bytes, *, by: str, until: datetime
) -> bool:
    """It has a code from now on; False when it had one before."""
    i = invitations.c
    statement = update(invitations).where(i.id == invitation_id, i.lookup.is_(None))
    values = {"lookup": lookup, "confirmed_by": by, "expires_at": until}
    return connection.execute(statement.values(values)).rowcount == 1


def use_invitation(connection: Connection, invitation_id: int, now: datetime) -> bool:
    """Uses the code up; False when somebody else has."""
    i = invitations.c
    statement = update(invitations).where(i.id == invitation_id, i.used_at.is_(None))
    return connection.execute(statement.values(used_at=now)).rowcount == 1


def note_try(connection: Connection, address_id: int, now: datetime) -> None:
    connection.execute(
        insert(invitation_tries), {"id": new_id(), "address_id": address_id, "at": now}
    )


def tries_since(connection: Connection, address_id: int, since: datetime) -> int:
    """Wrong codes from this address from then on; older ones are forgotten."""
    theirs = invitation_tries.c.address_id == address_id
    connection.execute(delete(invitation_tries).where(theirs, invitation_tries.c.at <= since))
    count = select(func.count()).select_from(invitation_tries).where(theirs)
    return connection.execute(count).scalar_one()


class Pending(NamedTuple):
    """What waits for its code. `payload` is sealed."""

    id: int
    name: str
    payload: bytes
    lookup: bytes
    tries: int


_p = pending_acts.c
# Prepared: any digits that somebody sends might be a code.
_PENDING = Prepared(
    lock_row(
        select(_p.id, _p.name, _p.payload, _p.lookup, _p.tries).where(
            _p.person_id == bindparam("person"), _p.expires_at > bindparam("now")
        )
    )
)


def pending_act(connection: Connection, person_id: int, now: datetime) -> Pending | None:
    """The one act of this person that waits, and whose time is not over."""
    row = _PENDING.first(connection, {"person": person_id, "now": now})
    return None if row is None else Pending._make(row)


def keep_act(connection: Connection, row: dict[str, Any]) -> None:
    """In the place of what waited for this person before."""
    drop_act(connection, row["person_id"])
    connection.execute(insert(pending_acts), row)


def take_act(connection: Connection, act_id: int) -> bool:
    """It is done once at most; False when it was."""
    statement = delete(pending_acts).where(pending_acts.c.id == act_id)
    return connection.execute(statement).rowcount == 1


def void_act(connection: Connection, act_id: int) -> None:
    """No code does it any more; wrong ones go on counting."""
    connection.execute(update(pending_acts).where(pending_acts.c.id == act_id).values(lookup=b""))


def miss_act(connection: Connection, act_id: int) -> None:
    """One more wrong code."""
    p = pending_acts.c
    connection.execute(update(pending_acts).where(p.id == act_id).values(tries=p.tries + 1))


def drop_act(connection: Connection, person_id: int) -> None:
    connection.execute(delete(pending_acts).where(pending_acts.c.person_id == person_id))


def unite_grants(connection: Connection, stays: int, goes: int) -> None:
    """Before a merge: of two equal grants one is enough, and no act waits any more."""
    for person in (stays, goes):
        drop_act(connection, person)
    held = grants.alias("held")
    same = exists().where(
        held.c.person_id == stays,
        held.c.revoked_at.is_(None),
        held.c.role == _g.role,
        held.c.scope == _g.scope,
        func.coalesce(held.c.scope_id, 0) == func.coalesce(_g.scope_id, 0),
    )
    connection.execute(delete(grants).where(_g.person_id == goes, _live, same))


def handle_of(connection: Connection, person_id: int) -> str | None:
    return connection.scalar(select(people.c.handle).where(people.c.id == person_id))
