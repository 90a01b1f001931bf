"""One-time codes that link two channels: how they look and are read. Nothing is stored here."""

import re
import secrets
from typing import Final

from handlers.conversation.words import fold

# No vowels, so that no word comes out, and nothing that looks like something else (B 8, S 5, Z 2).
_LETTERS: Final = "CDFHJKMNPQRTVWX"
_DIGITS: Final = "23456789"
_HALF: Final = 4
_CODE: Final = re.compile(
    f"(?:(?=.{{0,3}}[{_LETTERS}])(?=.{{0,3}}[{_DIGITS}])[{_LETTERS}{_DIGITS}]{{4}}){{2}}"
)


def new_code() -> str:
    """Two halves such as K7QM-3XPD, each with a letter and a digit: 35 bits."""
    while True:
        letters = [secrets.choice(_LETTERS + _DIGITS) for _ in range(2 * _HALF)]
        code = "".join(letters)
        if _CODE.fullmatch(code):
            return f"{code[:_HALF]}-{code[_HALF:]}"


def code_in(text: str) -> str | None:
    """The code that a text is, as looked up: in any case, with any spaces and marks around."""
    code = fold(text[:40]).replace(" ", "").upper()
    return code if _CODE.fullmatch(code) else None


def is_code(text: str) -> bool:
    return code_in(text) is not None
