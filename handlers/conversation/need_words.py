"""What coordinators say around an amount and an item, in both languages. No rules.

Patterns are for text as typed, but for those that say folded.
"""

import re
from collections.abc import Mapping
from typing import Final

from handlers.conversation.pledge_words import UNIT_SHORTHAND
from handlers.conversation.words import fold, word_set
from locales import LANGUAGES, translate
from locales.labels import UNITS
from locales.vocabulary import UNITS as MORE_UNITS
from locales.vocabulary import every_word

LEADS: Final = re.compile(
    r"^(?:hola|hi|hello|buenas|buenos d[ií]as|oye|oigan|por favor|please|ahora|now|tambi[eé]n|also|"
    r"(?:nos|me|les) (?:hacen? )?faltan?|hacen? falta|faltan|se necesitan?|necesitamos|necesito|"
    r"ocupamos|ocupo|requerimos|queremos|quisi[eé]ramos|urgen?|nos urgen?|"
    r"(?:se nos |se )?(?:acab[oó]|acabaron|terminaron)(?: (?:el|la|los|las))?|"
    r"ya no (?:hay|tenemos)|no (?:hay|tenemos)|sin|"
    r"(?:we |i )?(?:urgently )?(?:need|needs|want|require|are missing|lack)|"
    r"(?:we are |we['’]re )?(?:almost |completely )?(?:out of|short of|low on)|"
    r"there (?:is|are) no(?: more)?|we have no(?: more)?|"
    r"unos|unas|como|aproximadamente|cerca de|al menos|por lo menos|m[ií]nimo|"
    r"about|around|some (?=\d)|at least|approximately|roughly)\b[\s,:]*(?=\S)",
    re.IGNORECASE,
)
TAILS: Final = re.compile(
    r"[\s,.]+(?:por favor|porfa(?:vor)?|gracias|please|thanks|thank you|m[aá]s o menos|m[aá]s|more|"
    r"aprox(?:imadamente)?|or so|approximately)\.?$",
    re.IGNORECASE,
)
VAGUE: Final = re.compile(
    r"^(?:much[oa]s?|vari[oa]s|algun[oa]s|unos cuantos|unas cuantas|poc[oa]s|m[aá]s|bastantes?|"
    r"lots? of|many|several|some|more|a few|plenty of|"
    r"\d+\s?(?:-|\u2013|/|o|a|or|to|[.,])\s?\d+)\s+",
    re.IGNORECASE,
)
MORE_OF: Final = re.compile(r"^(?:m[aá]s|more)\s+", re.IGNORECASE)
MONEY: Final = re.compile(
    r"^ (?:[0-9]+ )?(?:dinero|efectivo|pesos|dolares|dlls|usd|mxn|dollars|bucks|money|cash|"
    r"donativos?|fondos|funds|lana|feria) "
    r"| (?:en efectivo|in cash|paypal|venmo|zelle|cash ?app|clabe|oxxo|transferencias?|"
    r"depositos? (?:a|en|bancari)|cuenta (?:de banco|bancaria)|bank account|wire|gofundme|"
    r"donar dinero|mandar dinero|send money|gift cards?) "
)
"""Of folded text with a space at both ends."""

PEOPLE: Final = re.compile(
    r"(?:interpret|traductor|abogad|licenciad|psicolog|sicolog|terapeut|doctor|medic[oa]s?\b|"
    r"enfermer|dentista|cociner|chofer|conductor|niner|maestr|paralegal|lawyer|attorney|nurse|"
    r"therapist|translator|driver|cook\b|cooks\b|teacher|people|persona|gente|ayudante|helper)"
)
"""Of folded text."""

UNIT_ITSELF: Final[Mapping[str, re.Pattern[str]]] = {
    "person": re.compile(
        r"^(?:personas?|gente|people|persons?)\s+(?:(?:para|que|to|for|who)\s+)?(?=\S)",
        re.IGNORECASE,
    ),
    "ride": re.compile(r"^(?:viajes?|raites?|rides?|trips?)\s+(?=\S)", re.IGNORECASE),
}
"""What would be said twice: "6 people: people to unload a truck"."""

EXCEPTING: Final = word_set("sin no without except excepto menos salvo")
"""What comes behind them isn't what is needed."""

AMOUNT_WORDS: Final = word_set("un una uno one a an media half y and")
CONTAINERS: Final = frozenset(("piece", "box", "pack", "bag", "bottle", "liter", "kg", "pair"))
"""Units that say nothing of what is in them."""

UNIT_OF_CATEGORY: Final[Mapping[str, str]] = {"hands": "person", "interpreting": "person"}
_PART_OF_THE_NAME = word_set("kit kits six garrafon garrafones jug jugs uno each gente manos hands")
"""Words for units that say what the thing is: "5 garrafones" are more than 5 bottles."""


def _unit_words() -> dict[str, str]:
    found: dict[str, str] = {}
    for code, label in UNITS.items():
        shown = {translate(label, language) for language in LANGUAGES}
        words = every_word(MORE_UNITS[code]) | shown | UNIT_SHORTHAND.get(code, frozenset())
        found |= {word: code for word in map(fold, words) if word not in _PART_OF_THE_NAME}
    return found


UNIT_WORDS: Final = _unit_words()
