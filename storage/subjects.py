"""What each kind of broadcast is about, as far as its audience goes, gathered. No logic."""

from collections.abc import Mapping

from storage import event_circles
from storage.circles import Circle

CIRCLES: Mapping[str, Circle] = {"event": event_circles.EVENT}
"""By kind of broadcast; a kind without one is for everyone in its scope."""
