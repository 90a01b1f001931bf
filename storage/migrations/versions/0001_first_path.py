"""The first path: people, what comes in and goes out, the network, keys and towns."""

import sqlalchemy as sa
from alembic import op

from storage.columns import one_of

revision = "0001"
down_revision = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Instant = sa.BigInteger()
_STATUSES = [
    "queued",
    "sending",
    "unknown",
    "sent",
    "delivered",
    "failed",
    "suppressed",
    "expired",
    "cancelled",
]


def upgrade() -> None:
    _create_network()
    _create_people()
    _create_messages()
    _create_vault()
    _create_gazetteer()


def _create_network() -> None:
    op.create_table(
        "organisations",
        sa.Column("id", Id, autoincrement=False, nullable=False),
        sa.Column("code", sa.String(32), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("city", sa.Text, nullable=False),
        sa.Column("region", sa.Text, nullable=False),
        sa.Column("country", sa.String(2), nullable=False),
        sa.Column("zone", sa.String(64), nullable=False),
        sa.Column("city_id", Id),
        sa.PrimaryKeyConstraint("id", name="pk_organisations"),
        sa.UniqueConstraint("code", name="uq_organisations_code"),
    )
    op.create_table(
        "shelters",
        sa.Column("id", Id, autoincrement=False, nullable=False),
        sa.Column("code", sa.String(32), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("city", sa.Text, nullable=False),
        sa.Column("region", sa.Text, nullable=False),
        sa.Column("country", sa.String(2), nullable=False),
        sa.Column("zone", sa.String(64), nullable=False),
        sa.Column("city_id", Id),
        sa.PrimaryKeyConstraint("id", name="pk_shelters"),
        sa.UniqueConstraint("code", name="uq_shelters_code"),
    )


def _create_people() -> None:
    op.create_table(
        "people",
        sa.Column("id", Id, autoincrement=False, nullable=False),
        sa.Column("handle", sa.String(16), nullable=False),
        sa.Column("language", sa.String(2), nullable=False),
        sa.Column("consent", sa.String(8), server_default="none", nullable=False),
        sa.Column("name", sa.LargeBinary, comment="sealed"),
        sa.Column("zone", sa.String(64)),
        sa.Column("country", sa.String(2)),
        sa.Column("region", sa.String(16)),
        sa.Column("city_id", Id),
        sa.Column("organisation_id", Id),
        sa.Column("source", sa.String(64), comment="the code that brought them, such as o_chicago"),
        sa.Column("paused_until", Instant),
        sa.Column("created_at", Instant, nullable=False),
        sa.Column("seen_at", Instant, nullable=False),
        sa.CheckConstraint(one_of("consent", "none", "in", "out"), name="ck_people_consent"),
        sa.CheckConstraint("language IN ('es', 'en')", name="ck_people_language"),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name="fk_people_organisation_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_people"),
        sa.UniqueConstraint("handle", name="uq_people_handle"),
    )
    op.create_index("ix_people_city_id", "people", ["city_id"])
    op.create_table(
        "addresses",
        sa.Column("id", Id, autoincrement=False, nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("channel", sa.String(16), nullable=False),
        sa.Column("lookup", sa.LargeBinary, nullable=False, comment="keyed hash of the value"),
        sa.Column("value", sa.LargeBinary, nullable=False, comment="sealed number or chat id"),
        sa.Column("status", sa.String(16), server_default="active", nullable=False),
        sa.Column("preferred", sa.Boolean, server_default=sa.text("true"), nullable=False),
        sa.Column("strikes", sa.SmallInteger, server_default="0", nullable=False),
        sa.Column("created_at", Instant, nullable=False),
        sa.Column("heard_at", Instant, nullable=False, comment="last inbound message"),
        sa.CheckConstraint(
            one_of("channel", "sms", "telegram", "local_sms", "local_telegram"),
            name="ck_addresses_channel",
        ),
        sa.CheckConstraint(
            one_of("status", "active", "blocked", "opted_out", "invalid"),
            name="ck_addresses_status",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name="fk_addresses_person_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_addresses"),
        sa.UniqueConstraint("channel", "lookup", name="uq_addresses_channel_lookup"),
    )
    op.create_index("ix_addresses_person_id", "addresses", ["person_id"])
    op.create_table(
        "registrations",
        sa.Column("id", Id, autoincrement=False, nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("status", sa.String(16), server_default="active", nullable=False),
        sa.Column("headcount", sa.Integer, comment="people an organisation offers"),
        sa.Column(
            "group_name", sa.LargeBinary, comment="sealed: the volunteering organisation's own name"
        ),
        sa.Column("offer", sa.LargeBinary, comment="sealed: what an organisation offers, as typed"),
        sa.Column(
            "credential", sa.LargeBinary, comment="sealed: a legal credential, to be verified"
        ),
        sa.Column("created_at", Instant, nullable=False),
        sa.Column("updated_at", Instant, nullable=False),
        sa.CheckConstraint(
            one_of("kind", "member", "individual", "organisational", "legal_expert"),
            name="ck_registrations_kind",
        ),
        sa.CheckConstraint(
            one_of("status", "active", "to_verify", "verified"), name="ck_registrations_status"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name="fk_registrations_person_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_registrations"),
        sa.UniqueConstraint("person_id", "kind", name="uq_registrations_person_id_kind"),
    )
    op.create_table(
        "traits",
        sa.Column("person_id", Id, autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("value", sa.String(32), nullable=False),
        sa.CheckConstraint(
            one_of("kind", "topic", "muted", "skill", "speaks", "available", "offer"),
            name="ck_traits_kind",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name="fk_traits_person_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("person_id", "kind", "value", name="pk_traits"),
    )
    op.create_index("ix_traits_kind_value", "traits", ["kind", "value"])
    op.create_table(
        "consents",
        sa.Column("id", Id, autoincrement=False, nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("address_id", Id),
        sa.Column("act", sa.String(8), nullable=False),
        sa.Column("channel", sa.String(16), nullable=False),
        sa.Column(
            "wording", sa.String(32), nullable=False, comment="version of the words they were shown"
        ),
        sa.Column("words", sa.LargeBinary, comment="sealed: their own words"),
        sa.Column("at", Instant, nullable=False),
        sa.CheckConstraint("act IN ('in', 'out')", name="ck_consents_act"),
        sa.ForeignKeyConstraint(
            ["address_id"], ["addresses.id"], name="fk_consents_address_id", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name="fk_consents_person_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_consents"),
    )
    op.create_index("ix_consents_person_id", "consents", ["person_id"])
    op.create_table(
        "suppressions",
        sa.Column("channel", sa.String(16), nullable=False),
        sa.Column("lookup", sa.LargeBinary, nullable=False),
        sa.Column("at", Instant, nullable=False),
        sa.PrimaryKeyConstraint("channel", "lookup", name="pk_suppressions"),
    )
    op.create_table(
        "sessions",
        sa.Column("person_id", Id, autoincrement=False, nullable=False),
        sa.Column("address_id", Id, nullable=False),
        sa.Column("flow", sa.String(32), nullable=False),
        sa.Column("state", sa.LargeBinary, nullable=False, comment="sealed answers and position"),
        sa.Column("turn", sa.Integer, nullable=False),
        sa.Column("updated_at", Instant, nullable=False),
        sa.Column("expires_at", Instant, nullable=False),
        sa.ForeignKeyConstraint(
            ["address_id"], ["addresses.id"], name="fk_sessions_address_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name="fk_sessions_person_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("person_id", name="pk_sessions"),
    )
    op.create_index("ix_sessions_address_id", "sessions", ["address_id"])
    op.create_index("ix_sessions_expires_at", "sessions", ["expires_at"])
    op.create_table(
        "handovers",
        sa.Column("id", Id, autoincrement=False, nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("address_id", Id),
        sa.Column("reason", sa.String(16), nullable=False),
        sa.Column("words", sa.LargeBinary, comment="sealed"),
        sa.Column("at", Instant, nullable=False),
        sa.Column("closed_at", Instant),
        sa.CheckConstraint(
            one_of("reason", "asked", "misunderstood", "unclear"), name="ck_handovers_reason"
        ),
        sa.ForeignKeyConstraint(
            ["address_id"], ["addresses.id"], name="fk_handovers_address_id", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name="fk_handovers_person_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_handovers"),
    )
    op.create_index("ix_handovers_person_id", "handovers", ["person_id"])


def _create_messages() -> None:
    op.create_table(
        "inbound",
        sa.Column("id", Id, autoincrement=False, nullable=False),
        sa.Column("channel", sa.String(16), nullable=False),
        sa.Column("provider_id", sa.String(64), nullable=False),
        sa.Column("address_id", Id),
        sa.Column("status", sa.String(8), nullable=False),
        sa.Column("payload", sa.LargeBinary, comment="sealed: the message as parsed"),
        sa.Column("error", sa.String(64), comment="type and place of what a handler raised"),
        sa.Column("received_at", Instant, nullable=False),
        sa.CheckConstraint("status IN ('done', 'failed')", name="ck_inbound_status"),
        sa.ForeignKeyConstraint(
            ["address_id"], ["addresses.id"], name="fk_inbound_address_id", ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_inbound"),
        sa.UniqueConstraint("channel", "provider_id", name="uq_inbound_channel_provider_id"),
    )
    op.create_index("ix_inbound_address_id", "inbound", ["address_id"])
    op.create_index("ix_inbound_received_at", "inbound", ["received_at"])
    op.create_table(
        "deliveries",
        sa.Column("id", Id, autoincrement=False, nullable=False),
        sa.Column("broadcast_id", Id),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("address_id", Id, nullable=False),
        sa.Column("channel", sa.String(16), nullable=False),
        sa.Column("kind", sa.String(16), server_default="reply", nullable=False),
        sa.Column("priority", sa.SmallInteger, nullable=False),
        sa.Column("status", sa.String(16), server_default="queued", nullable=False),
        sa.Column(
            "body", sa.LargeBinary, comment="sealed Outgoing; empty where it is rendered when sent"
        ),
        sa.Column("due_at", Instant, nullable=False),
        sa.Column("expires_at", Instant),
        sa.Column("attempts", sa.SmallInteger, server_default="0", nullable=False),
        sa.Column("worker", sa.String(32), comment="who holds the claim"),
        sa.Column("lease_until", Instant),
        sa.Column("called_at", Instant, comment="just before the provider was called"),
        sa.Column("provider_id", sa.String(64)),
        sa.Column("error", sa.String(64)),
        sa.Column("segments", sa.SmallInteger),
        sa.Column("created_at", Instant, nullable=False),
        sa.Column("updated_at", Instant, nullable=False),
        sa.CheckConstraint(
            one_of("kind", "reply", "consent", "notice", "broadcast"), name="ck_deliveries_kind"
        ),
        sa.CheckConstraint(
            one_of("status", *_STATUSES),
            name="ck_deliveries_status",
        ),
        sa.ForeignKeyConstraint(
            ["address_id"], ["addresses.id"], name="fk_deliveries_address_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name="fk_deliveries_person_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_deliveries"),
        sa.UniqueConstraint(
            "broadcast_id", "person_id", name="uq_deliveries_broadcast_id_person_id"
        ),
    )
    op.create_index(
        "ix_deliveries_lease",
        "deliveries",
        ["lease_until"],
        sqlite_where=sa.text(one_of("status", "sending", "unknown")),
        postgresql_where=sa.text(one_of("status", "sending", "unknown")),
    )
    op.create_index(
        "ix_deliveries_open",
        "deliveries",
        ["address_id", "id"],
        sqlite_where=sa.text("status IN ('queued', 'sending')"),
        postgresql_where=sa.text("status IN ('queued', 'sending')"),
    )
    op.create_index("ix_deliveries_person_id", "deliveries", ["person_id", "broadcast_id"])
    op.create_index("ix_deliveries_provider_id", "deliveries", ["provider_id"])
    op.create_index(
        "ix_deliveries_queue",
        "deliveries",
        ["channel", "priority", "due_at", "id"],
        sqlite_where=sa.text("status = 'queued'"),
        postgresql_where=sa.text("status = 'queued'"),
    )
    op.create_index("ix_deliveries_updated_at", "deliveries", ["updated_at"])
    op.create_table(
        "receipts",
        sa.Column("provider_id", sa.String(64), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("error", sa.String(64)),
        sa.Column("at", Instant, nullable=False),
        sa.PrimaryKeyConstraint("provider_id", "status", name="pk_receipts"),
    )
    op.create_table(
        "senders",
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column(
            "free_at", sa.BigInteger, nullable=False, comment="µs since the epoch: next free slot"
        ),
        sa.Column(
            "halted", sa.String(64), comment="why nothing goes out: a configuration error's code"
        ),
        sa.Column("halted_at", Instant),
        sa.PrimaryKeyConstraint("name", name="pk_senders"),
    )
    op.create_table(
        "clock_runs",
        sa.Column("job", sa.String(32), nullable=False),
        sa.Column("at", Instant, nullable=False),
        sa.Column("rows", sa.Integer, server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("job", name="pk_clock_runs"),
    )


def _create_vault() -> None:
    op.create_table(
        "vault",
        sa.Column("key_id", sa.String(8), nullable=False),
        sa.Column(
            "wrapped", sa.LargeBinary, nullable=False, comment="the index key under that secret key"
        ),
        sa.PrimaryKeyConstraint("key_id", name="pk_vault"),
    )


def _create_gazetteer() -> None:
    op.create_table(
        "cities",
        sa.Column("id", Id, autoincrement=False, nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("region_code", sa.String(16), nullable=False),
        sa.Column("region", sa.String(100), nullable=False),
        sa.Column("country", sa.String(2), nullable=False),
        sa.Column("zone", sa.String(64), nullable=False),
        sa.Column("lat", sa.Float, nullable=False),
        sa.Column("lon", sa.Float, nullable=False),
        sa.Column("population", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_cities"),
    )
    op.create_index("ix_cities_country", "cities", ["country", "region_code", "population"])
    op.create_index("ix_cities_lat", "cities", ["lat", "lon"])
    op.create_table(
        "city_name_keys",
        sa.Column("skeleton", sa.String(32), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("sound", sa.String(200), nullable=False),
        sa.PrimaryKeyConstraint("skeleton", "name", name="pk_city_name_keys"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "city_names",
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("city_id", Id, autoincrement=False, nullable=False),
        sa.Column("belongs", sa.Integer, nullable=False),
        sa.Column("weight", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("name", "city_id", name="pk_city_names"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "gazetteer_editions",
        sa.Column("edition", sa.String(200), nullable=False),
        sa.PrimaryKeyConstraint("edition", name="pk_gazetteer_editions"),
    )
    op.create_table(
        "zips",
        sa.Column("code", sa.String(5), nullable=False),
        sa.Column("city_id", Id, nullable=False),
        sa.Column("zone", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("code", name="pk_zips"),
        sqlite_with_rowid=False,
    )
