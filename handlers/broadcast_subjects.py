"""The need or event that a broadcast is about: whose it is, and what people answered."""

from typing import NamedTuple

from sqlalchemy import Connection

from handlers.conversation.turn import Words
from handlers.need_keeping_words import counts
from handlers.rendering import Joined
from locales import n_
from storage import events, needs, rsvps
from storage.broadcasts import Broadcast
from storage.codes import Named, named_by


class Home(NamedTuple):
    """The shelter or the organisation that looks after it; neither: the network alone."""

    shelter: int | None = None
    organisation: int | None = None


def home_of(connection: Connection, run: Broadcast) -> Home:
    about = _about(connection, run)
    if about is not None and about.kind == "need":
        need = needs.read(connection, about.row_id)
        return Home(shelter=need.shelter.id) if need else Home()
    if about is not None and about.kind == "event":
        event = events.read(connection, about.row_id)
        return Home(organisation=event.organisation_id) if event else Home()
    return Home()


def answers_to(connection: Connection, run: Broadcast) -> Words | None:
    """To the need or event as a whole, whichever of its broadcasts brought them."""
    about = _about(connection, run)
    if about is not None and about.kind == "need":
        need = needs.read(connection, about.row_id)
        return Joined((need.code, counts(need)), ": ") if need else None
    if about is not None and about.kind == "event":
        said = rsvps.counts(connection, about.row_id)
        told = n_(
            "{yes} yes ({n} person), {maybe} maybe, {no} no",
            "{yes} yes ({n} people), {maybe} maybe, {no} no",
            said.people,
            yes=said.yes,
            maybe=said.maybe,
            no=said.no,
        )
        return Joined((_head(run), told), ": ")
    return None


def _about(connection: Connection, run: Broadcast) -> Named | None:
    """Its code is that of what it is about, and a number."""
    return None if run.subject_id is None else named_by(connection, _head(run))


def _head(run: Broadcast) -> str:
    return run.code.partition(".")[0]
