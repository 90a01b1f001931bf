"""What came in and what goes out: the tables of the inbound log and of the outbox."""

from enum import StrEnum

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ColumnElement,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
    literal_column,
    or_,
    text,
)

from storage.columns import Id, one_of
from storage.database import Instant, metadata


class Status(StrEnum):
    """State of a delivery. It only moves up in RANK (law 10)."""

    QUEUED = "queued"
    SENDING = "sending"
    UNKNOWN = "unknown"
    SENT = "sent"
    DELIVERED = "delivered"
    FAILED = "failed"
    SUPPRESSED = "suppressed"
    EXPIRED = "expired"
    CANCELLED = "cancelled"


class Priority:
    """Replies go before bulk (law 12): the smaller number is claimed first."""

    REPLY = 0
    NOTICE = 3
    BULK = 6


inbound = Table(
    "inbound",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("channel", String(16), nullable=False),
    Column("provider_id", String(64), nullable=False),
    Column("address_id", Id, ForeignKey("addresses.id", ondelete="SET NULL")),
    Column("status", String(8), nullable=False),
    Column("payload", LargeBinary, comment="sealed: the message as parsed"),
    Column("error", String(64), comment="type and place of what a handler raised"),
    Column("received_at", Instant, nullable=False),
    UniqueConstraint("channel", "provider_id"),
    CheckConstraint("status IN ('done', 'failed')", name="status"),
    Index("ix_inbound_address_id", "address_id"),
    Index("ix_inbound_received_at", "received_at"),
)

_OPEN = one_of("status", "queued", "sending", "unknown")
_CALLED = one_of("status", "sending", "unknown")
CLOSED = (
    Status.SENT,
    Status.DELIVERED,
    Status.FAILED,
    Status.SUPPRESSED,
    Status.EXPIRED,
    Status.CANCELLED,
)
_CLOSED = one_of("status", *CLOSED)


def is_now(status: ColumnElement[str], *which: Status) -> ColumnElement[bool]:
    """Written out as the partial indexes are, so that the planners recognise them."""
    return or_(*(status == literal_column(f"'{each}'") for each in which))


deliveries = Table(
    "deliveries",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("broadcast_id", Id),
    Column("person_id", Id, ForeignKey("people.id", ondelete="CASCADE"), nullable=False),
    Column("address_id", Id, ForeignKey("addresses.id", ondelete="CASCADE"), nullable=False),
    Column("channel", String(16), nullable=False),
    Column("kind", String(16), nullable=False, server_default="reply"),
    Column("priority", SmallInteger, nullable=False),
    Column("status", String(16), nullable=False, server_default="queued"),
    Column("body", LargeBinary, comment="sealed Outgoing; empty where it is rendered when sent"),
    Column("due_at", Instant, nullable=False),
    Column("expires_at", Instant),
    Column("attempts", SmallInteger, nullable=False, server_default="0"),
    Column("unknowns", SmallInteger, nullable=False, server_default="0"),
    Column("worker", String(32), comment="who holds the claim"),
    Column("lease_until", Instant),
    Column("called_at", Instant, comment="just before the provider was called"),
    Column("provider_id", String(64)),
    Column("error", String(64)),
    Column("segments", SmallInteger),
    Column(
        "wording",
        String(72),
        comment="how a broadcast was rendered: its language, + with who we are, @ their zone",
    ),
    Column("done_at", Instant, comment="when they said DONE"),
    Column("created_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
    UniqueConstraint("person_id", "broadcast_id"),
    CheckConstraint(one_of("status", *Status), name="status"),
    CheckConstraint(one_of("kind", "reply", "consent", "notice", "broadcast"), name="kind"),
    Index(
        "ix_deliveries_queue",
        "channel",
        "priority",
        "due_at",
        "id",
        sqlite_where=text("status = 'queued'"),
        postgresql_where=text("status = 'queued'"),
    ),
    Index(
        "ix_deliveries_open",
        "address_id",
        "id",
        sqlite_where=text(_OPEN),
        postgresql_where=text(_OPEN),
    ),
    Index(
        "ix_deliveries_lease",
        "lease_until",
        sqlite_where=text(_CALLED),
        postgresql_where=text(_CALLED),
    ),
    Index(
        "ix_deliveries_provider_id",
        "provider_id",
        sqlite_where=text("provider_id IS NOT NULL"),
        postgresql_where=text("provider_id IS NOT NULL"),
    ),
    Index(
        "ix_deliveries_broadcast_id",
        "broadcast_id",
        "person_id",
        sqlite_where=text("broadcast_id IS NOT NULL"),
        postgresql_where=text("broadcast_id IS NOT NULL"),
    ),
    Index(
        "ix_deliveries_updated_at",
        "updated_at",
        sqlite_where=text(_CLOSED),
        postgresql_where=text(_CLOSED),
    ),
)
"""The outbox. `kind` consent is the one confirmation of a stop: it alone may go to who has left."""

receipts = Table(
    "receipts",
    metadata,
    Column("provider_id", String(64), primary_key=True),
    Column("status", String(16), primary_key=True),
    Column("error", String(64)),
    Column("at", Instant, nullable=False),
)
"""Status callbacks that came before the send was recorded; applied with it."""

senders = Table(
    "senders",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("free_at", BigInteger, nullable=False, comment="µs since the epoch: next free slot"),
    Column("recent", Text, comment="slots of the last second and their weights, as JSON"),
    Column("held_until", Instant, comment="the provider said: not before"),
    Column("halted", String(64), comment="why nothing goes out: a configuration error's code"),
    Column("halted_at", Instant),
)
"""Pace, one row a sender, shared by all workers."""

clock_runs = Table(
    "clock_runs",
    metadata,
    Column("job", String(32), primary_key=True),
    Column("at", Instant, nullable=False),
    Column("rows", Integer, nullable=False, server_default="0"),
)
"""When each periodic job last finished; health shows it."""
