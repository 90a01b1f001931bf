"""NEED: a shelter's need from the first word to its approval or its opening. The form is beside it.

Posting is a privileged act: by SMS it waits for a code. Money is never asked for.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any, Final

from handlers import access, approvals, need_posting_preview, needs, needs_waves
from handlers.context import Approvable, Context
from handlers.conversation import engine
from handlers.conversation.turn import Prompt
from handlers.need_posting_flow import lacks_of, posting, thing_words
from handlers.needs import Lack
from handlers.needs_words import Told, so_many, told
from locales import Message, _, n_
from locales.formatting import Listing
from storage import need_rooms
from storage import needs as storage
from storage.coordinators import Role
from storage.need_rooms import Home
from storage.needs import Need, State

KIND: Final = "need"
ACT: Final = "post_need"
_MOST_KNOWN: Final = 12


def start(context: Context, rest: str) -> None:
    """NEED, alone or with what is needed: "NEED 20 boxes of diapers by Friday"."""
    places = access.shelters_of(context.connection, access.grants_of(context))
    homes = need_rooms.homes(context.connection, [place.id for place in places])
    if not homes:
        context.say(_("No shelter is in your care here. What the shelters need: NEEDS"))
        return
    turn = engine.start(posting, _given(context, homes))
    if rest.strip() and turn.session is not None and len(homes) == 1:
        turn = engine.advance(posting, turn.session, replace(context.overheard, text=rest))
    if engine.sums_up(posting, None, turn) and turn.session is not None:
        context.says.extend(need_posting_preview.prompts(context, turn.session.known()))
    context.take(turn)


def _given(context: Context, homes: Sequence[Home]) -> dict[str, Any]:
    """What the form offers: the shelters, and what they needed before."""
    before = need_rooms.former(context.connection, [home.id for home in homes], _MOST_KNOWN)
    opened = [told(context.vault, need) for need in before]
    given: dict[str, Any] = {
        "former": [_former(each) for each in opened],
        "drop_offs": list(_drop_offs(opened)),
    }
    shelters = [{"label": home.name, **home._asdict()} for home in homes]
    if len(shelters) == 1:
        return {**given, "shelter": shelters[0]}
    return {**given, "shelters": shelters}


def _former(before: Told) -> dict[str, Any]:
    """As an answer to what is needed, with all else that it was then."""
    need = before.need
    thing = {
        "item": before.item,
        "quantity": need.quantity,
        "unit": need.unit,
        "category": need.category,
    }
    urgency = {"urgency": need.urgency, "by": None, "zone": None, "label": need.urgency}
    also = {
        "category": need.category,
        "when": urgency,
        "drop_off": {"label": before.drop_off} if before.drop_off else None,
        "note": {"label": before.note} if before.note else None,
    }
    return {
        "label": before.item,
        "code": need.code,
        "home": need.shelter.id,
        "list": [thing],
        "also": also,
    }


def _drop_offs(before: Iterable[Told]) -> Iterable[dict[str, Any]]:
    """How each shelter wanted things brought, the last time that it said so."""
    seen = set()
    for each in before:
        if each.drop_off and each.need.shelter.id not in seen:
            seen.add(each.need.shelter.id)
            yield {"label": each.drop_off, "home": each.need.shelter.id}


def finish(context: Context, answers: Mapping[str, Any]) -> None:
    """Done at once on Telegram; by SMS once the code that goes out now has come back."""
    lacks = lacks_of(answers)
    listed = Listing(tuple(thing_words(each.unit, each.quantity, each.item) for each in lacks))
    about = _("Ask people for {shelter}: {what}.", shelter=answers["shelter"]["label"], what=listed)
    payload = {"lacks": [_plain(each) for each in lacks]}
    access.privileged(context, ACT, payload, about)


def _plain(lack: Lack) -> dict[str, Any]:
    by = lack.needed_by.isoformat() if lack.needed_by else None
    return {**asdict(lack), "needed_by": by}


def _lack(kept: Mapping[str, Any]) -> Lack:
    by = kept["needed_by"]
    return Lack(**{**kept, "needed_by": datetime.fromisoformat(by) if by else None})


def post(context: Context, payload: Mapping[str, Any]) -> None:
    """The act: each need is opened, or waits for a second yes where it may ask many."""
    lacks = [_lack(each) for each in payload["lacks"]]
    grants = access.grants_of(context)
    if not all(access.covers(grants, Role.COORDINATOR, shelter=each.shelter_id) for each in lacks):
        access.refuse(context)
        return
    made = [_posted(context, lack) for lack in lacks]
    for news in made:
        context.say(news)


def _posted(context: Context, lack: Lack) -> Message:
    desk = needs.Desk(context.vault, context.policy, context.now)
    need = needs.post(context.connection, desk, lack, by=context.caller.person_id)
    plan = needs_waves.preview(context.connection, need, context.now)
    if sum(each.people for each in plan) > context.policy.approval_threshold:
        return _ask_for_yes(context, need)
    needs.open_need(context.connection, desk, need.id, actor=str(context.caller.person_id))
    return opened(need, next((each.people for each in plan if each.people), 0))


def opened(need: Need, people: int) -> Message:
    if not people:
        return _(
            "{code} is on the board. There is nobody to ask just now. How it goes: STATUS {code}",
            code=need.code,
        )
    return n_(
        "{code} is out: {n} person is asked first. You hear of every pledge. STATUS {code}",
        "{code} is out: {n} people are asked first. You hear of every pledge. STATUS {code}",
        people,
        code=need.code,
    )


def _ask_for_yes(context: Context, need: Need) -> Message:
    storage.move(context.connection, need.id, State.AWAITING, (State.DRAFT,))
    asked = approvals.ask(context, KIND, need.id, code=need.code, shelter=need.shelter.id)
    if not asked:
        return _(
            "{code} would go to many people, so somebody else has to say yes, and nobody else can "
            "here. Please write HUMAN.",
            code=need.code,
        )
    return _(
        "{code} goes to many people, so somebody else has to say yes first. They were asked now; "
        "you hear from us.",
        code=need.code,
    )


def _waiting(context: Context, need_id: int) -> Need | None:
    need = storage.read(context.connection, need_id)
    return need if need is not None and need.status is State.AWAITING else None


def _about(context: Context, need_id: int) -> Message | None:
    need = _waiting(context, need_id)
    if need is None:
        return None
    plan = needs_waves.preview(context.connection, need, context.now)
    return n_(
        "Ask up to {n} person for {shelter}: {what}.",
        "Ask up to {n} people for {shelter}: {what}.",
        sum(each.people for each in plan),
        shelter=need.shelter.name,
        what=so_many(told(context.vault, need), need.quantity),
    )


def _shown(context: Context, need_id: int) -> Sequence[Prompt]:
    need = _waiting(context, need_id)
    return need_posting_preview.of_need(context, need) if need else ()


def _approved(context: Context, need_id: int) -> Message | None:
    need = _waiting(context, need_id)
    if need is None:
        return None
    plan = needs_waves.preview(context.connection, need, context.now)
    desk = needs.Desk(context.vault, context.policy, context.now)
    needs.open_need(context.connection, desk, need_id, actor=str(context.caller.person_id))
    return opened(need, next((each.people for each in plan if each.people), 0))


def _rejected(context: Context, need_id: int) -> None:
    desk = needs.Desk(context.vault, context.policy, context.now)
    actor = str(context.caller.person_id)
    needs.cancel(context.connection, desk, need_id, "rejected", actor=actor)


APPROVABLE = Approvable(about=_about, preview=_shown, run=_approved, reject=_rejected)
