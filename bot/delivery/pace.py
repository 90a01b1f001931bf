"""When each send may begin, so that a sender's limit holds in any one second. No SQL, no clock."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from math import ceil

from handlers.conversation.messages import Outgoing

LATE_US = 15_000
"""A call may begin this late after its slot; later ones give their slot up and take another."""

SECOND_US = 1_000_000 + LATE_US
"""Slots keep the limit in any window this long, so that late calls keep it in any second."""

AHEAD_US = 350_000
"""Slots are reserved no further ahead: a reply waits no longer behind bulk, a halt takes hold."""

LEAD_US = 2_000_000
"""So long, at most, a slot waits for its claim to be durable and looked at once more; a slower
database misses slots."""

_HEAVIEST = 30
_MANY = 10_000


@dataclass(frozen=True, slots=True)
class Pace:
    """A sender's limit. `rate`: units a second, None for no limit.

    `weigh`: the units of a message (segments); None: each message is one. `chat_gap`: how long
    bulk to one address waits after what was sent there before; replies don't.
    """

    rate: float | None = None
    weigh: Callable[[Outgoing], int] | None = None
    chat_gap: timedelta = timedelta(0)


@dataclass(frozen=True, slots=True)
class Slots:
    """What all workers share: the next free instant, and weighed slots of the last second.

    Instants are microseconds since the epoch; `recent` pairs them with weights, oldest first.
    """

    free_at: int = 0
    recent: tuple[tuple[int, int], ...] = ()


def room(slots: Slots, rate: float, now: int) -> int:
    """How many messages of one unit find a slot within AHEAD_US."""
    start = max(_settled(slots, rate, now).free_at, now)
    left = now + AHEAD_US - start
    return 0 if left < 0 else min(_MANY, int(left // _period(rate, 1)) + 1)


def reserve(
    slots: Slots, pace: Pace, weights: Sequence[int], *, now: int, earliest: int
) -> tuple[list[int], Slots]:
    """Slots for the first of `weights` that find one within AHEAD_US of `earliest`, and what is
    left. `earliest` is LEAD_US after `now` at most.

    Virtual scheduling: a message moves the next free instant by its weight. Where messages
    weigh more than one, the window is kept as well: never more than the limit (rounded up) in
    any SECOND_US, and a message above the limit has it alone.
    """
    rate, weighed = pace.rate, pace.weigh is not None
    if rate is None:
        return [now] * len(weights), slots
    state = _settled(slots, rate, now)
    free_at = state.free_at
    recent = [(slot, units) for slot, units in state.recent if slot > now - SECOND_US]
    taken: list[int] = []
    for weight in weights:
        at = max(free_at, earliest)
        if weighed:
            at = _fit(recent, weight, ceil(rate), at)
        if at > earliest + AHEAD_US:
            break
        taken.append(at)
        free_at = at + _period(rate, weight)
        if weighed:
            recent.append((at, weight))
    return taken, Slots(free_at, tuple(recent))


def _fit(recent: list[tuple[int, int]], weight: int, limit: int, at: int) -> int:
    """The first instant from `at` on whose last SECOND_US has room for the weight."""
    units = sum(each for slot, each in recent if slot > at - SECOND_US)
    for slot, each in recent:
        if units + weight <= limit or units == 0:
            break
        if slot > at - SECOND_US:
            at = slot + SECOND_US
            units -= each
    return at


def _settled(slots: Slots, rate: float, now: int) -> Slots:
    """Forgets slots further ahead than any reservation reaches: the clock was set back."""
    if slots.free_at > now + LEAD_US + AHEAD_US + _period(rate, _HEAVIEST):
        return Slots()
    return slots


def _period(rate: float, weight: int) -> int:
    return ceil(SECOND_US * weight / rate)
