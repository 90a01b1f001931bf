"""An event with its texts opened, and how its parts read in either language. Changes nothing."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection

from handlers.conversation.turn import Words
from handlers.places import place_of
from locales import Language, Message, _, n_, translate
from locales.formatting import Listing, Moment
from locales.labels import EVENT_KINDS, EVENT_SERVICES
from storage import profiles
from storage.events import Event
from storage.sealed import Vault

TEXTS = ("title_es", "title_en", "place", "link", "notes")
"""The sealed columns."""

_HOUR = 60


@dataclass(frozen=True, slots=True)
class Title:
    """As it was written in the reader's language, else in the other, with what kind it is."""

    kind: str
    es: str | None
    en: str | None

    def localized(self, language: Language, country: str | None) -> str:
        own, other = (self.es, self.en) if language == "es" else (self.en, self.es)
        return own or f"{other} ({translate(EVENT_KINDS[self.kind], language, country)})"


@dataclass(frozen=True, slots=True)
class Told:
    """`city` is the label of the place's city, such as "Chicago, IL"; `host` invites."""

    event: Event
    title: Title
    place: str | None
    city: str | None
    link: str | None
    notes: str | None
    services: tuple[str, ...]
    host: str | None

    @property
    def facts(self) -> Mapping[str, Words]:
        """What, when and where, as a text names them."""
        return {"title": self.title, "when": self.when, "where": self.where}

    @property
    def when(self) -> Moment:
        """By the clocks where it is, which are named."""
        return Moment(self.event.starts_at, self.event.zone, zone_named=True)

    @property
    def where(self) -> Words:
        there = self.address
        if there is None:
            return _("online")
        return there if self.link is None else _("{place}, or online", place=there)

    @property
    def address(self) -> str | None:
        """The place with its city, unless it names that itself; None: only online."""
        if self.place is None or self.city is None:
            return self.place or self.city
        named = self.city.partition(",")[0].casefold() in self.place.casefold()
        return self.place if named else f"{self.place}, {self.city}"

    @property
    def duration(self) -> Message:
        return duration_words(self.event.minutes)

    @property
    def eases(self) -> Listing | None:
        """What makes it easier to come, if anything is known."""
        named = [EVENT_SERVICES[each] for each in self.services if each in EVENT_SERVICES]
        return Listing(tuple(named)) if named else None


def tell_of(connection: Connection, vault: Vault, event: Event) -> Told:
    def opened(column: str) -> str | None:
        sealed = getattr(event, column)
        return None if sealed is None else vault.open("events", column, event.id, sealed)

    city = place_of(connection, event.city_id) if event.city_id is not None else None
    host = event.organisation_id
    return Told(
        event,
        Title(event.kind, opened("title_es"), opened("title_en")),
        opened("place"),
        city.label if city else None,
        opened("link"),
        opened("notes"),
        tuple(json.loads(event.services)) if event.services else (),
        profiles.organisation_name(connection, host) if host is not None else None,
    )


def duration_words(minutes: int) -> Message:
    hours, rest = divmod(minutes, _HOUR)
    if not hours:
        return n_("{n} minute", "{n} minutes", rest)
    whole = n_("{n} hour", "{n} hours", hours)
    return _("{hours} {minutes} min", hours=whole, minutes=rest) if rest else whole


def card(told: Told) -> list[Words]:
    """All that there is to know before coming, a line each."""
    lines: list[Words] = [
        told.title,
        told.when,
        told.where,
        _("Lasts {duration}", duration=told.duration),
    ]
    if told.host is not None:
        lines.append(_("Invites: {organisation}", organisation=told.host))
    if told.eases is not None:
        lines.append(_("There will be: {services}", services=told.eases))
    if told.notes is not None:
        lines.append(told.notes)
    return lines
