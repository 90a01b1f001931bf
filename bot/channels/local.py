"""The channel behind `enlace chat`: keeps what is sent to one person at a terminal. No network."""

import unicodedata
from datetime import timedelta

from bot.channels.base import Sent
from bot.channels.errors import refuse_expired
from handlers.conversation.messages import ChannelName, Keyboard, Outgoing
from locales.gsm7 import cost


class LocalChannel:
    """Takes the name of the channel that it stands for, so that texts are rendered for it."""

    def __init__(self, name: ChannelName) -> None:
        self.name: ChannelName = name
        self.sent: list[tuple[str, Outgoing]] = []
        self._shown = 0

    async def send(self, to: str, message: Outgoing, *, expires_in: timedelta | None) -> Sent:
        refuse_expired(expires_in)
        self.sent.append((to, message))
        segments = cost(message.text).segments if self.name == "sms" else 1
        return Sent(str(len(self.sent)), segments)

    async def find(
        self,
        to: str,
        message: Outgoing,
        after: float,  # noqa: ARG002
        exclude: frozenset[str] = frozenset(),
    ) -> str | None:
        """The newest message like it; this channel keeps no times."""
        for place in range(len(self.sent), 0, -1):
            if self.sent[place - 1] == (to, message) and str(place) not in exclude:
                return str(place)
        return None

    async def close(self) -> None:
        """Nothing is open."""

    def take(self) -> list[str]:
        """What was sent since the last take, as lines to print; none of them is empty."""
        fresh = self.sent[self._shown :]
        self._shown = len(self.sent)
        return [line for _, message in fresh for line in lines(message)]


def lines(message: Outgoing) -> list[str]:
    """A message as a terminal shows it: its text, and its buttons in brackets."""
    if not message.text:
        shown = message.edit_text or message.toast
        return [*_plain(shown), *_buttons(message.edit_keyboard)]
    ask = [f"[{message.ask_label}]"] if message.ask and message.ask_label else []
    file = [f"<{message.document.name}>"] if message.document is not None else []
    return [*_plain(message.text), *file, *ask, *_buttons(message.keyboard)]


def _plain(text: str) -> list[str]:
    """No control characters: what one person wrote must not drive another's terminal."""
    visible = "".join(c for c in text if c == "\n" or unicodedata.category(c) not in ("Cc", "Cs"))
    return [line for line in visible.split("\n") if line.strip()]


def _buttons(keyboard: Keyboard) -> list[str]:
    rows = (" ".join(f"[{button.label}]" for button in row) for row in keyboard)
    return [line for row in rows for line in _plain(row)]
