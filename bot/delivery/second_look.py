"""The second look: whoever stops while a letter waits for its slot is not called. No calls."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from functools import partial

import structlog
from sqlalchemy import Connection

from bot.delivery.claim import Letter
from bot.delivery.means import Means
from bot.delivery.recheck import Close, recheck
from storage.messages import Status
from storage.outbox import Due
from storage.second_look import again, in_no_doubt

FRESH_SECONDS = 0.15
"""So long what a claim, or a look, has seen of a person holds."""

_GATHER, _SPARE, _LONGEST = 0.005, 0.015, 1.0
_FADES = 0.9

log = structlog.get_logger()

_GONE = Close(Status.SUPPRESSED, "gone")

Refusals = Mapping[int, Close | None]


class SecondLook:
    """A stop, a block or a deletion that is committed after the claim holds the message back too.

    A letter that is called within FRESH_SECONDS of its claim, as most are where nothing paces them,
    is not looked at again. Any other is, just before its slot, in one read that is shared by all
    who ask while the one before goes on; its duration is learnt, so that slots are kept. What is
    left is a stop committed less than FRESH_SECONDS before the call, or less than such reads take:
    that one message may still go out. Where a read takes longer than half a second the claim's word
    counts for a while, or nothing would ever be sent at its slot.
    """

    def __init__(self, means: Means) -> None:
        self._means = means
        self._one_at_a_time = asyncio.Lock()
        self._asked: list[int] = []
        self._next: asyncio.Task[Refusals] | None = None
        self._took = 0.0

    @property
    def takes(self) -> float:
        """Seconds that a look may take, by how long they lately took: it may have to wait for
        one that has just begun."""
        return min(_LONGEST, _GATHER + 2 * self._took + _SPARE)

    def ahead(self, took: float) -> float:
        """How many seconds after its claim a call may be, where claims lately took so many."""
        return took + self.takes if took > FRESH_SECONDS / 2 else took

    async def refusal(self, letter: Letter) -> Close | None:
        """Why it is not to be sent any more; None: it may. Raises what the database raises."""
        if max(time.monotonic(), letter.slot) - letter.seen <= FRESH_SECONDS:
            return None
        if 2 * self._took > _LONGEST:
            self._took *= _FADES
            return None
        self._asked.append(letter.id)
        if self._next is None:
            self._next = asyncio.create_task(self._look())
        # Others wait for the same look: a call that is cancelled doesn't end it.
        found = await asyncio.shield(self._next)
        return found[letter.id]

    async def _look(self) -> Refusals:
        async with self._one_at_a_time:
            await asyncio.sleep(_GATHER)
            asked, self._asked, self._next = self._asked, [], None
            began = time.monotonic()
            try:
                return await self._means.database.read(partial(self._read, ids=asked))
            except Exception as error:
                log.error("no_second_look", count=len(asked), error=type(error).__name__)
                raise
            finally:
                self._took = max(time.monotonic() - began, self._took * _FADES)

    def _read(self, connection: Connection, ids: Sequence[int]) -> Refusals:
        found: dict[int, Close | None] = dict.fromkeys(ids, _GONE)
        found.update(dict.fromkeys(in_no_doubt(connection, ids)))
        doubtful = [each for each, close in found.items() if close is not None]
        if doubtful:
            found |= {row.id: self._refused(row) for row in again(connection, doubtful)}
        return found

    def _refused(self, row: Due) -> Close | None:
        """By the person and the address: hours, caps and the broadcast were the claim's to see."""
        why = recheck(row, self._means.clock(), None)
        return why if isinstance(why, Close) else None
