"""Coordinators: grants, invitations, acts that wait for a code, approvals by a second person."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0006"

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Instant = sa.BigInteger()


def upgrade() -> None:
    _make_grants()
    _make_invitations()
    _make_pending_acts()
    _make_approvals()
    _widen_codes()


def _scoped(table: str) -> list[sa.CheckConstraint]:
    rules = {
        "role": "role IN ('coordinator', 'approver', 'admin')",
        "scope": "scope IN ('network', 'organisation', 'shelter')",
        "scope_id": "(scope = 'network') = (scope_id IS NULL)",
    }
    return [sa.CheckConstraint(rule, name=f"ck_{table}_{name}") for name, rule in rules.items()]


def _of_a_person(table: str, column: str = "person_id", gone: str = "CASCADE") -> sa.Constraint:
    return sa.ForeignKeyConstraint(
        [column], ["people.id"], name=f"fk_{table}_{column}", ondelete=gone
    )


def _make_grants() -> None:
    op.create_table(
        "grants",
        sa.Column("id", Id, autoincrement=False, nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("scope", sa.String(16), nullable=False),
        sa.Column("scope_id", Id, comment="of the organisation or shelter; none for the network"),
        sa.Column("granted_at", Instant, nullable=False),
        sa.Column(
            "granted_by", sa.String(24), nullable=False, comment="operator, or the id of a person"
        ),
        sa.Column("revoked_at", Instant),
        sa.PrimaryKeyConstraint("id", name="pk_grants"),
        _of_a_person("grants"),
        *_scoped("grants"),
    )
    op.create_index("ix_grants_person_id", "grants", ["person_id"])


def _make_invitations() -> None:
    op.create_table(
        "invitations",
        sa.Column("id", Id, autoincrement=False, nullable=False),
        sa.Column("lookup", sa.LargeBinary, comment="keyed hash of the code, once there is one"),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("scope", sa.String(16), nullable=False),
        sa.Column("scope_id", Id),
        sa.Column(
            "made_by", sa.String(24), nullable=False, comment="operator, or the id of a person"
        ),
        sa.Column("confirmed_by", sa.String(24), comment="the second admin"),
        sa.Column("expires_at", Instant, nullable=False),
        sa.Column("used_at", Instant),
        sa.PrimaryKeyConstraint("id", name="pk_invitations"),
        sa.UniqueConstraint("lookup", name="uq_invitations_lookup"),
        *_scoped("invitations"),
    )
    op.create_index("ix_invitations_expires_at", "invitations", ["expires_at"])
    op.create_table(
        "invitation_tries",
        sa.Column("id", Id, autoincrement=False, nullable=False),
        sa.Column("address_id", Id, nullable=False),
        sa.Column("at", Instant, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_invitation_tries"),
        sa.ForeignKeyConstraint(
            ["address_id"],
            ["addresses.id"],
            name="fk_invitation_tries_address_id",
            ondelete="CASCADE",
        ),
    )
    op.create_index("ix_invitation_tries_address_id", "invitation_tries", ["address_id", "at"])


def _make_pending_acts() -> None:
    op.create_table(
        "pending_acts",
        sa.Column("id", Id, autoincrement=False, nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("name", sa.String(32), nullable=False),
        sa.Column(
            "payload",
            sa.LargeBinary,
            nullable=False,
            comment="sealed: what is to be done, as JSON",
        ),
        sa.Column(
            "lookup", sa.LargeBinary, nullable=False, comment="keyed hash of the one-time code"
        ),
        sa.Column("expires_at", Instant, nullable=False),
        sa.Column("tries", sa.SmallInteger, nullable=False, server_default="0"),
        sa.PrimaryKeyConstraint("id", name="pk_pending_acts"),
        sa.UniqueConstraint("person_id", name="uq_pending_acts_person_id"),
        _of_a_person("pending_acts"),
    )
    op.create_index("ix_pending_acts_expires_at", "pending_acts", ["expires_at"])


def _make_approvals() -> None:
    op.create_table(
        "approvals",
        sa.Column("id", Id, autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("subject_id", Id, nullable=False, comment="of the table that the kind names"),
        sa.Column("code", sa.String(16), nullable=False),
        sa.Column("role", sa.String(16), nullable=False, comment="who may decide"),
        sa.Column("shelter_id", Id, comment="where; neither: the whole network"),
        sa.Column("organisation_id", Id),
        sa.Column("asked_by", Id),
        sa.Column("asked_at", Instant, nullable=False),
        sa.Column("expires_at", Instant, nullable=False),
        sa.Column("decided_by", Id),
        sa.Column("decided_at", Instant),
        sa.Column("decision", sa.String(16)),
        sa.PrimaryKeyConstraint("id", name="pk_approvals"),
        sa.CheckConstraint(
            "decision IN ('approved', 'rejected', 'withdrawn', 'expired')",
            name="ck_approvals_decision",
        ),
        _of_a_person("approvals", "asked_by", "SET NULL"),
        _of_a_person("approvals", "decided_by", "SET NULL"),
    )
    op.create_table(
        "approval_views",
        sa.Column("approval_id", Id, autoincrement=False, nullable=False),
        sa.Column("person_id", Id, autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("approval_id", "person_id", name="pk_approval_views"),
        sa.ForeignKeyConstraint(
            ["approval_id"],
            ["approvals.id"],
            name="fk_approval_views_approval_id",
            ondelete="CASCADE",
        ),
        _of_a_person("approval_views"),
    )
    for column in ("code", "asked_by", "decided_by"):
        op.create_index(f"ix_approvals_{column}", "approvals", [column])


def _widen_codes() -> None:
    """An invitation that waits for a second admin has a code too. SQLite can't change a check."""
    rule = "kind IN ('broadcast', 'need', 'event', 'invitation')"
    if op.get_bind().dialect.name == "postgresql":
        op.drop_constraint("ck_codes_kind", "codes", type_="check")
        op.create_check_constraint("ck_codes_kind", "codes", rule)
        return
    op.rename_table("codes", "old_codes")
    op.create_table(
        "codes",
        sa.Column("code", sa.String(8), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("row_id", Id, nullable=False, comment="of the table that the kind names"),
        sa.PrimaryKeyConstraint("code", name="pk_codes"),
        sa.CheckConstraint(rule, name="ck_codes_kind"),
    )
    op.execute("INSERT INTO codes SELECT code, kind, row_id FROM old_codes")
    op.drop_table("old_codes")
