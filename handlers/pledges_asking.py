"""Short questions on the way to a pledge: how many, by when, who comes, whether to let it go.

What an answer comes to is in pledges.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from enum import Enum, auto
from typing import Any

from handlers import pledges_words as words
from handlers.consent import note_for_human
from handlers.context import Context
from handlers.conversation.deadlines import when_needed
from handlers.conversation.flow import Answers, Ask, Condition, Flow, Heard, Hearing, Understood
from handlers.conversation.parsing import short_text, tidy
from handlers.conversation.pledge_replies import Ask as AskedBack
from handlers.conversation.pledge_replies import Delivered, Drop, No, Reason, read_reply
from handlers.conversation.turn import Choice, Prompt
from handlers.conversation.vocabulary import agrees
from handlers.conversation.words import fold
from handlers.needs_words import Told, how_to_answer, is_service, so_many
from locales import Message, _
from locales.formatting import Moment
from locales.labels import UNITS
from storage import profiles
from storage.pledges import Pledge

_LONGEST_REPLY = 300
_NUMBER, DROP = "number", "drop"


class Tried(Enum):
    """What they were asked back before: nothing, by an example, whether it was a certain number."""

    NOTHING = auto()
    AN_EXAMPLE = auto()
    A_NUMBER = auto()


def _said(heard: Heard) -> Hearing:
    return Understood(tidy(heard.text[:_LONGEST_REPLY]))


def _when(heard: Heard) -> Hearing:
    """A moment on the shelter's clocks; a yes is one without; what is no moment is a reply."""
    reply = read_reply(heard.text, remaining=1, quantity=1, code=None, units=frozenset())
    if isinstance(reply, Drop | Delivered | No):
        return Understood({"said": heard.text[:_LONGEST_REPLY]})
    if agrees(fold(heard.text)):
        return Understood({"by": None})
    return when_needed(heard, heard.known["zone"])


def _moment(value: Mapping[str, Any]) -> Message | str:
    if value.get("by") is None:
        return "-"
    return _("{moment}", moment=Moment(datetime.fromisoformat(value["by"]), value["zone"]))


def _is_drop(answers: Answers) -> bool:
    return answers.get("about") == DROP


def _is_number(answers: Answers) -> bool:
    return not _is_drop(answers)


def said_in(answers: Answers) -> str:
    """To either of the short questions."""
    return str(answers["sure" if _is_drop(answers) else "reply"])


def _is_service(answers: Answers) -> bool:
    return bool(answers.get("service"))


def _is_carried(answers: Answers) -> bool:
    return not _is_service(answers)


def when_of(answers: Answers) -> Mapping[str, Any]:
    """Of either question by when; empty where it was skipped."""
    found: Mapping[str, Any] = answers.get("free" if _is_service(answers) else "when") or {}
    return found


def _brings_others(answers: Answers) -> bool:
    return bool(answers.get("organisational")) and "said" not in when_of(answers)


reply_flow = Flow(
    "pledge_reply",
    version=1,
    title=_("Your pledge"),
    left=_("All right."),
    passing=True,
    steps=(
        Ask(
            key="reply",
            ask=_("How many shall I write down? A number, or NO."),
            label=_("How many"),
            example=_("5"),
            parse=_said,
            when=_is_number,
        ),
        Ask(
            key="sure",
            ask=_("Can't you manage it any more? YES: we let it go. NO: it stays yours."),
            label=_("Sure"),
            example=_("YES, or NO"),
            parse=_said,
            when=_is_drop,
        ),
    ),
)


def _by_when_step(key: str, ask: Message, when: Condition) -> Ask:
    return Ask(
        key=key,
        ask=ask,
        label=_("When"),
        example=_("tomorrow 10 am"),
        parse=_when,
        named=_moment,
        show=_moment,
        when=when,
        optional=True,
    )


when_flow = Flow(
    "pledge_when",
    version=1,
    title=_("Your pledge"),
    left=_("All right. We hold it for you for a while."),
    passing=True,
    steps=(
        _by_when_step("when", _("When will you bring it? A day and an hour."), _is_carried),
        _by_when_step("free", _("When can you do it? A day and an hour."), _is_service),
        Ask(
            key="contact",
            ask=_("Who is the contact on the day? Name and phone, for the shelter only."),
            label=_("Contact"),
            example=_("Rosa, 312 555 0100"),
            parse=short_text(80),
            when=_brings_others,
            optional=True,
        ),
    ),
)


FLOWS = frozenset({reply_flow.name, when_flow.name})


