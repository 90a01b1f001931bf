"""Loading the network's own places, shelters and organisations, from a file or for the demo."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Any
from zoneinfo import available_timezones

from sqlalchemy import Connection, Table, select

from handlers.places import locate
from storage.database import insert
from storage.ids import new_id
from storage.network import organisations, shelters

_CODE = re.compile(r"[a-z0-9]{2,32}")
_FIELDS = ("code", "name", "city", "state", "country", "timezone")


@dataclass(slots=True)
class Loaded:
    """`refused`: what could not be taken, each with its reason, as lines to print."""

    organisations: int = 0
    shelters: int = 0
    refused: list[str] = field(default_factory=list)


def demo_network() -> dict[str, Any]:
    text = (files("handlers") / "data" / "demo_network.json").read_text("utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


def load(connection: Connection, network: Mapping[str, Any]) -> Loaded:
    """Adds or updates by code; loading again changes nothing. Shaped as data/demo_network.json."""
    done = Loaded()
    done.organisations = _load(connection, organisations, network.get("organisations"), done)
    done.shelters = _load(connection, shelters, network.get("shelters"), done)
    return done


def _load(connection: Connection, table: Table, rows: object, done: Loaded) -> int:
    taken = 0
    for number, row in enumerate(rows if isinstance(rows, list) else (), start=1):
        reason = _fault(row)
        if reason:
            done.refused.append(f"{table.name} {number}: {reason}")
        else:
            _save(connection, table, row)
            taken += 1
    return taken


def _fault(row: object) -> str | None:
    if not isinstance(row, dict):
        return "is not an object"
    missing = [name for name in _FIELDS if not isinstance(row.get(name), str) or not row[name]]
    if missing:
        return f"{missing[0]} is missing"
    if not _CODE.fullmatch(row["code"]):
        return "code must be 2 to 32 small letters and digits"
    if row["timezone"] not in available_timezones():
        return "timezone is not an IANA name"
    return None


def _save(connection: Connection, table: Table, row: Mapping[str, str]) -> None:
    place = locate(connection, row["city"], row["state"], row["country"])
    columns = {
        "name": row["name"],
        "city": row["city"],
        "region": row["state"],
        "country": row["country"],
        "zone": row["timezone"],
        "city_id": place.city_id if place else None,
    }
    known = connection.execute(select(table.c.id).where(table.c.code == row["code"])).scalar()
    statement = insert(table).values(id=known or new_id(), code=row["code"], **columns)
    connection.execute(statement.on_conflict_do_update(index_elements=[table.c.code], set_=columns))
