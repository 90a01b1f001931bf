"""One-time codes, of two groups to link channels, of three to invite: how they look and are read.

Nothing is stored here.
"""

import re
import secrets
from typing import Final

from handlers.conversation.words import fold

# No vowels, so that no word comes out, and nothing that looks like something else (B 8, S 5, Z 2).
_LETTERS: Final = "CDFHJKMNPQRTVWX"
_DIGITS: Final = "23456789"
_GROUP: Final = 4
_ONE: Final = (
    f"(?:(?=.{{0,3}}[{_LETTERS}])(?=.{{0,3}}[{_DIGITS}])[{_LETTERS}{_DIGITS}]{{{_GROUP}}})"
)
_CODES: Final = {groups: re.compile(f"{_ONE}{{{groups}}}") for groups in (2, 3)}


def new_code(groups: int = 2) -> str:
    """Groups such as K7QM-3XPD, each with a letter and a digit: 17 bits a group."""
    while True:
        code = "".join(secrets.choice(_LETTERS + _DIGITS) for _ in range(groups * _GROUP))
        if _CODES[groups].fullmatch(code):
            return "-".join(code[at : at + _GROUP] for at in range(0, len(code), _GROUP))


def code_in(text: str, groups: int = 2) -> str | None:
    """The code that a text is, as looked up: in any case, with any spaces and marks around."""
    if len(text) < groups * _GROUP:
        return None
    code = fold(text[:40]).replace(" ", "").upper()
    return code if _CODES[groups].fullmatch(code) else None


def is_code(text: str) -> bool:
    return code_in(text) is not None


def is_invitation(text: str) -> bool:
    return code_in(text, groups=3) is not None
