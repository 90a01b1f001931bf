"""Which event an answer is to, and what it comes to: invitations as questions that went to many."""

from collections.abc import Sequence
from typing import Final

from handlers import event_joining, rsvps
from handlers.asks import OpenAsk
from handlers.context import Context
from handlers.conversation.rsvp_replies import RsvpReply, asks_details, read_rsvp
from handlers.conversation.turn import Words
from handlers.conversation.words import fold
from handlers.event_facts import tell_of
from handlers.events import show
from locales import _
from storage import events as event_rows
from storage.event_asks import Asked, asked_of
from storage.events import Event, EventState
from storage.rsvps import Answer

_ANSWERED: Final = {"yes": Answer.YES, "maybe": Answer.MAYBE, "no": Answer.NO}


class EventAsker:
    """Invitations as questions that went to many."""

    def open_for(self, context: Context) -> Sequence[OpenAsk]:
        asked = asked_of(context.connection, context.caller.person_id)
        found = (self._ask(context, each) for each in asked)
        return [each for each in found if each is not None]

    def by_code(self, context: Context, subject_id: int) -> OpenAsk | None:
        event = event_rows.read(context.connection, subject_id)
        if event is None or event.status is EventState.DRAFT:
            return None
        label = tell_of(context.connection, context.vault, event).title
        return OpenAsk("event", event.id, event.code, context.now, label)

    def fits(self, context: Context, ask: OpenAsk, text: str) -> bool:  # noqa: ARG002
        reply = read_rsvp(text)
        if reply.meaning == "none":
            return asks_details(text)
        return not (ask.answered and _is_vague(reply))

    def take(self, context: Context, ask: OpenAsk, text: str) -> bool:
        reply, coded = read_rsvp(text), fold(ask.code) in fold(text).split()
        if reply.meaning == "none" and not coded and not asks_details(text):
            return False
        event = event_rows.read(context.connection, ask.subject_id)
        if event is None:
            return False
        if reply.meaning == "none":
            show(context, event)
            event_joining.note_asked(context, event)
        elif reply.meaning == "ask":
            self._ask_back(context, event, reply)
        elif reply.for_good and event.series_id is not None and event_joining.is_known(context):
            rsvps.decline_all(context, event)
        elif event_joining.is_known(context):
            rsvps.answer(context, event.id, _ANSWERED[reply.meaning], reply.party)
        else:
            event_joining.start(context, event, reply.meaning, reply.party)
        return True

    def hint(self, context: Context, ask: OpenAsk) -> Words:  # noqa: ARG002
        return _(
            "About {title}: {code} YES (or {code} 4 for four), {code} MAYBE or {code} NO. "
            "Details: {code}",
            title=ask.label,
            code=ask.code,
        )

    def _ask(self, context: Context, asked: Asked) -> OpenAsk | None:
        event = event_rows.read(context.connection, asked.event_id)
        if event is None or event.ends_at <= context.now:
            return None
        at = asked.asked_at or asked.answered_at
        if at is None:
            return None
        answered = asked.answered_at is not None and asked.answered_at >= at
        label = tell_of(context.connection, context.vault, event).title
        return OpenAsk("event", event.id, event.code, at, label, answered)

    def _ask_back(self, context: Context, event: Event, reply: RsvpReply) -> None:
        if reply.several:
            context.say(_("Good! How many are you, counting you? Just the number, please."))
        else:
            context.say(
                _(
                    "I want to get it right: {code} YES, {code} MAYBE or {code} NO? "
                    "If you're more than one, say how many: {code} 4",
                    code=event.code,
                )
            )
        event_joining.note_asked(context, event)


def _is_vague(reply: RsvpReply) -> bool:
    return reply.meaning == "ask" and not reply.several
