"""INVITE and the name of whoever was invited, as flows. What they lead to is in invitations."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from handlers.conversation.flow import (
    Answers,
    Ask,
    AskBack,
    Choose,
    Condition,
    Flow,
    Heard,
    Hearing,
    NotUnderstood,
    Option,
    Understood,
    always,
)
from handlers.conversation.words import fold, word_set
from handlers.questions import NAME_QUESTION
from locales import Message, _
from locales.labels import ROLES
from storage.coordinators import Role, ScopeKind

_LONGEST_NAME = 80
_MOST_OFFERED = 9


def _may_choose(scope: ScopeKind) -> Condition:
    def may_choose(answers: Answers) -> bool:
        return (scope == "network" and answers.get("network") is True) or bool(answers.get(scope))

    may_choose.__name__ = f"may_choose_{scope}"
    return may_choose


def _is_for(scope: ScopeKind) -> Condition:
    def is_for(answers: Answers) -> bool:
        return answers.get("scope") == scope

    is_for.__name__ = f"is_for_{scope}"
    return is_for


def _label(value: Any) -> str:
    return str(value["label"])


def _which(scope: ScopeKind, ask: Message, example: Message) -> Ask:
    """Among the places that came with the session; by number, when they are few."""

    def few(answers: Answers) -> Sequence[dict[str, Any]]:
        places = answers.get(scope) or ()
        return places if len(places) <= _MOST_OFFERED else ()

    def named(heard: Heard) -> Hearing:
        return _place_named(heard.text, heard.known.get(scope) or ())

    return Ask(
        key=f"{scope}_place",
        ask=ask,
        label=_("Where"),
        example=example,
        when=_is_for(scope),
        parse=named,
        offers=few,
        show=_label,
    )


def _role(role: Role, label: Message) -> Option:
    return Option(role.value, label, short=ROLES[role])


def _place_named(text: str, places: Sequence[dict[str, Any]]) -> Hearing:
    """By its code or its name; part of the name is enough for one."""
    said = fold(text[:_LONGEST_NAME])
    exact = [each for each in places if said in (fold(each["code"]), fold(each["label"]))]
    close = [each for each in places if said and f" {said} " in f" {fold(each['label'])} "]
    found = exact or close
    if len(found) == 1:
        return Understood(found[0])
    if 1 < len(found) <= _MOST_OFFERED:
        return AskBack(_("Which one do you mean?"), tuple(found))
    return NotUnderstood(_("I don't know that one."))


invite = Flow(
    "invite",
    version=1,
    title=_("Inviting a coordinator"),
    left=_("All right, nobody was invited."),
    steps=(
        Choose(
            key="role",
            ask=_("Whom do you invite?"),
            label=_("Role"),
            example=_("1"),
            options=(
                _role(Role.COORDINATOR, _("Coordination: posts needs, events and alerts")),
                _role(Role.APPROVER, _("Approval: also says yes to what others send")),
                _role(Role.ADMIN, _("Administration: also invites and removes people")),
            ),
        ),
        Choose(
            key="scope",
            ask=_("For what?"),
            label=_("For"),
            example=_("1"),
            options=(
                Option(
                    "network",
                    _("The whole network"),
                    words=word_set("network", "red", "todo", "all"),
                    when=_may_choose("network"),
                ),
                Option(
                    "shelter",
                    _("One shelter"),
                    words=word_set("shelter", "albergue"),
                    when=_may_choose("shelter"),
                ),
                Option(
                    "organisation",
                    _("One organization"),
                    words=word_set("organization", "organisation", "organizacion", "org"),
                    when=_may_choose("organisation"),
                ),
            ),
        ),
        _which("shelter", _("Which shelter?"), _("Tijuana")),
        _which(
            "organisation",
            _("Which organization? Its name or its code, please."),
            _("Casa Comunitaria"),
        ),
    ),
)

name = Flow(
    "coordinator_name",
    version=1,
    title=_("Your name"),
    left=_("All right, without a name."),
    steps=(replace(NAME_QUESTION, when=always),),
)
