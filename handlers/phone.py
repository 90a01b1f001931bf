"""Phone numbers as people write them, to E.164. No look-ups, no storage."""

import re
from typing import Final

from phonenumbers import (
    NumberParseException,
    PhoneNumber,
    PhoneNumberFormat,
    ValidationResult,
    format_number,
    is_possible_number_with_reason,
    parse,
)

_E164: Final = re.compile(r"\+[1-9][0-9]{6,14}", re.ASCII)
_MEXICAN_MOBILE: Final = re.compile(r"\+521([0-9]{10})", re.ASCII)
_DIGITS: Final = re.compile(r"[1-9][0-9]{6,14}", re.ASCII)
_MEXICO: Final = 52


def canonical(number: str) -> str | None:
    """An E.164 number as it is stored; None for anything else. Mexico has ten digits and no 1."""
    if not _E164.fullmatch(number):
        return None
    mobile = _MEXICAN_MOBILE.fullmatch(number)
    return f"+52{mobile[1]}" if mobile else number


def e164(text: str, region: str | None = None) -> str | None:
    """A number as typed, imported or shared; `region` (such as "US") reads national ones.

    Without a region bare digits are international, as in a shared Telegram contact.
    None: not a number that can exist, or one that needs an area code.
    """
    written = text.strip()
    if region is None and _DIGITS.fullmatch(written):
        written = f"+{written}"
    try:
        number = parse(written, region)
    except NumberParseException:
        return None
    if number.country_code == _MEXICO:
        _drop_mobile_prefix(number)
    if is_possible_number_with_reason(number) != ValidationResult.IS_POSSIBLE:
        return None
    return canonical(format_number(number, PhoneNumberFormat.E164))


def _drop_mobile_prefix(number: PhoneNumber) -> None:
    """1 after +52, and 044 or 045 before the number: gone from Mexico's plan, not from phones."""
    national = str(number.national_number or 0)
    mobile = re.fullmatch(r"(?:1|44|45)([0-9]{10})", national)
    if mobile:
        number.national_number = int(mobile[1])
        number.italian_leading_zero = None
        number.number_of_leading_zeros = None
