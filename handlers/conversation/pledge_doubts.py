"""Why a number in a reply is not taken for a pledge, so that the question back can say it."""

import re
from enum import StrEnum

from handlers.conversation import pledge_answer_words as answers
from handlers.conversation import pledge_words as said
from handlers.conversation.pledge_intents import is_question
from handlers.conversation.pledge_spelling import every_measure


class Reason(StrEnum):
    """Why the person must be asked back."""

    NO_NUMBER = "willing, without a number"
    MORE_THAN_REMAINS = "more than remains"
    NOT_A_COUNT = "not a count"
    OTHER_UNIT = "another unit"
    APPROXIMATE = "approximate"
    VAGUE = "some, a few, half"
    RANGE = "a range"
    SEVERAL_NUMBERS = "several numbers"
    NEGATED = "negated"
    TIME = "a time or a date"
    MONEY = "money"
    QUESTION = "a question"
    PART = "a part dropped or delivered"
    SEVERAL_CODES = "several codes"
    UNCLEAR = "unclear"


_NUMBERS = re.compile(r"(?<!\S)[0-9]\S*")
_NOT_A_COUNT = re.compile(r"(?<!\S)(?:minus [0-9]|[0-9]+[.,/][0-9]+ |[0-9]+ [%~+]|0 )")
_RANGE = re.compile(r"(?<!\S)(?:[0-9]+-[0-9]+ |[0-9]+ (?:- |o |or |u |a |al |to |hasta )[0-9])")
_CLOCK_OR_DATE = re.compile(r"(?<!\S)[0-9]+(?:[:/][0-9]+)+ |(?<!\S)[0-9]+(?:-[0-9]+){2} ")
_LONG_NUMBER = re.compile(r"[0-9]{5}|[0-9]+(?:[.-][0-9]{3,}){1,}")
_UNIT_AFTER = re.compile(r"(?<!\S)[0-9]+ (?P<word>[a-z]+) ")
_STARTS_WITH_NUMBER = re.compile(r"[^a-z]*[0-9]")
_KNOWN = (
    said.TURNING
    | answers.NEGATIONS
    | answers.MONEY
    | answers.TIME
    | answers.APPROXIMATE
    | answers.SMALL_WORDS
)
_STRANGERS = 3


def has_number(plain: str) -> bool:
    return _NUMBERS.search(plain) is not None


def lone_number(plain: str) -> int | None:
    """The one number of the text, when it is a whole one of up to nine digits."""
    numbers = _NUMBERS.findall(plain)
    fits = len(numbers) == 1 and numbers[0].isdigit() and len(numbers[0]) <= 9
    return int(numbers[0]) if fits else None


def why(plain: str) -> Reason | None:
    """Why the number, or numbers, of a reply can't be taken. None: it speaks of something else."""
    words = frozenset(plain.split())
    unit = _UNIT_AFTER.search(plain)
    if (unit and unit["word"] in answers.ELSEWHERE) or words & answers.ADDRESSES:
        return None
    if words & answers.MONEY or "$" in words:
        return Reason.MONEY
    if _speaks_of_something_else(plain, words):
        return None
    if words & answers.NEGATIONS:
        return Reason.NEGATED
    if words & answers.TAKING_BACK and "off" not in words:
        return Reason.PART
    return _by_its_form(plain, words, unit["word"] if unit else None)


def _speaks_of_something_else(plain: str, words: frozenset[str]) -> bool:
    """Words that answer no ask, the number somewhere among them ("vivo en el 60608")."""
    strangers = {word for word in words if word.isalpha() and word.islower()} - _KNOWN
    strangers -= every_measure()
    offered = "U" in words or words & answers.OFFERS or _STARTS_WITH_NUMBER.match(plain)
    return len(strangers) >= _STRANGERS and not offered


def _by_its_form(plain: str, words: frozenset[str], unit: str | None) -> Reason:
    forms = (
        (is_question(plain), Reason.QUESTION),
        (_RANGE.search(plain) or words & {"entre", "between"}, Reason.RANGE),
        (_CLOCK_OR_DATE.search(plain), Reason.TIME),
        (_NOT_A_COUNT.search(plain) or _LONG_NUMBER.search(plain), Reason.NOT_A_COUNT),
        (unit in every_measure() - answers.TIME, Reason.OTHER_UNIT),
        (words & answers.TIME, Reason.TIME),
        (len(_NUMBERS.findall(plain)) > 1, Reason.SEVERAL_NUMBERS),
        (words & answers.APPROXIMATE or "~" in words, Reason.APPROXIMATE),
    )
    return next((reason for found, reason in forms if found), Reason.UNCLEAR)
