"""Replies to an ask in one spelling: digits for numbers, marks for codes and units. No rules."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache, partial

from rapidfuzz.distance import OSA

from handlers.conversation.numbers import whole_number
from handlers.conversation.pledge_words import (
    COUNTED_GOODS,
    MEASURES,
    MISSPELT,
    NUMBER_WORDS,
    SIZES,
    UNIT_SHORTHAND,
)
from handlers.conversation.words import fold
from locales import LANGUAGES, translate
from locales.labels import UNITS as UNIT_LABELS
from locales.vocabulary import UNITS, every_word

_LONGEST = 400
_SHORTEST_MISSPELT = 4
_SHORTEST_MISTYPED = 6
# In the vocabulary of units, yet no unit beside a number.
_NOT_A_UNIT = frozenset({"each", "uno", "six"})
_GOODS = ("piece", "box", "pack", "bag", "bottle", "meal")

_PICTURES = str.maketrans(
    {
        "🔟": " 10 ",
        **dict.fromkeys("👍👌🙋🤝✅✔☑", " thumbsup "),
        **dict.fromkeys("👎❌🚫⛔🙅✖", " not "),
        **dict.fromkeys("❓❔⁉", " ? "),
        **dict.fromkeys("💵💰💲💸💶🤑", " $ "),
        **dict.fromkeys("⏰⌚⏱⏲🕰📅📆🗓@°", " ~ "),
        **{chr(clock): " ~ " for clock in range(0x1F550, 0x1F568)},
        **dict.fromkeys("№§", "#"),
        **dict.fromkeys("‰٪", "%"),
        **dict.fromkeys("\ufe0e\ufe0f\u20e3'’ʼ`´", ""),
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-"),
        "×": "x",
        "\u2044": "/",
    }
)
_RESPELT = (
    (re.compile(r"\bs(?:í|i\u0301)(?!\w)", re.IGNORECASE), "yes"),
    (re.compile(r"\b([ap])\s?\.\s?m\b\.?", re.IGNORECASE), r"\1m"),
    (re.compile(r"\bc/u\b", re.IGNORECASE), "each"),
    (re.compile(r"\bw/(?=\s|\d)", re.IGNORECASE), "with "),
    (re.compile(r"\bx ?(?=fa\b|fis\b|favor\b)", re.IGNORECASE), "por"),
    (re.compile(r"\bx (?=la\b|el\b|mi\b|favor\b)", re.IGNORECASE), "por "),
    (re.compile(r"(?<!\S)-(?=\d)"), " minus "),
    (re.compile(r"(?<=[^\W\d_])-(?=[^\W\d_])"), " "),
    (re.compile(r"\bmil (?=gracias|bendiciones|disculpas|perdones)", re.IGNORECASE), ""),
)
_GROUPED = re.compile(r"(?<![\d.,:/-])\d{1,3}(?:[.,]\d{3})+(?![\d:/-]|[.,]\d)")
_CODE = "[a-z][0-9]{1,4}"
_TOKEN = (
    r"(?P<number>[0-9]+(?:[.,:/-][0-9]+)*)|"
    r"(?P<word>[^\W\d_]+)|"
    r"(?P<sign>[,;:.!?¿\n/+$%#~=()-])"
)
_SIGNS = {"\n": ".", "!": ".", ";": "."}
_JOINS = frozenset(("y", "and", "un", "una", "uno", "one"))
_ONE_OF = frozenset(("one", "a", "un"))
_GREAT = frozenset(("hundred", "thousand"))


def plain(text: str, code: str | None, units: frozenset[str]) -> str | None:
    """The text as the rules read it: tokens, each with a space behind it.

    Words are folded ("sí", with its accent, is "yes"); numbers in words are digits, "una docena"
    is "12"; a code is "@a7"; a word for what is counted is "U"; signs are tokens of their own.
    `units`: as `unit_words` gives them. None: too long to be a reply.
    """
    if len(text) > _LONGEST:
        return None
    tokens = _tokens(_even(text), code)
    words = _numbered([MISSPELT.get(token, token) for token in tokens])
    spelt = "".join(f"{word} " for word in words)
    return _with_units(_with_groups(_with_sets(spelt, units), units), units)


def _even(text: str) -> str:
    even = text.translate(_PICTURES)
    for pattern, replacement in _RESPELT:
        even = pattern.sub(replacement, even)
    even = "".join(map(_even_char, even))[: 2 * _LONGEST]
    return _GROUPED.sub(lambda number: re.sub("[.,]", "", number[0]), even)


def _even_char(char: str) -> str:
    """Digits of any script are ASCII; ², ⑤ and ½ stand apart from the digits beside them."""
    category = unicodedata.category(char)
    if category == "Nd":
        return str(unicodedata.decimal(char))
    if category in ("No", "Nl"):
        return " " + unicodedata.normalize("NFKC", char).replace("\u2044", "/") + " "
    if category == "Sc":
        return "$"
    if category == "Sm":
        return char if char in "+=" else "~"
    return unicodedata.normalize("NFKC", char) if category[0] == "L" else char


def _tokens(text: str, code: str | None) -> list[str]:
    if code is not None:
        text = _joined_code(text, code)
    found: list[str] = []
    for match in _token(code).finditer(text):
        if match["code"]:
            found += _code_or_times(match["code"].casefold(), code)
        elif match["word"]:
            found += fold(match["word"]).split()
        else:
            found.append(_SIGNS.get(match[0], match[0]))
    return found


@lru_cache(maxsize=256)
def _token(code: str | None) -> re.Pattern[str]:
    """Codes are a letter with digits, and the ask's own, whatever it looks like."""
    codes = _CODE if code is None else f"{_CODE}|{re.escape(code)}"
    return re.compile(rf"#?(?<![^\W_])(?P<code>{codes})(?![^\W_])|{_TOKEN}", re.IGNORECASE)


