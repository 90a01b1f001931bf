"""Events, and who comes to them."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Instant = sa.BigInteger()


def upgrade() -> None:
    _make_events()
    _make_rsvps()


def _make_events() -> None:
    op.create_table(
        "events",
        sa.Column("id", Id, autoincrement=False, nullable=False),
        sa.Column("code", sa.String(8), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("organisation_id", Id, comment="who invites"),
        sa.Column("title_es", sa.LargeBinary, comment="sealed"),
        sa.Column("title_en", sa.LargeBinary, comment="sealed"),
        sa.Column("starts_at", Instant, nullable=False),
        sa.Column(
            "zone", sa.String(64), nullable=False, comment="whose clocks its hour is told by"
        ),
        sa.Column("minutes", sa.SmallInteger, nullable=False, comment="how long it lasts"),
        sa.Column("place", sa.LargeBinary, comment="sealed: where to go, as written"),
        sa.Column("city_id", Id),
        sa.Column("link", sa.LargeBinary, comment="sealed: where to join from afar"),
        sa.Column("notes", sa.LargeBinary, comment="sealed: what to bring or to know"),
        sa.Column("services", sa.Text, comment="codes of what makes it easier to come, as JSON"),
        sa.Column("capacity", sa.Integer),
        sa.Column(
            "taken", sa.Integer, nullable=False, comment="people who come, and places on offer"
        ),
        sa.Column("ladder", sa.Text, comment="when to remind, as JSON; none: as usual"),
        sa.Column("sequence", sa.Integer, nullable=False, comment="changes so far, for calendars"),
        sa.Column("uid", sa.String(64), nullable=False, comment="its name in calendars"),
        sa.Column("series_id", Id, comment="the first of the weekly meetings that this is one of"),
        sa.Column("audience", sa.Text, comment="whom it is announced to, as JSON; none: nobody"),
        sa.Column("created_by", Id),
        sa.Column("created_at", Instant, nullable=False),
        sa.Column("updated_at", Instant, nullable=False),
        sa.Column("ended_at", Instant, comment="since when it is past or cancelled"),
        sa.PrimaryKeyConstraint("id", name="pk_events"),
        sa.UniqueConstraint("code", name="uq_events_code"),
        sa.UniqueConstraint("uid", name="uq_events_uid"),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name="fk_events_organisation_id"
        ),
        sa.ForeignKeyConstraint(
            ["created_by"], ["people.id"], name="fk_events_created_by", ondelete="SET NULL"
        ),
        sa.CheckConstraint(
            "status IN ('draft', 'open', 'cancelled', 'past')", name="ck_events_status"
        ),
        sa.CheckConstraint(
            "kind IN ('rally', 'vigil', 'march', 'delegation', 'training', 'briefing', 'assembly',"
            " 'prayer_day')",
            name="ck_events_kind",
        ),
        sa.CheckConstraint(
            "taken >= 0 AND (capacity IS NULL OR taken <= capacity)", name="ck_events_taken"
        ),
    )
    for column in ("starts_at", "series_id", "created_by"):
        op.create_index(f"ix_events_{column}", "events", [column])


def _make_rsvps() -> None:
    op.create_table(
        "rsvps",
        sa.Column("event_id", Id, autoincrement=False, nullable=False),
        sa.Column("person_id", Id, autoincrement=False, nullable=False),
        sa.Column("answer", sa.String(8), nullable=False),
        sa.Column("party", sa.SmallInteger, nullable=False, comment="people, with whoever answers"),
        sa.Column("was", sa.String(8), comment="the answer before the day changed"),
        sa.Column("queued_at", Instant, comment="since when in line for places"),
        sa.Column("offered_until", Instant, comment="places are kept for them until then"),
        sa.Column("asked_at", Instant, comment="when we last asked, other than by a broadcast"),
        sa.Column("answered_at", Instant),
        sa.Column("confirmed_at", Instant, comment="said again that they come"),
        sa.Column("checked_in_at", Instant),
        sa.Column("created_at", Instant, nullable=False),
        sa.Column("updated_at", Instant, nullable=False),
        sa.PrimaryKeyConstraint("event_id", "person_id", name="pk_rsvps"),
        sa.ForeignKeyConstraint(
            ["event_id"], ["events.id"], name="fk_rsvps_event_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name="fk_rsvps_person_id", ondelete="CASCADE"
        ),
        sa.CheckConstraint(
            "answer IN ('yes', 'maybe', 'no', 'waiting', 'asked')", name="ck_rsvps_answer"
        ),
        sa.CheckConstraint("party >= 1", name="ck_rsvps_party"),
    )
    op.create_index("ix_rsvps_person_id", "rsvps", ["person_id"])
    op.create_index("ix_rsvps_queued_at", "rsvps", ["event_id", "queued_at"])
