"""One channel's sends: what is claimed, in flight and answered, in cycles of one commit each."""

import asyncio
import time
from collections import Counter
from collections.abc import Iterable
from functools import partial
from heapq import heappop, heappush
from itertools import count

import structlog
from sqlalchemy import Connection
from sqlalchemy.exc import InterfaceError, OperationalError

from bot.channels.base import Channel, SenderEffect, SendError
from bot.delivery.caller import Caller
from bot.delivery.claim import Claim, Claimer, Letter, Room
from bot.delivery.load import Load
from bot.delivery.means import Means
from bot.delivery.pace import Pace
from bot.delivery.record import Outcome, Recorder, status
from handlers.outbox import OUTBOX
from storage import senders
from storage.database import CommitUnknownError, Unit, Wake

log = structlog.get_logger()

_NONE = Room(0, 0)
_LEAD_FADES = 0.9
_LINGER, _LONGEST = 0.005, 10
"""Seconds that outcomes wait for others while there is plenty to call, and how many times."""
_FEW = 3


class Lane:
    """Sends through one channel, at most `calls` at once, until stopped."""

    def __init__(self, means: Means, channel: Channel, pace: Pace, calls: int) -> None:
        self._caller = Caller(means, channel, pace.chat_gap.total_seconds())
        self._claimer = Claimer(means, channel.name, pace, self._caller.recent)
        self._recorder = Recorder(means, channel.name)
        self._database = means.database
        self._timing = means.timing
        self._metrics = means.metrics
        self._failpoint = means.failpoint
        self._load = Load(calls)
        self._paced = pace.rate is not None
        self._order = count()
        self._wake: Wake | None = None
        self._ready: list[tuple[int, int, Letter]] = []
        self._timed: dict[int, tuple[asyncio.TimerHandle, Letter]] = {}
        self._calls: set[asyncio.Task[None]] = set()
        self._outcomes: list[Outcome] = []
        self._lead = 0.0
        self._more = False
        self._prepared = False
        self._failing = False
        self._patience_ends: float | None = None

    async def run(self) -> None:
        """Until `stop`; then calls in flight end and are recorded, and nothing is claimed."""
        self._wake = self._database.listen(OUTBOX)
        try:
            pause = 0.0
            while not self._is_done():
                await self._wake.wait(pause)
                pause = await self._turn()
        finally:
            self._wake.close()
            for call in self._calls:
                call.cancel()

    def stop(self) -> None:
        patience = self._timing.call + self._timing.lease
        self._patience_ends = time.monotonic() + patience.total_seconds()
        self._give_back()

    async def step(self) -> int:
        """Claims what is due once, sends it and records it; returns how many were claimed."""
        claim = await self._cycle(Room(self._load.calls, self._load.calls))
        outcomes = await asyncio.gather(*(self._in_time(letter) for letter in claim.letters))
        self._outcomes += outcomes
        await self._cycle(_NONE)
        return len(claim.letters)

    async def _in_time(self, letter: Letter) -> Outcome:
        await asyncio.sleep(max(0, self._caller.due(letter) - time.monotonic()))
        return await self._caller.call(letter)

    async def _turn(self) -> float:
        """Records what was answered, claims what there is room for; returns seconds to wait."""
        poll = self._timing.poll.total_seconds()
        room = self._room()
        if not self._outcomes and room.total < 1:
            return poll
        await self._linger()
        room = self._room()
        try:
            if self._failing:
                await self._record_singly()
            claim = await self._cycle(room)
        except Exception as error:
            self._failing = True
            log.error("delivery_waits", channel=self._claimer.channel, error=type(error).__name__)
            return poll
        self._failing = False
        self._accept(claim)
        if claim.more and claim.wait is None and self._may_go_on(claim):
            return 0
        return poll if claim.wait is None else min(poll, claim.wait.total_seconds())

    def _room(self) -> Room:
        return self._load.room() if self._patience_ends is None else _NONE

    async def _linger(self) -> None:
        """A commit for many outcomes costs hardly more than a commit for each."""
        for _ in range(_LONGEST):
            if not self._may_linger():
                return
            await asyncio.sleep(_LINGER)

    def _may_linger(self) -> bool:
        """While calls go on without us, and soon enough for the slots that come next."""
        return len(self._timed) > _FEW or self._load.has_plenty(len(self._ready))

    def _may_go_on(self, claim: Claim) -> bool:
        """What is closed makes room for any other; after letters, what is left out is bulk."""
        room = self._load.room()
        return bool((claim.closed and room.total) or (claim.letters and room.bulk))

    async def _cycle(self, room: Room) -> Claim:
        """One commit: what was answered since the last one, and the next claims."""
        batch, self._outcomes = self._outcomes, []
        try:
            claim = await self._database.run(self._unit(batch, room))
        except BaseException:
            self._outcomes[:0] = batch
            raise
        self._prepared = True
        if batch:
            self._failpoint("recorded")
        self._measure(batch, claim)
        return claim

    def _unit(self, batch: list[Outcome], room: Room) -> Unit[Claim]:
        def unit(connection: Connection) -> Claim:
            if not self._prepared:
                senders.ensure(connection, self._claimer.channel)
            self._recorder.record(connection, batch)
            if room.total < 1:
                return Claim()
            claim = self._claimer.claim(connection, room, self._caller.ahead(self._lead))
            if claim.letters:
                self._failpoint("claimed")
            return claim

        return unit

    async def _record_singly(self) -> None:
        """After a failure: an outcome that the database refuses must not hold back the others.

        Its delivery stays "sending" until the lease ends, and is reconciled then.
        """
        while self._outcomes:
            one = self._outcomes[0]
            try:
                await self._database.run(partial(self._recorder.record, outcomes=[one]))
            except (OperationalError, InterfaceError, CommitUnknownError):
                raise
            except Exception as error:
                log.error("outcome_refused", delivery=one.letter.id, error=type(error).__name__)
            del self._outcomes[0]

    def _accept(self, claim: Claim) -> None:
        """Each letter is called at its slot, in order of priority."""
        self._more = claim.more
        took = time.monotonic() - claim.began if claim.letters else 0.0
        self._lead = max(took, self._lead * _LEAD_FADES)
        for letter in claim.letters:
            self._load.take(letter)
        if self._patience_ends is not None or any(map(_concerns_all, self._outcomes)):
            self._return(claim.letters)
            return
        for letter in claim.letters:
            delay = self._caller.due(letter) - time.monotonic()
            if delay > 0:
                handle = asyncio.get_running_loop().call_later(delay, self._come_due, letter)
                self._timed[letter.id] = handle, letter
            else:
                self._queue(letter)
        self._call_ready()

    def _come_due(self, letter: Letter) -> None:
        del self._timed[letter.id]
        self._queue(letter)
        self._call_ready()

    def _queue(self, letter: Letter) -> None:
        heappush(self._ready, (letter.priority, next(self._order), letter))

    def _call_ready(self) -> None:
        while self._ready and self._load.may_call(self._ready[0][2]):
            letter = heappop(self._ready)[2]
            self._load.begin(letter)
            call = asyncio.create_task(self._call(letter))
            self._calls.add(call)
            call.add_done_callback(self._calls.discard)

    async def _call(self, letter: Letter) -> None:
        outcome = await self._caller.call(letter)
        self._load.end(letter)
        self._end(outcome)
        if _concerns_all(outcome):
            self._give_back()
        elif outcome.result is None:
            self._load.grew_stale()
        elif not (self._ready or self._paced) and self._more:
            self._load.starved()
        self._call_ready()

    def _give_back(self) -> None:
        """What is claimed and not called goes back to the queue."""
        self._caller.take_back()
        letters = [letter for _, _, letter in self._ready]
        self._ready.clear()
        for handle, letter in self._timed.values():
            handle.cancel()
            letters.append(letter)
        self._timed.clear()
        self._return(letters)
        self._stir()

    def _return(self, letters: Iterable[Letter]) -> None:
        for letter in letters:
            self._end(Outcome(letter, None))

    def _end(self, outcome: Outcome) -> None:
        self._load.drop(outcome.letter)
        self._outcomes.append(outcome)
        self._stir()

    def _stir(self) -> None:
        if self._wake is not None:
            self._wake.stir()

    def _is_done(self) -> bool:
        if self._patience_ends is None:
            return False
        if time.monotonic() > self._patience_ends:
            log.error("delivery_stopped_early", waiting=self._load.held + len(self._outcomes))
            return True
        return not (self._load.held or self._outcomes)

    def _measure(self, batch: list[Outcome], claim: Claim) -> None:
        steps = Counter(map(str, claim.closed))
        steps.update(filter(None, map(status, batch)))
        for name, times in steps.items():
            self._metrics.deliveries.labels(self._claimer.channel, name).inc(times)


def _concerns_all(outcome: Outcome) -> bool:
    """Whether the provider's answer stops the sender, and not just this delivery."""
    error = outcome.result
    if not isinstance(error, SendError):
        return False
    ours = error.sender not in (SenderEffect.NONE, SenderEffect.RECIPIENT)
    return ours or error.retry_after is not None
