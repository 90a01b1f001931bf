"""People, their addresses, registrations, traits, consent and running conversation: the tables.

A person is one human, whatever the number of addresses. Sealed columns hold what could name them.
"""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    String,
    Table,
    UniqueConstraint,
    text,
)

from storage.columns import Id, one_of, person_key
from storage.database import Instant, metadata

people = Table(
    "people",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("handle", String(16), nullable=False, unique=True),
    Column("language", String(2), nullable=False),
    Column("consent", String(8), nullable=False, server_default="none"),
    Column("name", LargeBinary, comment="sealed"),
    Column("zone", String(64)),
    Column("country", String(2)),
    Column("region", String(16)),
    Column("city_id", Id),
    Column("organisation_id", Id, ForeignKey("organisations.id")),
    Column("source", String(64), comment="the code that brought them, such as o_chicago"),
    Column("paused_until", Instant),
    Column(
        "misses",
        SmallInteger,
        nullable=False,
        server_default="0",
        comment="messages in a row outside a flow that were not understood",
    ),
    Column("created_at", Instant, nullable=False),
    Column("seen_at", Instant, nullable=False),
    CheckConstraint("language IN ('es', 'en')", name="language"),
    CheckConstraint(one_of("consent", "none", "in", "out"), name="consent"),
    Index("ix_people_city_id", "city_id"),
)

addresses = Table(
    "addresses",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("person_id", Id, ForeignKey("people.id", ondelete="CASCADE"), nullable=False),
    Column("channel", String(16), nullable=False),
    Column("lookup", LargeBinary, nullable=False, comment="keyed hash of the value"),
    Column("value", LargeBinary, nullable=False, comment="sealed number or chat id"),
    Column("status", String(16), nullable=False, server_default="active"),
    Column("preferred", Boolean, nullable=False, server_default=text("true")),
    Column(
        "may_stand_in",
        Boolean,
        nullable=False,
        server_default=text("true"),
        comment="may be written to while the preferred address can't be reached",
    ),
    Column("strikes", SmallInteger, nullable=False, server_default="0"),
    Column("created_at", Instant, nullable=False),
    Column("heard_at", Instant, nullable=False, comment="last inbound message"),
    Column("doubted_at", Instant, comment="since when its holder is asked if it is still theirs"),
    UniqueConstraint("channel", "lookup"),
    CheckConstraint(one_of("status", "active", "blocked", "opted_out", "invalid"), name="status"),
    CheckConstraint(
        one_of("channel", "sms", "telegram", "local_sms", "local_telegram"), name="channel"
    ),
    Index("ix_addresses_person_id", "person_id"),
)

registrations = Table(
    "registrations",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("person_id", Id, ForeignKey("people.id", ondelete="CASCADE"), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("status", String(16), nullable=False, server_default="active"),
    Column("headcount", Integer, comment="people an organisation offers"),
    Column("group_name", LargeBinary, comment="sealed: the volunteering organisation's own name"),
    Column("offer", LargeBinary, comment="sealed: what an organisation offers, as typed"),
    Column("credential", LargeBinary, comment="sealed: a legal credential, to be verified"),
    Column("created_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
    UniqueConstraint("person_id", "kind"),
    CheckConstraint(
        one_of("kind", "member", "individual", "organisational", "legal_expert"), name="kind"
    ),
    CheckConstraint(one_of("status", "active", "to_verify", "verified"), name="status"),
)

traits = Table(
    "traits",
    metadata,
    person_key(),
    Column("kind", String(16), primary_key=True),
    Column("value", String(32), primary_key=True),
    CheckConstraint(
        one_of("kind", "topic", "muted", "skill", "speaks", "available", "offer"), name="kind"
    ),
    Index("ix_traits_kind_value", "kind", "value"),
)
"""Codes of data/network.json that are true of a person; sets, so that SQL can match them."""

RETURN = "return"
"""They came back after a stop, without having agreed to anything yet."""
PROVIDER = "provider"
"""Their stop was not said to us, but to the provider."""
LINK = "link "
"""They said that one more address is theirs; what they had agreed to or not holds there too."""

consents = Table(
    "consents",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("person_id", Id, ForeignKey("people.id", ondelete="CASCADE"), nullable=False),
    Column("address_id", Id, ForeignKey("addresses.id", ondelete="SET NULL")),
    Column("act", String(8), nullable=False),
    Column("channel", String(16), nullable=False),
    Column("wording", String(32), nullable=False, comment="version of the words they were shown"),
    Column("words", LargeBinary, comment="sealed: their own words"),
    Column("at", Instant, nullable=False),
    CheckConstraint("act IN ('in', 'out')", name="act"),
    Index("ix_consents_person_id", "person_id"),
)
"""Append-only evidence: who agreed or refused, when, where, after which wording, in which words.

RETURN, PROVIDER and LINK, which has a wording after it, are no agreement to anything new."""

suppressions = Table(
    "suppressions",
    metadata,
    Column("channel", String(16), primary_key=True),
    Column("lookup", LargeBinary, primary_key=True),
    Column("at", Instant, nullable=False),
)
"""All that is kept of a deleted address: a keyed hash, so that nothing is sent to it by mistake."""

sessions = Table(
    "sessions",
    metadata,
    person_key(),
    Column("address_id", Id, ForeignKey("addresses.id", ondelete="CASCADE"), nullable=False),
    Column("flow", String(32), nullable=False),
    Column("state", LargeBinary, nullable=False, comment="sealed answers and position"),
    Column("turn", Integer, nullable=False),
    Column("updated_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Index("ix_sessions_expires_at", "expires_at"),
    Index("ix_sessions_address_id", "address_id"),
)

handovers = Table(
    "handovers",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("person_id", Id, ForeignKey("people.id", ondelete="CASCADE"), nullable=False),
    Column("address_id", Id, ForeignKey("addresses.id", ondelete="SET NULL")),
    Column("reason", String(16), nullable=False),
    Column("words", LargeBinary, comment="sealed"),
    Column("at", Instant, nullable=False),
    Column("closed_at", Instant),
    CheckConstraint(one_of("reason", "asked", "misunderstood", "unclear"), name="reason"),
    Index("ix_handovers_person_id", "person_id"),
)
"""What waits for a human: people who asked for one, and what was not understood twice."""
