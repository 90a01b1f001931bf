"""One index knows whose a delivery is and that a broadcast is theirs once; replies are in no other.

Every reply entered two that said the same.
"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"

_OF_A_BROADCAST = sa.text("broadcast_id IS NOT NULL")


def upgrade() -> None:
    op.drop_index("ix_deliveries_person_id", "deliveries")
    with op.batch_alter_table("deliveries") as table:
        table.drop_constraint("uq_deliveries_broadcast_id_person_id", type_="unique")
        table.create_unique_constraint(
            "uq_deliveries_person_id_broadcast_id", ["person_id", "broadcast_id"]
        )
    op.create_index(
        "ix_deliveries_broadcast_id",
        "deliveries",
        ["broadcast_id", "person_id"],
        sqlite_where=_OF_A_BROADCAST,
        postgresql_where=_OF_A_BROADCAST,
    )
