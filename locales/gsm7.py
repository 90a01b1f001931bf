"""What a text costs as SMS, and the text as it is sent. No providers, no settings."""

import unicodedata
from collections.abc import Mapping, Set
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Literal

from locales.smart_encoding import REPLACEMENTS

# 3GPP TS 23.038, default alphabet and its extension table (ESC itself is no character).
BASIC: Final = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENSION: Final = frozenset("\f^{}\\[~]|€")
_GSM7: Final = BASIC | EXTENSION

_FOLD: Final = str.maketrans("áíóúÁÍÓÚ", "aiouAIOU")
_EMOJI_GLUE: Final = "\u200d\ufe0f"

Encoding = Literal["gsm7", "ucs2"]
Fold = Literal["auto", "never"]

# encoding → units of a message alone, units of each part of a longer one
_ROOM: Final[Mapping[Encoding, tuple[int, int]]] = {"gsm7": (160, 153), "ucs2": (70, 67)}


@dataclass(frozen=True, slots=True)
class Cost:
    """`units`: septets or UTF-16 units; `offenders`: what forces UCS-2, each once, in order."""

    encoding: Encoding
    units: int
    segments: int
    offenders: tuple[str, ...]


def cost(text: str) -> Cost:
    """What exactly this text is billed as; see sms_text for the text that is sent."""
    if _GSM7.issuperset(text):
        wide = EXTENSION.intersection(text)
        return Cost("gsm7", *_counted(text, wide, *_ROOM["gsm7"]), offenders=())
    offenders = tuple(dict.fromkeys(char for char in text if char not in _GSM7))
    wide = frozenset(char for char in offenders if ord(char) > 0xFFFF)
    return Cost("ucs2", *_counted(text, wide, *_ROOM["ucs2"]), offenders)


def sms_text(text: str, fold: Fold = "auto") -> str:
    """The text as it goes out: composed, visible, with plain quotes, dashes and spaces.

    The one function for estimate and send. "auto" takes the accent off á í ó ú only when
    that saves a segment.
    """
    plain = _plain(text)
    if fold == "never":
        return plain
    folded = plain.translate(_FOLD)
    return folded if cost(folded).segments < cost(plain).segments else plain


def without_accents(text: str) -> str:
    """The text with a i o u for á í ó ú; what GSM-7 has (é ñ ü) stays."""
    return text.translate(_FOLD)


def has_accents(text: str) -> bool:
    """Whether it has some of those."""
    return without_accents(text) != text


def price(
    billed: Cost, prices: Mapping[str, Decimal | float], country: str | None = None
) -> Decimal:
    """USD for the message; `prices` are a segment's, by country code, "*" for the others."""
    each = prices.get(country or "*", prices.get("*", 0))
    return billed.segments * Decimal(str(each))


def _counted(text: str, wide: Set[str], alone: int, part: int) -> tuple[int, int]:
    """Units and segments, when the wide characters take two units that can't be parted."""
    units = len(text) + sum(map(text.count, wide))
    if units <= alone:
        return units, min(units, 1)
    if not wide:
        return units, -(-units // part)
    parts, used = 1, 0
    for char in text:
        width = 2 if char in wide else 1
        if used + width > part:
            parts, used = parts + 1, 0
        used += width
    return units, parts


def _plain(text: str) -> str:
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    composed = unicodedata.normalize("NFC", _visible(lines))
    # Twice: a full-width letter becomes plain only now, and may take the accent after it.
    return unicodedata.normalize("NFC", composed.translate(REPLACEMENTS))


def _visible(text: str) -> str:
    if text.replace("\n", "").isprintable() and "\ufe0f" not in text:
        return text
    kept: list[str] = []
    for char in text:
        if char in _EMOJI_GLUE:
            if kept and _glues(kept[-1]):
                kept.append(char)
        elif char in "\n\t" or unicodedata.category(char) not in ("Cc", "Cf", "Cs"):
            kept.append(char)
    return "".join(kept)


def _glues(char: str) -> bool:
    return char == "\ufe0f" or (char > "\u2000" and unicodedata.category(char) in ("So", "Sk"))
