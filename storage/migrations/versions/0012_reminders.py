"""When something of an event's reminders falls due, and the code at its door."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Instant = sa.BigInteger()


def upgrade() -> None:
    _make_plans()
    _make_doors()


def _make_plans() -> None:
    op.create_table(
        "reminder_plans",
        sa.Column("event_id", Id, autoincrement=False, nullable=False),
        sa.Column("starts_at", Instant, nullable=False),
        sa.Column("zone", sa.String(64), nullable=False),
        sa.Column(
            "ladder", sa.Text, nullable=False, comment="minutes before the start by part, as JSON"
        ),
        sa.Column("done_upto", Instant, nullable=False, comment="what fell due before is settled"),
        sa.Column("due_at", Instant, comment="when something falls due next; none: no more"),
        sa.PrimaryKeyConstraint("event_id", name="pk_reminder_plans"),
        sa.ForeignKeyConstraint(
            ["event_id"], ["events.id"], name="fk_reminder_plans_event_id", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_reminder_plans_due_at", "reminder_plans", ["due_at"])


def _make_doors() -> None:
    op.create_table(
        "doors",
        sa.Column("event_id", Id, autoincrement=False, nullable=False),
        sa.Column("code", sa.String(8), nullable=False, comment="digits, shown at the door"),
        sa.Column("opens_at", Instant, nullable=False),
        sa.Column("closes_at", Instant, nullable=False),
        sa.Column(
            "told", sa.Integer, nullable=False, comment="how many had come when we last said"
        ),
        sa.Column("told_at", Instant),
        sa.Column("thanks_at", Instant, comment="when whoever came is thanked; none: they were"),
        sa.PrimaryKeyConstraint("event_id", name="pk_doors"),
        sa.ForeignKeyConstraint(
            ["event_id"], ["events.id"], name="fk_doors_event_id", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_doors_code", "doors", ["code"])
    op.create_index("ix_doors_closes_at", "doors", ["closes_at"])
    op.create_index("ix_doors_thanks_at", "doors", ["thanks_at"])
