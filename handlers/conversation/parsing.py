"""Understanding free answers: names, places, counts, short texts. A refusal says its reason."""

import re
from typing import Any

from handlers.conversation.flow import AskBack, Heard, Hearing, NotUnderstood, Parser, Understood
from handlers.conversation.numbers import whole_number
from locales import _

_LONGEST_NAME = 40
_INTRODUCTION = re.compile(
    r"^\s*(?:hola|hi|hello|hey|buenas|buenos d[ií]as)?[\s,.!¡]*"
    r"(?:me llamo|mi nombre es|ll[aá]m[ae]nme|ll[aá]mame|dime|d[ií]game|soy|"
    r"my name is|my name's|i am|i'm|im|call me|this is)\s+(?=\S)",
    re.IGNORECASE,
)
_NOT_A_NAME = re.compile(r"https?:|www\.|[<>{}\[\]|\\^~$%*=_#@/]|\d{3,}")


def person_name(heard: Heard) -> Hearing:
    """A first name or nickname, without the "me llamo" before it."""
    plain = " ".join(heard.text.split())
    name = _INTRODUCTION.sub("", plain).strip(" .,;:!¡¿?\"'()-")
    if len(name) > _LONGEST_NAME:
        return NotUnderstood(
            _("That is long for a name. Up to {most} letters, please.", most=_LONGEST_NAME)
        )
    if _NOT_A_NAME.search(name) or not any(char.isalpha() for char in name):
        return NotUnderstood(_("A first name or a nickname is enough, in letters."))
    return Understood(name)


def place(heard: Heard) -> Hearing:
    """A place of the gazetteer; several candidates are asked back."""
    match heard.reading:
        case "one":
            return Understood(heard.places[0])
        case "several":
            return AskBack(_("Which one do you mean?"), heard.places)
        case "close":
            return AskBack(_("I don't know that place. Do you mean one of these?"), heard.places)
        case "broad":
            return AskBack(_("Which city? Send its name, or a number:"), heard.places)
        case "nothing":
            return NotUnderstood(_("I don't know that place. A US ZIP, or a city and its state?"))


def place_label(value: Any) -> str:
    return str(value["label"])


def count(least: int, most: int) -> Parser:
    """A whole number within bounds."""

    def parse(heard: Heard) -> Hearing:
        number = whole_number(heard.text)
        if number is None or not least <= number <= most:
            return NotUnderstood(
                _("A number from {least} to {most}, please.", least=least, most=most)
            )
        return Understood(number)

    return parse


def short_text(most: int, least: int = 2) -> Parser:
    """Free words, spaces tidied, within a length."""

    def parse(heard: Heard) -> Hearing:
        text = " ".join(heard.text.split())
        if len(text) > most:
            return NotUnderstood(_("That is too long for me. Up to {most} letters.", most=most))
        if len(text) < least or not any(char.isalnum() for char in text):
            return NotUnderstood()
        return Understood(text)

    return parse
