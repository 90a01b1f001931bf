"""CALENDAR, and what whoever comes is given along with the answer: the file, and what reminders
have told the others by now."""

from collections.abc import Iterator

from handlers.calendar_file import calendar_file, file_name
from handlers.calendar_links import calendar_link
from handlers.context import Context
from handlers.conversation.messages import Document
from handlers.conversation.turn import Prompt, Words
from handlers.event_facts import Told, tell_of
from handlers.events import event_of
from handlers.reminder_texts import at_hand
from handlers.reminder_times import Occasion, ladder_of, missed
from handlers.rendering import Joined, is_sms
from locales import _
from storage import events, rsvps
from storage.events import Event, EventState
from storage.rsvps import Answer

_COUNT_ON_IT = (Answer.YES, Answer.MAYBE, Answer.WAITING)


def send(context: Context, rest: str) -> None:
    """CALENDAR A7; without a code, of the next event that they come to."""
    event = event_of(context.connection, rest) if rest else _next(context)
    if event is None or event.status is EventState.DRAFT:
        context.say(_("Which event? Send CALENDAR and its code. What's on: EVENTS"))
        return
    told = tell_of(context.connection, context.vault, event)
    prompt = _file(context, told, ())
    if prompt is None:
        context.say(_("{title}, {when}, {where}.", **told.facts))
    else:
        context.says.append(prompt)


def _next(context: Context) -> Event | None:
    mine = [
        each.event_id
        for each in rsvps.of_person(context.connection, context.caller.person_id)
        if each.answer in _COUNT_ON_IT
    ]
    found = events.read_all(context.connection, mine).values()
    ahead = [each for each in found if each.ends_at > context.now]
    return min(ahead, key=lambda each: each.starts_at, default=None)


def give(context: Context, told: Told) -> None:
    """Whoever answers late misses nothing."""
    lines = tuple(_missed(context, told))
    prompt = _file(context, told, lines)
    if prompt is not None:
        context.says.append(prompt)
    elif lines:
        context.say(Joined(lines, "\n"))


def _missed(context: Context, told: Told) -> Iterator[Words]:
    event = told.event
    ladder = ladder_of(
        event.ladder, has_place=event.place is not None, has_link=event.link is not None
    )
    occasion = Occasion(event.starts_at, event.zone, ladder)
    gone = missed(occasion, context.caller.zone, context.policy.quiet, context.now)
    if gone:
        yield from at_hand(told, gone)


def _file(context: Context, told: Told, lines: tuple[Words, ...]) -> Prompt | None:
    """A file on Telegram, where it is to be had by SMS; None: nowhere."""
    text = _("For your calendar: {title}", title=told.title)
    if not is_sms(context.caller.channel):
        content = calendar_file(told, context.language, context.country)
        file = Document(file_name(told), content)
        return Prompt(Joined((*lines, text), "\n"), document=file)
    base = context.policy.public_url
    if base is None:
        return None
    link = calendar_link(context.vault, base, told.event, context.language)
    return Prompt(Joined((*lines, _("For your calendar: {link}", link=link)), "\n"))
