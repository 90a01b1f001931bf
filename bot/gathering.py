"""Work that is done together while it waits: many items in one go, each with an outcome of its own.

What the work is is given.
"""

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")
R = TypeVar("R")

_MOST = 128
"""Above what the webhooks let in at once, so that a rush goes as one and not as one and a bit."""


@dataclass(slots=True, eq=False)
class _Waiting(Generic[T, R]):
    item: T
    whose: Hashable
    future: "asyncio.Future[R]"

    def settle(self, result: R) -> None:
        if not self.future.done():  # whoever asked may have gone
            self.future.set_result(result)

    def fail(self, error: BaseException) -> None:
        if not self.future.done():
            self.future.set_exception(error)


class Gathering(Generic[T, R]):
    """`together` does many items, and answers None for those that must be done alone: `alone`.

    Items that are `whose` the same are done one after the other, in their order. When many fail
    together each is tried alone, so that only the guilty one fails; unless it is one of `shared`,
    which would meet each of them. `lanes`: how many go on at once.
    """

    def __init__(
        self,
        together: Callable[[Sequence[T]], Awaitable[Sequence[R | None]]],
        alone: Callable[[T], Awaitable[R]],
        *,
        whose: Callable[[T], Hashable],
        shared: tuple[type[BaseException], ...],
        lanes: int,
    ) -> None:
        self._together = together
        self._alone = alone
        self._whose = whose
        self._shared = shared
        self._free = lanes
        self._waiting: list[_Waiting[T, R]] = []
        self._busy: set[Hashable] = set()
        self._lanes: set[asyncio.Task[None]] = set()

    async def do(self, item: T) -> R:
        loop = asyncio.get_running_loop()
        waiting: _Waiting[T, R] = _Waiting(item, self._whose(item), loop.create_future())
        self._waiting.append(waiting)
        if self._free:
            self._free -= 1
            lane = loop.create_task(self._run())
            self._lanes.add(lane)
            lane.add_done_callback(self._lanes.discard)
        return await waiting.future

    async def _run(self) -> None:
        """Until what waits, if anything does, waits for another lane, which takes it then."""
        try:
            while batch := self._next():
                try:
                    await self._do(batch)
                finally:
                    self._busy.difference_update(each.whose for each in batch)
        finally:
            self._free += 1

    def _next(self) -> list[_Waiting[T, R]]:
        batch: list[_Waiting[T, R]] = []
        still: list[_Waiting[T, R]] = []
        behind = set(self._busy)
        for each in self._waiting:
            ready = each.whose not in behind and len(batch) < _MOST
            (batch if ready else still).append(each)
            behind.add(each.whose)
        self._waiting = still
        self._busy.update(each.whose for each in batch)
        return batch

    async def _do(self, batch: Sequence[_Waiting[T, R]]) -> None:
        results: Sequence[R | None] = [None] * len(batch)
        if len(batch) > 1:
            try:
                results = await self._together([each.item for each in batch])
            except self._shared as error:
                for each in batch:
                    each.fail(error)
                return
            except Exception:
                pass  # whose fault it is shows when each is done alone
        left = []
        for each, result in zip(batch, results, strict=True):
            if result is None:
                left.append(each)
            else:
                each.settle(result)
        if left:
            await asyncio.gather(*map(self._do_alone, left))

    async def _do_alone(self, waiting: _Waiting[T, R]) -> None:
        try:
            waiting.settle(await self._alone(waiting.item))
        except Exception as error:
            waiting.fail(error)
