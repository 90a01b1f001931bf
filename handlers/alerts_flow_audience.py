"""The questions of ALERT about whom it is for, and how the answers are read."""

import re
from collections.abc import Sequence
from typing import Any, Final

from handlers.conversation.flow import (
    Answers,
    Ask,
    AskBack,
    Choose,
    Condition,
    Heard,
    Hearing,
    NotUnderstood,
    Option,
    Understood,
    anew,
)
from handlers.conversation.parsing import place_label
from handlers.conversation.several_places import each_of, places
from handlers.conversation.words import fold, word_set
from handlers.options import options
from locales import _, vocabulary
from locales.labels import CHANNELS, LANGUAGES_SPOKEN, REGISTERED

_MOST_LISTED: Final = 8
_SOME = ("some", "some_of_topic")


def is_set(key: str, *values: str) -> Condition:
    """One of these values was chosen."""

    def holds(answers: Answers) -> bool:
        return answers.get(key) in values

    holds.__name__ = f"{key}_is_{'_or_'.join(values)}"
    return holds


def narrows_by(code: str) -> Condition:
    def holds(answers: Answers) -> bool:
        return code in (answers.get("narrow") or ())

    holds.__name__ = f"narrowed_by_{code}"
    return holds


def has_organisations(answers: Answers) -> bool:
    return bool(answers.get("organisations"))


def around_a_city(answers: Answers) -> bool:
    area = answers.get("area")
    return area is not None and any("city_id" in each for each in each_of(area))


def _organisation(heard: Heard) -> Hearing:
    """By code or name, or by a part of the name; several with commas."""
    known: Sequence[dict[str, Any]] = heard.known.get("organisations") or ()
    chosen: list[dict[str, Any]] = []
    for part in re.split(r"[,;\n]", heard.text[:200]):
        named = _named(known, fold(part))
        if len(named) > 1:
            return AskBack(_("Which one do you mean?"), tuple(named[:_MOST_LISTED]))
        chosen += named
        if not named:
            return NotUnderstood(_("I don't know that organization. Its name or its code, please."))
    label = ", ".join(each["label"] for each in chosen)
    return Understood({"label": label, "ids": [id for each in chosen for id in each["ids"]]})


def _named(known: Sequence[dict[str, Any]], said: str) -> list[dict[str, Any]]:
    exact = [each for each in known if said in (each["code"], fold(each["label"]))]
    return exact or [each for each in known if len(said) > 2 and said in fold(each["label"])]


def _offered_organisations(answers: Answers) -> Sequence[dict[str, Any]]:
    """None where there are too many for a list."""
    known: Sequence[dict[str, Any]] = answers.get("organisations") or ()
    return known if len(known) <= _MOST_LISTED else ()


AUDIENCE: Final = (
    Choose(
        key="audience",
        ask=_("Who gets it?"),
        label=_("Audience"),
        example=_("1"),
        options=(
            Option(
                "topic",
                _("Everyone on this topic"),
                words=word_set("tema topic", "this topic", "este tema", "todos los del tema"),
            ),
            Option(
                "all",
                _("Everyone"),
                words=word_set("todos todas everybody all", "todo el mundo", "toda la gente"),
            ),
            Option(
                "some_of_topic",
                _("Some of those on the topic"),
                words=word_set("", "algunas de este tema", "algunos de este tema"),
            ),
            Option(
                "some",
                _("Some of everyone"),
                words=word_set(
                    "", "algunas personas", "algunas", "some people", "some", "only some"
                ),
            ),
        ),
    ),
    Choose(
        key="narrow",
        ask=_("Only some: by what? Several add up."),
        label=_("Only"),
        example=_("1 4"),
        many=True,
        when=is_set("audience", *_SOME),
        options=(
            Option("area", _("Place"), words=word_set("lugar place ciudad estado region")),
            Option(
                "organisation",
                _("Organization"),
                words=word_set("organizacion org organizaciones organisation"),
                when=has_organisations,
            ),
            Option("role", _("Role"), words=word_set("rol papel voluntarios volunteers")),
            Option("language", _("Language"), words=word_set("idioma lengua language")),
            Option("channel", _("Channel"), words=word_set("canal sms telegram channel")),
        ),
    ),
    Ask(
        key="area",
        ask=_("Where? A city, a state or a country; several with ; between them."),
        label=_("Where"),
        example=_("Chicago; Texas"),
        parse=places,
        resolves_places=True,
        several_places=True,
        when=narrows_by("area"),
        show=place_label,
        also=anew("radius"),
    ),
    Choose(
        key="radius",
        ask=_("How far around?"),
        label=_("Around it"),
        example=_("2"),
        when=around_a_city,
        options=(
            Option("25", _("25 km (15 miles)"), words=word_set("25 15")),
            Option("50", _("50 km (30 miles)"), words=word_set("50 30")),
            Option("100", _("100 km (60 miles)"), words=word_set("100 60")),
            Option("200", _("200 km (125 miles)"), words=word_set("200 125")),
            Option("state", _("All of its state"), words=word_set("state estado", "all")),
        ),
    ),
    Ask(
        key="organisation",
        ask=_("Which organization? Its name or code; several with commas."),
        label=_("Organization"),
        example=_("chicago"),
        parse=_organisation,
        offers=_offered_organisations,
        when=narrows_by("organisation"),
        show=place_label,
    ),
    Choose(
        key="roles",
        ask=_("Who of them?"),
        label=_("Role"),
        example=_("1 3"),
        many=True,
        options=options(REGISTERED, vocabulary=vocabulary.KINDS),
        when=narrows_by("role"),
    ),
    Choose(
        key="languages",
        ask=_("Who reads which language?"),
        label=_("Language"),
        example=_("1"),
        options=options(
            LANGUAGES_SPOKEN, codes=("es", "en"), vocabulary=vocabulary.LANGUAGES_SPOKEN
        ),
        when=narrows_by("language"),
    ),
    Choose(
        key="channels",
        ask=_("Who is reached how?"),
        label=_("Channel"),
        example=_("1"),
        options=tuple(Option(code, label) for code, label in CHANNELS.items()),
        when=narrows_by("channel"),
    ),
)
