"""Joining: members in two questions, volunteers of three kinds. The flow, and what it leads to."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from handlers import answers as held
from handlers import consent, invitations, profile
from handlers.context import Context
from handlers.conversation.flow import Answers, Ask, Choose, Confirm, Flow
from handlers.conversation.parsing import count, short_text
from handlers.conversation.words import fold
from handlers.link_codes import is_invitation
from handlers.options import options
from handlers.questions import (
    AVAILABILITY_QUESTION,
    LEGAL_ROLES,
    NAME_QUESTION,
    PLACE_QUESTION,
    SKILLS_QUESTION,
    SPEAKS_QUESTION,
    TOPICS_QUESTION,
    is_legal_expert,
    is_organisational,
    is_volunteer,
)
from locales import Message, _, vocabulary
from locales.labels import CATEGORIES, CATEGORIES_SHORT, KINDS, SKILLS, SKILLS_SHORT
from storage import profiles
from storage.ids import new_id

_WITH_CREDENTIAL = frozenset({"attorney", "accredited_rep"})
_MOST_PEOPLE = 100_000
OFFERS = (
    *("food", "water", "infant", "hygiene", "medicine", "clothing", "bedding"),
    *("space", "transport", "legal", "hands", "other"),
)
"""The categories that an organisation is asked about: one SMS holds no more."""


def came_to_join(answers: Answers) -> bool:
    return answers.get("via") != "volunteer"


def has_credential(answers: Answers) -> bool:
    return is_legal_expert(answers) and answers.get("role") in _WITH_CREDENTIAL


registration = Flow(
    "registration",
    version=1,
    title=_("Joining the network"),
    left=_("All right, nothing was saved. To start again: JOIN."),
    steps=(
        Choose(
            key="kind",
            ask=_("How would you like to take part?"),
            label=_("Take part"),
            example=_("2"),
            options=options(KINDS, vocabulary=vocabulary.KINDS, when={"member": came_to_join}),
        ),
        TOPICS_QUESTION,
        Ask(
            key="group_name",
            ask=_("What is your organization called?"),
            label=_("Organization"),
            example=_("Comité Oaxaqueño"),
            parse=short_text(80),
            when=is_organisational,
        ),
        NAME_QUESTION,
        Choose(
            key="role",
            ask=_("What is your legal work?"),
            label=_("Legal work"),
            example=_("1"),
            options=options(
                SKILLS, codes=LEGAL_ROLES, short=SKILLS_SHORT, vocabulary=vocabulary.SKILLS
            ),
            when=is_legal_expert,
        ),
        Ask(
            key="credential",
            ask=_("Which state or agency licensed you, and your number? We check it with care."),
            label=_("Credential"),
            example=_("Illinois 6301234"),
            parse=short_text(80),
            when=has_credential,
        ),
        PLACE_QUESTION,
        Ask(
            key="headcount",
            ask=_("How many people can help? 0 if none."),
            label=_("People"),
            example=_("12"),
            parse=count(0, _MOST_PEOPLE),
            when=is_organisational,
        ),
        Choose(
            key="offers",
            ask=_("What can you offer?"),
            label=_("Offer"),
            example=_("1 3, or ALL"),
            options=options(
                CATEGORIES, codes=OFFERS, short=CATEGORIES_SHORT, vocabulary=vocabulary.CATEGORIES
            ),
            many=True,
            when=is_organisational,
        ),
        Ask(
            key="offer",
            ask=_("Anything to add? How much, how often, in a few words."),
            label=_("Details"),
            example=_("40 meals every Friday"),
            parse=short_text(200),
            optional=True,
            when=is_organisational,
        ),
        SKILLS_QUESTION,
        AVAILABILITY_QUESTION,
        SPEAKS_QUESTION,
        Confirm(
            ask=_("Shall we save this and send you our messages?"),
            label=_("All set"),
            example=_("YES, or 2"),
            when=is_volunteer,
        ),
    ),
)


def disclosure(context: Context) -> Message:
    """What a person is told before they agree (consent needs it: who, how often, cost, way out)."""
    return _(
        "{programme}: up to {most} messages a day. Msg & data rates may apply. "
        "HELP for help, STOP to leave.",
        programme=context.policy.programme,
        most=context.policy.frequency_cap,
    )


def join(context: Context, rest: str) -> None:
    _join(context, rest, via="join")


def volunteer(context: Context, rest: str) -> None:
    _join(context, rest, via="volunteer")


def _join(context: Context, rest: str, via: str) -> None:
    if is_invitation(rest):
        invitations.redeem(context, rest)
        return
    came_with = _attribute(context, rest)
    if context.session is not None:
        if came_with is not None:
            context.say(came_with)
        return
    caller = context.caller
    known = profiles.registrations_of(context.connection, caller.person_id) if caller.joined else []
    if any(kind != "member" for kind in known) or ("member" in known and via == "join"):
        context.say(_("You're already in. To change something: PROFILE. For help: HELP."))
        return
    if not known:
        profile.listen_again(context)
        context.say(disclosure(context))
    given = {"via": via, "joined_with": context.heard.text[:40]}
    context.begin(registration, given, held.known(context))
    if came_with is not None:
        context.says[-1] = replace(context.says[-1], lead=came_with)


def knows_code(context: Context, rest: str) -> bool:
    """Whether what follows JOIN is the code of an organisation, or an invitation: "Alta Verapaz" is
    a place."""
    return (
        is_invitation(rest)
        or profiles.organisation_by_code(context.connection, _code(rest)) is not None
    )


def _code(rest: str) -> str:
    return fold(rest.removeprefix("o_")).replace(" ", "")[:32]


def _attribute(context: Context, rest: str) -> Message | None:
    """Remembers which organisation's code brought them; what to say about the code, if anything."""
    code = _code(rest)
    if not code:
        return None
    found = profiles.organisation_by_code(context.connection, code)
    if found is None:
        return _("I don't know the code {code}.", code=code)
    profiles.describe(
        context.connection,
        context.caller.person_id,
        organisation_id=found.id,
        source=f"o_{code}",
    )
    return _("You come with {organisation}.", organisation=found.name)


