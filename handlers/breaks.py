"""Quieter for a while: pausing until a date, ending the pause, muting topics."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from handlers.context import Context
from handlers.conversation.asking import shown
from handlers.conversation.dates import read_day
from handlers.conversation.flow import Ask, Choose, Flow, Heard, Hearing, NotUnderstood, Understood
from handlers.options import options
from locales import Message, _, vocabulary
from locales.formatting import Day
from locales.labels import TOPICS
from storage import profiles

_LONGEST = timedelta(days=366)
_NO_ZONE = "America/Chicago"


def _until(heard: Heard) -> Hearing:
    """A day after today, at most a year away, as an ISO date."""
    today = heard.today
    if today is None:
        return NotUnderstood()
    day = read_day(heard.text, today)
    if day is None or not today < day <= today + _LONGEST:
        return NotUnderstood(_("A day from tomorrow on, at most a year from now."))
    return Understood(day.isoformat())


def _day_words(value: Any) -> Message:
    return _("{day}", day=Day(date.fromisoformat(value)))


pause = Flow(
    "pause",
    version=1,
    title=_("Taking a break"),
    left=_("All right, no pause."),
    steps=(
        Ask(
            key="until",
            ask=_("Until when should we pause? A date, or like: 2 weeks."),
            label=_("Pause until"),
            example=_("January 15"),
            parse=_until,
            show=_day_words,
        ),
    ),
)

mute = Flow(
    "mute",
    version=1,
    title=_("Muting topics"),
    left=_("All right, nothing was changed."),
    steps=(
        Choose(
            key="muted",
            ask=_("Which topics should we mute?"),
            label=_("Muted"),
            example=_("1 3, or NONE"),
            options=options(TOPICS, vocabulary=vocabulary.TOPICS),
            many=True,
        ),
    ),
)


def start_pause(context: Context, rest: str) -> None:
    """PAUSE, alone or with its end ("PAUSE 2 weeks")."""
    turn = context.begin_with(pause, rest)
    if turn is not None:
        finish_pause(context, turn)


def finish_pause(context: Context, answers: Mapping[str, Any]) -> None:
    """Nothing but replies until the day begins where the person is."""
    day = date.fromisoformat(answers["until"])
    zone = ZoneInfo(context.caller.zone or _NO_ZONE)
    ends = datetime.combine(day, time.min, zone).astimezone(UTC)
    profiles.describe(context.connection, context.caller.person_id, paused_until=ends)
    context.say(_("Paused until {day}. To end it sooner: RESUME.", day=Day(day)))


def resume(context: Context, _rest: str) -> None:
    until = context.caller.paused_until
    profiles.describe(context.connection, context.caller.person_id, paused_until=None)
    if until is not None and until > context.now:
        context.say(_("The pause is over. Good to have you back."))
    else:
        context.say(_("You have no pause: our messages reach you."))


def start_mute(context: Context, rest: str) -> None:
    """MUTE, alone or with topics ("MUTE TPS")."""
    answers = context.begin_with(mute, rest)
    if answers is not None:
        finish_mute(context, answers)


def finish_mute(context: Context, answers: Mapping[str, Any]) -> None:
    """Adds to what is muted; NONE ends all of it."""
    person = context.caller.person_id
    before = profiles.traits_of(context.connection, person).get("muted", [])
    muted = sorted({*before, *answers["muted"]}) if answers["muted"] else []
    profiles.set_traits(context.connection, person, {"muted": muted})
    step = mute.steps[0]
    context.say(_("Saved. {what}: {value}", what=step.label, value=shown(step, muted)))
