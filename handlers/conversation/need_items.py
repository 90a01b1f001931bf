"""What a shelter lacks, as somebody types it in a hurry: "10 cajas de agua, 5 cobijas". Pure.

A number that isn't certain is left open, so that it is asked for. Nothing about time in here.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Final

from handlers.conversation.need_words import (
    AMOUNT_WORDS,
    CONTAINERS,
    EXCEPTING,
    LEADS,
    MONEY,
    MORE_OF,
    PEOPLE,
    TAILS,
    UNIT_ITSELF,
    UNIT_OF_CATEGORY,
    UNIT_WORDS,
    VAGUE,
)
from handlers.conversation.numbers import whole_number
from handlers.conversation.parsing import tidy
from handlers.conversation.pledge_words import NUMBER_WORDS, SIZES
from handlers.conversation.words import fold
from locales import LANGUAGES, translate
from locales.labels import CATEGORIES, CATEGORIES_SHORT
from locales.vocabulary import CATEGORIES as CATEGORY_WORDS
from locales.vocabulary import every_word

LONGEST_ITEM: Final = 60
MOST_ITEMS: Final = 8
MOST_UNITS: Final = 100_000
_LONGEST: Final = 600
_FEWEST_LETTERS: Final = 2

_GROUPED = re.compile(r"(?<![\d.,])(\d{1,3})((?:[.,]\d{3})+)(?![\d.,]*\d)")
_DIGITS = re.compile(r"(?:x\s?)?(\d{1,9})(?:\s?x\b)?(?![\d.,:/%°º-]*\d|%|\s?[-\u2013/]\s?\d)", re.I)
_STARTS = r"(?:x?\s?\d|(?:" + "|".join(sorted(NUMBER_WORDS | AMOUNT_WORDS)) + r")\b)"
_APART = re.compile(
    rf"\s*[\n;•·]+\s*[-*]?\s*|\s*[,+&]\s*(?={_STARTS})|\s*,?\s+(?:y|e|and|más|plus)\s+(?={_STARTS})",
    re.IGNORECASE,
)
_TENS = re.compile(
    r"\b(?:veinte|treinta|cuarenta|cincuenta|sesenta|setenta|ochenta|noventa) y "
    r"(?:un[oa]?|dos|tres|cuatro|cinco|seis|siete|ocho|nueve)\b",
    re.IGNORECASE,
)
_BEHIND = re.compile(
    r"(?P<item>\D.*?\w)(?P<mark>\s*[:=,]|\s+-|\s*\bx)?\s*\b(?P<amount>\d+(?:\s+[^\W\d]+)?)",
    re.IGNORECASE,
)
_SIZED = {
    word: size for words, size in SIZES for each in words.split("|") for word in (each, f"{each}s")
} | {"dozens": 12}
_EDGES = " .,;:!¡¿?\"'-*•="


@dataclass(frozen=True, slots=True)
class Item:
    """`item` is as typed, without its amount; empty: an amount of nothing named. `quantity` None:
    it has to be asked. `category` None: the words don't tell."""

    item: str
    quantity: int | None
    unit: str
    category: str | None


@dataclass(frozen=True, slots=True)
class Amount:
    """`unit` None: none was said. `rest` is what is left of the text."""

    quantity: int
    unit: str | None
    rest: str


def asks_for_money(text: str) -> bool:
    """Money itself, or where to send it; credit for a phone is a thing like any other."""
    return bool(MONEY.search(f" {fold(text)} ")) or text.strip().startswith("$")


def read_items(text: str) -> list[Item]:
    """Each thing that is named, in order; none when nothing is, or too much."""
    if len(text) > _LONGEST:
        return []
    even = _GROUPED.sub(lambda m: m[1] + re.sub("[.,]", "", m[2]), text)
    even = _TENS.sub(lambda m: str(whole_number(m[0]) or m[0]), even)
    parts = [part for part in map(_trimmed, _APART.split(even)) if part]
    items = _joined([_item(part) for part in parts])
    fit = all(len(each.item) <= LONGEST_ITEM for each in items) and len(items) <= MOST_ITEMS
    return items if fit else []


def read_amount(text: str) -> Amount | None:
    """The amount that a text begins with ("20 cajas de …", "una docena"), if it is certain."""
    words = _trimmed(text)
    counted = _number(words)
    if counted is None:
        return None
    number, rest = counted
    number, rest = _sized(number, rest)
    unit, rest = _unit(rest)
    return Amount(number, unit, _without_of(rest)) if 0 < number <= MOST_UNITS else None


def category_of(item: str) -> str | None:
    """The one category that the words of an item name; the first name that stands in it."""
    words = fold(item).split()
    for at, word in enumerate(words):
        if word in EXCEPTING:
            words = words[:at]
            break
    longest = max(map(len, (name.split() for name in _category_words())))
    for at in range(len(words)):
        for length in range(min(longest, len(words) - at), 0, -1):
            found = _category_named(" ".join(words[at : at + length]))
            if found is not None:
                return found
    return None


