"""The demo's people: who they are, their phones, what they can do with them. No HTTP here."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Literal, cast

from bot.simulators import TelegramSimulator, TwilioSimulator
from bot.simulators.changes import Changes
from bot.simulators.telegram import Person
from bot.simulators.telegram.chats import Media
from bot.simulators.twilio import Phone, Place
from locales import LANGUAGES, Language

Channel = Literal["sms", "telegram"]
Country = Literal["US", "MX"]
Coordinates = tuple[float, float]

MOST_PEOPLE = 40
LONGEST_TEXT = 20_000
_LONGEST_NAME = 40
_LONGEST_PRESS = 64
_MEDIA = ("photo", "sticker", "voice")
_FIRST_CHAT = 7_100_001


@dataclass(frozen=True, slots=True)
class _Home:
    """Where a new person of a country is. The numbers are of ranges kept for fiction."""

    number: str
    city: str
    state: str
    zip: str
    coordinates: Coordinates
    answer: str


_HOMES: Mapping[str, _Home] = {
    "US": _Home("+1312555{:04}", "CHICAGO", "IL", "60608", (41.857, -87.657), "60608"),
    "MX": _Home("+525555{:06}", "", "", "", (19.427, -99.168), "CDMX"),
}


class ActError(Exception):
    """Something that this person's phone can't do now; nothing happened."""


@dataclass(frozen=True, slots=True)
class Actor:
    """`answers` are words that this person may type: a name, a place."""

    id: str
    name: str
    language: Language
    phone: Phone | Person
    coordinates: Coordinates
    answers: tuple[str, ...]

    @property
    def channel(self) -> Channel:
        return "sms" if isinstance(self.phone, Phone) else "telegram"

    @property
    def address(self) -> str:
        """As the bot knows it: a number, or a chat id."""
        return self.phone.number if isinstance(self.phone, Phone) else str(self.phone.id)


class Stage:
    """All the people, on the two simulated networks."""

    def __init__(self, telegram: TelegramSimulator, twilio: TwilioSimulator) -> None:
        self.telegram = telegram
        self.twilio = twilio
        self.actors: dict[str, Actor] = {}
        self.closed = False
        self._arrivals = Changes()

    def close(self) -> None:
        """Nobody watches any more: ends every `changed`."""
        self.closed = True
        self._arrivals.bump()

    def enter_cast(self) -> None:
        """Those who are there from the beginning."""
        self.enter("Rosa", "sms", "es")
        self.enter("James", "sms", "en")
        self.enter("Lucía", "telegram", "es", "MX")
        self.enter("Dev", "telegram", "en")

    def enter(
        self, name: str, channel: Channel, language: Language, country: Country = "US"
    ) -> Actor:
        """A new person with a phone of their own. ActError when the stage is full."""
        if len(self.actors) >= MOST_PEOPLE:
            raise ActError("there are too many people already")
        count = len(self.actors) + 1
        home = _HOMES[country]
        number = home.number.format(100 + count)
        if channel == "sms":
            place = Place(home.city, home.state, home.zip, country)
            phone: Phone | Person = self.twilio.phone(number, place)
        else:
            phone = self.telegram.person(
                _FIRST_CHAT + count, name, language_code=language, phone_number=number[1:]
            )
        answers = (name, home.answer)
        actor = Actor(f"p{count}", name, language, phone, home.coordinates, answers)
        self.actors[actor.id] = actor
        self._arrivals.bump()
        return actor

    def versions(self) -> tuple[int, ...]:
        return tuple(changes.version for changes in self._all_changes())

    async def changed(self, since: tuple[int, ...], timeout: float) -> None:
        """Return when something moved since these versions, or after `timeout` seconds."""
        pairs = zip(self._all_changes(), since, strict=True)
        waits = [asyncio.ensure_future(changes.wait(after)) for changes, after in pairs]
        try:
            await asyncio.wait(waits, timeout=timeout, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()
            await asyncio.gather(*waits, return_exceptions=True)

    def _all_changes(self) -> Iterable[Changes]:
        # A block or unblock moves no screen, but becomes an update.
        telegram = self.telegram
        return self._arrivals, telegram.changes, telegram.feed.changes, self.twilio.changes


def enter(stage: Stage, wanted: Mapping[str, Any]) -> Actor:
    """Someone new, as a page asks for them. Raises ActError."""
    name = " ".join(_text(wanted, "name", _LONGEST_NAME).split())
    channel = _one_of(wanted, "channel", ("sms", "telegram"))
    language = _one_of(wanted, "language", LANGUAGES)
    country = _one_of(wanted, "country", tuple(_HOMES))
    return stage.enter(
        name, cast("Channel", channel), cast("Language", language), cast("Country", country)
    )


async def act(actor: Actor, what: str, given: Mapping[str, Any]) -> None:
    """Do what someone does on their phone. Raises ActError when that phone can't."""
    done = ACTS.get(what)
    if done is None:
        raise ActError("no phone can do that")
    try:
        await done(actor, given)
    except (LookupError, RuntimeError, ValueError) as error:
        raise ActError(str(error)) from error


