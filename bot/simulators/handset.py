"""What every simulated phone has: a screen, and the patience to wait for it. No provider here."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import Generic, Protocol, TypeVar

from bot.simulators.changes import Changes


class Shown(Protocol):
    @property
    def who(self) -> str: ...
    @property
    def text(self) -> str: ...


Bubble = TypeVar("Bubble", bound=Shown)
Wanted = int | str | Callable[[Sequence[Bubble]], bool]


class Handset(ABC, Generic[Bubble]):
    """`changes` moves whenever the screen does. `who` of a bubble is "bot" for the bot's own."""

    def __init__(self, changes: Changes) -> None:
        self.changes = changes
        self._acted_at = 0

    @property
    @abstractmethod
    def screen(self) -> list[Bubble]:
        """Every bubble, oldest first."""

    @property
    def heard(self) -> list[Bubble]:
        """The bot's bubbles since the person last did something."""
        return [bubble for bubble in self.screen[self._acted_at :] if bubble.who == "bot"]

    async def waits_for(self, wanted: Wanted[Bubble] = 1, timeout: float = 5.0) -> list[Bubble]:
        """Wait for that many bubbles of the bot since the person's last act, or for one that
        contains a text, or until a predicate of the whole screen holds; return `heard`.

        Raises TimeoutError, with what the screen showed instead.
        """
        try:
            async with asyncio.timeout(timeout):
                while True:
                    version = self.changes.version
                    if self._has(wanted):
                        return self.heard
                    await self.changes.wait(version)
        except TimeoutError:
            shown = "\n".join(f"{bubble.who}: {bubble.text}" for bubble in self.screen)
            raise TimeoutError(f"waited in vain for {wanted!r}; the screen:\n{shown}") from None

    def _has(self, wanted: Wanted[Bubble]) -> bool:
        if isinstance(wanted, int):
            return len(self.heard) >= wanted
        if isinstance(wanted, str):
            return any(wanted in bubble.text for bubble in self.heard)
        return wanted(self.screen)

    def _acts(self) -> None:
        self._acted_at = len(self.screen)
