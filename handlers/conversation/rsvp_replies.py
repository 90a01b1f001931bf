"""What an answer to an invitation says: yes and for how many, maybe, no, or not for certain. Pure.

A wrong number is worse than a question: what is not understood to the last word is asked back.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from handlers.conversation.numbers import whole_number
from handlers.conversation.rsvp_words import (
    CARDINALS,
    COURTESY,
    LONGEST_PHRASE,
    NO_TO_ALL,
    POSSESSIVES,
    SENSES,
    Sense,
)
from handlers.conversation.words import fold

MOST_PEOPLE = 99
"""In one party; whoever brings more talks with a human."""

Meaning = Literal["yes", "maybe", "no", "ask", "none"]


@dataclass(frozen=True, slots=True)
class RsvpReply:
    """`party`: how many come, whoever writes among them; None: not said.

    "ask": about coming, yet not certain; `several`: yes, and more than one, it isn't said how many.
    "none": about something else. `for_good`: no, and not to those that follow it either.
    """

    meaning: Meaning
    party: int | None = None
    several: bool = False
    for_good: bool = False


NOT_ABOUT_IT = RsvpReply("none")
UNCLEAR = RsvpReply("ask")
_HOW_MANY = RsvpReply("ask", several=True)

_CODE = re.compile(r"(?<!\w)#?[A-Za-z][0-9]{1,7}(?!\w)", re.ASCII)
_QUESTION = re.compile(r"[?¿]")
_PLUS = re.compile(r"\+(?=\s*\d)")
_DETAILS = re.compile(
    r"\b(?:donde|a que hora|que hora|cuando (?:es|sera|empieza)|que dia|direccion|como llego|"
    r"mas (?:info|informacion|detalles)|detalles|where|what time|when (?:is|does)|what day|address|"
    r"how do i get|more (?:info|information|details)|details)\b"
)
_LONGEST_QUESTION = 80
_LONGEST = 160
_MOST_UNKNOWN = 12
_ABOUT_COMING = frozenset({Sense.YES, Sense.WE, Sense.MAYBE, Sense.NO, Sense.ALONE})
_PARTIES = (Sense.ONE, Sense.SOME, Sense.THEIRS)
_ADDS = (Sense.ME, Sense.WITH)


@dataclass(frozen=True, slots=True)
class _Piece:
    """One phrase: what it adds, and its number if it is one."""

    sense: Sense | None
    number: int | None = None


def read_rsvp(text: str) -> RsvpReply:
    """Any text may be asked about; codes in it ("E7 sí") are passed over."""
    if len(text) > _LONGEST:
        return NOT_ABOUT_IT
    plain = fold(_PLUS.sub(" plus ", _CODE.sub(" ", text)))
    if _is_for_good(plain):
        return RsvpReply("no", for_good=True)
    pieces = _without_reason(_pieces(plain.split()))
    return _read(pieces, asks=bool(_QUESTION.search(text)))


def asks_details(text: str) -> bool:
    """Where, when, how to get there: what whoever was invited would ask."""
    return len(text) <= _LONGEST_QUESTION and bool(_DETAILS.search(fold(text)))


def _is_for_good(plain: str) -> bool:
    return plain in NO_TO_ALL or any(
        plain.endswith(f" {kind}") and plain.removesuffix(f" {kind}") in NO_TO_ALL
        for kind in COURTESY
    )


def _read(pieces: Sequence[_Piece], *, asks: bool) -> RsvpReply:
    senses = Counter(piece.sense for piece in pieces if piece.sense is not None)
    numbers = [piece.number for piece in pieces if piece.number is not None]
    unknown = sum(piece.sense is None and piece.number is None for piece in pieces)
    totals = senses[Sense.TOTAL] and (numbers or not unknown)
    about = bool(senses.keys() & _ABOUT_COMING or totals)
    if asks:
        return UNCLEAR if pieces and pieces[0].sense is Sense.YES else NOT_ABOUT_IT
    if unknown or senses[Sense.REASON]:
        return UNCLEAR if about and unknown <= _MOST_UNKNOWN else NOT_ABOUT_IT
    if senses[Sense.DOUBT]:
        return UNCLEAR
    counted = numbers or any(senses[each] for each in _PARTIES)
    return _weighed(pieces, senses) if about or counted else NOT_ABOUT_IT


def _without_reason(pieces: Sequence[_Piece]) -> Sequence[_Piece]:
    """ "No puedo porque …": why not doesn't matter, unless it takes the no back."""
    senses = [piece.sense for piece in pieces]
    if Sense.NO not in senses or Sense.REASON not in senses:
        return pieces
    at = senses.index(Sense.REASON)
    takes_back = {*senses[at:]} & {Sense.YES, Sense.WE, Sense.MAYBE, Sense.DOUBT, Sense.ALONE}
    return pieces if Sense.NO not in senses[:at] or takes_back else pieces[:at]