def _code_or_times(written: str, code: str | None) -> list[str]:
    """Any letter with digits is a code, but "x5" is five times unless the ask is called so."""
    times = written[0] == "x" and (code is None or written != code.casefold())
    return [written[0], written[1:]] if times else [f"@{written}"]


def _joined_code(text: str, code: str) -> str:
    """ "A-7" and "a 7" at the start; elsewhere "5 a 7" is a range."""
    apart = r"[\s-]?".join(map(re.escape, code))
    start = re.compile(
        rf"\A([^\w-]*(?:(?:c[oó]digo|code)\s+)?){apart}(?![^\W_]|[.,:/-]\d)", re.IGNORECASE
    )
    return start.sub(lambda match: match[1] + code, text)


def _numbered(words: Sequence[str]) -> list[str]:
    """Number words as digits, the longest run that is one number first ("treinta y dos")."""
    out: list[str] = []
    at = 0
    while at < len(words):
        end, number = _number(words, at)
        out.append(words[at] if number is None else str(number))
        at = end
    return out


def _number(words: Sequence[str], at: int) -> tuple[int, int | None]:
    """The longest number in words that begins here, and where it ends."""
    great = words[at] in _ONE_OF and set(words[at + 1 : at + 2]) & _GREAT
    if words[at] not in NUMBER_WORDS and not great:
        return at + 1, None
    first = "one" if great else words[at]
    end = at + 1
    while end < len(words) and words[end] in NUMBER_WORDS | _JOINS:
        end += 1
    for to in range(end, at, -1):
        number = whole_number(" ".join((first, *words[at + 1 : to])))
        if number is not None:
            return to, number
    return at + 1, None


def _with_sets(spelt: str, units: frozenset[str]) -> str:
    """ "una docena de", "2 dozen", "un par de", "half a dozen" as numbers."""
    # Of what is counted by the pair, "un par" may be one or two.
    pair = "~ 2 " if "par" in units else "2 "
    spelt = re.sub(r"\b(?:un |a )?(?:par|parcito|couple|pair) (?:de |of )?", pair, spelt)
    spelt = re.sub(r"\b(?:una? |a |1 )?(?:docena y media|dozen and a half) (?:de )?", "18 ", spelt)
    spelt = re.sub(r"\b(?:media docena|(?:a )?half (?:a )?dozen) (?:de |of )?", "6 ", spelt)
    for names, size in SIZES:
        counted = rf"(?<!\S)(?P<n>[0-9]{{1,6}}|una?|uno|one|a) (?:{names})s? (?:de |of )?"
        spelt = re.sub(counted, partial(_times, size), spelt)
    return re.sub(r"(?<![a-z0-9] )(?<!\S)(?:docena|dozen) (?:de |of )?", "12 ", spelt)


