"""The time of a delivery is looked for once it has ended, and only then kept in an index."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"

_ENDED = " OR ".join(
    f"status = '{status}'"
    for status in ("sent", "delivered", "failed", "suppressed", "expired", "cancelled")
)


def upgrade() -> None:
    op.drop_index("ix_deliveries_updated_at", "deliveries")
    op.create_index(
        "ix_deliveries_updated_at",
        "deliveries",
        ["updated_at"],
        sqlite_where=sa.text(_ENDED),
        postgresql_where=sa.text(_ENDED),
    )
