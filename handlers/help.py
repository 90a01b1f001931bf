"""Help, a human, and kind answers to what the bot can't use: stickers, groups, riddles."""

from handlers.access import grants_of, words_for
from handlers.consent import note_for_human
from handlers.consent_words import is_provider_keyword
from handlers.context import Context
from handlers.conversation.turn import Choice, Prompt
from locales import Message, _
from storage import profiles

_MISSES_BEFORE_HUMAN = 2


def help_me(context: Context, _rest: str) -> None:
    """HELP: who writes, what one can send, and the way out; to coordinators what they can do."""
    words = words_for(grants_of(context)) if context.caller.consent != "out" else None
    if words is not None:
        context.say(words)
    if not _provider_answers(context):
        menu = (Choice(_("Join"), "UNIRME"), Choice(_("Profile"), "PERFIL"))
        context.says.append(Prompt(_help(context), commands=menu))


def human(context: Context, _rest: str) -> None:
    """HUMAN: recorded for the people of the network, who will answer in this chat."""
    note_for_human(context, "asked")
    context.say(_("I've told our team. Someone will write to you here as soon as they can."))


def greet_lost(context: Context) -> None:
    """Not understood outside a flow: what can be sent; the second time in a row a human is told."""
    misses = context.caller.misses + 1
    if misses >= _MISSES_BEFORE_HUMAN:
        note_for_human(context, "misunderstood")
        context.say(_("I still don't get it, sorry. Our team has your message and will read it."))
        misses = 0
    elif context.caller.consent == "none":
        context.say(_hello(context))
    else:
        context.say(_("I didn't get that. HELP: what I can do. HUMAN: talk with someone."))
    profiles.describe(context.connection, context.caller.person_id, misses=misses)


def thank_for_media(context: Context) -> None:
    context.say(_("Thank you. I can only read text, so please write it in words."))


def about_edits(context: Context) -> None:
    if context.session is not None:
        context.say(_("I saw your edit, but I only read new messages. To change an answer: BACK."))
    else:
        context.say(_("I saw your edit, but I only read new messages. Please send it again."))


def about_groups(context: Context) -> None:
    context.say(_("Hello. I only talk in private, to keep people safe. Write to me there."))


def _hello(context: Context) -> Message:
    return _(
        "Hello, this is {programme}. To take part, send JOIN. HELP: what I can do.",
        programme=context.policy.programme,
    )


def _help(context: Context) -> Message:
    return _(
        "{programme}. JOIN: take part. PROFILE, TOPICS: change. PAUSE: a break. "
        "HUMAN: a person. ENGLISH, ESPAÑOL. STOP: no more messages.",
        programme=context.policy.programme,
    )


def _provider_answers(context: Context) -> bool:
    """Twilio answers its own help words outside a flow."""
    if context.caller.channel != "sms" or not context.policy.provider_keywords:
        return False
    return context.heard.opt_out == "help" or is_provider_keyword(context.heard.text) == "help"
