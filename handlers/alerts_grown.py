"""An alert released for few that is for many when it starts: it waits for a second yes."""

from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlalchemy import Connection

from handlers.alerts import KIND, sending, waits
from handlers.alerts_plan import only_organisation
from handlers.approvals import ask_in_absence
from handlers.conversation.turn import Prompt
from handlers.notices import tell
from handlers.policy import Policy
from handlers.rendering import Joined
from locales import Message, n_
from locales.formatting import Count
from storage import approvals, audience_counts, audit, broadcasts, watchers
from storage.audience import Scope, Terms
from storage.broadcasts import UNANSWERED, Broadcast, State
from storage.coordinators import Role, has_grant, holders
from storage.sealed import Vault

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Starter:
    """How a broadcast that is due begins."""

    vault: Vault
    policy: Policy

    def __call__(self, connection: Connection, broadcast_id: int, now: datetime) -> bool:
        """False: it doesn't, and whom that concerns is told."""
        run = broadcasts.lock(connection, broadcast_id)
        if run is None or run.state is not State.SCHEDULED:
            return False
        if not _needs_nobody(connection, run):
            people = self._people(connection, run, now)
            if people > self.policy.approval_threshold:
                self._wait(connection, run, people, now)
                return False
        return broadcasts.begin(connection, broadcast_id, now)

    def _people(self, connection: Connection, run: Broadcast, now: datetime) -> int:
        terms = Terms(self.policy.channels, self.policy.frequency_cap)
        scope = Scope.from_json(run.scope)
        return audience_counts.reach(connection, scope, run.topic, terms, now)

    def _wait(self, connection: Connection, run: Broadcast, people: int, now: datetime) -> None:
        author = watchers.author(connection, run.id)
        if author is None or not has_grant(connection, author):
            self._drop(connection, run, people, now)
            return
        broadcasts.submit(connection, run.id)
        asked = ask_in_absence(
            *(connection, self.vault, self.policy, KIND, run.id),
            about=sending(run.code, people),
            code=run.code,
            asker=author,
            now=now,
            organisation=only_organisation(Scope.from_json(run.scope)),
        )
        details = {"asked": asked, "people": people}
        audit.record(connection, str(author), "ask for approval", run.code, at=now, details=details)
        news = Joined((self._grown(run, people), waits(run.code, asked)), " ")
        tell(connection, self.vault, self.policy, author, Prompt(news), now=now)
        _log.info("broadcast_awaits", broadcast=run.id, count=people)

    def _grown(self, run: Broadcast, people: int) -> Message:
        return n_(
            "{code} hasn't started: it was for fewer, now it is for {n} person, above {most}.",
            "{code} hasn't started: it was for fewer, now it is for {n} people, above {most}.",
            people,
            code=run.code,
            most=Count(self.policy.approval_threshold),
        )

    def _drop(self, connection: Connection, run: Broadcast, people: int, now: datetime) -> None:
        """Nobody is left in whose name to ask."""
        broadcasts.abort(connection, run.id, UNANSWERED)
        news = n_(
            "{code} was not sent: it is for {n} person now, and whoever wrote it has left.",
            "{code} was not sent: it is for {n} people now, and whoever wrote it has left.",
            people,
            code=run.code,
        )
        organisation = only_organisation(Scope.from_json(run.scope))
        for person in holders(connection, Role.APPROVER, organisation=organisation):
            tell(connection, self.vault, self.policy, person, Prompt(news), now=now)


def _needs_nobody(connection: Connection, run: Broadcast) -> bool:
    """Not an alert, the operator's own (which no cap holds back), or approved already."""
    own = run.kind != KIND or not run.capped
    return own or approvals.was_approved(connection, KIND, run.id)
