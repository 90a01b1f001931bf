"""How a reader's region writes numbers and money: plain spaces, NFC. No dates, no messages."""

import functools
import re
import unicodedata
from decimal import Decimal
from typing import Final

from babel import Locale
from babel.localedata import exists
from babel.numbers import format_currency, format_decimal

from locales.languages import Language

_UNSPECIFIED: Final = {"es": "es_419", "en": "en_US"}
_WRITTEN_ALIKE_BELOW: Final = 1000  # no region groups the digits of a smaller number
_ODD_SPACES: Final = dict.fromkeys((0xA0, 0x202F, 0x2009, 0x200A, 0x2007), " ")


@functools.cache
def region(language: Language, country: str | None = None) -> Locale:
    """The locale for a language in a country (ISO 3166-1 alpha-2).

    Spanish is as in that country, else as in Latin America; English is always American.
    """
    local = f"{language}_{country}"
    known = language == "es" and country is not None and exists(local)
    return Locale.parse(local if known else _UNSPECIFIED[language])


def plain(text: str) -> str:
    """NFC with ordinary spaces: CLDR's narrow ones would double the price of an SMS."""
    return unicodedata.normalize("NFC", text.translate(_ODD_SPACES))


def number(value: int, language: Language, country: str | None = None) -> str:
    if -_WRITTEN_ALIKE_BELOW < value < _WRITTEN_ALIKE_BELOW:
        return str(value)
    return plain(format_decimal(value, locale=region(language, country)))


def money(dollars: Decimal | float, language: Language, country: str | None = None) -> str:
    """US dollars; to the cent, or to the hundredth of a cent where a price is below a dollar."""
    amount = Decimal(str(dollars)).quantize(Decimal("0.0001"))
    text = format_currency(
        amount.normalize() if abs(amount) < 1 else amount,
        "USD",
        locale=region(language, country),
        decimal_quantization=abs(amount) >= 1,
    )
    return re.sub(r"(?<=[A-Z])(?=\d)", " ", plain(text))
