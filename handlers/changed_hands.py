"""A number that may be somebody else's by now: nothing old is used or shown before its holder says.

Only phone numbers are given to others; a Telegram chat is not.
"""

from datetime import timedelta
from typing import cast

from handlers import consent, coordinators, help
from handlers.consent_words import Consent, Verdict
from handlers.context import Context
from handlers.conversation.words import fold, word_set
from handlers.features import AFTER_STOP, COMMANDS
from handlers.letting_go import let_go_for_good
from handlers.newcomers import meet
from handlers.rendering import is_sms
from locales import Language, Message, _
from storage import leaving, profiles

SILENCE = timedelta(days=365)
"""Carriers give a number to somebody else after 45 days at the earliest (47 CFR 52.15). A person
who is only quiet is asked one question a year; one who is gone shows by carrier errors sooner."""

_ME = word_set("me yo", "soy yo", "its me", "it is me", "yes me", "si yo", "si soy yo", "yo soy")


def handled(context: Context, verdict: Verdict) -> bool:
    """True: whose number this is comes first.

    ME: all is as before. A start word: somebody new. Help is help. Anything else: the question.
    After a stop it is asked only of who wants to come back, or to see or delete what there is.
    """
    if not _may_be_anybodys(context):
        return False
    if context.caller.consent == "none":
        _end_role(context)
        return False
    if consent.has_stopped(context) and not _wants_something(context, verdict):
        return _ignore(context)
    found = COMMANDS.find(context.heard.text)
    asked = _is_asked(context)
    if asked and fold(context.heard.text) in _ME:
        _confirm(context)
    elif asked and verdict.consent is Consent.START:
        _welcome_somebody_new(context)
    elif found is not None and found[0].run is help.help_me:
        context.kind = "consent"
        help.help_me(context, "")
    else:
        _doubt(context)
    return True


def _may_be_anybodys(context: Context) -> bool:
    """It was silent for a year, its carrier said that nobody has it, or this is asked already."""
    caller = context.caller
    if not is_sms(caller.channel) or caller.fresh:
        return False
    silent = context.now - caller.heard_at > SILENCE
    return caller.doubted_at is not None or caller.address_status == "invalid" or silent


def _wants_something(context: Context, verdict: Verdict) -> bool:
    found = COMMANDS.find(context.heard.text)
    own_data = found is not None and found[0].run in AFTER_STOP - {help.help_me}
    return own_data or verdict.consent is Consent.START or _is_asked(context)


def _ignore(context: Context) -> bool:
    """What is said without being answered doesn't count as having been heard from."""
    context.caller = context.caller._replace(heard_at=context.now)
    return False


def _is_asked(context: Context) -> bool:
    """Since the latest stop, if there was one."""
    doubted_at = context.caller.doubted_at
    if doubted_at is None or context.caller.consent != "out":
        return doubted_at is not None
    stopped_at = profiles.stopped_at(context.connection, context.caller.person_id)
    return stopped_at is None or doubted_at > stopped_at


def _doubt(context: Context) -> None:
    """Until it is settled nothing else goes to the number."""
    context.session = None
    profiles.change_address(
        context.connection,
        context.caller.address_id,
        status="opted_out",
        doubted_at=context.now,
    )
    context.kind = "consent"
    context.say(_question(context))


def _question(context: Context) -> Message:
    return _(
        "Hello, this is {programme}. It's been long. If this number was yours back then, "
        "send ME. If it is new to you: START to join, or STOP.",
        programme=context.policy.programme,
    )


def _confirm(context: Context) -> None:
    """They agree anew, in words of their own."""
    profiles.change_address(
        context.connection,
        context.caller.address_id,
        status="active",
        doubted_at=None,
        strikes=0,
    )
    consent.agree(
        context, consent.wording(_question(context), context.language), context.heard.text
    )
    context.kind = "consent"
    context.say(_("Thank you, all is as before. HELP: what I can do. STOP: no more messages."))
    _end_role(context)


def _end_role(context: Context) -> None:
    """Anybody can say that it is them; a role takes a new invitation."""
    if coordinators.step_down(context, "number in doubt"):
        context.say(
            _(
                "This number was silent for long, so to be safe its role in our team has ended. "
                "An admin can invite you again."
            )
        )


def _welcome_somebody_new(context: Context) -> None:
    """The number leaves the person who had it, and a new person joins.

    Whom nothing else leads to could neither see nor delete their data: it goes with the number.
    """
    connection, before = context.connection, context.caller
    if leaving.is_only_address(connection, before.person_id, before.address_id):
        let_go_for_good(connection, before.person_id, context.now)
        leaving.erase(connection, [before.person_id])
    else:
        leaving.cut_address(connection, before.address_id)
    context.caller = meet(connection, context.vault, context.heard, context.now)
    context.language = cast("Language", context.caller.language)
    context.country, context.session = None, None
    found = COMMANDS.find(context.heard.text) or COMMANDS.find("JOIN")
    if found is not None:
        found[0].run(context, found[1])
