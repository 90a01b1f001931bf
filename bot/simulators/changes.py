"""A version counter that can be awaited, so that tests and pages follow what a phone shows."""

import asyncio
from collections.abc import AsyncIterator


class Changes:
    """Counts changes. A child's change is its parent's too."""

    def __init__(self, parent: "Changes | None" = None) -> None:
        self.version = 0
        self._parent = parent
        self._changed = asyncio.Event()

    def bump(self) -> None:
        self.version += 1
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()
        if self._parent is not None:
            self._parent.bump()

    async def wait(self, after: int) -> int:
        """Return the version as soon as it is greater than `after`."""
        while self.version <= after:
            await self._changed.wait()
        return self.version

    async def follow(self, after: int = -1) -> AsyncIterator[int]:
        """Yield each newer version; several changes between two looks are one."""
        while True:
            after = await self.wait(after)
            yield after
