"""Alerts written in a chat: an hour on everyone's own clock, and who watches how it goes."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Instant = sa.BigInteger()


def upgrade() -> None:
    op.add_column(
        "broadcasts",
        sa.Column("local_at", sa.String(16), comment="the hour on each one's own wall, as ISO"),
    )
    op.create_table(
        "watchers",
        sa.Column("broadcast_id", Id, autoincrement=False, nullable=False),
        sa.Column("person_id", Id, autoincrement=False, nullable=False),
        sa.Column("address_id", Id, comment="the chat where it was written"),
        sa.Column("message_id", Id, comment="the delivery of the message that is edited"),
        sa.Column("edit_id", Id, comment="the delivery of the latest edit"),
        sa.Column("shown", sa.String(64), comment="digest of what it shows"),
        sa.Column("told", sa.String(72), comment="the latest news that were told"),
        sa.Column("losses", sa.SmallInteger, nullable=False, comment="messages that couldn't be"),
        sa.Column(
            "counted", sa.Integer, nullable=False, comment="sent by the time of the last look"
        ),
        sa.Column("counted_at", Instant),
        sa.Column("next_at", Instant, nullable=False),
        sa.PrimaryKeyConstraint("broadcast_id", "person_id", name="pk_watchers"),
        sa.ForeignKeyConstraint(
            ["broadcast_id"],
            ["broadcasts.id"],
            name="fk_watchers_broadcast_id",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name="fk_watchers_person_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["address_id"], ["addresses.id"], name="fk_watchers_address_id", ondelete="SET NULL"
        ),
    )
    for column in ("person_id", "address_id"):
        op.create_index(f"ix_watchers_{column}", "watchers", [column])
