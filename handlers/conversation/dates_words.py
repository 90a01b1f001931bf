"""Texts about dates in one spelling: digits for numbers, one space, no accents. No rules."""

import re
import unicodedata

from handlers.conversation.words import fold

_LONGEST = 160
_DASHES = re.compile("[\u2010-\u2015\u2212]")
_APART = re.compile(r"(?<=[0-9])(?:\s*[,;&]\s*|\s+[-/+.]\s*|\s*[-/+.]\s+)(?=[0-9])")
_COLON = re.compile(r"(?<=[0-9])\s*:\s*(?=[0-9]{2})")
_CLUSTER = re.compile(r"([0-9]+(?:[:/.+-][0-9]+)+)")
_GLUED = re.compile(r"(?<=[0-9])(?=[a-z])|(?<=[a-z])(?=[0-9])")
_MERIDIEM = re.compile(r"\b([ap]) m\b")
_MINUS = re.compile(r"\b(en|in|de)\s*-\s*(?=[0-9])", re.IGNORECASE)


def _numbered(words: str, first: int, step: int = 1) -> dict[str, int]:
    return {
        word: first + step * place
        for place, group in enumerate(words.split())
        for word in group.split("|")
    }


_UNITS = _numbered("uno|una|un|one dos|two tres|three cuatro|four cinco|five", 1)
_UNITS |= _numbered("seis|six siete|seven ocho|eight nueve|nine", 6)
_TEENS = _numbered("diez|ten once|eleven doce|twelve trece|thirteen catorce|fourteen", 10)
_TEENS |= _numbered("quince|fifteen dieciseis|sixteen diecisiete|seventeen", 15)
_TEENS |= _numbered("dieciocho|eighteen diecinueve|nineteen", 18)
_TWENTIES = _numbered("veintiuno|veintiun|veintiuna veintidos veintitres veinticuatro", 21)
_TWENTIES |= _numbered("veinticinco veintiseis veintisiete veintiocho veintinueve", 25)
_TENS = _numbered("veinte|twenty treinta|thirty cuarenta|forty cincuenta|fifty", 20, step=10)
_NUMBERS = _UNITS | _TEENS | _TWENTIES | _TENS
_ORDINALS = _numbered("primero|first", 1)
_ORDINALS |= _numbered("second third fourth fifth sixth seventh eighth ninth tenth eleventh", 2)
_ORDINALS |= _numbered("twelfth thirteenth fourteenth fifteenth sixteenth seventeenth", 12)
_ORDINALS |= _numbered("eighteenth nineteenth twentieth", 18) | {"thirtieth": 30}


def plain(text: str) -> str | None:
    """The text as the rules of dates_grammar.py read it, with a space at its end.

    Digits keep the marks between them ("10:30", "5/12", "2026-12-05"); number words become
    digits; "comma" stands between digits that were set apart. None: too long to be a date.
    """
    if len(text) > _LONGEST:
        return None
    even = _DASHES.sub("-", unicodedata.normalize("NFKD", text))
    if len(even) > 2 * _LONGEST:
        return None
    even = _MINUS.sub(r"\1 minus ", even)
    even = _COLON.sub(":", _APART.sub(" comma ", even))
    parts = _CLUSTER.split(even)
    parts[::2] = [_GLUED.sub(" ", fold(part)) for part in parts[::2]]
    words = _digits(" ".join(parts).split())
    return _MERIDIEM.sub(r"\1m", " ".join(words)) + " "


def _digits(words: list[str]) -> list[str]:
    """Number words as digits; tens take a unit ("treinta y uno", "twenty-first")."""
    out: list[str] = []
    at = 0
    while at < len(words):
        taken, reading = _number(words[at : at + 3])
        out += reading
        at += taken
    return out


def _number(words: list[str]) -> tuple[int, list[str]]:
    first = words[0]
    if first in _ORDINALS:
        return 1, [str(_ORDINALS[first]), "th"]
    if first not in _NUMBERS:
        return 1, [first]
    if first in _TENS:
        joined = 2 if words[1:2] == ["y"] and first not in ("veinte", "twenty") else 1
        unit = words[joined] if len(words) > joined else ""
        if unit in _UNITS:
            return joined + 1, [str(_TENS[first] + _UNITS[unit])]
        if _ORDINALS.get(unit, 10) < 10 and joined == 1:
            return 2, [str(_TENS[first] + _ORDINALS[unit]), "th"]
    return 1, [str(_NUMBERS[first])]
