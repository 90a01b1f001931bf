"""Leaving: farewells, what providers are to delete, unlinked counts, numbers that change hands."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Instant = sa.BigInteger()


def upgrade() -> None:
    op.create_table(
        "farewells",
        sa.Column("person_id", Id, autoincrement=False, nullable=False),
        sa.Column("since", Instant, nullable=False),
        sa.Column("due_at", Instant, nullable=False, comment="not looked at before"),
        sa.PrimaryKeyConstraint("person_id", name="pk_farewells"),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name="fk_farewells_person_id", ondelete="CASCADE"
        ),
    )
    op.create_table(
        "provider_deletions",
        sa.Column("channel", sa.String(16), nullable=False),
        sa.Column("provider_id", sa.String(64), nullable=False),
        sa.Column("due_at", Instant, nullable=False),
        sa.Column("attempts", sa.SmallInteger, server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("channel", "provider_id", name="pk_provider_deletions"),
    )
    op.create_index("ix_provider_deletions_due_at", "provider_deletions", ["due_at"])
    op.create_table(
        "counts",
        sa.Column("day", sa.String(10), nullable=False, comment="ISO date, UTC"),
        sa.Column("what", sa.String(32), nullable=False),
        sa.Column("n", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("day", "what", name="pk_counts"),
    )
    op.add_column(
        "addresses",
        sa.Column(
            "doubted_at", Instant, comment="since when its holder is asked if it is still theirs"
        ),
    )
