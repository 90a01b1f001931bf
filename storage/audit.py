"""The audit: who did what with a privilege, and when. Rows are added, never changed or removed."""

import json
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Column, Connection, Index, String, Table, Text

from storage.columns import Id
from storage.database import Instant, insert, metadata
from storage.ids import new_id

OPERATOR = "operator"
"""Whoever has a shell on the machine."""

audit = Table(
    "audit",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("at", Instant, nullable=False),
    Column("actor", String(24), nullable=False, comment="operator, or the id of a person"),
    Column("act", String(32), nullable=False),
    Column("subject", String(32), comment="the code of what it was done to"),
    Column("details", Text, comment="JSON, without personal data"),
    Index("ix_audit_at", "at"),
)


def record(
    connection: Connection,
    actor: str,
    act: str,
    subject: str | None,
    *,
    at: datetime,
    details: Mapping[str, object] | None = None,
) -> None:
    """`details` hold no personal data: codes, counts and settings."""
    row = {"id": new_id(), "at": at, "actor": actor, "act": act, "subject": subject}
    kept = json.dumps(details, ensure_ascii=False, separators=(",", ":")) if details else None
    connection.execute(insert(audit), {**row, "details": kept})
