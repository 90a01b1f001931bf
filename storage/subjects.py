"""What each kind of broadcast is about, as far as its audience goes, gathered. No logic."""

from collections.abc import Mapping

from storage import door_circle, event_circles, need_circle, reminders
from storage.circles import Circle

CIRCLES: Mapping[str, Circle] = {
    "event": event_circles.EVENT,
    "need": need_circle.NEED,
    "reminder": reminders.CIRCLE,
    "thanks": door_circle.THANKS,
}
"""By kind of broadcast; a kind without one is for everyone in its scope."""


def frozen_apart(kind: str) -> bool:
    """Whether a freezing of its own takes its people in."""
    circle = CIRCLES.get(kind)
    return circle is not None and circle.within is None
