"""How needs stand, as plain facts: what is asked for, promised, on its way and there. No words."""

from typing import Any

from sqlalchemy import Connection

from storage import needs
from storage.needs import LIVE, Need

Facts = dict[str, Any]


def facts_of_need(connection: Connection, need_id: int) -> Facts | None:
    need = needs.read(connection, need_id)
    return None if need is None else _facts(need)


def open_needs(connection: Connection) -> list[Facts]:
    return [_facts(each) for each in needs.in_state(connection, LIVE)]


def _facts(need: Need) -> Facts:
    return {
        "code": need.code,
        "about": "need",
        "shelter": need.shelter.code,
        "category": need.category,
        "unit": need.unit,
        "urgency": need.urgency,
        "status": need.status.value,
        "reason": need.reason,
        "quantity": need.quantity,
        "committed": need.committed,
        "on_the_way": need.on_the_way,
        "received": need.received,
        "waves": need.waves,
        "needed_by": need.needed_by.isoformat() if need.needed_by else None,
        "opened_at": need.opened_at.isoformat() if need.opened_at else None,
        "closed_at": need.closed_at.isoformat() if need.closed_at else None,
    }
