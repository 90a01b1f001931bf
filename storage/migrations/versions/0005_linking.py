"""Linking: open codes, wrong tries, and addresses that wait to be chosen before they are used."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Instant = sa.BigInteger()


def upgrade() -> None:
    op.add_column(
        "addresses",
        sa.Column(
            "may_stand_in",
            sa.Boolean,
            server_default=sa.text("true"),
            nullable=False,
            comment="may be written to while the preferred address can't be reached",
        ),
    )
    op.create_table(
        "link_codes",
        sa.Column("person_id", Id, autoincrement=False, nullable=False),
        sa.Column("address_id", Id, nullable=False),
        sa.Column("lookup", sa.LargeBinary, nullable=False, comment="keyed hash of the code"),
        sa.Column("expires_at", Instant, nullable=False),
        sa.ForeignKeyConstraint(
            ["address_id"], ["addresses.id"], name="fk_link_codes_address_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name="fk_link_codes_person_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("person_id", name="pk_link_codes"),
        sa.UniqueConstraint("lookup", name="uq_link_codes_lookup"),
    )
    op.create_index("ix_link_codes_address_id", "link_codes", ["address_id"])
    op.create_index("ix_link_codes_expires_at", "link_codes", ["expires_at"])
    op.create_table(
        "link_tries",
        sa.Column("id", Id, autoincrement=False, nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("at", Instant, nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name="fk_link_tries_person_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_link_tries"),
    )
    op.create_index("ix_link_tries_person_id", "link_tries", ["person_id", "at"])
