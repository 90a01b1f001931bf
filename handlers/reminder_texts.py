"""What a reminder of an event says, by the parts that it is made of. No times, no sending."""

from collections.abc import Collection, Iterator

from handlers.broadcast_texts import Happening, Texts, command
from handlers.conversation.messages import Keyboard
from handlers.conversation.turn import Words
from handlers.event_facts import Told
from handlers.maps import map_link
from handlers.reminder_times import Part, asks, shows_the_way
from handlers.rendering import Joined, Reader
from locales import LANGUAGES, Language, Message, _, translate
from storage.reminders import KIND

_ANSWERS: tuple[tuple[Message, str], ...] = (
    (_("I'm coming"), "SI"),
    (_("I can't come"), "NO"),
)


def reminder_texts(told: Told, parts: Collection[Part]) -> Texts:
    asking = asks(parts)
    words = Joined(tuple(_lines(told, parts, asking=asking)), " ")
    es, en = (Reader(language, None)(words) for language in ("es", "en"))
    return Texts(
        KIND,
        es,
        en,
        told.link if "link" in parts else None,
        buttons=_buttons(told.event.code) if asking else {},
        happens=Happening(told.event.starts_at, told.event.zone),
    )


def _lines(told: Told, parts: Collection[Part], *, asking: bool) -> Iterator[Words]:
    if asking:
        yield _("Reminder: {title}, {when}, {where}.", **told.facts)
    else:
        yield _("See you soon: {title}, {when}, {where}.", **told.facts)
    yield from _map(told, parts)
    if asking:
        yield _("Are you coming? YES or NO.")


def at_hand(told: Told, parts: Collection[Part]) -> Iterator[Words]:
    """For whoever says late that they come: what these parts have told the others."""
    yield _("Where: {where}.", where=told.where)
    yield from _map(told, parts)
    if told.link is not None and "link" in parts:
        yield told.link


def _map(told: Told, parts: Collection[Part]) -> Iterator[Words]:
    if shows_the_way(parts) and told.address is not None:
        yield _("Map: {link}", link=map_link(told.address))


def _buttons(code: str) -> dict[Language, Keyboard]:
    return {
        language: (
            tuple(
                command(translate(label, language), f"{code} {word}") for label, word in _ANSWERS
            ),
        )
        for language in LANGUAGES
    }
