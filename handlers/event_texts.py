"""What is sent about an event: the invitation, what has changed, the end of it. Sends nothing."""

from collections.abc import Iterable, Sequence
from typing import Literal

from handlers.broadcast_texts import Happening, Texts, command
from handlers.conversation.messages import Keyboard
from handlers.conversation.turn import Words
from handlers.event_facts import Told
from handlers.rendering import Joined, Reader
from locales import LANGUAGES, Language, Message, _, translate
from locales.formatting import Listing
from locales.labels import EVENT_SERVICES

KIND = "event"
"""The kind of all broadcasts about events."""

ANSWERS: tuple[tuple[Message, str], ...] = (
    (_("Yes"), "SI"),
    (_("Maybe"), "TALVEZ"),
    (_("No"), "NO"),
)


def buttons(code: str) -> dict[Language, Keyboard]:
    return {
        language: (
            tuple(command(translate(label, language), f"{code} {word}") for label, word in ANSWERS),
        )
        for language in LANGUAGES
    }


def invitation(told: Told, *, again: bool = False) -> Texts:
    """`again`: to the next of weekly meetings, for whoever came to one before."""
    facts = {**told.facts, "code": told.event.code}
    text = (
        _(
            "{title}, {when}, {where}. Coming? YES, MAYBE or NO. To none of these: {code} NO ALL",
            **facts,
        )
        if again
        else _(
            "{title}, {when}, {where}. Coming? YES (YES 4 for four people), MAYBE or NO. "
            "Details: {code}",
            **facts,
        )
    )
    return _texts(told, [text], ask=True)


Question = Literal["that day", "at all"]
"""Whether they come: the day is another, so all are asked anew; or they have not answered yet."""


def change(before: Told | None, after: Told, asks: Question | None) -> Texts:
    """What, when and where, old and new; without `before`, since some never heard of that, all as
    it is now."""
    parts: list[Words] = [
        _("{title} ({code}) has changed.", title=after.title, code=after.event.code),
        *(_all_new(after) if before is None else _differences(before, after)),
    ]
    if asks == "that day":
        parts.append(_("Can you come then? YES, MAYBE or NO."))
    elif asks == "at all":
        parts.append(_("Are you coming? YES, MAYBE or NO."))
    else:
        parts.append(_("Can't come now? {code} NO", code=after.event.code))
    return _texts(after, parts, ask=asks is not None)


def _all_new(after: Told) -> list[Message]:
    now = _("It is now: {when}, {where}.", when=after.when, where=after.where)
    return [now, *_there_will_be(after.services)]


def _differences(before: Told, after: Told) -> list[Message]:
    more = [each for each in after.services if each not in before.services]
    less = [each for each in before.services if each not in after.services]
    return [
        *_times(before, after),
        *_places(before, after),
        *_there_will_be(more),
        *([_("There will not be: {services}.", services=_listed(less))] if less else []),
    ]


def _there_will_be(services: Sequence[str]) -> list[Message]:
    return [_("There will be: {services}.", services=_listed(services))] if services else []


def _listed(services: Sequence[str]) -> Listing:
    return Listing(tuple(EVENT_SERVICES[each] for each in services))


def _times(before: Told, after: Told) -> list[Message]:
    if before.when == after.when:
        return [_("When: {when}.", when=after.when)]
    return [_("New time: {when}. It was {old}.", when=after.when, old=before.when)]


def _places(before: Told, after: Told) -> list[Message]:
    if before.where == after.where:
        return [_("Where: {where}.", where=after.where)]
    return [_("New place: {where}. It was: {old}.", where=after.where, old=before.where)]


def cancellation(told: Told, reason: str | None) -> Texts:
    """`reason` in the organiser's own words, if they gave any."""
    parts: list[Words] = [
        _(
            "{title} ({code}), {when}, {where}, is cancelled. Please don't go.",
            title=told.title,
            code=told.event.code,
            when=told.when,
            where=told.where,
        )
    ]
    if reason:
        parts.append(reason)
    return _texts(told, parts, ask=False)


def _texts(told: Told, parts: Iterable[Words], *, ask: bool) -> Texts:
    words = Joined(tuple(parts), " ")
    es, en = (Reader(language, None)(words) for language in ("es", "en"))
    happens = Happening(told.event.starts_at, told.event.zone)
    shown = buttons(told.event.code) if ask else {}
    return Texts(KIND, es, en, None, buttons=shown, happens=happens)
