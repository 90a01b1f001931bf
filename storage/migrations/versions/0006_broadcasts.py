"""Broadcasts: what is sent to many, its codes, its tallies; the audit, which only grows."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Instant = sa.BigInteger()

_ONLY_GROWS = {
    "sqlite": (
        "CREATE TRIGGER audit_{event} BEFORE {event} ON audit"
        " BEGIN SELECT RAISE(ABORT, 'the audit only grows'); END"
    ),
    "postgresql": (
        "CREATE TRIGGER audit_{event} BEFORE {event} ON audit"
        " FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change()"
    ),
}
_REFUSE = (
    "CREATE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS"
    " $$ BEGIN RAISE EXCEPTION 'the audit only grows'; END $$"
)


def upgrade() -> None:
    _make_codes()
    _make_broadcasts()
    _make_audit()
    op.add_column(
        "deliveries",
        sa.Column(
            "wording",
            sa.String(72),
            comment="how a broadcast was rendered: its language, + with who we are, @ their zone",
        ),
    )
    op.add_column("deliveries", sa.Column("done_at", Instant, comment="when they said DONE"))


def _make_codes() -> None:
    op.create_table(
        "codes",
        sa.Column("code", sa.String(8), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("row_id", Id, nullable=False, comment="of the table that the kind names"),
        sa.PrimaryKeyConstraint("code", name="pk_codes"),
        sa.CheckConstraint("kind IN ('broadcast', 'need', 'event')", name="ck_codes_kind"),
    )


def _make_broadcasts() -> None:
    op.create_table(
        "broadcasts",
        sa.Column("id", Id, autoincrement=False, nullable=False),
        sa.Column("code", sa.String(16), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("topic", sa.String(32)),
        sa.Column("subject_id", Id, comment="the need or event that it is about"),
        sa.Column(
            "part", sa.String(16), comment="what it is to its subject: a wave, a reminder, news"
        ),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("reason", sa.String(64), comment="why it is held"),
        sa.Column("text_es", sa.LargeBinary, comment="sealed"),
        sa.Column("text_en", sa.LargeBinary, comment="sealed"),
        sa.Column("link", sa.LargeBinary, comment="sealed"),
        sa.Column("buttons", sa.Text, comment="by language, as JSON"),
        sa.Column(
            "happens_at", Instant, comment="what it is about, so that each reads their own hour"
        ),
        sa.Column("happens_zone", sa.String(64)),
        sa.Column("scope", sa.Text, nullable=False, comment="whom it is for, as JSON"),
        sa.Column("capped", sa.Boolean, nullable=False, comment="under the frequency cap"),
        sa.Column("canary", sa.SmallInteger, comment="so many more before somebody looks"),
        sa.Column("priority", sa.SmallInteger, nullable=False),
        sa.Column("decent_hours", sa.SmallInteger, nullable=False, comment="until it is stale"),
        sa.Column("expires_at", Instant, comment="stale from then on, whatever the hours"),
        sa.Column("tolerance", sa.SmallInteger, nullable=False, comment="percent of failures"),
        sa.Column("parked", sa.Boolean, nullable=False, comment="some deliveries may be parked"),
        sa.Column("audience", sa.Integer, nullable=False),
        sa.Column("frozen_upto", Id, nullable=False, comment="people looked at so far, by id"),
        sa.Column("frozen_at", Instant),
        sa.Column("starts_at", Instant, nullable=False),
        sa.Column("started_at", Instant),
        sa.Column("watched_from", Instant, comment="failures before it no longer count"),
        sa.Column("ended_at", Instant),
        sa.Column("created_at", Instant, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_broadcasts"),
        sa.UniqueConstraint("code", name="uq_broadcasts_code"),
    )
    op.create_index("ix_broadcasts_ended_at", "broadcasts", ["ended_at"])
    op.create_index("ix_broadcasts_subject_id", "broadcasts", ["subject_id"])
    op.create_table(
        "broadcast_tallies",
        sa.Column("broadcast_id", Id, autoincrement=False, nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("n", sa.Integer, nullable=False),
        sa.Column("done", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("broadcast_id", "status", name="pk_broadcast_tallies"),
        sa.ForeignKeyConstraint(
            ["broadcast_id"],
            ["broadcasts.id"],
            name="fk_broadcast_tallies_broadcast_id",
            ondelete="CASCADE",
        ),
    )


def _make_audit() -> None:
    op.create_table(
        "audit",
        sa.Column("id", Id, autoincrement=False, nullable=False),
        sa.Column("at", Instant, nullable=False),
        sa.Column(
            "actor", sa.String(24), nullable=False, comment="operator, or the id of a person"
        ),
        sa.Column("act", sa.String(32), nullable=False),
        sa.Column("subject", sa.String(32), comment="the code of what it was done to"),
        sa.Column("details", sa.Text, comment="JSON, without personal data"),
        sa.PrimaryKeyConstraint("id", name="pk_audit"),
    )
    op.create_index("ix_audit_at", "audit", ["at"])
    dialect = op.get_bind().dialect.name
    if dialect == "postgresql":
        op.execute(_REFUSE)
    for event in ("UPDATE", "DELETE"):
        op.execute(_ONLY_GROWS[dialect].format(event=event))
