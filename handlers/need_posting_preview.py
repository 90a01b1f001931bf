"""A need before it is posted: as people will read it in each language, and who is asked when."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final, cast

from handlers import needs_waves
from handlers.broadcast_texts import Recipient, outgoing
from handlers.context import Context
from handlers.conversation.messages import ChannelName
from handlers.conversation.turn import Prompt, Words
from handlers.need_posting_flow import lacks_of
from handlers.needs import Lack
from handlers.needs_waves import Preview
from handlers.needs_words import Since, Told, asking, told
from handlers.rendering import Joined, is_sms
from locales import LANGUAGES, Language, Message, _, n_, translate
from locales.formatting import Listing
from storage import need_rooms
from storage.needs import Need, State

_LEADS: Final[Mapping[Language, Message]] = {"es": _("In Spanish:"), "en": _("In English:")}
_HOUR: Final = timedelta(hours=1)


def prompts(context: Context, answers: Mapping[str, Any]) -> list[Prompt]:
    """Before the yes: of several things the first, for the others go the same way."""
    first, *others = lacks_of(answers)
    need = _imagined(context, first)
    says = _as_read(context, Told(need, first.item, first.note, first.drop_off))
    plan = needs_waves.preview(context.connection, need, context.now)
    says.append(Prompt(_plan_words(context, plan)))
    if others:
        more = n_(
            "The other one goes out in the same way, with a code of its own.",
            "The other {n} go out in the same way, each with a code of its own.",
            len(others),
        )
        says.append(Prompt(more))
    return says


def of_need(context: Context, need: Need) -> list[Prompt]:
    """For whoever is to say yes to it."""
    plan = needs_waves.preview(context.connection, need, context.now)
    says = _as_read(context, told(context.vault, need))
    return [*says, Prompt(_plan_words(context, plan))]


def _imagined(context: Context, lack: Lack) -> Need:
    """The need that this would become; it has no code yet."""
    return Need(
        id=0,
        code="",
        shelter=need_rooms.shelter(context.connection, lack.shelter_id),
        category=lack.category,
        item=b"",
        note=None,
        drop_off=None,
        unit=lack.unit,
        quantity=lack.quantity,
        committed=0,
        on_the_way=0,
        received=0,
        urgency=lack.urgency,
        needed_by=lack.needed_by,
        expires_at=None,
        status=State.DRAFT,
        reason=None,
        ask=lack.ask,
        waves=0,
        next_wave_at=None,
        news=None,
        posted_by=context.caller.person_id,
        created_at=context.now,
        opened_at=None,
        closed_at=None,
        version=0,
    )


def _as_read(context: Context, asked: Told) -> list[Prompt]:
    """In each language, the reader's own first."""
    order = sorted(LANGUAGES, key=lambda language: language != context.language)
    return [Prompt(Joined((_LEADS[each], _text(context, asked, each)), "\n")) for each in order]


def _text(context: Context, asked: Told, language: Language) -> str:
    code = asked.need.code or translate(_("code"), language)
    coded = replace(asked, need=replace(asked.need, code=code))
    channel = cast("ChannelName", context.caller.channel)
    reader = Recipient(language, zone=asked.need.shelter.zone)
    return outgoing(asking(coded, Since.NOW), reader, channel, context.policy).text


def _plan_words(context: Context, plan: Sequence[Preview]) -> Words:
    """First who is asked at once; then who else, as long as something is missing."""
    reached = [each for each in plan if each.people]
    if not reached:
        return _("There is nobody to ask for it just now. It will be on the public board.")
    lines: list[Words] = [_first_words(reached[0])]
    if is_sms(context.caller.channel):
        lines += [_later_in_short(reached[1:])] if reached[1:] else []
        return Joined(tuple(lines), " ")
    return Joined((*lines, *_later_words(plan, reached[0])), "\n")


def _first_words(first: Preview) -> Message:
    return n_(
        "First {n} person is asked: {why}",
        "First {n} people are asked: {why}",
        first.people,
        why=first.wave.why,
    )


def _later_in_short(later: Sequence[Preview]) -> Message:
    return _(
        "While some is missing, then in turn: {people} more.",
        people=Listing(tuple(str(each.people) for each in later)),
    )


def _later_words(plan: Sequence[Preview], first: Preview) -> Iterator[Message]:
    for each in plan[plan.index(first) + 1 :]:
        if each.people:
            yield n_(
                "If some is missing after {hours}: {n} person more. {why}",
                "If some is missing after {hours}: {n} people more. {why}",
                each.people,
                hours=_hours(each.wave.after),
                why=each.wave.why,
            )


def _hours(span: timedelta) -> Message:
    if span < _HOUR:
        return _("{minutes} min", minutes=int(span / timedelta(minutes=1)))
    return _("{hours} h", hours=int(span / _HOUR))
