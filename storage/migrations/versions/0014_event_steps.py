"""Reminders with steps of an organiser's own; an index without the many that it never finds."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"

_COMMENT = "what it is to its subject: a wave, a reminder, news"


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.add_column("broadcasts", sa.Column("wider", sa.String(64)))
        op.execute("UPDATE broadcasts SET wider = part")
        op.drop_column("broadcasts", "part")
        op.execute("ALTER TABLE broadcasts RENAME COLUMN wider TO part")
    else:
        op.alter_column(
            "broadcasts",
            "part",
            type_=sa.String(64),
            existing_type=sa.String(16),
            existing_comment=_COMMENT,
        )
    op.drop_index("ix_deliveries_provider_id", "deliveries")
    known = sa.text("provider_id IS NOT NULL")
    op.create_index(
        "ix_deliveries_provider_id",
        "deliveries",
        ["provider_id"],
        sqlite_where=known,
        postgresql_where=known,
    )
