"""NEEDS: what the shelters need, nearest first, and one need by itself; for whoever asks."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import Connection, select

from handlers.context import Context
from handlers.conversation.turn import Choice, Prompt, Words
from handlers.conversation.words import fold
from handlers.needs_near import nearest
from handlers.needs_words import Told, by_when, how_to_answer, so_many, told
from handlers.rendering import Joined, is_sms
from locales import Message, _
from storage import needs as rows
from storage.needs import Need, State
from storage.network import shelters

_MOST: Final = 4
_MORE = "more"


def list_needs(context: Context, rest: str) -> None:
    """NEEDS, NEEDS and a shelter's code or name, NEEDS and the number of the page."""
    found = nearest(context.connection, context.caller.city_id)
    page, only = _page(rest), _shelter(context.connection, rest)
    if only is not None:
        found = [each for each in found if each.shelter.id == only]
    shown = found[page * _MOST :][:_MOST]
    if not shown:
        context.say(_nothing(found))
        return
    left = len(found) - (page + 1) * _MOST
    context.says.append(_listed(context, shown, page, left))


def _page(rest: str) -> int:
    """From 0; "NECESIDADES 2" is what comes after the first few."""
    number = rest.strip()
    return int(number) - 1 if number.isascii() and number.isdigit() and 0 < len(number) < 3 else 0


def _shelter(connection: Connection, rest: str) -> int | None:
    """By its code, or by a part of its name that no other has."""
    said = fold(rest)
    if not said or said.isdigit():
        return None
    s = shelters.c
    known = connection.execute(select(s.id, s.code, s.name)).all()
    named = [row.id for row in known if said == row.code] or [
        row.id for row in known if said in fold(row.name)
    ]
    return named[0] if len(named) == 1 else None


def _nothing(found: Sequence[Need]) -> Message:
    if found:
        return _("That was all. What is missing now: NEEDS")
    return _("Nothing is missing right now. We'll write to you when something fits.")


def _listed(context: Context, shown: Sequence[Need], page: int, left: int) -> Prompt:
    lines: list[Words] = [_line(told(context.vault, each)) for each in shown]
    example = shown[0]
    lines.append(how_to_bring(example))
    more: tuple[Choice, ...] = ()
    if left > 0:
        word = _("NEEDS {page}", page=page + 2)
        if is_sms(context.caller.channel):
            lines.append(_("{n} more: {word}", n=left, word=word))
        else:
            label = _("{n} more", n=left)
            more = (Choice(label, f"NECESIDADES {page + 2}"),)
    return Prompt(Joined(tuple(lines), "\n"), commands=more)


def _line(each: Told) -> Joined:
    """ "A7 73 packs of “diapers”, Tijuana"."""
    need = each.need
    what = Joined((need.code, so_many(each, need.remaining)), " ")
    return Joined((what, need.shelter.city), ", ")


def how_to_bring(need: Need) -> Message:
    n = min(5, max(1, need.remaining))
    return _("To help: its code and how many, like {code} {n}", code=need.code, n=n)


def show(context: Context, need: Need) -> None:
    """One need, as whoever was sent to it by a poster or a link sees it."""
    each = told(context.vault, need)
    if need.status is not State.OPEN:
        context.say(_("{code} is covered already. What is missing now: NEEDS", code=need.code))
        return
    what = _(
        "{shelter} ({city}) needs {what}.",
        shelter=need.shelter.name,
        city=need.shelter.city,
        what=so_many(each, need.remaining),
    )
    parts: list[Words] = [what]
    if need.needed_by is not None:
        parts.append(by_when(need, need.needed_by))
    context.say(Joined((*parts, how_to_answer(need)), " "))


def need_named(connection: Connection, need_id: int) -> Need | None:
    """None while nobody but its shelter knows of it."""
    need = rows.read(connection, need_id)
    hidden = (State.DRAFT, State.AWAITING)
    return None if need is None or need.status in hidden else need
