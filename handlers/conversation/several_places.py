"""Several places in one answer: "Chicago; Houston", "Chicago y Texas". Pure."""

import re
from collections.abc import Iterable, Sequence
from itertools import chain
from typing import Any

from handlers.conversation.flow import AskBack, Heard, Hearing, NotUnderstood, Understood
from handlers.conversation.parsing import place
from locales import _

_LONGEST = 300
_MOST = 10
_SURELY = re.compile(r"[;\n]")
_MAYBE = re.compile(r"\s(?:y|e|o|u|and|or)\s|[&+/]", re.IGNORECASE)
_COMMA = re.compile(",")

Place = dict[str, Any]
"""A city ("city_id"), or a country and its "region"; with a "label"."""

Candidates = tuple[Place, ...]
"""What one name may mean: one where that is certain."""


def parts_of(text: str) -> Sequence[str]:
    """At what may divide places, the surest first; nothing where nothing does."""
    for divides in (_SURELY, _MAYBE, _COMMA):
        parts = [part.strip() for part in divides.split(text[:_LONGEST]) if part.strip()]
        if len(parts) > 1:
            return parts[:_MOST]
    return ()


def places(heard: Heard) -> Hearing:
    """Cities and areas; a single one is an answer as it is, several are in its "places"."""
    found = _read(heard)
    if found is None and heard.parts:
        return NotUnderstood(_("Several places? With ; between them: Chicago; Houston, Texas."))
    if found is None:
        return place(heard)
    unsure = [each for each in found if len(each) > 1]
    if not unsure:
        return Understood(_together(each[0] for each in found))
    if len(found) == 1:
        return place(heard)
    if len(unsure) > 1:
        return NotUnderstood(_("More than one of them could be several places. With its state?"))
    choices = (
        _together(each[0] if each is not unsure[0] else chosen for each in found)
        for chosen in unsure[0]
    )
    return AskBack(_("Which one do you mean? Or send another place."), tuple(choices))


def _together(found: Iterable[Place]) -> Place:
    named = list({_key(each): each for each in found}.values())
    if len(named) == 1:
        return named[0]
    return {"label": "; ".join(each["label"] for each in named), "places": named}


def each_of(answer: Place) -> Sequence[Place]:
    """The cities and areas of an answer."""
    found: Sequence[Place] = answer.get("places") or (answer,)
    return found


def _read(heard: Heard) -> list[Candidates] | None:
    """What each name may mean; None: at least one isn't known, or it can't be told apart."""
    if not heard.parts:
        return _whole(heard)
    found = [_read(part) for part in heard.parts]
    if _SURELY.search(heard.text):
        return None if None in found else list(chain.from_iterable(filter(None, found)))
    if _MAYBE.search(heard.text):
        return _flat(found) or _whole(heard)
    return _listed(heard, found)


def _whole(heard: Heard) -> list[Candidates] | None:
    if heard.reading == "broad" and len(heard.areas) == 1:
        return [(heard.areas[0],)]
    return [heard.places] if heard.places else None


def _flat(found: Sequence[list[Candidates] | None]) -> list[Candidates] | None:
    """All of them, if each is certain."""
    named = [each for part in found for each in part or [()]]
    return named if all(len(each) == 1 for each in named) else None


def _listed(heard: Heard, found: Sequence[list[Candidates] | None]) -> list[Candidates] | None:
    """With commas: "Chicago, Illinois" is one place, "Chicago, Houston" are two."""
    whole, named, first = _flat([_whole(heard)]), _flat(found), _flat(found[:1])
    if whole is None or first is None or _lies_in(whole[0][0], first[0][0]):
        return _whole(heard)
    alike = named is not None and len({"city_id" in each[0] for each in named}) == 1
    return named if alike else None


def _lies_in(inner: Place, outer: Place) -> bool:
    if "city_id" in outer:
        return _key(inner) == _key(outer)
    region = inner.get("region_code", inner.get("region"))
    return inner["country"] == outer["country"] and outer["region"] in (None, region)


def _key(each: Place) -> tuple[Any, ...]:
    return (each["city_id"],) if "city_id" in each else (each["country"], each["region"])