def finish(context: Context, answers: Mapping[str, Any]) -> None:
    """Saves the person, the registration and the consent; says that they are in."""
    held.save(context, answers)
    register(context, answers)
    words = f"{answers.get('joined_with', '')} / {context.heard.text}"
    consent.agree(context, consent.wording(disclosure(context), context.language), words)
    context.say(_welcome(answers))


def register(context: Context, answers: Mapping[str, Any]) -> None:
    """As the kind that the answers say, with what they say of it."""
    person, kind = context.caller.person_id, answers["kind"]
    known = context.caller.joined and profiles.registration_id(context.connection, person, kind)
    row = known or new_id()
    sealed = {
        name: context.seal("registrations", name, row, answers.get(name))
        for name in ("group_name", "offer", "credential")
    }
    profiles.save_registration(
        context.connection,
        {
            "id": row,
            "person_id": person,
            "kind": kind,
            "status": "to_verify" if kind == "legal_expert" else "active",
            "headcount": answers.get("headcount"),
            **sealed,
            "created_at": context.now,
            "updated_at": context.now,
        },
    )


def _welcome(answers: Mapping[str, Any]) -> Message:
    match answers["kind"]:
        case "member":
            return _(
                "You're in, from {place}. We'll write when there is something on your topics. "
                "TOPICS or PROFILE to change, STOP to leave.",
                place=answers["place"]["label"],
            )
        case "legal_expert":
            return _(
                "You're in, {name}. Someone will verify your details before any case reaches you. "
                "PROFILE to change, STOP to leave.",
                name=answers["name"],
            )
        case _:
            return _(
                "You're in, {name}. We'll write when a need fits you. "
                "TOPICS for alerts, PROFILE to change, STOP to leave.",
                name=answers["name"],
            )
