"""When each shelter hears how its day went."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "shelter_summaries",
        sa.Column("shelter_id", Id, autoincrement=False, nullable=False),
        sa.Column(
            "hour", sa.SmallInteger, comment="on the shelter's clocks; none: it wants no summary"
        ),
        sa.Column("told_on", sa.Date, comment="the last day that it was told of"),
        sa.CheckConstraint("hour BETWEEN 0 AND 23", name="ck_shelter_summaries_hour"),
        sa.ForeignKeyConstraint(
            ["shelter_id"],
            ["shelters.id"],
            name="fk_shelter_summaries_shelter_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("shelter_id", name="pk_shelter_summaries"),
    )
