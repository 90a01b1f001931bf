"""Coming to an event as somebody whom we don't know yet: joining in the same breath, as a member.

JOIN with an event's code, and a poster's link, lead here.
"""

import re
from collections.abc import Mapping
from typing import Any, Final

from handlers import answers as held
from handlers import consent, profile, registration, rsvps
from handlers.context import Context
from handlers.conversation.flow import Answers, Ask, Choose, Flow, Option
from handlers.conversation.parsing import count, place, place_label
from handlers.conversation.rsvp_replies import MOST_PEOPLE
from handlers.conversation.words import word_set
from handlers.events import event_of, show
from locales import _
from storage import profiles
from storage import rsvps as storage
from storage.events import Event, EventState
from storage.rsvps import Answer

_LINK = re.compile(r"(?:e_)?([a-z][0-9]{1,7})", re.ASCII | re.IGNORECASE)
_ANSWERED: Final = {"yes": Answer.YES, "maybe": Answer.MAYBE}


def _was_asked(answers: Answers) -> bool:
    return not answers.get("said")


def _counts(answers: Answers) -> bool:
    return _was_asked(answers) and answers.get("coming") == "yes"


def _joins(answers: Answers) -> bool:
    return answers.get("coming") != "no"


come = Flow(
    "come",
    version=1,
    title=_("Coming to an event"),
    left=_("All right, nothing was saved. What's on: EVENTS"),
    steps=(
        Choose(
            key="coming",
            ask=_("Are you coming?"),
            label=_("Coming"),
            example=_("1"),
            options=(
                Option("yes", _("Yes"), words=word_set("si s y claro voy vamos ire asistire")),
                Option("maybe", _("Maybe"), words=word_set("quiza quizas talvez", "tal vez")),
                Option("no", _("No"), words=word_set("n", "no puedo", "no gracias")),
            ),
            when=_was_asked,
        ),
        Ask(
            key="people",
            ask=_("How many are you, counting you?"),
            label=_("People"),
            example=_("2"),
            parse=count(1, MOST_PEOPLE),
            when=_counts,
        ),
        Ask(
            key="place",
            ask=_("Where do you live? A ZIP code or a city is enough: we write at decent hours."),
            label=_("Place"),
            example=_("60608, or Tijuana, Mexico"),
            parse=place,
            share="location",
            resolves_places=True,
            show=place_label,
            when=_joins,
        ),
    ),
)


def knows_code(context: Context, rest: str) -> bool:
    """Whether what follows JOIN names an event, or the registration knows it."""
    return _event_in(context, rest) is not None or registration.knows_code(context, rest)


def join(context: Context, rest: str) -> None:
    """JOIN: with an event's code it is about the event first."""
    event = _event_in(context, rest)
    if event is None:
        registration.join(context, rest)
    elif is_known(context):
        show(context, event)
        note_asked(context, event)
    else:
        start(context, event, None, None)


def _event_in(context: Context, rest: str) -> Event | None:
    found = _LINK.fullmatch(rest.strip())
    event = event_of(context.connection, found[1]) if found else None
    return event if event is not None and event.status is not EventState.DRAFT else None


def is_known(context: Context) -> bool:
    return bool(profiles.registrations_of(context.connection, context.caller.person_id))


def note_asked(context: Context, event: Event) -> None:
    """So that a bare answer finds it. Of strangers nothing is kept."""
    if is_known(context) and rsvps.takes_answers(context, event):
        person = context.caller.person_id
        storage.write(context.connection, event.id, person, context.now, asked_at=context.now)


def start(context: Context, event: Event, said: str | None, party: int | None) -> None:
    """`said`: yes, maybe or no, if they have; a no needs no joining."""
    show_only = said == "no" or not rsvps.takes_answers(context, event)
    if context.session is not None:
        context.say(_("First this, please. Then send again: {code} YES", code=event.code))
        return
    profile.listen_again(context)
    if said == "no":
        context.say(_("All right, thanks for telling us. What's on: EVENTS"))
    else:
        show(context, event, answers=False)
    if show_only:
        return
    context.say(registration.disclosure(context))
    source = context.caller.source or f"e_{event.code}"
    given = {
        "event": event.id,
        "said": said,
        "party": party,
        "source": source,
        "joined_with": context.heard.text[:40],
    }
    context.begin(come, given, held.known(context))


def finish(context: Context, answers: Mapping[str, Any]) -> None:
    coming = answers.get("said") or answers["coming"]
    if coming == "no":
        context.say(_("All right, thanks for telling us. What's on: EVENTS"))
        return
    enter(context, answers)
    party = answers.get("people") or answers.get("party")
    rsvps.answer(context, answers["event"], _ANSWERED[coming], party)


def enter(context: Context, answers: Mapping[str, Any]) -> None:
    """They are a member from now on, and have agreed."""
    held.save(context, {"place": answers["place"]})
    person = context.caller.person_id
    profiles.describe(context.connection, person, source=answers["source"])
    registration.register(context, {"kind": "member"})
    words = f"{answers['joined_with']} / {context.heard.text}"
    consent.agree(
        context, consent.wording(registration.disclosure(context), context.language), words
    )