def _pieces(words: Sequence[str]) -> list[_Piece]:
    """The longest phrases first, from left to right; a word that nobody knows is a piece too."""
    found: list[_Piece] = []
    at = 0
    while at < len(words):
        length, piece = _longest(words, at)
        found.append(piece)
        at += length
    return found


def _longest(words: Sequence[str], at: int) -> tuple[int, _Piece]:
    if words[at] in POSSESSIVES and at + 1 < len(words) and _number(words[at + 1]):
        return 1, _Piece(Sense.WITH)  # "my two kids" are besides whoever writes
    for length in range(min(LONGEST_PHRASE, len(words) - at), 0, -1):
        phrase = " ".join(words[at : at + length])
        if phrase in SENSES:
            return length, _Piece(SENSES[phrase])
    return 1, _Piece(None, _number(words[at]))


def _number(word: str) -> int | None:
    """No ordinals: "the fifth" is a day."""
    return whole_number(word) if word.isdigit() else CARDINALS.get(word)


def _weighed(pieces: Sequence[_Piece], senses: Counter[Sense]) -> RsvpReply:
    """Everything is understood: do its parts go together?"""
    certain = [each for each in (Sense.YES, Sense.MAYBE, Sense.NO) if senses[each]]
    if len(certain) > 1:
        return UNCLEAR
    party, many = _party(pieces, senses), bool(senses[Sense.WE] or senses[Sense.SOME])
    if senses[Sense.NO]:
        return RsvpReply("no") if not many and party is None else UNCLEAR
    if senses[Sense.MAYBE]:
        return UNCLEAR if party is _UNCERTAIN else RsvpReply("maybe", party)
    return _coming(party, senses, many=many)


def _coming(party: int | None, senses: Counter[Sense], *, many: bool) -> RsvpReply:
    if party is _UNCERTAIN:
        return _HOW_MANY if many else UNCLEAR
    if party is None and (many or senses[Sense.TOTAL]):
        return _HOW_MANY
    said = party is not None or senses[Sense.YES]
    return RsvpReply("yes", party) if said else UNCLEAR


_UNCERTAIN = -1


def _party(pieces: Sequence[_Piece], senses: Counter[Sense]) -> int | None:
    """How many come; None: nothing is said of it, `_UNCERTAIN`: it can't be told."""
    numbers = [piece.number for piece in pieces if piece.number is not None]
    if senses[Sense.ALONE]:
        lonely = not numbers and not senses[Sense.ONE] and not senses[Sense.SOME]
        return 1 if lonely and not senses[Sense.WE] and not senses[Sense.TOTAL] else _UNCERTAIN
    besides = any(senses[each] for each in _ADDS)
    if senses[Sense.TOTAL] and len(numbers) == 1 and not besides and not senses[Sense.ONE]:
        total = numbers[0] if not senses[Sense.MORE] else _UNCERTAIN
    elif senses[Sense.SOME]:
        total = _UNCERTAIN
    elif besides or senses[Sense.ONE] or senses[Sense.MORE] or senses[Sense.THEIRS]:
        total = _with_others(numbers, senses) if besides else _UNCERTAIN
    elif not numbers:
        return _UNCERTAIN if senses[Sense.PEOPLE] else None
    else:
        total = _sum_of(pieces, numbers)
    return total if total == _UNCERTAIN or 1 <= total <= MOST_PEOPLE else _UNCERTAIN


def _with_others(numbers: Sequence[int], senses: Counter[Sense]) -> int:
    """Whoever writes, and who comes along: "me and 3 more", "mi esposa, mi hijo y yo"."""
    others = senses[Sense.ONE] + sum(numbers)
    counted = senses[Sense.THEIRS] + senses[Sense.MORE] + senses[Sense.PEOPLE]
    # "Vamos con 3": 3 besides how many? But "vamos mi hermana y yo" is two.
    together = (senses[Sense.WE] or senses[Sense.TOTAL]) and not _names_all(senses)
    if not others or together or len(numbers) > max(1, counted) or counted > len(numbers):
        lone = not others and senses[Sense.ME] and not senses[Sense.WITH] and not counted
        return 1 if lone and not together else _UNCERTAIN
    return 1 + others


def _names_all(senses: Counter[Sense]) -> bool:
    return bool(senses[Sense.ME]) and not senses[Sense.WITH]


def _sum_of(pieces: Sequence[_Piece], numbers: Sequence[int]) -> int:
    """One number, or several that each count people: "2 adults and 3 kids"."""
    if len(numbers) == 1:
        return numbers[0]
    counting = sum(
        first.number is not None and second.sense is Sense.PEOPLE
        for first, second in pairwise(pieces)
    )
    return sum(numbers) if counting == len(numbers) else _UNCERTAIN
