"""How much a lane holds and may take. Counts only."""

from dataclasses import dataclass

from bot.delivery.claim import Letter, Room
from storage.messages import Priority

_MOST_AHEAD = 4


def is_bulk(letter: Letter) -> bool:
    return letter.priority > Priority.REPLY


@dataclass(slots=True)
class Load:
    """Letters held, and the calls among them; `calls` is the most at once.

    A quarter of the calls is kept for replies, so that none waits behind bulk that hangs.
    `ahead`: claimed beyond the calls, so that none ends for want of the next; it grows when
    calls starve and shrinks when letters grow stale.
    """

    calls: int
    ahead: int = 0
    held: int = 0
    held_bulk: int = 0
    calling: int = 0
    calling_bulk: int = 0

    @property
    def bulk_calls(self) -> int:
        return self.calls - max(1, self.calls // 4)

    def room(self) -> Room:
        return Room(
            max(0, self.calls + self.ahead - self.held),
            max(0, self.bulk_calls + self.ahead - self.held_bulk),
        )

    def may_call(self, letter: Letter) -> bool:
        free = self.calling < self.calls
        return free and (not is_bulk(letter) or self.calling_bulk < self.bulk_calls)

    def take(self, letter: Letter) -> None:
        self.held += 1
        self.held_bulk += is_bulk(letter)

    def drop(self, letter: Letter) -> None:
        self.held -= 1
        self.held_bulk -= is_bulk(letter)

    def begin(self, letter: Letter) -> None:
        self.calling += 1
        self.calling_bulk += is_bulk(letter)

    def end(self, letter: Letter) -> None:
        self.calling -= 1
        self.calling_bulk -= is_bulk(letter)

    def has_plenty(self, ready: int) -> bool:
        """Whether so many letters keep all calls busy while the next ones are claimed."""
        return ready > 2 * self.calls

    def starved(self) -> None:
        self.ahead = min(self.calls * _MOST_AHEAD, self.ahead + max(1, self.calls // 2))

    def grew_stale(self) -> None:
        self.ahead //= 2
