"""Whole numbers as people write them: digits, words in either language, ordinals. No units."""

import re
from functools import lru_cache

from text_to_num import text2num

from handlers.conversation.words import fold, word_set

_ORDINALS = {
    word: number
    for number, words in enumerate(
        (
            "first primero primera 1st 1ro 1ra 1o 1a",
            "second segundo segunda 2nd 2do 2da 2o 2a",
            "third tercero tercera 3rd 3ro 3ra",
            "fourth cuarto cuarta 4th 4to 4ta",
            "fifth quinto quinta 5th 5to 5ta",
            "sixth sexto sexta 6th 6to 6ta",
            "seventh septimo septima 7th",
            "eighth octavo octava 8th",
            "ninth noveno novena 9th",
            "tenth decimo decima 10th",
        ),
        start=1,
    )
    for word in words.split()
}
_ARTICLES = word_set("el la the opcion option number numero num no nro n choice answer respuesta")
_POLITE = word_set("please gracias thanks porfa porfis porfavor", "por favor", "thank you")
_ACCENTED = {
    "dieciseis": "dieciséis",
    "veintidos": "veintidós",
    "veintitres": "veintitrés",
    "veintiseis": "veintiséis",
}
_NEGATIVE = re.compile(r"\s*[-\u2212]\s*\d")
_MOST_DIGITS = 9
_LONGEST = 60


def whole_number(text: str) -> int | None:
    """The one number that this text is ("5", "la 2", "veinticinco", "option three"), else None."""
    if text.isascii() and text.isdigit():
        return int(text) if len(text) <= _MOST_DIGITS else None
    if len(text) > _LONGEST or _NEGATIVE.match(text):
        return None
    grouped = re.sub(r"(?<=\d)[.,](?=\d{3}\b)", "", text)
    words = _without_politeness(fold(grouped)).split()
    if len(words) > 1 and words[-1] == "one" and words[-2] in _ORDINALS:
        words = words[:-1]
    while len(words) > 1 and words[0] in _ARTICLES:
        words = words[1:]
    return _read(" ".join(_ACCENTED.get(word, word) for word in words))


def _without_politeness(folded: str) -> str:
    ending = next((each for each in _POLITE if folded.endswith(f" {each}")), None)
    return folded.removesuffix(f" {ending}") if ending else folded


@lru_cache(maxsize=4096)
def _read(plain: str) -> int | None:
    if plain.isascii() and plain.isdigit():
        return int(plain) if len(plain) <= _MOST_DIGITS else None
    if plain.isdigit():
        return _unicode_digits(plain)
    if plain in _ORDINALS:
        return _ORDINALS[plain]
    return next((n for lang in ("es", "en") if (n := _from_words(plain, lang)) is not None), None)


def _unicode_digits(plain: str) -> int | None:
    try:
        return int(plain) if len(plain) <= _MOST_DIGITS else None
    except ValueError:
        return None


def _from_words(plain: str, language: str) -> int | None:
    if not plain.replace(" ", "").isalpha():
        return None
    try:
        return int(text2num(plain, language))
    except ValueError:
        return None
