"""Understanding free answers: names, places, counts, short texts. A refusal says its reason."""

import re
import unicodedata
from typing import Any

from handlers.conversation.flow import AskBack, Heard, Hearing, NotUnderstood, Parser, Understood
from handlers.conversation.numbers import whole_number
from handlers.conversation.vocabulary import NONE
from handlers.conversation.words import fold, word_set
from locales import _

_LONGEST_NAME = 40
_LONGEST_COUNT = 60
_INVISIBLE = ("Cc", "Cf", "Cs", "Co", "Cn")
_INTRODUCTION = re.compile(
    r"^\s*(?:hola|hi|hello|hey|buenas|buenos d[ií]as)?[\s,.!¡]*"
    r"(?:me llamo|mi nombre es|ll[aá]m[ae]nme|ll[aá]mame|dime|d[ií]game|soy|"
    r"my name is|my name['’]s|i am|i['’]m|im|call me|this is):?\s+(?=\S)",
    re.IGNORECASE,
)
_NOBODY = word_set("si no yes ok okay hola hello hi hey buenas soy", "me llamo", "i am")
_NOT_A_NAME = re.compile(r"https?:|www\.|[<>{}\[\]|\\^~$%*=_#@/]|\d{3,}")


def tidy(text: str) -> str:
    """One line with single spaces, and nothing invisible that could turn or hide its words."""
    spaced = " ".join(text.split())
    return "".join(char for char in spaced if unicodedata.category(char) not in _INVISIBLE).strip()


def person_name(heard: Heard) -> Hearing:
    """A first name or nickname, without the "me llamo" before it."""
    plain = tidy("".join(char for char in heard.text if unicodedata.category(char) != "So"))
    name = _INTRODUCTION.sub("", plain).strip(" .,;:!¡¿?\"'-")
    if len(name) > _LONGEST_NAME:
        return NotUnderstood(
            _("That is long for a name. Up to {most} letters, please.", most=_LONGEST_NAME)
        )
    is_a_word = any(char.isalpha() for char in name) and fold(name) not in _NOBODY
    if _NOT_A_NAME.search(name) or not is_a_word:
        return NotUnderstood(_("A first name or a nickname is enough, in letters."))
    return Understood(name)


def place(heard: Heard) -> Hearing:
    """A place of the gazetteer; several candidates are asked back."""
    match heard.reading:
        case "one":
            return Understood(heard.places[0])
        case "several":
            return AskBack(_("Which one do you mean? Or send another place."), heard.places)
        case "close" if len(heard.places) == 1:
            return AskBack(_("Do you mean this place? Or send another."), heard.places)
        case "close":
            return AskBack(_("Do you mean one of these? Or send another place."), heard.places)
        case "broad":
            return AskBack(_("Which city? Send its name, or a number:"), heard.places)
        case "nothing":
            return NotUnderstood(_("I don't know that place, sorry."))


def place_label(value: Any) -> str:
    return str(value["label"])


def _only_number(text: str) -> int | None:
    """ "12", "twelve", and the one number in "we are 12 people"."""
    number = whole_number(text)
    digits = re.findall(r"(?<![\w.,-])\d[\d.,]*(?![\w-])", text[:_LONGEST_COUNT])
    return whole_number(digits[0].rstrip(".,")) if number is None and len(digits) == 1 else number


def count(least: int, most: int) -> Parser:
    """A whole number within bounds."""

    def parse(heard: Heard) -> Hearing:
        number = _only_number(heard.text)
        if number is None and least == 0 and fold(heard.text) in NONE:
            number = 0
        if number is None or not least <= number <= most:
            return NotUnderstood(
                _("A number from {least} to {most}, please.", least=least, most=most)
            )
        return Understood(number)

    return parse


def short_text(most: int, least: int = 2) -> Parser:
    """Free words, spaces tidied, within a length."""

    def parse(heard: Heard) -> Hearing:
        text = tidy(heard.text)
        if len(text) > most:
            return NotUnderstood(_("That is too long for me. Up to {most} letters.", most=most))
        if len(text) < least or not any(char.isalnum() for char in text):
            return NotUnderstood()
        return Understood(text)

    return parse
