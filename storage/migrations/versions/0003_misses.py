"""How many messages in a row outside a flow were not understood: at the second a human is told."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.add_column(
        "people",
        sa.Column(
            "misses",
            sa.SmallInteger,
            server_default="0",
            nullable=False,
            comment="messages in a row outside a flow that were not understood",
        ),
    )
