"""Where a place is on a map, as a link that any phone opens. Nothing is looked up here."""

from typing import Final
from urllib.parse import quote_plus

_SEARCH: Final = "https://www.openstreetmap.org/search?query="
_LONGEST = 120


def map_link(address: str) -> str:
    """A search for it by its name: no coordinates are kept, and nobody is told who asks."""
    return _SEARCH + quote_plus(address[:_LONGEST])
