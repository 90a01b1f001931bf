"""From the answers of a change to what it writes of an event. What follows is in event_changes."""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from handlers.reminder_times import Occasion, keep_ladder, ladder_of, own_ladder
from storage.events import Event


def occasion(event: Event) -> Occasion:
    """What its reminders go by."""
    ladder = ladder_of(
        event.ladder, has_place=event.place is not None, has_link=event.link is not None
    )
    return Occasion(event.starts_at, event.zone, ladder)


def steps_of(event: Event) -> Sequence[int]:
    """Minutes before it at which people are reminded, the earliest reminder first."""
    return sorted(set(occasion(event).ladder.values()), reverse=True)


def fields_of(event: Event, payload: Mapping[str, Any]) -> dict[str, Any]:
    """The columns that the answers of a change stand for, texts as words."""

    def words(key: str) -> str | None:
        return payload[key]["label"] if payload.get(key) else None

    def place() -> dict[str, Any]:
        city = payload["city"]
        there = {"place": words("address"), "city_id": city["city_id"]}
        return there | _on_other_clocks(event, city["zone"])

    def services() -> str | None:
        return json.dumps(payload["services"]) if payload.get("services") else None

    what: str = payload["what"]
    fields: Mapping[str, Callable[[], dict[str, Any]]] = {
        "when": lambda: {"starts_at": datetime.fromisoformat(payload["when"]["at"])},
        "place": place,
        "title": lambda: {f"title_{each}": payload["title"].get(each) for each in ("es", "en")},
        "capacity": lambda: {"capacity": payload.get("capacity")},
        "minutes": lambda: {"minutes": payload["minutes"]},
        "services": lambda: {"services": services()},
        "reminders": lambda: {"ladder": _ladder(event, payload["reminders"]["minutes"])},
    }
    return fields[what]() if what in fields else {what: words(what)}


def _ladder(event: Event, steps: Sequence[int] | None) -> str | None:
    if steps is None:
        return None
    has_place, has_link = event.place is not None, event.link is not None
    return keep_ladder(own_ladder(steps, has_place=has_place, has_link=has_link))


def _on_other_clocks(event: Event, zone: str) -> dict[str, Any]:
    """The hour on the wall stays what it was."""
    if zone == event.zone:
        return {}
    wall = event.starts_at.astimezone(ZoneInfo(event.zone)).replace(tzinfo=ZoneInfo(zone))
    return {"zone": zone, "starts_at": wall.astimezone(UTC)}
