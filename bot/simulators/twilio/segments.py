"""How many segments Twilio bills for a text. Counted here on its own, as a check on the bot's."""

from dataclasses import dataclass
from typing import Literal

# 3GPP TS 23.038, default alphabet and its extension table (two septets each).
_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = frozenset("\f^{}\\[~]|€")

_SMART = str.maketrans(
    {
        **dict.fromkeys("“”„‟″", '"'),
        **dict.fromkeys("‘’‚‛′", "'"),
        **dict.fromkeys("‐‑‒–—―−", "-"),
        **dict.fromkeys("\u00a0\u2002\u2003\u2007\u2009\u200a\u202f\u205f\u3000", " "),
        **dict.fromkeys("\u200b\u2060\ufeff", ""),
        "…": "...",
    }
)


@dataclass(frozen=True, slots=True)
class Segments:
    """`units`: septets of GSM-7, or UTF-16 code units."""

    encoding: Literal["gsm7", "ucs2"]
    units: int
    count: int


def smart(text: str) -> str:
    """What Smart Encoding makes of a text: quotes, dashes, spaces; never an accent."""
    return text.translate(_SMART)


def segments(text: str) -> Segments:
    if all(character in _BASIC or character in _EXTENDED for character in text):
        widths = [2 if character in _EXTENDED else 1 for character in text]
        return Segments("gsm7", sum(widths), _parts(widths, alone=160, part=153))
    widths = [2 if ord(character) > 0xFFFF else 1 for character in text]
    return Segments("ucs2", sum(widths), _parts(widths, alone=70, part=67))


def _parts(widths: list[int], *, alone: int, part: int) -> int:
    if sum(widths) <= alone:
        return 1
    count, used = 1, 0
    for width in widths:
        if used + width > part:
            count, used = count + 1, 0
        used += width
    return count
