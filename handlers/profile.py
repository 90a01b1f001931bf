"""Changing what is known: profile, topics, and the language. Pausing and muting live in quiet."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from handlers import answers as held
from handlers.consent_words import is_provider_keyword
from handlers.context import Context
from handlers.conversation.asking import shown
from handlers.conversation.flow import Answers, Choose, Condition, Flow, Option, Step, always
from handlers.conversation.language import guess_language
from handlers.conversation.turn import Choice, Prompt
from handlers.questions import (
    AVAILABILITY_QUESTION,
    NAME_QUESTION,
    PLACE_QUESTION,
    SKILLS_QUESTION,
    SPEAKS_QUESTION,
    TOPICS_QUESTION,
)
from locales import Language, _
from storage import profiles

_CHANGEABLE: tuple[Step, ...] = (
    NAME_QUESTION,
    PLACE_QUESTION,
    TOPICS_QUESTION,
    SKILLS_QUESTION,
    AVAILABILITY_QUESTION,
    SPEAKS_QUESTION,
)


def _chosen(key: str) -> Condition:
    def chosen(answers: Answers) -> bool:
        return answers.get("field") == key

    chosen.__name__ = f"{key}_is_chosen"
    return chosen


profile = Flow(
    "profile",
    version=1,
    title=_("Your profile"),
    left=_("All right, nothing was changed."),
    steps=(
        Choose(
            key="field",
            ask=_("What do you want to change?"),
            label=_("Change"),
            example=_("2"),
            options=tuple(Option(step.key, step.label) for step in _CHANGEABLE),
        ),
        *(replace(step, when=_chosen(step.key)) for step in _CHANGEABLE),
    ),
)

topics = Flow(
    "topics",
    version=1,
    title=_("Your topics"),
    left=_("All right, nothing was changed."),
    steps=(replace(TOPICS_QUESTION, when=always),),
)


def change(context: Context, _rest: str) -> None:
    """PROFILE: what is known is shown by MY DATA; here one answer is changed."""
    if _is_registered(context):
        context.begin(profile)


def choose_topics(context: Context, _rest: str) -> None:
    if _is_registered(context):
        context.begin(topics)


def finish(context: Context, answers: Mapping[str, Any]) -> None:
    """Saves the one answer that was changed, or the topics, and says it back."""
    step = next(step for step in _CHANGEABLE if step.key in answers)
    value = answers[step.key]
    if value is None:
        context.say(profile.left)
        return
    held.save(context, answers)
    if "topics" in answers:
        profiles.set_traits(context.connection, context.caller.person_id, {"muted": ()})
    context.say(_("Saved. {what}: {value}", what=step.label, value=shown(step, value)))


def listen_again(context: Context) -> None:
    """Until they have joined, the word they join with tells best which language they read.

    Not what Telegram sends by itself, nor START, which Spanish texts ask for as well.
    """
    text = context.heard.text
    if not text.startswith("/start") and is_provider_keyword(text) != "start":
        language = guess_language(text, context.heard.language_code)
        if language != context.language:
            profiles.describe(context.connection, context.caller.person_id, language=language)
            context.language = language


def speak_spanish(context: Context, _rest: str) -> None:
    _speak(context, "es")


def speak_english(context: Context, _rest: str) -> None:
    _speak(context, "en")


def choose_language(context: Context, _rest: str) -> None:
    both = (Choice("Español", "ESPAÑOL"), Choice("English", "ENGLISH"))
    context.says.append(Prompt(_("Which language? Send ESPAÑOL or ENGLISH."), commands=both))


def _speak(context: Context, language: Language) -> None:
    profiles.describe(context.connection, context.caller.person_id, language=language)
    context.language = language
    context.say(_("From now on in English."))


def _is_registered(context: Context) -> bool:
    if profiles.registrations_of(context.connection, context.caller.person_id):
        return True
    context.say(_("You haven't joined yet. To take part, send JOIN."))
    return False
