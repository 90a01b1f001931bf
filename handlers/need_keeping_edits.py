"""RAISE, LOWER, EXTEND and CLOSE: a shelter changes what it asks for, and its people are told.

Privileged acts: by SMS each waits for a code, and is done then, if it still can be.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from handlers import needs
from handlers.access import privileged
from handlers.context import Context
from handlers.need_keeping import MOST_UNITS, actor_of, desk_of, need_of, number_in
from handlers.need_keeping_flows import REASONS, closing, extending, resizing
from handlers.need_keeping_words import deadline, line
from handlers.needs_words import amount, told
from handlers.rendering import Joined
from handlers.verbs import begin
from locales import Message, _, n_
from locales.formatting import Moment
from storage import needs as rows
from storage import pledges
from storage.needs import Need

RESIZE: Final = "resize_need"
EXTEND: Final = "extend_need"
CLOSE: Final = "close_need"
_MORE = re.compile(r"^\s*\+|\b(?:m[aá]s|more)\b", re.IGNORECASE)
_LESS = re.compile(r"^\s*[-\u2212]|\b(?:menos|less|fewer)\b", re.IGNORECASE)


def raised(context: Context, need_id: int, rest: str) -> None:
    """RAISE A7 120, or "20 more"."""
    _resized(context, need_id, rest, up=True)


def lowered(context: Context, need_id: int, rest: str) -> None:
    """LOWER A7 80, or "20 less"."""
    _resized(context, need_id, rest, up=False)


def _resized(context: Context, need_id: int, rest: str, *, up: bool) -> None:
    need = need_of(context, need_id)
    if need is None:
        return
    n = number_in(rest)
    if n is None or not 0 < n <= MOST_UNITS:
        n = need.quantity + 10 if up else max(1, need.quantity // 2)
        example = _("RAISE {code} {n}", code=need.code, n=n)
        if not up:
            example = _("LOWER {code} {n}", code=need.code, n=n)
        context.say(_("How many in all? Like: {example}", example=example))
        return
    quantity, certain = _meant(need, n, rest, up=up)
    _resize_to(context, need, quantity, certain=certain)


def _meant(need: Need, n: int, rest: str, *, up: bool) -> tuple[int, bool]:
    """In all, and whether that is certain: "RAISE A7 20" of 100 is perhaps 20 more."""
    if up:
        more = bool(_MORE.search(rest)) or n <= need.quantity
        return (need.quantity + n, bool(_MORE.search(rest))) if more else (n, True)
    if _LESS.search(rest):
        return need.quantity - n, True
    return n, n < need.quantity


def _resize_to(context: Context, need: Need, quantity: int, *, certain: bool) -> None:
    fixed = need.committed - _revocable(context, need)
    if quantity < max(1, fixed):
        context.say(
            _(
                "{amount} is there or on its way already, so it can't be fewer. "
                "To end it: CLOSE {code}",
                amount=amount(need, max(1, fixed)),
                code=need.code,
            )
        )
    elif quantity == need.quantity or quantity > MOST_UNITS:
        context.say(
            _("{code} asks for {amount} now.", code=need.code, amount=amount(need, need.quantity))
        )
    elif certain and quantity >= need.committed:
        _do_resize(context, need, quantity)
    else:
        given = {"need": need.id, "quantity": quantity}
        begin(context, resizing, given, "")
        context.says[-1] = replace(context.says[-1], lead=_resize_words(need, quantity))


def _resize_words(need: Need, quantity: int) -> Message:
    now = amount(need, quantity)
    if quantity < need.committed:
        return n_(
            "{code}: {now} in all, so {n} that is promised isn't needed; its people are told.",
            "{code}: {now} in all, so {n} that are promised aren't needed; their people are told.",
            need.committed - quantity,
            code=need.code,
            now=now,
        )
    return _("{code}: {now} in all.", code=need.code, now=now)


def _revocable(context: Context, need: Need) -> int:
    """What is promised and not brought: it can be taken back, if its people are told."""
    return sum(each.due for each in pledges.of_need(context.connection, need.id, pledges.LIVE))


def finish_resize(context: Context, answers: Mapping[str, Any]) -> None:
    need = need_of(context, answers["need"])
    if need is None:
        return
    if answers["sure"] == "yes":
        _do_resize(context, need, answers["quantity"])
    else:
        context.say(resizing.left)


def _do_resize(context: Context, need: Need, quantity: int) -> None:
    about = _("{code}: ask for {amount} in all.", code=need.code, amount=amount(need, quantity))
    privileged(context, RESIZE, {"need": need.id, "quantity": quantity}, about)


def do_resize(context: Context, payload: Mapping[str, Any]) -> None:
    _change(context, payload["need"], needs.Edit(quantity=payload["quantity"]))


def extended(context: Context, need_id: int, rest: str) -> None:
    """EXTEND A7 until Friday 5 pm."""
    need = need_of(context, need_id)
    if need is None:
        return
    given = {"need": need.id, "zone": need.shelter.zone}
    answers = begin(context, extending, given, rest)
    if answers is not None:
        finish_extend(context, answers)


def finish_extend(context: Context, answers: Mapping[str, Any]) -> None:
    need = need_of(context, answers["need"])
    if need is None:
        return
    by = answers["by"]["by"]
    moment = Moment(datetime.fromisoformat(by), need.shelter.zone)
    about = _("{code}: needed by {moment}.", code=need.code, moment=moment)
    privileged(context, EXTEND, {"need": need.id, "by": by}, about)


def do_extend(context: Context, payload: Mapping[str, Any]) -> None:
    edit = needs.Edit(needed_by=datetime.fromisoformat(payload["by"]))
    _change(context, payload["need"], edit)


def _change(context: Context, need_id: int, edit: needs.Edit) -> None:
    """Whoever has promised some of it is told by what does it."""
    need = need_of(context, need_id)
    if need is None:
        return
    actor = actor_of(context)
    if not needs.change(context.connection, desk_of(context), need_id, edit, actor=actor):
        context.say(_("That can't be done any more. How it stands: STATUS {code}", code=need.code))
        return
    after = rows.read(context.connection, need_id) or need
    context.say(Joined((line(told(context.vault, after)), deadline(after)), ". "))


def closed(context: Context, need_id: int, rest: str) -> None:
    """CLOSE A7, with the reason if they like."""
    need = need_of(context, need_id)
    if need is None:
        return
    answers = begin(context, closing, {"need": need.id}, rest)
    if answers is not None:
        finish_close(context, answers)


def finish_close(context: Context, answers: Mapping[str, Any]) -> None:
    need = need_of(context, answers["need"])
    if need is None:
        return
    reason = answers["reason"]
    about = _("Close {code}: {reason}.", code=need.code, reason=REASONS[reason])
    privileged(context, CLOSE, {"need": need.id, "reason": reason}, about)


def do_close(context: Context, payload: Mapping[str, Any]) -> None:
    need = need_of(context, payload["need"])
    if need is None:
        return
    told_of_it = len(pledges.of_need(context.connection, need.id, pledges.LIVE))
    desk, actor = desk_of(context), actor_of(context)
    needs.cancel(context.connection, desk, need.id, payload["reason"], actor=actor)
    context.say(
        n_(
            "{code} is closed. {n} person who had promised something is told.",
            "{code} is closed. {n} people who had promised something are told.",
            told_of_it,
            code=need.code,
        )
        if told_of_it
        else _("{code} is closed.", code=need.code)
    )
