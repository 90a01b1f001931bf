"""People's phones on the simulated SMS network: what they send, show, and how they fail."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Literal, Protocol

from bot.simulators.changes import Changes
from bot.simulators.handset import Handset
from bot.simulators.twilio.errors import FAILURES, REFUSALS
from bot.simulators.twilio.messages import Bubble, Message


@dataclass(frozen=True, slots=True)
class Place:
    """Where the carrier thinks that a number is; blank when it doesn't know."""

    city: str = ""
    state: str = ""
    zip: str = ""
    country: str = ""


@dataclass(frozen=True, slots=True)
class Media:
    """What a picture message carries."""

    media_type: str = "image/jpeg"


class Receive(Protocol):
    """How a phone hands a text to the network."""

    def __call__(
        self, phone: "Phone", text: str, to: str | None, media: tuple[Media, ...]
    ) -> Awaitable[Message]: ...


class Phone(Handset[Bubble]):
    """`landline` can't take texts. Not opted out by itself: the network keeps that list."""

    def __init__(
        self,
        number: str,
        place: Place,
        receive: Receive,
        clock: Callable[[], float],
        changes: Changes,
    ) -> None:
        super().__init__(changes)
        self.number = number
        self.place = place
        self.landline = False
        self._receive = receive
        self._clock = clock
        self._screen: list[tuple[Message, float]] = []
        self._endings: list[tuple[int | str, int | None]] = []

    @property
    def screen(self) -> list[Bubble]:
        return [message.as_bubble(at) for message, at in self._screen]

    async def texts(self, text: str, *, to: str | None = None) -> Bubble:
        """Send a text, to the first of the bot's numbers unless `to` says which."""
        return await self._send(text, to, ())

    async def sends_media(
        self, text: str = "", *, media_type: str = "image/jpeg", to: str | None = None
    ) -> Bubble:
        """Send a picture message (MMS)."""
        return await self._send(text, to, (Media(media_type),))

    def ends(self, how: int | Literal["sent"], *, times: int | None = 1) -> None:
        """Plan how the next messages to this number end (`times=None`: all of them).

        A code of a refused create call (21610, 21614 …), one of a message that doesn't arrive
        (30003, 30007 …), or "sent": no delivery report ever comes.
        """
        if how != "sent" and how not in REFUSALS and how not in FAILURES:
            raise ValueError(f"{how} is no code that the simulator knows")
        self._endings.append((how, times))

    def take_refusal(self) -> int | None:
        """The planned refusal of the next create call."""
        if self._endings and self._endings[0][0] in REFUSALS:
            return int(self._take())
        return None

    def take_ending(self) -> int | str | None:
        """The planned ending of the next message that was taken."""
        return self._take() if self._endings else None

    def shows(self, message: Message, at: float) -> None:
        self._screen.append((message, at))
        self.changes.bump()

    async def _send(self, text: str, to: str | None, media: tuple[Media, ...]) -> Bubble:
        message = await self._receive(self, text, to, media)
        now = self._clock()
        self.shows(message, now)
        self._acts()
        return message.as_bubble(now)

    def _take(self) -> int | str:
        how, left = self._endings[0]
        if left is not None and left <= 1:
            del self._endings[0]
        elif left is not None:
            self._endings[0] = how, left - 1
        return how
