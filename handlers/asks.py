"""Questions that went to many: which of them an answer is to, and asking back where several are.

A code always says it. Else the question of a running conversation has the answer, if it is newer
than any such question; else the one that is open; of several, the person is asked which.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from handlers.context import Context
from handlers.conversation.flow import Answers, Ask, Flow, Heard, Hearing, NotUnderstood, Understood
from handlers.conversation.session import Session
from handlers.conversation.turn import Words
from handlers.conversation.words import fold
from handlers.rendering import Reader
from locales import _
from locales.formatting import Listing
from storage import profiles
from storage.codes import named_by

_CODE = re.compile(r"(?<!\w)[A-Za-z][0-9]{1,7}(?!\w)", re.ASCII)
_MOST_CODES = 3
_LONGEST = 300
_HINTED_FOR = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class OpenAsk:
    """One question to one person. `label` says what it is about, in a few words.

    `answered`: what they said may still be changed; it counts only where nothing else is open.
    """

    kind: str
    subject_id: int
    code: str
    asked_at: datetime
    label: Words
    answered: bool = False


class Asker(Protocol):
    """What a kind of subject (need, event) knows of its questions."""

    def open_for(self, context: Context) -> Sequence[OpenAsk]:
        """Those that wait for an answer of the caller, and answers that may still be changed.

        Asked only for whom there can be any (storage/asked.py).
        """

    def by_code(self, context: Context, subject_id: int) -> OpenAsk | None:
        """As if it had been asked now, whether the caller was asked or not."""

    def fits(self, context: Context, ask: OpenAsk, text: str) -> bool:
        """Whether the text can be an answer to it, even an unclear one. Changes nothing."""

    def take(self, context: Context, ask: OpenAsk, text: str) -> bool:
        """The text answers it: what comes of that is done and said. False: it is about something
        else, and nothing was done. Where there is a `context.session`, no flow may be begun."""

    def hint(self, context: Context, ask: OpenAsk) -> Words:
        """How to answer it, with an example."""


Askers = Mapping[str, Asker]


def _offered(known: Answers) -> Sequence[dict[str, Any]]:
    found: Sequence[dict[str, Any]] = known["asks"]
    return found


def _which(heard: Heard) -> Hearing:
    """A code; the numbers of the list are heard before."""
    for each in _offered(heard.known):
        if fold(heard.text) == fold(each["code"]):
            return Understood(each)
    return NotUnderstood()


which = Flow(
    "which_ask",
    version=1,
    title=_("Your answer"),
    left=_("All right."),
    passing=True,
    steps=(
        Ask(
            key="ask",
            ask=_("Which one is that for? Its code, or its number here."),
            label=_("For"),
            example=_("1"),
            parse=_which,
            offers=_offered,
        ),
    ),
)


def handled(context: Context, askers: Askers, *, busy: bool) -> bool:
    """True: the message was an answer to one of these questions, or was asked back.

    `busy`: a conversation is going on that nothing may take the place of; any other is over if so.
    """
    if not context.heard.text.strip() or context.overheard.press is not None:
        return False
    session = context.session
    if not busy:
        context.session = None
    if _heard(context, askers, session):
        return True
    context.session = session
    return False


def _heard(context: Context, askers: Askers, session: Session | None) -> bool:
    text = context.heard.text
    if _CODE.search(text[:_LONGEST]):
        return _by_code(context, askers, text, session)
    found = _waiting(context, askers)
    fitting = [each for each in found if askers[each.kind].fits(context, each, text)]
    chosen = [each for each in fitting if not each.answered] or fitting
    if len(chosen) == 1:
        return askers[chosen[0].kind].take(context, chosen[0], text)
    if chosen:
        ask_which(context, chosen, text)
        return True
    return session is None and _hinted(context, askers, found)


def _by_code(context: Context, askers: Askers, text: str, session: Session | None) -> bool:
    named = _named(context, askers, text)
    if not named:
        return False
    if len(named) > 1:
        codes = Listing(tuple(each.code for each in named), "or")
        context.say(_("One at a time, please: {codes} first?", codes=codes))
        return True
    [ask] = named
    if session is not None and session.flow == which.name and fold(text) == fold(ask.code):
        return False
    return askers[ask.kind].take(context, ask, text)


def _named(context: Context, askers: Askers, text: str) -> list[OpenAsk]:
    codes = dict.fromkeys(each.upper() for each in _CODE.findall(text[:_LONGEST]))
    found = []
    for code in list(codes)[:_MOST_CODES]:
        named = named_by(context.connection, code)
        asker = askers.get(named.kind) if named else None
        ask = asker.by_code(context, named.row_id) if named and asker else None
        if ask is not None:
            found.append(ask)
    return found


def _waiting(context: Context, askers: Askers) -> list[OpenAsk]:
    """Newest first; in a conversation only those that are newer than its question."""
    if not context.caller.asked:
        return []
    asked = context.caller.session_at
    found = [each for asker in askers.values() for each in asker.open_for(context)]
    if asked is not None:
        found = [each for each in found if each.asked_at > asked]
    return sorted(found, key=lambda each: each.asked_at, reverse=True)


def ask_which(context: Context, asks: Sequence[OpenAsk], said: str) -> None:
    """What was said is kept, and goes to the one that they choose."""
    read = Reader(context.language, context.country)
    if context.session is not None:
        codes = Listing(tuple(each.code for each in asks), "or")
        context.say(_("Which one is that for? Send its code first: {codes}.", codes=codes))
        return
    offered = [
        {
            "label": f"{each.code} {read(each.label)}",
            "code": each.code,
            "kind": each.kind,
            "id": each.subject_id,
        }
        for each in asks
    ]
    context.begin(which, {"said": said[:_LONGEST], "asks": offered})


def finish(context: Context, askers: Askers, answers: Mapping[str, Any]) -> None:
    """What was said before, to the one that was chosen."""
    chosen = answers["ask"]
    asker = askers[chosen["kind"]]
    ask = asker.by_code(context, chosen["id"])
    if ask is None or not asker.take(context, ask, answers["said"]):
        context.say(_("That one is over by now. Thank you all the same."))


def _hinted(context: Context, askers: Askers, found: Sequence[OpenAsk]) -> bool:
    """Something was asked lately and this is no answer: how to give one, once."""
    since = context.now - _HINTED_FOR
    lately = [each for each in found if not each.answered and each.asked_at > since]
    if len(lately) != 1 or context.caller.misses:
        return False
    context.say(askers[lately[0].kind].hint(context, lately[0]))
    profiles.describe(context.connection, context.caller.person_id, misses=1)
    return True
