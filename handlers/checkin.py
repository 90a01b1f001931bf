"""At the door of an event: HERE and the code that is shown there. Whoever is new joins in the same
breath. What follows afterwards is in checkin_after."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from handlers import answers as held
from handlers import event_joining, profile, registration
from handlers.context import Context
from handlers.conversation.rsvp_replies import MOST_PEOPLE
from handlers.conversation.turn import Prompt
from handlers.conversation.words import fold
from handlers.event_facts import Told, tell_of
from handlers.event_posting import may_act
from handlers.linking import WAIT, WRONG_CODES
from handlers.rendering import Joined, is_sms
from locales import Message, _, n_
from locales.formatting import Moment
from storage import doors, events, linking, rsvps
from storage.doors import Door
from storage.events import EventState
from storage.ids import new_id
from storage.rsvps import Answer, Rsvp

LINK: Final = "h_"
"""What the payload of a door's QR code begins with."""

_WORDS = r"(?:here|im here|i am here|aqui|aqui estoy|ya llegue|llegue|check in|checkin)"
_ARRIVAL = re.compile(rf"{_WORDS} (?P<code>[0-9]{{4,6}})(?: (?P<more>.*))?", re.ASCII)
_PAYLOAD = re.compile(rf"(?:/?start )?{LINK}(?P<code>[0-9]{{4,6}})", re.ASCII)
_PARTY = re.compile(r"[0-9]{1,4}", re.ASCII)
_LONGEST = 80


@dataclass(frozen=True, slots=True)
class Arrival:
    """`party`: how many came, if they said."""

    code: str
    party: int | None


def read_arrival(text: str) -> Arrival | None:
    """HERE 4821, "aquí estoy 4821, somos 3", or the payload of a door's code; None: none of it."""
    if len(text) > _LONGEST:
        return None
    scanned = _PAYLOAD.fullmatch(text.strip())
    found = scanned or _ARRIVAL.fullmatch(fold(text))
    if found is None:
        return None
    more = None if scanned else _PARTY.search(found["more"] or "")
    party = int(more[0]) if more else None
    return Arrival(found["code"], party if party and party <= MOST_PEOPLE else None)


def is_arrival(text: str) -> bool:
    return read_arrival(text) is not None


def how(context: Context, _rest: str) -> None:
    """HERE alone."""
    context.say(_("Are you at an event? Send HERE and the code shown there, like: HERE 4821"))


def arrive(context: Context, text: str) -> None:
    """Wrong codes are counted, so that nobody finds one by trying."""
    arrival = read_arrival(text)
    if arrival is None:
        how(context, text)
        return
    person, since = context.caller.person_id, context.now - WAIT
    if linking.tries_since(context.connection, person, since) >= WRONG_CODES:
        context.say(_("That was too often. Please show your name at the door instead."))
        return
    door = doors.behind(context.connection, arrival.code, context.now)
    event = events.lock(context.connection, door.event_id) if door else None
    if event is None or event.status not in (EventState.OPEN, EventState.PAST):
        linking.note_try(context.connection, new_id(), person, context.now)
        context.say(
            _(
                "No event is open with {code}. Is it the code at the door, and today's?",
                code=arrival.code,
            )
        )
        return
    told = tell_of(context.connection, context.vault, event)
    if event_joining.is_known(context):
        _enter(context, told, arrival.party, arrival.code)
    else:
        _join_first(context, told, arrival)


def _join_first(context: Context, told: Told, arrival: Arrival) -> None:
    if context.session is not None:
        context.say(_("First this, please. Then send again: HERE {code}", code=arrival.code))
        return
    profile.listen_again(context)
    context.say(_("Welcome to {title}. One question, and you're in.", title=told.title))
    context.say(registration.disclosure(context))
    given = {
        "event": told.event.id,
        "said": "yes",
        "party": arrival.party,
        "source": context.caller.source or f"e_{told.event.code}",
        "joined_with": context.heard.text[:40],
        "door": arrival.code,
    }
    context.begin(event_joining.come, given, held.known(context))


