"""Patterns that are compiled when they are first asked. No patterns.

There are hundreds; to compile them all would take a tenth of the time to start, and most
processes never ask.
"""

import re
from functools import cached_property
from re import Match, Pattern


class LazyPattern:
    def __init__(self, source: str, flags: int = 0) -> None:
        self._source = source
        self._flags = flags

    @cached_property
    def _compiled(self) -> Pattern[str]:
        return re.compile(self._source, self._flags)

    def match(self, text: str, at: int = 0) -> Match[str] | None:
        return self._compiled.match(text, at)

    def search(self, text: str) -> Match[str] | None:
        return self._compiled.search(text)

    def split(self, text: str) -> list[str]:
        """Of a pattern without groups."""
        parts: list[str] = self._compiled.split(text)
        return parts

    def sub(self, by: str, text: str) -> str:
        return self._compiled.sub(by, text)
