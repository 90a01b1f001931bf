"""Row ids, made before the insert so that sealed columns can be bound to their row."""

import random
import threading
import time
from datetime import UTC, datetime

_START_MS = int(datetime(2020, 1, 1, tzinfo=UTC).timestamp() * 1000)
_LOW_BITS = 21
_CEILING = 1 << 62

_lock = threading.Lock()
_last = 0


def new_id() -> int:
    """A positive id below 2**62, strictly increasing in this process, ordered by time across all.

    41 bits of milliseconds since 2020 (until 2089), then 21 bits that start at random, so that
    two processes hardly ever meet; if they do, `Database.run` runs the unit once more.
    Ids from 2**62 on are left to rows that SQL makes in bulk.
    """
    global _last  # noqa: PLW0603
    moment = time.time_ns() // 1_000_000 - _START_MS
    with _lock:
        if moment > _last >> _LOW_BITS:
            # The lower half of the bits to start in: a burst has room to count up.
            _last = moment << _LOW_BITS | random.getrandbits(_LOW_BITS - 1)
        else:
            _last += 1
        made = _last
    if made >= _CEILING:
        raise OverflowError("The system clock is past 2089: no row ids are left.")
    return made