async def _say(actor: Actor, given: Mapping[str, Any]) -> None:
    text = _text(given, "text", LONGEST_TEXT)
    if isinstance(actor.phone, Phone):
        await actor.phone.texts(text)
    else:
        await actor.phone.sends(text)


async def _press(actor: Actor, given: Mapping[str, Any]) -> None:
    wanted = _text(given, "button", _LONGEST_PRESS * 4)
    await _telegram(actor).presses(
        wanted, message_id=_message(given) if "message" in given else None
    )


async def _share_contact(actor: Actor, _given: Mapping[str, Any]) -> None:
    await _telegram(actor).shares_contact()


async def _share_location(actor: Actor, _given: Mapping[str, Any]) -> None:
    await _telegram(actor).shares_location(*actor.coordinates)


async def _send_media(actor: Actor, given: Mapping[str, Any]) -> None:
    kind = _one_of(given, "kind", _MEDIA)
    if isinstance(actor.phone, Person):
        await actor.phone.sends_media(cast("Media", kind))
    elif kind == "photo":
        await actor.phone.sends_media()
    else:
        raise ActError("a text message carries pictures only")


async def _edit(actor: Actor, given: Mapping[str, Any]) -> None:
    await _telegram(actor).edits(_message(given), _text(given, "text", LONGEST_TEXT))


async def _block(actor: Actor, _given: Mapping[str, Any]) -> None:
    phone = _telegram(actor)
    if not phone.started or phone.blocked:
        raise ActError("there is nothing to block")
    await phone.blocks()


async def _unblock(actor: Actor, _given: Mapping[str, Any]) -> None:
    phone = _telegram(actor)
    if not phone.blocked:
        raise ActError("it is not blocked")
    await phone.unblocks()


ACTS: Mapping[str, Callable[[Actor, Mapping[str, Any]], Awaitable[None]]] = {
    "text": _say,
    "press": _press,
    "contact": _share_contact,
    "location": _share_location,
    "media": _send_media,
    "edit": _edit,
    "block": _block,
    "unblock": _unblock,
}


def _telegram(actor: Actor) -> Person:
    if not isinstance(actor.phone, Person):
        raise ActError("only Telegram has that")
    return actor.phone


def _text(given: Mapping[str, Any], name: str, most: int) -> str:
    text = given.get(name)
    if not isinstance(text, str) or not text.strip() or len(text) > most:
        raise ActError(f"{name} must be a text of 1 to {most} characters")
    return text


def _message(given: Mapping[str, Any]) -> int:
    with suppress(TypeError, ValueError):
        return int(given["message"])
    raise ActError("message must be the number of a message")


def _one_of(given: Mapping[str, Any], name: str, allowed: Iterable[str]) -> str:
    value = given.get(name)
    if isinstance(value, str) and value in allowed:
        return value
    raise ActError(f"{name} must be one of {', '.join(allowed)}")
