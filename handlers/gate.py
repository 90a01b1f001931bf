"""Consent words before everything (law 5): is this message about staying or leaving?"""

import re
from datetime import timedelta

from handlers import changed_hands, need_joining, privacy, registration
from handlers.commands import Command
from handlers.consent import ask_if_stop, come_back, come_back_as_stranger, has_stopped, leave
from handlers.consent_words import Consent, Verdict, classify, is_provider_keyword
from handlers.context import Context
from handlers.conversation import engine
from handlers.conversation.engine import is_choice, restate
from handlers.conversation.vocabulary import NO, YES
from handlers.conversation.words import fold
from handlers.features import AFTER_STOP, COMMANDS, FEATURES
from handlers.link_codes import is_invitation
from locales import _
from storage import profiles
from storage.coordinators import has_grant

_NAMES_SOMETHING = re.compile(r"\W*(?:V\W?\d{6,}|[A-Z]\d{1,7})\b", re.ASCII | re.IGNORECASE)
"""A handle such as V-482193, or a code such as A7."""

_ASKED_LATELY = timedelta(hours=1)


def handled(context: Context) -> bool:
    """True: it was about consent, or nothing more may be said to this person."""
    verdict = _verdict(context)
    if _is_stop(context, verdict) or _answers_stop_question(context, YES):
        leave(context)
    elif _answers_stop_question(context, NO):
        _go_on(context)
    elif changed_hands.handled(context, verdict):
        return True
    elif has_stopped(context):
        return _after_stop(context, verdict)
    elif verdict.consent is Consent.STOP:
        context.say(_("EXIT: leave this form. STOP: no more messages at all. Which one?"))
    elif verdict.consent is Consent.UNCLEAR and not _answers_question(context):
        return _asks_if_stop(context)
    elif verdict.consent is Consent.START and COMMANDS.named_in(context) is None:
        _start(context)
    else:
        return False
    return True


def _verdict(context: Context) -> Verdict:
    """A coordinators' command ("QUITAR", "DETENER A7") is one to those who have a role.

    Never a word that the provider takes for a stop, nor a sentence that begins like a command
    ("remove me from your list").
    """
    text = context.heard.text
    verdict = classify(text)
    if verdict.consent is not Consent.STOP and is_dictation(context):
        return Verdict(Consent.NONE)
    if verdict.consent not in (Consent.STOP, Consent.UNCLEAR) or is_provider_keyword(text):
        return verdict
    found = COMMANDS.find(text)
    if found is None or not found[0].granted or not _is_about_a_code(found[1]):
        return verdict
    theirs = has_grant(context.connection, context.caller.person_id)
    return Verdict(Consent.NONE) if theirs else verdict


def _is_about_a_code(rest: str) -> bool:
    return not rest or _NAMES_SOMETHING.match(rest) is not None


def is_dictation(context: Context) -> bool:
    """Words for others to read: only a plain stop in them is still the writer's own."""
    session = context.session
    feature = FEATURES.get(session.flow) if session else None
    if session is None or feature is None or has_stopped(context):
        return False
    return context.heard.press is None and engine.is_dictation(
        feature.flow, session, context.heard.text
    )


def _is_stop(context: Context, verdict: Verdict) -> bool:
    """CANCELAR alone, in a flow, could mean this flow: asked back. On SMS CANCEL is a stop."""
    if context.heard.opt_out == "stop":
        return True
    in_doubt = context.session is not None and verdict.rule == "bare cancelar"
    return verdict.consent is Consent.STOP and not in_doubt


def _after_stop(context: Context, verdict: Verdict) -> bool:
    """Only a start word returns; help and one's own data are answered; all else is heard only.

    False: it answers the question whether to delete, which is the one flow after a stop.
    """
    context.kind = "consent"
    found = COMMANDS.named_in(context)
    deleting = context.session is not None and context.session.flow == privacy.forget_me.name
    joins = _joins(context, found)
    returns = joins or verdict.consent is Consent.START or (_starts(context) and not deleting)
    if returns and not _is_older_than_the_stop(context):
        context.session = None
        _come_back(context)
    elif found is not None and found[0].run in AFTER_STOP:
        found[0].run(context, found[1])
    else:
        return not deleting
    return True


def _starts(context: Context) -> bool:
    """By the provider's own reckoning, which counts a bare YES; we don't."""
    return context.heard.opt_out == "start" and fold(context.heard.text) not in YES


def _is_older_than_the_stop(context: Context) -> bool:
    """A message that was missed and found later is taken in as of when it was sent.

    A stop counts even where a start came after it: their clocks may differ, and one stop too many
    does less harm than one too few.
    """
    stopped = profiles.stopped_at(context.connection, context.caller.person_id)
    return stopped is not None and context.now < stopped


def _joins(context: Context, found: tuple[Command, str] | None) -> bool:
    """JOIN, alone or with a code that we know: "Alta Verapaz" and "join the strike" are neither."""
    if found is None or found[0].run is not need_joining.join:
        return False
    return not found[1] or need_joining.knows_code(context, found[1])


def _come_back(context: Context) -> None:
    """Whoever never agreed to anything is a stranger again, and is asked what they would like."""
    found = COMMANDS.named_in(context)
    rest = found[1] if found else ""
    if not profiles.has_agreed(context.connection, context.caller.person_id):
        come_back_as_stranger(context)
        registration.join(context, rest)
        return
    come_back(context)
    if is_invitation(rest):
        registration.join(context, rest)
    elif not profiles.registrations_of(context.connection, context.caller.person_id):
        context.says.clear()
        registration.join(context, rest)


def _asks_if_stop(context: Context) -> bool:
    """Asked once: who goes on in the same way is answered as usual, and a human will look."""
    if _asked_lately(context):
        return False
    ask_if_stop(context)
    return True


def _answers_stop_question(context: Context, words: frozenset[str]) -> bool:
    """A bare yes or no belongs to the newest question, which may be ours whether to stop."""
    if context.caller.consent == "out" or not context.caller.awaited:
        return False
    return fold(context.heard.text) in words and _asked_lately(context)


def _start(context: Context) -> None:
    """Someone who wants in, in their own words; in the middle of a flow its question returns."""
    if context.session is None:
        registration.join(context, "")
    else:
        _ask_again(context)


def _go_on(context: Context) -> None:
    profiles.close_handovers(context.connection, context.caller.person_id, "unclear", context.now)
    context.say(_("All right, we go on as before."))
    _ask_again(context)


def _ask_again(context: Context) -> None:
    session = context.session
    feature = FEATURES.get(session.flow) if session else None
    if session is not None and feature is not None:
        context.take(restate(feature.flow, session))


def _asked_lately(context: Context) -> bool:
    asked = profiles.open_handover_at(context.connection, context.caller.person_id, "unclear")
    since = context.now - _ASKED_LATELY
    return asked is not None and asked >= max(since, context.caller.session_at or since)


def _answers_question(context: Context) -> bool:
    """An option of the open question ("ya", for "done") is an answer."""
    session = context.session
    feature = FEATURES.get(session.flow) if session else None
    if session is None or feature is None:
        return False
    return is_choice(feature.flow, session, context.overheard)
