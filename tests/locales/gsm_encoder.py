"""A second, slow encoder: it writes each part out in septets or UTF-16 and counts what is there."""

# 3GPP TS 23.038 table 6.2.1.1, row by row from 0x00; \x1b is the escape to the extension table.
_TABLE = (
    "@£$¥èéùìòÇ\nØø\rÅå"
    "Δ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ"
    " !\"#¤%&'()*+,-./"
    "0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNO"
    "PQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmno"
    "pqrstuvwxyzäöñüà"
)
_EXTENDED = {
    "\f": 0x0A, "^": 0x14, "{": 0x28, "}": 0x29, "\\": 0x2F,
    "[": 0x3C, "~": 0x3D, "]": 0x3E, "|": 0x40, "€": 0x65,
}  # fmt: skip


def parts_sent(text: str) -> list[int]:
    """Units in each part, packed greedily without breaking a character."""
    try:
        characters = [_septets(char) for char in text]
        alone, concatenated = 160, 153
    except ValueError:
        characters = [_utf16(char) for char in text]
        alone, concatenated = 70, 67
    if sum(map(len, characters)) <= alone:
        return [sum(map(len, characters))] if characters else []
    parts: list[list[int]] = [[]]
    for units in characters:
        if len(parts[-1] + units) > concatenated:
            parts.append([])
        parts[-1] += units
    return [len(part) for part in parts]


def _septets(char: str) -> list[int]:
    if char in _EXTENDED:
        return [0x1B, _EXTENDED[char]]
    if char == "\x1b":
        raise ValueError(char)
    return [_TABLE.index(char)]


def _utf16(char: str) -> list[int]:
    raw = char.encode("utf-16-be", "surrogatepass")
    return [raw[i] << 8 | raw[i + 1] for i in range(0, len(raw), 2)]
