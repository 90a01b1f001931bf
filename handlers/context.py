"""One turn in the making: who speaks, what was heard, and what will be said. No features here."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from handlers.conversation import engine
from handlers.conversation.flow import Flow, Heard
from handlers.conversation.messages import Inbound
from handlers.conversation.session import Session, load
from handlers.conversation.turn import Ending, Prompt, Settled, Turn, Words
from handlers.outbox import Kind
from handlers.policy import Policy
from locales import Language, Message
from storage.conversations import Caller
from storage.sealed import SealError, Vault

Act = Callable[["Context", Mapping[str, Any]], None]
"""Something that only coordinators may do, with what it needs to be done."""


def session_of(vault: Vault, caller: Caller) -> tuple[Session | None, Exception | None]:
    """The open flow; or why what is kept of it can't be read, which must not keep a stop back."""
    if not caller.state:
        return None, None
    try:
        return load(vault.open("sessions", "state", caller.person_id, caller.state)), None
    except (SealError, ValueError, TypeError, AttributeError) as fault:
        return None, fault


@dataclass(frozen=True, slots=True)
class Approvable:
    """A kind of thing that a second person approves; each part is given the subject's id.

    `about` is a sentence of what a yes does, such as "Send the alert A7 to 1,200 people."; None:
    there is nothing to decide any more. `preview` is all that whoever decides should have seen.
    `run` is what a yes leads to, `reject` what a no does; their context is that of who decides.
    What `run` returns is told to whoever asked, in the place of "A7 was approved."
    """

    about: Callable[["Context", int], Message | None]
    preview: Callable[["Context", int], Sequence[Prompt]]
    run: Callable[["Context", int], Message | None]
    reject: Callable[["Context", int], None]


@dataclass(slots=True)
class Context:
    """Handlers read the facts above and leave their replies below; inbound saves and queues them.

    `heard` is the message, `overheard` the same as a flow hears it.
    `session` is what the conversation will be after this turn: None ends it; `unreadable` why
    what was kept of it can't be read. `kind` consent lets
    the replies reach someone who has stopped. `acts` and `approvals` are the tables of that name
    in features, which features themselves can't import. `memo` keeps what this
    turn has worked out.
    """

    connection: Connection
    vault: Vault
    policy: Policy
    now: datetime
    heard: Inbound
    overheard: Heard
    caller: Caller
    language: Language
    country: str | None
    session: Session | None
    acts: Mapping[str, Act] = field(default_factory=dict)
    approvals: Mapping[str, "Approvable"] = field(default_factory=dict)
    memo: dict[Any, Any] = field(default_factory=dict)
    says: list[Prompt] = field(default_factory=list)
    settled: Settled | None = None
    refreshed: Prompt | None = None
    toast: Message | None = None
    kind: Kind = "reply"
    unreadable: Exception | None = None

    def say(self, text: Words) -> None:
        self.says.append(Prompt(text))

    def begin(
        self,
        flow: Flow,
        given: Mapping[str, Any] | None = None,
        answers: Mapping[str, Any] | None = None,
    ) -> Turn:
        """Start a flow; what it asks first is said after what was said already."""
        turn = engine.start(flow, given, answers)
        self.take(turn)
        return turn

    def begin_with(self, flow: Flow, rest: str) -> Mapping[str, Any] | None:
        """Start a flow whose first answer may have come along; its answers if that was all."""
        turn = engine.start(flow)
        if rest and turn.session is not None:
            heard = replace(self.overheard, text=rest)
            turn = engine.advance(flow, turn.session, heard)
        self.take(turn)
        return turn.answers if turn.ending is Ending.FINISHED else None

    def take(self, turn: Turn) -> None:
        """A turn's session becomes ours, and what it says is said."""
        self.session = turn.session
        self.says.extend(turn.says)
        self.settled = turn.settled or self.settled
        self.refreshed = turn.refreshed or self.refreshed
        self.toast = turn.toast or self.toast

    def seal(self, table: str, column: str, row: int, text: str | None) -> bytes | None:
        return None if text is None else self.vault.seal(table, column, row, text)
