"""Broadcasts that hold themselves: filtered, misconfigured, or failing too often. No sends."""

from collections.abc import Iterable

import structlog
from sqlalchemy import Connection

from storage import broadcasts
from storage.broadcast_deliveries import failing
from storage.broadcasts import ERRORS

log = structlog.get_logger()


def hold(connection: Connection, broadcast_id: int, reason: str) -> None:
    if broadcasts.hold(connection, broadcast_id, reason):
        told_held(broadcast_id, reason)


def hold_failing(connection: Connection, broadcast_ids: Iterable[int]) -> None:
    """Of these, which have just failed for somebody, the ones that fail too often."""
    for broadcast_id in sorted(broadcast_ids):
        if failing(connection, broadcast_id):
            hold(connection, broadcast_id, ERRORS)


def told_held(broadcast_id: int, reason: str) -> None:
    """Nobody decided this hold: whoever watches the logs is told."""
    log.warning("broadcast_held", broadcast=broadcast_id, reason=reason)
