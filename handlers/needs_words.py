"""How a need reads: what, how much, by when; how people are asked, and told that it is covered.

Free words of a shelter are told as typed and marked so. Where to bring things is not told here.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto

from handlers.broadcast_texts import Happening, Texts, command
from handlers.conversation.messages import Keyboard
from handlers.conversation.turn import Words
from handlers.rendering import Joined, Reader
from handlers.wall_hours import same_wall
from locales import LANGUAGES, Language, Message, _, translate
from locales.formatting import Moment
from locales.labels import AMOUNTS, CATEGORIES
from storage.need_circle import KIND
from storage.needs import Need
from storage.sealed import Vault

_OF = frozenset({"box", "pack", "bag", "bottle", "liter", "kg", "pair"})
_SERVICES = frozenset(
    {"space", "legal", "interpreting", "mental_health", "childcare", "hands"},
)
_DONE = frozenset({"night", "hour", "ride", "appointment", "person"})
_FEW = 5
_LONGEST_NOTE = 80
_URGENCY = {"critical": _("It can't wait."), "urgent": _("It's urgent.")}


@dataclass(frozen=True, slots=True)
class Told:
    """A need with its free words opened."""

    need: Need
    item: str
    note: str | None
    drop_off: str | None


def told(vault: Vault, need: Need) -> Told:
    def opened(column: str, sealed: bytes | None) -> str | None:
        return None if sealed is None else vault.open("needs", column, need.id, sealed)

    item = vault.open("needs", "item", need.id, need.item)
    return Told(need, item, opened("note", need.note), opened("drop_off", need.drop_off))


def is_service(need: Need) -> bool:
    """It is done, and nothing is carried: hours, rides, people, an interpreter."""
    return is_done(need.unit, need.category)


def is_done(unit: str, category: str) -> bool:
    return unit in _DONE or category in _SERVICES


def at_shelter(need: Need, at: datetime, reader: str | None) -> Moment:
    """On the shelter's wall; whose it is is said to readers whose own wall shows another hour.

    `reader`: their zone.
    """
    zone = need.shelter.zone
    return Moment(at, zone, zone_named=reader is None or not same_wall(at, reader, zone))


def place_of(need: Need) -> str:
    """The shelter, with its city unless its name says it."""
    shelter = need.shelter
    return shelter.name if shelter.city in shelter.name else f"{shelter.name}, {shelter.city}"


def amount(need: Need, n: int) -> Message:
    """ "5 packs", in the unit of the need."""
    return AMOUNTS[need.unit](n)


def so_many(told: Told, n: int) -> Message:
    return so_many_of(told.need.unit, n, told.item)


def so_many_of(unit: str, n: int, item: str) -> Message:
    """ "5 packs of “diapers”", "2 rides: “to the airport”", "20 “blankets”"."""
    if unit == "piece":
        return _('{n} "{item}"', n=n, item=item)
    if unit in _OF:
        return _('{amount} of "{item}"', amount=AMOUNTS[unit](n), item=item)
    return _('{amount}: "{item}"', amount=AMOUNTS[unit](n), item=item)


def by_when(need: Need, at: datetime) -> Message:
    """On the clocks of the shelter."""
    return _("By {moment} at the latest.", moment=Moment(at, need.shelter.zone))


class Since(Enum):
    """What came before an ask: nothing; others gave, and more is missing; it was covered."""

    NOW = auto()
    MORE = auto()
    COVERED = auto()


def asking(told: Told, since: Since) -> Texts:
    """What people are asked."""
    need = told.need
    parts: list[Words] = [_what(told, since)]
    if need.urgency in _URGENCY:
        parts.append(_URGENCY[need.urgency])
    if need.needed_by is not None:
        parts.append(by_when(need, need.needed_by))
    if told.note and len(told.note) <= _LONGEST_NOTE:
        parts.append(_('"{note}"', note=told.note))
    parts.append(how_to_answer(need))
    happens = Happening(need.needed_by, need.shelter.zone) if need.needed_by else None
    return Texts(KIND, *_both(parts), None, buttons=_buttons(need), happens=happens)


def _what(told: Told, since: Since) -> Message:
    need, what = told.need, so_many(told, told.need.remaining)
    facts: dict[str, object] = {"shelter": need.shelter.name, "what": what}
    if need.category == "other":
        match since:
            case Since.NOW:
                return _("{shelter} needs {what}.", **facts)
            case Since.MORE:
                return _("{shelter} still needs {what}.", **facts)
            case Since.COVERED:
                return _("{shelter} needs {what} again.", **facts)
    facts["category"] = CATEGORIES[need.category]
    match since:
        case Since.NOW:
            return _("{shelter} needs {category}: {what}.", **facts)
        case Since.MORE:
            return _("{shelter} still needs {category}: {what}.", **facts)
        case Since.COVERED:
            return _("{shelter} needs {category} again: {what}.", **facts)


def how_to_answer(need: Need) -> Message:
    n = min(5, max(1, need.remaining))
    return _("Reply {code} and how many ({code} {n}), or NO.", code=need.code, n=n)


def covered(told: Told) -> Texts:
    text = _(
        "{shelter} has all it asked for: {what} ({code}). Thank you! Nothing more is needed.",
        shelter=told.need.shelter.name,
        what=so_many(told, told.need.quantity),
        code=told.need.code,
    )
    return Texts(KIND, *_both([text]), None)


def _both(parts: Iterable[Words]) -> tuple[str, str]:
    """In Spanish and in English."""
    whole = Joined(tuple(parts), " ")
    return Reader("es", None)(whole), Reader("en", None)(whole)


def _buttons(need: Need) -> dict[Language, Keyboard]:
    return {language: _keyboard(need, language) for language in LANGUAGES}


def _keyboard(need: Need, language: Language) -> Keyboard:
    shown = [n for n in (1, 5, 10) if n <= need.remaining]
    if need.remaining < _FEW:
        shown = list(range(1, need.remaining + 1))
    numbers = tuple(
        command(translate(amount(need, n), language), f"{need.code} {n}") for n in shown
    )
    no = command(translate(_("Not this time"), language), f"{need.code} NO")
    return (numbers, (no,))