def _category_named(words: str) -> str | None:
    """In either number: "huevos" are food as an "huevo" is."""
    known = _category_words()
    forms = (words, words.removesuffix("s"), words.removesuffix("es"), f"{words}s")
    return next((known[form] for form in forms if form in known), None)


def _joined(items: list[Item]) -> list[Item]:
    """ "Cobijas, 20": an amount of nothing belongs to the thing before it that has none."""
    found: list[Item] = []
    for each in items:
        if found and not each.item and found[-1].quantity is None:
            found[-1] = replace(found[-1], quantity=each.quantity, unit=each.unit)
        else:
            found.append(each)
    return found


def _item(part: str) -> Item:
    amount = read_amount(part)
    if amount is None:
        return _counted_behind(part) or _uncounted(part)
    return _named(amount.rest, amount.quantity, amount.unit)


def _named(item: str, quantity: int | None, unit: str | None) -> Item:
    category = category_of(item)
    counted = unit or _own_unit(item, category)
    unsaid = UNIT_ITSELF[counted].sub("", item) if counted in UNIT_ITSELF else item
    return Item(unsaid, quantity, counted, category)


def _own_unit(item: str, category: str | None) -> str:
    """What is counted where nobody says: people are people, beds are beds."""
    folded = fold(item)
    if PEOPLE.match(folded):
        return "person"
    first = folded.split(" ")[0]
    named = UNIT_WORDS.get(first)
    if named is not None and named not in CONTAINERS:
        return named
    return UNIT_OF_CATEGORY.get(category or "", "piece")


def _counted_behind(part: str) -> Item | None:
    """ "Pañales: 20 cajas", "agua x 10": a number that is set apart, or has a unit."""
    match = _BEHIND.fullmatch(part)
    amount = read_amount(match["amount"]) if match else None
    if match is None or amount is None or amount.rest or not (match["mark"] or amount.unit):
        return None
    return _named(_trimmed(match["item"]), amount.quantity, amount.unit)


def _uncounted(part: str) -> Item:
    """No number that is certain: what is left of "muchas cobijas" and "10-15 cajas de agua"."""
    item = VAGUE.sub("", part)
    unit, rest = _unit(item) if item != part else (None, item)
    return _named(_without_of(rest) if unit else item, None, unit)


def _number(words: str) -> tuple[int, str] | None:
    digits = _DIGITS.match(words)
    if digits:
        return int(digits[1]), words[digits.end() :].strip(_EDGES)
    tokens = words.split()
    length = 0
    while length < min(len(tokens), 6) and fold(tokens[length]) in NUMBER_WORDS | AMOUNT_WORDS:
        length += 1
    for taken in range(length, 0, -1):
        folded = [fold(token) for token in tokens[:taken]]
        if " ".join(folded) in ("media", "half a"):
            return _half(tokens[taken:])
        article = folded in (["a"], ["an"])
        number = 1 if article else whole_number(" ".join(folded))
        if number is not None:
            return number, " ".join(tokens[taken:])
    return None


def _half(tokens: list[str]) -> tuple[int, str] | None:
    """Half of something that is counted by the dozen."""
    size = _SIZED.get(fold(tokens[0])) if tokens else None
    return None if size is None else (size // 2, " ".join(tokens[1:]))


def _sized(number: int, rest: str) -> tuple[int, str]:
    first, _space, others = rest.partition(" ")
    size = _SIZED.get(fold(first))
    return (number, rest) if size is None else (number * size, _without_of(others))


def _unit(rest: str) -> tuple[str | None, str]:
    """The unit that the text begins with, unless it says what the thing itself is."""
    tokens = MORE_OF.sub("", rest).split()
    for length in (2, 1):
        code = UNIT_WORDS.get(fold(" ".join(tokens[:length])))
        others = " ".join(tokens[length:])
        if code in CONTAINERS:
            return code, others
        if code is not None:
            counts = code != "person" and re.match(r"(?:de|of)\b", others, re.IGNORECASE)
            return code, others if counts else rest
    return None, rest


def _without_of(text: str) -> str:
    text = MORE_OF.sub("", text)
    return _trimmed(re.sub(r"^(?:de|of|d)\s+(?:la |las |los |el |the )?", "", text, flags=re.I))


def _trimmed(text: str) -> str:
    """Without what people say around it: "necesitamos …", "… por favor"."""
    words = tidy(text).strip(_EDGES)
    while True:
        shorter = TAILS.sub("", LEADS.sub("", words)).strip(_EDGES)
        if shorter == words:
            return words
        words = shorter


@cache
def _category_words() -> Mapping[str, str]:
    found: dict[str, str] = {}
    for code, label in CATEGORIES.items():
        shown = {
            translate(text, language)
            for text in (label, CATEGORIES_SHORT[code])
            for language in LANGUAGES
        }
        if code != "other":
            found |= {fold(word): code for word in every_word(CATEGORY_WORDS[code]) | shown}
    return found
