"""What each kind of broadcast is about, as far as its audience goes, gathered. No logic."""

from collections.abc import Mapping

from storage.circles import Circle

CIRCLES: Mapping[str, Circle] = {}
"""By kind of broadcast; a kind without one is for everyone in its scope."""
