"""A message as a flow hears it: the press, the day where the person is, the places it may name."""

from dataclasses import asdict, replace
from datetime import datetime
from typing import Any, cast
from zoneinfo import ZoneInfo

from phonenumbers import NumberParseException, parse, region_code_for_number
from sqlalchemy import Connection

from handlers.conversation.flow import Heard
from handlers.conversation.messages import Inbound
from handlers.places import Found, Place, find_places, near_location
from handlers.rendering import FLOW
from locales import Language
from storage.conversations import Caller

_NO_ZONE = "UTC"


def hear(inbound: Inbound, caller: Caller, now: datetime) -> Heard:
    pressed = inbound.press.data if inbound.press else ""
    press = pressed.removeprefix(f"{FLOW}:") if pressed.startswith(f"{FLOW}:") else None
    today = now.astimezone(ZoneInfo(caller.zone or _NO_ZONE)).date()
    language = cast("Language", caller.language)
    return Heard(inbound.text, press, today=today, now=now, language=language)


def hear_place(connection: Connection, heard: Heard, inbound: Inbound, caller: Caller) -> Heard:
    """With the gazetteer's candidates for the text or the location, which goes no further."""
    if heard.press is not None:
        return heard
    found = _found(connection, inbound, caller)
    places = tuple(place_answer(place) for place in found.places)
    return replace(heard, places=places, reading=found.kind, areas=_areas(found))


def _areas(found: Found) -> tuple[dict[str, Any], ...]:
    return tuple(
        {"label": found.area or each.region or each.country, **asdict(each)}
        for each in found.within
    )


def place_answer(place: Place) -> dict[str, Any]:
    """A place as an answer: JSON, with the label that names it."""
    return {**place.to_dict(), "label": place.label}


def _found(connection: Connection, inbound: Inbound, caller: Caller) -> Found:
    if inbound.location is not None:
        place = near_location(connection, *inbound.location)
        return Found("one", (place,)) if place else Found("nothing")
    near = caller.country or _country_of(inbound)
    return find_places(connection, inbound.text, cast("Language", caller.language), near)


def _country_of(inbound: Inbound) -> str | None:
    """The country of a phone number: a hint for names that several countries share."""
    if inbound.channel != "sms":
        return None
    try:
        return region_code_for_number(parse(inbound.sender))
    except NumberParseException:
        return None
