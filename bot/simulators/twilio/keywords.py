"""Twilio's own opt-out: the words, the block list, the automatic replies. The bot's is not here."""

from dataclasses import dataclass, field
from typing import Literal

OptOutType = Literal["STOP", "START", "HELP"]

STOP = frozenset({"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"})
START = frozenset({"START", "YES", "UNSTOP"})
HELP = frozenset({"HELP", "INFO"})
REPLIES: dict[OptOutType, str] = {
    "STOP": "You have successfully been unsubscribed. You will not receive any more messages "
    "from this number. Reply START to resubscribe.",
    "START": "You have successfully been re-subscribed to messages from this number. "
    "Reply HELP for help. Reply STOP to unsubscribe. Msg&Data Rates May Apply.",
    "HELP": "Reply STOP to unsubscribe. Msg&Data Rates May Apply.",
}


@dataclass
class Keywords:
    """`replies`: Twilio answers the words itself. `advanced`: Advanced Opt-Out is on, which adds
    OptOutType to webhooks and may know further words (`extra`, by upper-case word)."""

    replies: bool = True
    advanced: bool = False
    extra: dict[str, OptOutType] = field(default_factory=dict)
    blocked: set[tuple[str, str]] = field(default_factory=set)

    def take(self, sender: str, phone: str, text: str) -> tuple[OptOutType | None, str | None]:
        """Block or unblock the pair for a single word; return its type and Twilio's own reply.

        `sender` is a number, or the Messaging Service that it belongs to.
        """
        type_ = self._type(text)
        was_blocked = (sender, phone) in self.blocked
        if type_ == "STOP":
            self.blocked.add((sender, phone))
        elif type_ == "START":
            self.blocked.discard((sender, phone))
        answers = type_ == "HELP" or was_blocked == (type_ == "START")
        return type_, REPLIES[type_] if type_ and answers and self.replies else None

    def _type(self, text: str) -> OptOutType | None:
        word = text.strip().upper()
        if word in STOP:
            return "STOP"
        if word in START:
            return "START"
        if word in HELP:
            return "HELP"
        return self.extra.get(word) if self.advanced else None