def by_when(context: Context, told: Told, pledge: Pledge, lead: Message) -> None:
    """They have promised, as `lead` says; now when they come."""
    kinds = profiles.registrations_of(context.connection, context.caller.person_id)
    given = {
        "pledge": pledge.id,
        "need": told.need.id,
        "zone": told.need.shelter.zone,
        "organisational": "organisational" in kinds,
        "service": is_service(told.need),
    }
    context.begin(when_flow, given)
    context.says[-1] = replace(context.says[-1], lead=lead)


def how_many(context: Context, told: Told) -> None:
    """Asked about by its code alone, or promised without a number."""
    what = so_many(told, told.need.remaining)
    text = _(
        "{shelter} still lacks {what}. How much of it can you take on?",
        shelter=told.need.shelter.name,
        what=what,
    )
    _ask(context, told, text)


def offer_the_rest(context: Context, told: Told, n: int) -> None:
    """ "Faltan 3. ¿Llevas 3?": a yes is for so many."""
    _ask(context, told, words.missing(told, n), n=n)


def really_drop(context: Context, told: Told, mine: Pledge) -> None:
    text = _(
        "Can't you manage {what} ({code}) any more? YES: we let it go. NO: it stays yours.",
        what=so_many(told, mine.due),
        code=told.need.code,
    )
    yes = Choice(_("Let it go"), f"{told.need.code} SOLTAR")
    no = Choice(_("It stays mine"), f"{told.need.code} SI")
    _begin(context, told, Prompt(text, commands=(yes, no)), {"about": DROP})


def ask_back(
    context: Context, told: Told, reply: AskedBack, mine: Pledge | None, tried: Tried
) -> None:
    """What was said is not certain. Once with an example, and once with the number that it may be;
    then somebody of ours reads it."""
    left = told.need.remaining + (mine.due if mine else 0)
    if reply.reason is Reason.MORE_THAN_REMAINS and left:
        offer_the_rest(context, told, left)
    elif reply.number is not None and tried is not Tried.A_NUMBER:
        text = _("Shall I write down {n}? YES, or the right number.", n=reply.number)
        _ask(context, told, text, n=reply.number)
    elif tried is not Tried.NOTHING:
        stuck(context)
    else:
        _ask(context, told, _question(told, reply.reason))


def _question(told: Told, reason: Reason) -> Message:
    code, unit = told.need.code, UNITS[told.need.unit]
    if reason is Reason.TIME and told.need.unit in _TIMES:
        reason = Reason.OTHER_UNIT
    if reason in _ONE_NUMBER:
        return _("Which number shall I write down? Just one, like: {code} 5", code=code)
    if reason in _ASKED_BACK:
        return _ASKED_BACK[reason](unit)
    return _(
        "I want to get it right. How many {unit}? A number, like {code} 5, or NO.",
        unit=unit,
        code=code,
    )


_TIMES = ("hour", "night")
_ONE_NUMBER = (Reason.RANGE, Reason.SEVERAL_NUMBERS, Reason.APPROXIMATE, Reason.VAGUE)
_ASKED_BACK: Mapping[Reason, Callable[[Message], Message]] = {
    Reason.OTHER_UNIT: lambda unit: _(
        "Here we count in {unit}. How many {unit} is that in all? A number.", unit=unit
    ),
    Reason.MONEY: lambda unit: _(
        "Thank you! We take no money here. How many {unit} can you give?", unit=unit
    ),
    Reason.TIME: lambda unit: _(
        "Was that an hour or a day? First: how many {unit} shall I write down?", unit=unit
    ),
    Reason.PART: lambda unit: _(
        "How many {unit} is it in all? Once all of it is done: DELIVERED.", unit=unit
    ),
    Reason.NO_NUMBER: lambda unit: _(
        "Thank you! How many {unit} shall I write down? A number.", unit=unit
    ),
}


def stuck(context: Context) -> None:
    note_for_human(context, "misunderstood")
    context.say(_("I still don't get it, sorry. Our team has your message and will read it."))


def over(context: Context, told: Told) -> None:
    context.say(
        _("What you promised for {code} is not held any more. Thank you.", code=told.need.code)
    )


def _ask(context: Context, told: Told, text: Message, *, n: int | None = None) -> None:
    commands: tuple[Choice, ...] = ()
    if n is not None:
        yes = Choice(_("Yes, {n}", n=n), f"{told.need.code} {n}")
        commands = (yes, Choice(_("No"), f"{told.need.code} NO"))
    _begin(context, told, Prompt(text, commands=commands), {"about": _NUMBER, "n": n})


def _begin(context: Context, told: Told, prompt: Prompt, given: Mapping[str, Any]) -> None:
    """In the middle of another conversation it is said how to answer by the code."""
    if context.session is not None:
        context.says.append(prompt)
        context.say(how_to_answer(told.need))
        return
    context.begin(reply_flow, {"need": told.need.id, **given})
    context.says[-1] = prompt