_ARE = (
    "(?:ya |nosotr[oa]s )?(?:somos|seremos|seriamos|vamos|iremos|venimos|vendremos)"
    "|we are|(?<!we )were|we will be|well be|there are|there will be|therell be"
)
_GROUPS = (
    re.compile(
        rf"(?<!\S)(?:{_ARE}) (?P<n>[0-9]{{1,6}}) "
        r"(?:(?:de nosotr[oa]s|of us|en total|in all|in total) )?"
    ),
    re.compile(
        rf"(?<!\S)(?:(?:{_ARE}|con|with) )?(?:un |a )?(?:grupo|equipo|group|team|crew) (?:de|of) "
        r"(?P<n>[0-9]{1,6}) "
        r"(?=\Z|[.,]|(?:U|personas|people|el|on|manana|tomorrow|hoy|today|este|this) )"
    ),
    re.compile(r"(?<!\S)(?P<n>[0-9]{1,6}) (?:of us|de nosotr[oa]s) "),
)
_COMES = re.compile(
    r"(?:\A|(?<=\A@[a-z][0-9] ))(?:yo )?(?:voy|puedo ir|puedo asistir)(?: yo)? "
    r"(?=\Z|[.,] |(?:el|hoy|manana) )"
)


def _with_groups(spelt: str, units: frozenset[str]) -> str:
    """Where people are counted: "somos 6", "a group of 12"; "yo voy" is no number."""
    if "people" not in units:
        return spelt
    for pattern in _GROUPS:
        spelt = pattern.sub(r"\g<n> personas ", spelt)
    spelt = re.sub(r"personas (?:personas|people) ", "personas ", spelt)
    return _COMES.sub("cuenta conmigo ", spelt)


def _times(size: int, match: re.Match[str]) -> str:
    return f"{size * (int(match['n']) if match['n'].isdigit() else 1)} "


@lru_cache(maxsize=64)
def unit_words(units: frozenset[str]) -> frozenset[str]:
    """What may be counted: words as given, and those of unit codes ("box").

    Without any, whatever people count gifts in, but not what they weigh or how long they take.
    """
    named: set[str] = set()
    for unit in units:
        named |= _words_of(unit) if unit in UNITS else {fold(unit)}
    if not units:
        named.update(COUNTED_GOODS, *map(_words_of, _GOODS))
    return frozenset(named - _NOT_A_UNIT - {""})


def _words_of(unit: str) -> set[str]:
    labels = {translate(UNIT_LABELS[unit], language) for language in LANGUAGES}
    said = labels | every_word(UNITS[unit]) | UNIT_SHORTHAND.get(unit, frozenset())
    return {fold(word) for word in said}


@lru_cache(maxsize=1)
def every_measure() -> frozenset[str]:
    """Words for anything that is counted or weighed."""
    return MEASURES.union(COUNTED_GOODS, *map(_words_of, UNITS))


@lru_cache(maxsize=64)
def _unit_patterns(units: frozenset[str]) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Anywhere; and only after a number, since these also tell the time ("en la noche")."""
    times = units & (_words_of("hour") | _words_of("night"))
    anywhere = re.compile(rf"(?<!\S)(?:{_alternation(units - times)}) ")
    return anywhere, re.compile(rf"(?<=[0-9] )(?:{_alternation(times)}) ")


def _alternation(words: Iterable[str]) -> str:
    return "|".join(sorted(map(re.escape, words), key=len, reverse=True)) or "(?!)"


def _with_units(spelt: str, units: frozenset[str]) -> str:
    for pattern in _unit_patterns(units):
        spelt = pattern.sub("U ", spelt)
    return re.sub(
        r"(?<=[0-9] )(?P<word>[a-z]+) ",
        lambda match: "U " if _misspells(match["word"], units) else match[0],
        spelt,
    )


def _misspells(word: str, units: frozenset[str]) -> bool:
    """A letter left out, added, swapped; in a long word another letter; k as it sounds."""
    if "k" in word and {word.replace("k", "c"), word.replace("k", "qu")} & units:
        return True
    if len(word) < _SHORTEST_MISSPELT or word in every_measure() or word in NUMBER_WORDS:
        return False
    likely = (unit for unit in units if len(unit) >= _SHORTEST_MISSPELT and unit[0] == word[0])
    return any(_one_slip(word, unit) for unit in likely)


def _one_slip(word: str, unit: str) -> bool:
    if OSA.distance(word, unit, score_cutoff=1) > 1:
        return False
    same_letters = len(word) != len(unit) or sorted(word) == sorted(unit)
    return same_letters or len(word) >= _SHORTEST_MISTYPED
