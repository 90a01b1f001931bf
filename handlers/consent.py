"""Agreeing, leaving and coming back: what a stop and a start do, not how they are recognised."""

import hashlib

import structlog

from handlers.consent_words import is_provider_keyword
from handlers.context import Context
from handlers.letting_go import fall_silent, let_go_of_promises
from locales import Language, Message, _
from locales.catalog import template
from storage import departures, leaving, profiles
from storage.faults import try_apart
from storage.ids import new_id
from storage.people import PROVIDER, RETURN

_LONGEST_WORDS = 500
_log = structlog.get_logger()


def wording(message: Message, language: Language) -> str:
    """The version of a text as people agree to it: it changes when the text in their language
    does."""
    text = template(language, message.id, None, message.context, None)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def agree(context: Context, shown: str, words: str) -> None:
    """The person takes part from now on; keeps when, where, after which wording, in which words."""
    if has_stopped(context):
        _reopen(context, "in")
    else:
        profiles.describe(context.connection, context.caller.person_id, consent="in")
    _keep(context, "in", shown, words)


def come_back_as_stranger(context: Context) -> None:
    """A start word of who never agreed to anything: they can be reached, and be asked."""
    _reopen(context, "none")
    _keep(context, "in", RETURN, context.heard.text)


def _reopen(context: Context, consent: str) -> None:
    person = context.caller.person_id
    profiles.describe(context.connection, person, consent=consent)
    leaving.lift_suppression(context.connection, person)
    profiles.reopen_addresses(context.connection, person, context.caller.address_id)


def has_stopped(context: Context) -> bool:
    """The person has; or this number has, and they came back on another channel since."""
    return context.caller.consent == "out" or context.caller.address_status == "opted_out"


def leave(context: Context) -> None:
    """STOP: nothing more goes to any address of this person, after one confirmation."""
    person = context.caller.person_id
    again = _was_told(context)
    profiles.change_person(context.connection, person, consent="out")
    profiles.set_address_status(context.connection, person, "opted_out", "active")
    _let_go(context, again=again)
    context.session = None
    goodbye = _goodbye(context)
    if again:
        return
    _keep(context, "out", wording(goodbye, context.language), context.heard.text)
    if not _provider_answers(context):
        context.kind = "consent"
        context.say(goodbye)


def _was_told(context: Context) -> bool:
    """They have stopped before, and heard from us that they had."""
    if context.caller.consent != "out":
        return False
    return profiles.stopped_by(context.connection, context.caller.person_id) != PROVIDER


def _let_go(context: Context, *, again: bool) -> None:
    """All that ends with a stop, which a fault in the books of a need or an event must not undo
    (law 5): what is still queued is looked at again before it is sent, and the clock tries the
    rest again."""
    connection, person, now = context.connection, context.caller.person_id, context.now
    fall_silent(connection, person, now, again=again)
    fault = try_apart(connection, lambda: let_go_of_promises(connection, person, now))
    if fault is not None:
        _log.error("letting_go_failed", error=type(fault).__name__)
        departures.add(connection, person, now)


def come_back(context: Context) -> None:
    """A start word after a stop: they can be reached again; what was known still is."""
    message = _(
        "Welcome back to {programme}. HELP: what you can do. STOP: leave again.",
        programme=context.policy.programme,
    )
    agree(context, wording(message, context.language), context.heard.text)
    context.say(message)


def ask_if_stop(context: Context) -> None:
    """It could have been a stop: asked back, never guessed, and a human will see it."""
    context.say(_("Do you want no more messages? Send STOP and we stop at once."))
    note_for_human(context, "unclear")


def note_for_human(context: Context, reason: str) -> None:
    row = new_id()
    profiles.add_handover(
        context.connection,
        {
            "id": row,
            "person_id": context.caller.person_id,
            "address_id": context.caller.address_id,
            "reason": reason,
            "words": context.seal("handovers", "words", row, context.heard.text),
            "at": context.now,
        },
    )


def _goodbye(context: Context) -> Message:
    return _(
        "Done: no more messages from {programme}. To come back, send START.",
        programme=context.policy.programme,
    )


def _provider_answers(context: Context) -> bool:
    """Twilio confirms its own stop words; a second confirmation would be refused (21610)."""
    if context.caller.channel != "sms" or not context.policy.provider_keywords:
        return False
    return context.heard.opt_out == "stop" or is_provider_keyword(context.heard.text) == "stop"


def _keep(context: Context, act: str, shown: str, words: str) -> None:
    row = new_id()
    profiles.add_consent(
        context.connection,
        {
            "id": row,
            "person_id": context.caller.person_id,
            "address_id": context.caller.address_id,
            "act": act,
            "channel": context.caller.channel,
            "wording": shown,
            "words": context.seal("consents", "words", row, words[:_LONGEST_WORDS]),
            "at": context.now,
        },
    )