def finish(context: Context, answers: Mapping[str, Any]) -> None:
    """Who came to an event as somebody new is in; from its door, they are there already."""
    code: str = answers.get("door") or ""
    event = events.lock(context.connection, answers["event"]) if code else None
    if event is None:
        event_joining.finish(context, answers)
        return
    event_joining.enter(context, answers)
    told = tell_of(context.connection, context.vault, event)
    _enter(context, told, answers.get("party"), code)


def _enter(context: Context, told: Told, party: int | None, code: str) -> None:
    event, person = told.event, context.caller.person_id
    mine = rsvps.read(context.connection, event.id, person)
    again = mine is not None and mine.checked_in_at is not None
    counted = _count(context, told, mine, party or (mine.party if mine else 1))
    context.say(_changed(counted) if again else _welcome(told, counted, code))


def _count(context: Context, told: Told, mine: Rsvp | None, party: int) -> int:
    """Whoever stands at the door is counted, whether a place was kept for them or not; but no more
    hold places than there are."""
    event, now = told.event, context.now
    holds = mine.holds if mine else 0
    seated = events.take_places(context.connection, event.id, party - holds)
    if not seated and holds:
        party = holds
    fields: dict[str, Any] = {"party": party, "checked_in_at": now}
    if mine is not None and mine.checked_in_at is not None:
        del fields["checked_in_at"]
    if seated:
        fields |= {"answer": Answer.YES, "was": None, "queued_at": None, "offered_until": None}
    elif mine is None:
        fields |= {"answer": Answer.WAITING}
    if mine is None or mine.answered_at is None:
        fields["answered_at"] = now
    rsvps.write(context.connection, event.id, context.caller.person_id, now, **fields)
    return party


def _welcome(told: Told, party: int, code: str) -> Message:
    return n_(
        "Welcome to {title}! You're checked in: {n} person. More of you? HERE {code} and how many.",
        "Welcome to {title}! You're checked in: {n} people. Not so many? HERE {code} and how many.",
        party,
        title=told.title,
        code=code,
    )


def _changed(party: int) -> Message:
    return n_("You're checked in: {n} person.", "You're checked in: {n} people.", party)


def show_door(context: Context, event_id: int, rest: str) -> None:
    """DOOR A7: the code for whoever organises it. DOOR A7 NEW: another one."""
    event = events.read(context.connection, event_id)
    if event is None or not may_act(context, event.organisation_id):
        no_door(context, rest)
        return
    door = doors.of_event(context.connection, event_id)
    if door is None or door.closes_at <= context.now:
        context.say(_("The door of {code} is not open.", code=event.code))
        return
    code = door.code
    if fold(rest) in ("new", "nuevo", "nueva", "otro", "otra"):
        code = doors.new_code(context.connection, event_id)
    told = tell_of(context.connection, context.vault, event)
    context.says.append(Prompt(Joined(tuple(_door_lines(context, told, door, code)), "\n")))


def _door_lines(context: Context, told: Told, door: Door, code: str) -> list[Message]:
    parties, people = doors.came(context.connection, told.event.id)
    opens = Moment(door.opens_at, told.event.zone)
    lines = [
        _("{title}: at the door, people send HERE {code}", title=told.title, code=code),
        _(
            "It works from {moment} on. Too many know it? DOOR {code} new",
            moment=opens,
            code=told.event.code,
        ),
        n_("So far {n} person has come.", "So far {n} people have come.", people),
    ]
    name = context.policy.telegram_username
    if name and not is_sms(context.caller.channel):
        lines.insert(1, _("Or scan: {link}", link=f"https://t.me/{name}?start={LINK}{code}"))
    return lines if parties else lines[:-1]


def no_door(context: Context, _rest: str) -> None:
    context.say(_("Which event? Send DOOR and its code."))
