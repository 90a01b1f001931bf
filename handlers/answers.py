"""Answers that describe a person: saved from any flow, and known again so nobody is asked twice."""

from collections.abc import Mapping
from typing import Any

from handlers.context import Context
from handlers.hearing import place_answer
from handlers.places import place_of
from storage import profiles

_TRAITS = {
    "topics": "topic",
    "skills": "skill",
    "available": "available",
    "speaks": "speaks",
    "offers": "offer",
}


def save(context: Context, answers: Mapping[str, Any]) -> None:
    """Writes what was answered; questions that were skipped or not asked change nothing."""
    answers = {key: value for key, value in answers.items() if value is not None}
    columns = _columns(context, answers)
    if columns:
        profiles.describe(context.connection, context.caller.person_id, **columns)
    traits = {kind: answers[key] for key, kind in _TRAITS.items() if key in answers}
    if answers.get("role"):
        traits["skill"] = [answers["role"]]
    if traits:
        profiles.set_traits(context.connection, context.caller.person_id, traits)


def known(context: Context) -> dict[str, Any]:
    """Name and place, as answers to the questions of the same key."""
    caller = context.caller
    found: dict[str, Any] = {}
    if caller.name is not None:
        found["name"] = context.vault.open("people", "name", caller.person_id, caller.name)
    if caller.city_id is not None:
        place = place_of(context.connection, caller.city_id)
        if place is not None:
            found["place"] = place_answer(place)
    return found


def _columns(context: Context, answers: Mapping[str, Any]) -> dict[str, Any]:
    columns: dict[str, Any] = {}
    if answers.get("name"):
        person = context.caller.person_id
        columns["name"] = context.seal("people", "name", person, answers["name"])
    if answers.get("place"):
        place = answers["place"]
        columns |= {name: place[name] for name in ("zone", "country", "city_id")}
        columns["region"] = place["region_code"]
    return columns
