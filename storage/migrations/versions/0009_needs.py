"""Needs, what is pledged of them, who has answered, and what a shelter is still to be told."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Instant = sa.BigInteger()

_LIVE = "status IN ('held', 'confirmed')"


def upgrade() -> None:
    _make_needs()
    _make_pledges()
    _make_answers()
    _make_events()


def _make_needs() -> None:
    op.create_table(
        "needs",
        sa.Column("id", Id, autoincrement=False, nullable=False),
        sa.Column("code", sa.String(8), nullable=False),
        sa.Column("shelter_id", Id, nullable=False),
        sa.Column("category", sa.String(16), nullable=False),
        sa.Column("item", sa.LargeBinary, nullable=False, comment="sealed: what it is, as typed"),
        sa.Column("note", sa.LargeBinary, comment="sealed: what else there is to know, as typed"),
        sa.Column(
            "drop_off", sa.LargeBinary, comment="sealed: where and when to bring it, as typed"
        ),
        sa.Column("unit", sa.String(16), nullable=False),
        sa.Column("quantity", sa.Integer, nullable=False),
        sa.Column("committed", sa.Integer, nullable=False, server_default="0"),
        sa.Column("on_the_way", sa.Integer, nullable=False, server_default="0"),
        sa.Column("received", sa.Integer, nullable=False, server_default="0"),
        sa.Column("urgency", sa.String(16), nullable=False),
        sa.Column("needed_by", Instant),
        sa.Column("expires_at", Instant, comment="when it closes by itself, once it is open"),
        sa.Column("status", sa.String(24), nullable=False),
        sa.Column("reason", sa.String(64), comment="why it was closed"),
        sa.Column("ask", sa.String(16), nullable=False),
        sa.Column(
            "waves", sa.SmallInteger, nullable=False, server_default="0", comment="sent so far"
        ),
        sa.Column(
            "next_wave_at", Instant, comment="when more people are asked; none: nobody any more"
        ),
        sa.Column("news", sa.String(16), comment="what whoever was asked is still to be told"),
        sa.Column("posted_by", Id),
        sa.Column("created_at", Instant, nullable=False),
        sa.Column("opened_at", Instant),
        sa.Column("closed_at", Instant),
        sa.Column(
            "version",
            sa.Integer,
            nullable=False,
            server_default="0",
            comment="grows with each edit",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_needs"),
        sa.UniqueConstraint("code", name="uq_needs_code"),
        sa.ForeignKeyConstraint(["shelter_id"], ["shelters.id"], name="fk_needs_shelter_id"),
        sa.ForeignKeyConstraint(
            ["posted_by"], ["people.id"], name="fk_needs_posted_by", ondelete="SET NULL"
        ),
        sa.CheckConstraint("quantity > 0", name="ck_needs_quantity"),
        sa.CheckConstraint("committed >= 0 AND committed <= quantity", name="ck_needs_committed"),
        sa.CheckConstraint("on_the_way >= 0 AND received >= 0", name="ck_needs_counted"),
        sa.CheckConstraint("on_the_way + received <= committed", name="ck_needs_of_committed"),
        sa.CheckConstraint(
            "status IN ('draft', 'awaiting_approval', 'open', 'covered', 'received', 'expired',"
            " 'cancelled')",
            name="ck_needs_status",
        ),
        sa.CheckConstraint("ask IN ('everyone', 'matched', 'nobody')", name="ck_needs_ask"),
    )
    op.create_index("ix_needs_status", "needs", ["status", "next_wave_at"])
    op.create_index("ix_needs_shelter_id", "needs", ["shelter_id", "status"])
    op.create_index("ix_needs_posted_by", "needs", ["posted_by"])
    op.create_index("ix_needs_closed_at", "needs", ["closed_at"])


def _make_pledges() -> None:
    op.create_table(
        "pledges",
        sa.Column("id", Id, autoincrement=False, nullable=False),
        sa.Column("need_id", Id, nullable=False),
        sa.Column("person_id", Id),
        sa.Column("units", sa.Integer, nullable=False),
        sa.Column("received", sa.Integer, nullable=False, server_default="0"),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("nudge_at", Instant, comment="when they are asked, or reminded"),
        sa.Column("nudged_at", Instant),
        sa.Column("held_until", Instant, comment="when a held one lapses"),
        sa.Column("eta", Instant, comment="when they mean to bring it"),
        sa.Column("contact", sa.LargeBinary, comment="sealed: who comes on the day, as typed"),
        sa.Column("created_at", Instant, nullable=False),
        sa.Column("updated_at", Instant, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_pledges"),
        sa.ForeignKeyConstraint(
            ["need_id"], ["needs.id"], name="fk_pledges_need_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name="fk_pledges_person_id", ondelete="SET NULL"
        ),
        sa.CheckConstraint("units > 0", name="ck_pledges_units"),
        sa.CheckConstraint("received >= 0 AND received <= units", name="ck_pledges_received"),
        sa.CheckConstraint(
            "status IN ('held', 'confirmed', 'delivered', 'received', 'released', 'lapsed',"
            " 'no_show')",
            name="ck_pledges_status",
        ),
    )
    _index_part("uq_pledges_live", "pledges", ["person_id", "need_id"], _LIVE, unique=True)
    op.create_index("ix_pledges_need_id", "pledges", ["need_id", "status"])
    op.create_index("ix_pledges_person_id", "pledges", ["person_id"])
    _index_part("ix_pledges_held_until", "pledges", ["held_until"], "status IN ('held')")
    waiting = f"{_LIVE} AND nudged_at IS NULL"
    _index_part("ix_pledges_nudge_at", "pledges", ["nudge_at"], waiting)


def _make_answers() -> None:
    op.create_table(
        "need_answers",
        sa.Column("person_id", Id, autoincrement=False, nullable=False),
        sa.Column("need_id", Id, autoincrement=False, nullable=False),
        sa.Column("at", Instant, nullable=False),
        sa.PrimaryKeyConstraint("person_id", "need_id", name="pk_need_answers"),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name="fk_need_answers_person_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["need_id"], ["needs.id"], name="fk_need_answers_need_id", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_need_answers_need_id", "need_answers", ["need_id"])


def _make_events() -> None:
    op.create_table(
        "pledge_events",
        sa.Column("id", Id, autoincrement=False, nullable=False),
        sa.Column("need_id", Id, nullable=False),
        sa.Column("pledge_id", Id, nullable=False),
        sa.Column("what", sa.String(16), nullable=False),
        sa.Column("units", sa.Integer, nullable=False),
        sa.Column("at", Instant, nullable=False),
        sa.Column("told_at", Instant, comment="when the shelter was told"),
        sa.PrimaryKeyConstraint("id", name="pk_pledge_events"),
        sa.ForeignKeyConstraint(
            ["need_id"], ["needs.id"], name="fk_pledge_events_need_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["pledge_id"], ["pledges.id"], name="fk_pledge_events_pledge_id", ondelete="CASCADE"
        ),
        sa.CheckConstraint(
            "what IN ('held', 'more', 'fewer', 'confirmed', 'delivered', 'received', 'released',"
            " 'lapsed', 'no_show')",
            name="ck_pledge_events_what",
        ),
    )
    op.create_index("ix_pledge_events_need_id", "pledge_events", ["need_id"])
    op.create_index("ix_pledge_events_pledge_id", "pledge_events", ["pledge_id"])
    _index_part("ix_pledge_events_untold", "pledge_events", ["id"], "told_at IS NULL")


def _index_part(
    name: str, table: str, columns: list[str], where: str, *, unique: bool = False
) -> None:
    part = sa.text(where)
    op.create_index(name, table, columns, unique=unique, sqlite_where=part, postgresql_where=part)
