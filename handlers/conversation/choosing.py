"""Understanding a choice: a number as it was shown, a word in either language, or a near miss."""

import re
from collections.abc import Sequence
from functools import cache
from typing import Any

from rapidfuzz import fuzz, process

from handlers.conversation.flow import (
    Heard,
    Hearing,
    NotUnderstood,
    Option,
    Understood,
)
from handlers.conversation.numbers import whole_number
from handlers.conversation.vocabulary import ALL, NONE
from handlers.conversation.words import fold
from locales import LANGUAGES, _, translate

_NEAR = 84
_SHORTEST_NEAR = 4
_LONGEST = 500
_SEPARATORS = re.compile(r"\s*(?:[,;/\n+&.]|\by\b|\be\b|\band\b)\s*", re.IGNORECASE)
_RANGE = re.compile(r"^\s*\d+\s*[-\u2013]\s*\d+\s*$")


def choose_one(options: Sequence[Option], offered: Sequence[Any], heard: Heard) -> Hearing:
    """One option: by number as offered, by its words, or by a single near miss."""
    number = whole_number(heard.text)
    if number is not None:
        return _numbered(options, offered, number)
    codes = _named(options, heard.text)
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
    if _RANGE.match(text):
        return NotUnderstood(_("Please send each number, like: 1 3"))
    found = [_part(options, offered, part) for part in _parts(text)]
    if not any(found) or any(part is None for part in found):
        return NotUnderstood()
    wanted = {code for part in found if part for code in part}
    return Understood([option.code for option in options if option.code in wanted])


def choose_offered(offered: Sequence[Any], heard: Heard) -> Understood | None:
    """A value of an AskBack, by its number or by its label."""
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
    parts = [part for part in _SEPARATORS.split(text) if part and part.strip()]
    return [piece for part in parts for piece in _spaced_numbers(part)]


def _spaced_numbers(part: str) -> list[str]:
    words = part.split()
    return words if all(word.strip("#()").isdigit() for word in words) else [part]


def _part(options: Sequence[Option], offered: Sequence[Any], part: str) -> list[str] | None:
    """Codes that this part names; None for a number that was not offered."""
    number = whole_number(part)
    if number is None:
        return _named(options, part)
    hearing = _numbered(options, offered, number)
    return [hearing.value] if isinstance(hearing, Understood) else None


def _named(options: Sequence[Option], text: str) -> list[str]:
    folded = fold(text[:_LONGEST])
    if not folded:
        return []
    vocabulary = [(words_of(option), option.code) for option in options]
    exact = [code for words, code in vocabulary if folded in words]
    if exact:
        return exact
    inside = [code for words, code in vocabulary if any(_stands_in(w, folded) for w in words)]
    if inside:
        return inside
    return [code for words, code in vocabulary if _near(folded, words)]


@cache
def words_of(option: Option) -> frozenset[str]:
    """Everything that names an option: its code, its labels in every language, and its words."""
    shown = (option.label, option.short or option.label)
    labels = {fold(translate(label, language)) for language in LANGUAGES for label in shown}
    return option.words | labels | {fold(option.code)}


def _stands_in(word: str, folded: str) -> bool:
    return len(word) >= _SHORTEST_NEAR and f" {word} " in f" {folded} "


def _near(folded: str, words: frozenset[str]) -> bool:
    if len(folded) < _SHORTEST_NEAR:
        return False
    return process.extractOne(folded, words, scorer=fuzz.ratio, score_cutoff=_NEAR) is not None
