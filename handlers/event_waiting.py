"""The waiting list of an event: who moves up when places are free, and until when they may answer.

By rows and the clock: it may be done twice, by anybody, at any time.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from handlers.conversation.turn import Choice, Prompt, Words
from handlers.event_facts import Told, tell_of
from handlers.notices import tell
from handlers.outbox import OUTBOX
from handlers.policy import Policy
from handlers.quiet import Window, after_decent, decent
from locales import Message, _, n_
from locales.formatting import Moment
from storage import events, rsvps
from storage.database import notify
from storage.events import Event, EventState
from storage.rsvps import Answer, Waiting
from storage.sealed import Vault

_LAST_OFFER = timedelta(minutes=30)
"""Later than this before it begins nobody is called up any more."""

_PATIENCE = ((timedelta(days=3), 12), (timedelta(days=1), 4))
_LEAST_HOURS = 1
"""Decent hours to answer in, by how far away it is."""


@dataclass(frozen=True, slots=True)
class WaitingLists:
    """What it takes to call people up."""

    vault: Vault
    policy: Policy
    quiet: Window | None

    def tend(self, connection: Connection, event_id: int, now: datetime) -> int:
        """Offers that nobody answered lapse, and free places are offered; how many were."""
        event = events.lock(connection, event_id)
        if event is None or event.status is not EventState.OPEN or event.starts_at <= now:
            return 0
        told = tell_of(connection, self.vault, event)
        for each in rsvps.lapsed_offers(connection, event_id, now):
            self._lapse(connection, told, each, now)
        offered = self._offer_places(connection, told, now)
        notify(connection, OUTBOX)
        return offered

    def _offer_places(self, connection: Connection, told: Told, now: datetime) -> int:
        """In the order of the line, to each party that fits into what is free by then."""
        called = 0
        for each in rsvps.line(connection, told.event.id):
            event = events.read(connection, told.event.id)
            if event is None or event.free == 0:
                break
            if event.free is None or each.party <= event.free:
                called += self._call_up(connection, told, each, now)
        return called

    def _lapse(self, connection: Connection, told: Told, waiting: Waiting, now: datetime) -> None:
        """They may still come, if there is room when they say so."""
        self._let_go(connection, told.event, waiting, now)
        gone = _(
            "The time to answer is over, so your place at {title} goes to the next in line. "
            "Do you still want to come? {code} YES",
            title=told.title,
            code=told.event.code,
        )
        self._tell(connection, waiting, Prompt(gone), now, told.event.starts_at)

    def _let_go(
        self, connection: Connection, event: Event, waiting: Waiting, now: datetime
    ) -> None:
        if waiting.offered_until is not None:
            events.take_places(connection, event.id, -waiting.party)
        away = {"answer": Answer.MAYBE, "queued_at": None, "offered_until": None}
        rsvps.write(connection, event.id, waiting.person_id, now, **away)

    def _call_up(self, connection: Connection, told: Told, waiting: Waiting, now: datetime) -> bool:
        """False: it doesn't fit, or they could not answer in time, or can't be reached."""
        event = told.event
        until = self._answer_by(event, waiting.zone, now)
        if until is None or not events.take_places(connection, event.id, waiting.party):
            return False
        offer = {"offered_until": until, "asked_at": now}
        rsvps.write(connection, event.id, waiting.person_id, now, **offer)
        prompt = _offer(told, waiting, until)
        if not self._tell(connection, waiting, prompt, now, until):
            self._let_go(connection, event, waiting.offered(until), now)
            return False
        return True

    def _answer_by(self, event: Event, zone: str | None, now: datetime) -> datetime | None:
        """Counted in hours when they are written to; None: too late."""
        heard = decent(self.quiet, zone, now)
        left, last = event.starts_at - heard, event.starts_at - _LAST_OFFER
        if heard >= last:
            return None
        hours = next((hours for far, hours in _PATIENCE if left > far), _LEAST_HOURS)
        return min(after_decent(self.quiet, zone, heard, hours), last)

    def _tell(
        self,
        connection: Connection,
        waiting: Waiting,
        prompt: Prompt,
        now: datetime,
        until: datetime,
    ) -> bool:
        return tell(
            connection,
            self.vault,
            self.policy,
            waiting.person_id,
            prompt,
            now=now,
            expires_at=until,
        )


def _offer(told: Told, waiting: Waiting, until: datetime) -> Prompt:
    code, zone = told.event.code, waiting.zone or told.event.zone
    text: Message = n_(
        "Your turn: {title}, {when}. {n} place is yours until {until}: {code} YES or {code} NO.",
        "Your turn: {title}, {when}. {n} places are yours until {until}: {code} YES or {code} NO.",
        waiting.party,
        title=told.title,
        when=told.when,
        until=Moment(until, zone),
        code=code,
    )
    answers: tuple[tuple[Words, str], ...] = ((_("Yes"), "SI"), (_("No"), "NO"))
    return Prompt(text, commands=tuple(Choice(label, f"{code} {word}") for label, word in answers))
