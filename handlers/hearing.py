"""A message as a flow hears it: the press, the clock of the person, the places it may name."""

from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any, cast

from phonenumbers import NumberParseException, parse, region_code_for_number
from sqlalchemy import Connection

from handlers.conversation.flow import Heard
from handlers.conversation.messages import Inbound
from handlers.conversation.several_places import parts_of
from handlers.places import Found, Place, find_places, near_location
from handlers.rendering import FLOW
from locales import Language
from storage.conversations import Caller

_NO_ZONE = "UTC"


def hear(inbound: Inbound, caller: Caller, now: datetime) -> Heard:
    pressed = inbound.press.data if inbound.press else ""
    press = pressed.removeprefix(f"{FLOW}:") if pressed.startswith(f"{FLOW}:") else None
    language = cast("Language", caller.language)
    return Heard(inbound.text, press, now=now, zone=caller.zone or _NO_ZONE, language=language)


def hear_place(
    connection: Connection,
    heard: Heard,
    inbound: Inbound,
    caller: Caller,
    *,
    several: bool = False,
) -> Heard:
    """With the gazetteer's candidates for the text or the location, which goes no further.

    `several`: with those of each part of the text as well.
    """
    if heard.press is not None:
        return heard
    near = caller.country or _country_of(inbound)
    if inbound.location is not None:
        place = near_location(connection, *inbound.location)
        return _with(heard, Found("one", (place,)) if place else Found("nothing"))
    return _named(connection, heard, parts_of(heard.text) if several else (), near)


def _named(connection: Connection, heard: Heard, parts: Sequence[str], near: str | None) -> Heard:
    """The parts of a part, too."""
    found = find_places(connection, heard.text, heard.language, near)
    named = (_named(connection, replace(heard, text=part), parts_of(part), near) for part in parts)
    return _with(heard, found, tuple(named))


def _with(heard: Heard, found: Found, parts: tuple[Heard, ...] = ()) -> Heard:
    places = tuple(place_answer(place) for place in found.places)
    return replace(heard, places=places, reading=found.kind, areas=_areas(found), parts=parts)


def _areas(found: Found) -> tuple[dict[str, Any], ...]:
    return tuple(
        {"label": found.area or each.region or each.country, **asdict(each)}
        for each in found.within
    )


def place_answer(place: Place) -> dict[str, Any]:
    """A place as an answer: JSON, with the label that names it."""
    return {**place.to_dict(), "label": place.label}


def _country_of(inbound: Inbound) -> str | None:
    """The country of a phone number: a hint for names that several countries share."""
    if inbound.channel != "sms":
        return None
    try:
        return region_code_for_number(parse(inbound.sender))
    except NumberParseException:
        return None
