"""Delivery: how often an outcome was unknown, the pace of weighed messages, a provider's halt."""

import sqlalchemy as sa
from alembic import op

from storage.columns import one_of

revision = "0002"
down_revision = "0001"

_OPEN = one_of("status", "queued", "sending", "unknown")


def upgrade() -> None:
    op.add_column(
        "deliveries",
        sa.Column("unknowns", sa.SmallInteger, server_default="0", nullable=False),
    )
    op.drop_index("ix_deliveries_open", "deliveries")
    op.create_index(
        "ix_deliveries_open",
        "deliveries",
        ["address_id", "id"],
        sqlite_where=sa.text(_OPEN),
        postgresql_where=sa.text(_OPEN),
    )
    op.add_column(
        "senders",
        sa.Column("recent", sa.Text, comment="slots of the last second and their weights, as JSON"),
    )
    op.add_column(
        "senders",
        sa.Column("held_until", sa.BigInteger(), comment="the provider said: not before"),
    )
