"""Pledges by reply: what an answer to a shelter's ask comes to. Reading it is pledge_replies' part.

The words for people are in pledges_words, the short questions on the way in pledges_asking.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from handlers import pledges_asking as asking
from handlers import pledges_words as words
from handlers.asks import OpenAsk, ask_which
from handlers.context import Context
from handlers.conversation.pledge_replies import (
    Ask,
    Delivered,
    Drop,
    No,
    Nothing,
    Pledge,
    PledgeAll,
    Reason,
    Reply,
    read_reply,
)
from handlers.conversation.turn import Words
from handlers.conversation.vocabulary import NO, agrees
from handlers.conversation.words import fold
from handlers.needs_near import nearest
from handlers.needs_words import Told, how_to_answer, so_many, told
from handlers.quiet import decent
from locales import _
from storage import needs, pledges, pledging, profiles
from storage.need_asks import asked_of
from storage.need_matching import LEGAL
from storage.needs import Need, State
from storage.pledges import Hold, Pledged

_HELD = {"critical": timedelta(hours=2)}
_HELD_OTHERWISE = timedelta(hours=24)
_ANSWERED_WITHIN = timedelta(days=60)
_THANKED_WITHIN = timedelta(days=3)
"""Who answers an ask that is covered by then is thanked, rather than not understood."""

_PLAIN_ANSWERS = (Pledge, PledgeAll, Drop, Delivered, No)
_CODE = re.compile(r"(?<!\w)[A-Za-z][0-9]{1,7}(?!\w)", re.ASCII)


class NeedAsker:
    """Asks for needs as questions that went to many."""

    def open_for(self, context: Context) -> Sequence[OpenAsk]:
        person = context.caller.person_id
        found = asked_of(context.connection, person, context.now - _ANSWERED_WITHIN)
        asked = [
            _ask(context, each.need_id, each.at, answered=not each.is_open)
            for each in found
            if each.is_open or each.at > context.now - _THANKED_WITHIN
        ]
        promised = [
            _promised(context, each) for each in pledges.of_person(context.connection, person)
        ]
        return [each for each in (*asked, *promised) if each is not None]

    def by_code(self, context: Context, subject_id: int) -> OpenAsk | None:
        return _ask(context, subject_id, context.now, answered=False)

    def fits(self, context: Context, ask: OpenAsk, text: str) -> bool:
        need = needs.read(context.connection, ask.subject_id)
        if need is None:
            return False
        reply = _read(context, told(context.vault, need), text)
        if isinstance(reply, Nothing):
            return _says_yes(text)
        return not ask.answered or _is_plain(reply)

    def take(self, context: Context, ask: OpenAsk, text: str) -> bool:
        need = needs.read(context.connection, ask.subject_id)
        if need is None:
            return False
        return answered(context, told(context.vault, need), text)

    def hint(self, context: Context, ask: OpenAsk) -> Words:
        need = needs.read(context.connection, ask.subject_id)
        return how_to_answer(need) if need else ""


def _ask(
    context: Context, need_id: int, at: datetime, *, answered: bool, units: int | None = None
) -> OpenAsk | None:
    """`units`: of how many it speaks; what is missing where not said."""
    need = needs.read(context.connection, need_id)
    if need is None or need.status in (State.DRAFT, State.AWAITING):
        return None
    label = so_many(told(context.vault, need), units or max(1, need.remaining))
    return OpenAsk("need", need.id, need.code, at, label, answered)


def _promised(context: Context, pledge: pledges.Pledge) -> OpenAsk | None:
    at = pledge.nudged_at or pledge.updated_at
    answered = not _waits_for_yes(pledge)
    return _ask(context, pledge.need_id, at, answered=answered, units=pledge.due)


def _is_plain(reply: Reply) -> bool:
    """Nothing but an answer, be it one that comes too late."""
    too_many = isinstance(reply, Ask) and reply.reason is Reason.MORE_THAN_REMAINS
    return too_many or isinstance(reply, _PLAIN_ANSWERS)


def _waits_for_yes(pledge: pledges.Pledge) -> bool:
    return pledge.status is Pledged.HELD and pledge.nudged_at is not None


def _read(context: Context, told: Told, text: str) -> Reply:
    """What is theirs already counts as open to them."""
    need = told.need
    mine = pledges.live_pledge(context.connection, need.id, context.caller.person_id)
    units = {need.unit, *(told.item.split() if need.unit == "piece" else ())}
    return read_reply(
        text,
        remaining=need.remaining + (mine.due if mine else 0),
        quantity=need.quantity,
        code=need.code,
        units=frozenset(units),
    )


def _says_yes(text: str) -> bool:
    return agrees(fold(_CODE.sub(" ", text)))


def answered(
    context: Context, told: Told, text: str, tried: asking.Tried = asking.Tried.NOTHING
) -> bool:
    """What somebody said to this need; False: it was about something else."""
    reply = _read(context, told, text)
    if isinstance(reply, Nothing) and not _says_yes(text) and not _is_code(text, told.need.code):
        return False
    if not _has_joined(context):
        _invite(context, told)
        return True
    mine = pledges.live_pledge(context.connection, told.need.id, context.caller.person_id)
    if told.need.category == LEGAL and not _is_verified(context) and not isinstance(reply, No):
        context.say(_("Thank you! Legal help is for people whom we have verified. To ask: HUMAN"))
    elif mine is not None and _says_yes(text):
        confirm(context, told, mine, None)
    elif told.need.status is not State.OPEN and mine is None and not isinstance(reply, No):
        _too_late(context, told)
    elif _is_code(text, told.need.code):
        asking.how_many(context, told)
    else:
        _act(context, told, mine, reply, tried)
    return True


def _is_code(text: str, code: str) -> bool:
    return fold(text) == fold(code)


def _has_joined(context: Context) -> bool:
    known = profiles.registrations_of(context.connection, context.caller.person_id)
    return context.caller.consent == "in" and bool(known)


def _is_verified(context: Context) -> bool:
    return profiles.is_verified(context.connection, context.caller.person_id)


def _invite(context: Context, told: Told) -> None:
    context.say(
        _(
            "Thank you for wanting to help! First send JOIN: it takes two minutes. "
            "Then send {code} and how many.",
            code=told.need.code,
        )
    )


def _act(
    context: Context,
    told: Told,
    mine: pledges.Pledge | None,
    reply: Reply,
    tried: asking.Tried,
) -> None:
    match reply:
        case Pledge(n=n):
            promise(context, told, n)
        case PledgeAll():
            promise(context, told, told.need.remaining + (mine.due if mine else 0))
        case Drop():
            drop(context, told, mine)
        case Delivered():
            deliver(context, told, mine)
        case No():
            _decline(context, told, mine)
        case Ask():
            asking.ask_back(context, told, reply, mine, tried)
        case Nothing():
            asking.how_many(context, told)


def finish_reply(context: Context, answers: Mapping[str, Any]) -> None:
    """The answer to a short question of ours: a yes is to what it asked."""
    need = needs.read(context.connection, answers["need"])
    if need is None:
        return
    known, text = told(context.vault, need), asking.said_in(answers)
    mine = pledges.live_pledge(context.connection, need.id, context.caller.person_id)
    if answers["about"] == asking.DROP and mine is not None and _says_yes(text):
        drop(context, known, mine)
    elif answers["about"] == asking.DROP and mine is not None and fold(text) in NO:
        context.say(words.same_number(known, mine))
    elif answers.get("n") and _says_yes(text):
        promise(context, known, answers["n"])
    elif not answered(context, known, text, _tried(answers)):
        asking.stuck(context)


def _tried(answers: Mapping[str, Any]) -> asking.Tried:
    return asking.Tried.A_NUMBER if answers.get("n") else asking.Tried.AN_EXAMPLE


def finish_when(context: Context, answers: Mapping[str, Any]) -> None:
    """When they bring it, if they said so; it is certain now, or let go."""
    need = needs.read(context.connection, answers["need"])
    if need is None:
        return
    known, when = told(context.vault, need), asking.when_of(answers)
    mine = pledges.live_pledge(context.connection, need.id, context.caller.person_id)
    if "said" in when:
        answered(context, known, when["said"])
    elif mine is None:
        asking.over(context, known)
    else:
        by = when.get("by")
        confirm(context, known, mine, datetime.fromisoformat(by) if by else None)
        _keep_contact(context, mine.id, answers.get("contact"))


def _keep_contact(context: Context, pledge_id: int, contact: str | None) -> None:
    sealed = context.seal("pledges", "contact", pledge_id, contact)
    if sealed is not None:
        pledging.set_contact(context.connection, pledge_id, sealed, context.now)


def promise(context: Context, told: Told, n: int) -> None:
    """They bring so many in all; what they had promised is part of it."""
    need, person = told.need, context.caller.person_id
    mine = pledges.live_pledge(context.connection, need.id, person)
    before = mine.due if mine else 0
    if mine is not None and n == before:
        context.say(words.same_number(told, mine))
    elif mine is not None and n < before:
        kept = pledging.reduce(context.connection, mine.id, mine.received + n, context.now)
        _changed(context, told, kept or mine)
    else:
        _take_more(context, told, n, before)


def _take_more(context: Context, told: Told, n: int, before: int) -> None:
    need, person = told.need, context.caller.person_id
    made = pledging.take(
        context.connection,
        need.id,
        person,
        n - before,
        hold=_hold(context, need),
        now=context.now,
    )
    if made is None:
        _others_were_faster(context, told)
    elif before:
        _changed(context, told, made)
    elif context.session is not None:
        context.say(words.held_until(told, made, context.caller.zone))
    else:
        asking.by_when(context, told, made, words.held(told, made))


def _changed(context: Context, told: Told, pledge: pledges.Pledge) -> None:
    """Whoever has not said yet when they come is asked again."""
    if pledge.status is Pledged.HELD and context.session is None:
        asking.by_when(context, told, pledge, words.changed_number(told, pledge))
    else:
        context.say(words.changed_number(told, pledge))


def _others_were_faster(context: Context, told: Told) -> None:
    """What is left by now, told as it is."""
    need = needs.read(context.connection, told.need.id)
    if need is None or need.status is not State.OPEN:
        _too_late(context, told)
    else:
        now_told = Told(need, told.item, told.note, told.drop_off)
        asking.offer_the_rest(context, now_told, need.remaining)


def _hold(context: Context, need: Need) -> Hold:
    """The nudge comes at a decent hour, and leaves a quarter of the time to answer it."""
    lasts = _HELD.get(need.urgency, _HELD_OTHERWISE)
    quiet, zone, now = context.policy.quiet, context.caller.zone, context.now
    nudge = decent(quiet, zone, now + lasts * 3 / 4)
    return Hold(nudge, decent(quiet, zone, max(now + lasts, nudge + lasts / 4)))


def confirm(context: Context, told: Told, mine: pledges.Pledge, eta: datetime | None) -> None:
    remind = _remind_at(context, eta or mine.eta)
    sure = pledging.confirm(context.connection, mine.id, eta, context.now, remind_at=remind)
    if sure is None:
        asking.over(context, told)
    else:
        context.say(words.confirmed(told, sure, context.caller.zone))


_BEFORE = timedelta(hours=3)


def _remind_at(context: Context, eta: datetime | None) -> datetime | None:
    """Some hours before they come, unless that is about now."""
    if eta is None or eta - _BEFORE <= context.now + timedelta(hours=1):
        return None
    at = decent(context.policy.quiet, context.caller.zone, eta - _BEFORE)
    return at if at < eta else None


def drop(context: Context, told: Told, mine: pledges.Pledge | None) -> None:
    fallen = mine and pledging.let_fall(context.connection, mine.id, Pledged.RELEASED, context.now)
    if mine is None or fallen is None:
        context.say(_("You have nothing promised for {code}. Thank you.", code=told.need.code))
    else:
        context.say(words.released(told, mine))


def deliver(context: Context, told: Told, mine: pledges.Pledge | None) -> None:
    brought = mine and pledging.deliver(context.connection, mine.id, context.now)
    if mine is None or brought is None:
        context.say(_("You have nothing promised for {code}. Thank you.", code=told.need.code))
    else:
        context.say(words.delivered(told, mine))


def _decline(context: Context, told: Told, mine: pledges.Pledge | None) -> None:
    if mine is not None:
        asking.really_drop(context, told, mine)
        return
    pledging.answer(context.connection, told.need.id, context.caller.person_id, context.now)
    context.say(_("All right, not this time. Thank you for answering."))


def _too_late(context: Context, told: Told) -> None:
    """Thanked, and shown the nearest that is open."""
    need, person = told.need, context.caller.person_id
    pledging.answer(context.connection, need.id, person, context.now)
    if need.status is State.OPEN or need.status in (State.COVERED, State.RECEIVED):
        lead = _("{code} is covered already. Thank you!", code=need.code)
    else:
        lead = _("{code} is closed by now. Thank you!", code=need.code)
    others = nearest(context.connection, context.caller.city_id, besides=(need.id,))
    context.say(words.instead(lead, _told(context, others[0])) if others else lead)


def _told(context: Context, need: Need) -> Told:
    return told(context.vault, need)


def drop_command(context: Context, rest: str) -> None:
    """DROP, alone or with a code."""
    _of_mine(context, "SOLTAR", rest)


def delivered_command(context: Context, rest: str) -> None:
    """DELIVERED, alone or with a code."""
    _of_mine(context, "ENTREGADO", rest)


def _of_mine(context: Context, said: str, rest: str) -> None:
    if context.session is not None and context.session.flow in asking.FLOWS:
        context.session = None
    live = pledges.of_person(context.connection, context.caller.person_id)
    mine = [each for each in map(partial(_promised, context), live) if each is not None]
    named = [each for each in mine if fold(each.code) == fold(rest)]
    chosen = named or mine
    if len(chosen) == 1:
        ASKER.take(context, chosen[0], said if named or not rest else context.heard.text)
    elif chosen:
        ask_which(context, chosen, said)
    else:
        context.say(_("You have nothing promised now. NEEDS: what is needed."))


ASKER = NeedAsker()
