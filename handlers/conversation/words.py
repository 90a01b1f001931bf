"""Folding what people type to plain words, so that spelling hides no meaning. No meanings here."""

import unicodedata
from functools import lru_cache

_LATELY = 64
"""Texts that are kept: a turn asks of the same one whether it is a stop, a command, an answer."""

_JOINERS = "\u200b\u200c\u200d\u2060\ufeff\u00ad'\u2019\u02bc`\u00b4"


@lru_cache(_LATELY)
def fold(text: str) -> str:
    """Lower case without accents (ñ too), width, punctuation, emoji or invisible marks.

    Words are separated by single spaces. Apostrophes join ("don't" → "dont"), other
    punctuation separates. Any Unicode is accepted, NUL and lone surrogates included.
    """
    if text.isascii():
        return " ".join(text.translate(_ASCII).lower().split())
    decomposed = unicodedata.normalize("NFKD", text)
    letters = [_plain(char) for char in decomposed if char not in _JOINERS]
    return " ".join("".join(letters).casefold().split())


def _plain(char: str) -> str:
    category = unicodedata.category(char)
    if category[0] in "LN":
        return char
    return "" if category in ("Mn", "Me", "Cf") else " "


_ASCII = {code: "" if chr(code) in _JOINERS else _plain(chr(code)) for code in range(128)}
"""The same for what needs no decomposing, which is most of what people type."""


def word_set(line: str, *phrases: str) -> frozenset[str]:
    """Folded words: those of a line, and phrases of several words."""
    return frozenset(line.split()).union(fold(phrase) for phrase in phrases)
