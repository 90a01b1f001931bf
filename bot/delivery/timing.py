"""How long delivery waits for what: leases, retries, look-ups. Values only."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from random import uniform


@dataclass(frozen=True, slots=True)
class Backoff:
    """Exponential, full jitter: the n-th retry waits up to `first` * 2**(n-1), at most `cap`."""

    first: timedelta = timedelta(seconds=1)
    cap: timedelta = timedelta(minutes=10)
    attempts: int = 15
    spread: Callable[[float, float], float] = uniform

    def wait(self, attempts: int) -> timedelta | None:
        """After so many attempts; None: enough."""
        if attempts >= self.attempts:
            return None
        most = min(self.cap, self.first * 2 ** (attempts - 1))
        return timedelta(seconds=self.spread(0, most.total_seconds()))


@dataclass(frozen=True, slots=True)
class Timing:
    """What holds for every channel.

    `tidy`: how often receipts are looked after that crossed with the record of their send.
    `fresh`: a claim not handed to the provider by then goes back, to be rechecked.
    `lease` outlasts `fresh`, `call` and the recording: whoever still holds a claim then is dead.
    `look_first` and `look_cap` space the questions about an unknown outcome. Not found for `grace`
    after the call, it never arrived. Never answered for `give_up`, it is left as it is.
    `hold_unknown`: so long an unknown outcome holds back what follows it in its chat.
    `probe`: how often a halted sender tries one delivery. `misconfigured`: attempts left to a
    delivery that alone meets a configuration error.
    """

    call: timedelta = timedelta(seconds=15)
    fresh: timedelta = timedelta(seconds=0.5)
    lease: timedelta = timedelta(seconds=30)
    poll: timedelta = timedelta(seconds=1)
    tidy: timedelta = timedelta(minutes=1)
    look_first: timedelta = timedelta(seconds=2)
    look_cap: timedelta = timedelta(minutes=10)
    grace: timedelta = timedelta(seconds=45)
    give_up: timedelta = timedelta(hours=12)
    hold_unknown: timedelta = timedelta(minutes=2)
    probe: timedelta = timedelta(minutes=1)
    capped: timedelta = timedelta(hours=1)
    misconfigured: int = 3
    receipts_kept: timedelta = timedelta(days=2)
    backoff: Backoff = field(default_factory=Backoff)
