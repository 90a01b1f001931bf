"""Understanding a choice: a number as it was shown, a word in either language, or a near miss."""

import re
from collections.abc import Sequence
from functools import cache
from typing import Any

from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

from handlers.conversation.flow import (
    Heard,
    Hearing,
    NotUnderstood,
    Option,
    Understood,
)
from handlers.conversation.numbers import whole_number
from handlers.conversation.vocabulary import ALL, NONE, agrees
from handlers.conversation.words import fold, word_set
from locales import LANGUAGES, _, translate

_NEAR = 84
_SHORTEST_INSIDE = 4
_LONGEST = 500
_SEPARATORS = re.compile(
    r"\s*(?:[,;/\n+&.]|\by\b|\be\b|\band\b|(?<=\d)[ye](?=\d))\s*", re.IGNORECASE
)
_RANGE = re.compile(
    r"\d\s*(?:[-\u2010-\u2015\u2212]|\b(?:al?|to|hasta|thru|through)\b)\s*(?:el\s+)?\d",
    re.IGNORECASE,
)
_NUMBER_WORDS = word_set(
    "opcion opciones option options numero numeros number numbers el los las the"
)
_EXCEPTING = word_set(
    "no not dont ni nor sin without menos except excepto salvo never nunca tampoco"
)
"""Words that turn the meaning of what they stand beside."""


def choose_one(options: Sequence[Option], offered: Sequence[Any], heard: Heard) -> Hearing:
    """One option: by number as offered, by its words, or by a single near miss."""
    codes = _exactly(options, fold(heard.text[:_LONGEST]))
    number = None if codes else whole_number(heard.text)
    if number is not None:
        return _numbered(options, offered, number)
    codes = codes or _named(options, heard.text)
    if len(codes) == 1:
        return Understood(codes[0])
    return NotUnderstood()


def choose_many(options: Sequence[Option], offered: Sequence[Any], heard: Heard) -> Hearing:
    """Several options: "1 3 5", "1,3 y 5", words, all, none. Codes in the order of the flow."""
    text = heard.text[:_LONGEST]
    folded = fold(text)
    if folded in ALL:
        return Understood([option.code for option in options])
    if folded in NONE:
        return Understood([])
    if _RANGE.search(text):
        return NotUnderstood(_("Please send each number, like 1 3."))
    wanted: set[str] = set()
    for part in _parts(text):
        hearing = _part(options, offered, part)
        if isinstance(hearing, NotUnderstood):
            return hearing
        wanted.update(hearing)
    if not wanted:
        return NotUnderstood()
    return Understood([option.code for option in options if option.code in wanted])


def choose_offered(offered: Sequence[Any], heard: Heard) -> Understood | None:
    """A value of an AskBack, by its number or by its label; by a yes if it is the only one."""
    if len(offered) == 1 and agrees(fold(heard.text[:_LONGEST])):
        return Understood(offered[0])
    number = whole_number(heard.text)
    if number is not None:
        return Understood(offered[number - 1]) if 1 <= number <= len(offered) else None
    labels = [fold(str(value["label"])) for value in offered]
    best = process.extractOne(fold(heard.text), labels, scorer=fuzz.ratio, score_cutoff=_NEAR)
    return Understood(offered[best[2]]) if best else None


def _numbered(options: Sequence[Option], offered: Sequence[Any], number: int) -> Hearing:
    shown = offered or [option.code for option in options]
    if not 1 <= number <= len(shown):
        return NotUnderstood(_("Please choose a number from 1 to {last}.", last=len(shown)))
    still_there = any(option.code == shown[number - 1] for option in options)
    return Understood(shown[number - 1]) if still_there else NotUnderstood()


def _parts(text: str) -> list[str]:
    return [part for part in _SEPARATORS.split(text) if part and part.strip()]


def _part(
    options: Sequence[Option], offered: Sequence[Any], part: str
) -> list[str] | NotUnderstood:
    """The codes that this part names: "cook", "3", "1 3 5", "3 Medical", "options 1 3"."""
    exact = _exactly(options, fold(part))
    if exact:
        return exact
    words = part.split()
    numbers = [n for n in map(whole_number, words) if n is not None]
    if len(numbers) == len(words) and part.isascii() and "".join(words).isdigit():
        return _all_numbered(options, offered, numbers)
    number = whole_number(part)
    if number is not None:
        return _all_numbered(options, offered, [number])
    if not any(char.isdigit() for char in part):
        return _named(options, part)
    rest = [word for word in words if whole_number(word) is None]
    named = _named(options, " ".join(rest))
    if not named and not _NUMBER_WORDS.issuperset(map(fold, rest)):
        return NotUnderstood()
    found = _all_numbered(options, offered, numbers)
    return found if isinstance(found, NotUnderstood) else [*found, *named]


def _all_numbered(
    options: Sequence[Option], offered: Sequence[Any], numbers: Sequence[int]
) -> list[str] | NotUnderstood:
    codes = []
    for number in numbers:
        hearing = _numbered(options, offered, number)
        if not isinstance(hearing, Understood):
            return NotUnderstood(hearing.why if isinstance(hearing, NotUnderstood) else None)
        codes.append(hearing.value)
    return codes


def _exactly(options: Sequence[Option], folded: str) -> list[str]:
    """Options of which this is a word: "cuarto" is a room before it is the fourth."""
    exact = [option.code for option in options if folded in words_of(option)]
    return exact or [option.code for option in options if folded in option.broad]


def _named(options: Sequence[Option], text: str) -> list[str]:
    folded = fold(text[:_LONGEST])
    if not folded:
        return []
    if exact := _exactly(options, folded):
        return exact
    vocabulary = [(words_of(option), option.code) for option in options]
    if not _EXCEPTING.isdisjoint(folded.split()):
        return []
    near = [code for words, code in vocabulary if _near(folded, words)]
    return near or _inside(vocabulary, folded)


@cache
def words_of(option: Option) -> frozenset[str]:
    """Everything that names an option: its code, its labels in every language, and its words."""
    shown = (option.label, option.short or option.label)
    labels = {fold(translate(label, language)) for language in LANGUAGES for label in shown}
    return option.words | labels | {fold(option.code)}


def _inside(vocabulary: Sequence[tuple[frozenset[str], str]], folded: str) -> list[str]:
    """Options named among other words; a phrase is taken before the words that it is made of."""
    every_word = {word for words, _code in vocabulary for word in words}
    left, said = f" {folded} ", set()
    for word in sorted(every_word, key=lambda word: (-len(word), word)):
        if len(word) >= _SHORTEST_INSIDE and f" {word} " in left:
            left = left.replace(f" {word} ", " | ")
            said.add(word)
    return [code for words, code in vocabulary if not said.isdisjoint(words)]


def _near(folded: str, words: frozenset[str]) -> bool:
    """One slip of the finger in five letters or more, two in eight or more."""
    slips = 0 if len(folded) < 5 else 1 if len(folded) < 8 else 2
    if not slips:
        return False
    return any(OSA.distance(folded, word, score_cutoff=slips) <= slips for word in words)
