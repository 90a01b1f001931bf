"""Whose stop is known, and what they had promised is still to be let go."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "departures",
        sa.Column("person_id", Id, autoincrement=False, nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["people.id"],
            name="fk_departures_person_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("person_id", name="pk_departures"),
    )
    # Who was stopped by the provider before this may hold something still.
    op.execute(
        "INSERT INTO departures (person_id, since) SELECT id, seen_at FROM people"
        " WHERE consent = 'out'"
    )
