"""What a turn of a conversation yields: things to say, still untranslated. No rendering."""

from collections.abc import Hashable, Mapping
from dataclasses import field
from enum import StrEnum
from typing import Any

from handlers.conversation.flow import Share
from handlers.conversation.messages import Document
from handlers.conversation.records import record
from handlers.conversation.session import Session
from locales import Localizable, Message

Words = str | Localizable
"""Words as typed, or what becomes words once the reader is known."""


@record
class Choice:
    """A numbered line on SMS (`short`, where there is one), a button on Telegram.

    `token` is what the button sends.
    """

    label: Words
    token: str
    short: Words | None = None


@record
class Prompt:
    """One thing to say.

    `lead` comes before the text. `choices` can be picked; `ticked` are the tokens picked so far
    where `many` may be. `lines` are the label and value of each answer in a summary. `extras` are
    buttons without a number (done, skip, yes): a texter has words for them. `mark` ties buttons
    to their question; `commands` are buttons that send a command's word, their token. `menu`
    stands for all that its buttons are made of, where nothing of anybody's own is in it: prompts
    with an equal one have the same buttons.
    A `document` comes along where the channel has such: elsewhere the text tells where it is."""

    text: Words
    lead: Message | None = None
    choices: tuple[Choice, ...] = ()
    lines: tuple[tuple[Words, Words], ...] = ()
    many: bool = False
    ticked: frozenset[str] = frozenset()
    extras: tuple[Choice, ...] = ()
    commands: tuple[Choice, ...] = ()
    share: Share | None = None
    mark: int | None = None
    document: Document | None = None
    menu: tuple[Hashable, ...] | None = None


@record
class Settled:
    """What a pressed message shows from now on: its question and the choice that was made."""

    question: Words
    choice: Words
    lines: tuple[tuple[Words, Words], ...] = ()


class Ending(StrEnum):
    FINISHED = "finished"
    LEFT = "left"


@record
class Turn:
    """`session` is None when the flow is over; `ending` says how, `answers` what was collected.

    `refreshed` replaces the pressed message (a tick set or taken away); `toast` answers a press.
    `stuck`: two answers in a row were not understood, a human should look.
    """

    session: Session | None
    says: tuple[Prompt, ...] = ()
    settled: Settled | None = None
    refreshed: Prompt | None = None
    toast: Message | None = None
    ending: Ending | None = None
    answers: Mapping[str, Any] = field(default_factory=dict)
    stuck: bool = False
