"""Broadcasts: made, held, resumed, aborted, rendered when sent; and DONE, which answers an alert.

Who may do what to them is asked elsewhere; each act is audited here.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

from sqlalchemy import Connection, select

from handlers.broadcast_texts import Texts, outgoing
from handlers.context import Context
from handlers.conversation.messages import Outgoing
from handlers.policy import Policy
from locales import Language, _
from storage import audit, broadcast_deliveries
from storage import broadcasts as storage
from storage.audience import Scope
from storage.broadcast_deliveries import write_wording, written_to
from storage.broadcasts import Broadcast
from storage.codes import named_by, take_code
from storage.ids import new_id
from storage.outbox import Due, Unknown
from storage.sealed import SealError, Vault

CANARY = 50
"""So many get it first, where somebody wants to look before the others do."""

_DECENT_HOURS = 24
_ANSWERED_WITHIN = timedelta(days=7)
_FIRST = "+"


@dataclass(frozen=True, slots=True)
class Alert:
    """An action alert as written. `topic`: whoever muted it is left out."""

    topic: str
    texts: Texts
    scope: Scope
    starts_at: datetime


def create(
    connection: Connection,
    vault: Vault,
    alert: Alert,
    *,
    actor: str,
    now: datetime,
    capped: bool = True,
    canary: int | None = None,
) -> str:
    """Its code. It starts by itself; whoever is in its scope then is its audience."""
    row, texts = new_id(), alert.texts
    code = take_code(connection, "broadcast", row)

    def sealed(column: str, text: str | None) -> bytes | None:
        return None if text is None else vault.seal("broadcasts", column, row, text)

    storage.add(
        connection,
        {
            "id": row,
            "code": code,
            "kind": texts.kind,
            "topic": alert.topic,
            "text_es": sealed("text_es", texts.es),
            "text_en": sealed("text_en", texts.en),
            "link": sealed("link", texts.link),
            "scope": alert.scope.to_json(),
            "capped": capped,
            "canary": canary,
            "decent_hours": _DECENT_HOURS,
            "starts_at": alert.starts_at,
            "created_at": now,
        },
    )
    audit.record(connection, actor, "send", code, at=now, details={"topic": alert.topic})
    return code


def find(connection: Connection, code: str) -> Broadcast | None:
    named = named_by(connection, code)
    if named is None or named.kind != "broadcast":
        return None
    return storage.read(connection, named.row_id)


def hold(connection: Connection, run: Broadcast, *, actor: str, now: datetime) -> bool:
    """Nothing more is claimed from the commit on; False: there was nothing to hold."""
    by = audit.OPERATOR if actor == audit.OPERATOR else "person"
    done = storage.hold(connection, run.id, by)
    if done:
        audit.record(connection, actor, "hold", run.code, at=now)
    return done


def resume(connection: Connection, run: Broadcast, *, actor: str, now: datetime) -> bool:
    """False: it was not held."""
    done = storage.resume(connection, run.id, now)
    if done:
        audit.record(connection, actor, "resume", run.code, at=now, details={"was": run.reason})
    return done


def abort(connection: Connection, run: Broadcast, *, actor: str, now: datetime) -> bool:
    """For good: whoever hasn't got it won't. False: it has ended already."""
    done = storage.abort(connection, run.id)
    if done:
        audit.record(connection, actor, "abort", run.code, at=now)
    return done


@dataclass(frozen=True, slots=True)
class Renderer:
    """Bodies of broadcasts' deliveries, just before they are sent or looked up."""

    vault: Vault
    policy: Policy

    def __call__(
        self, connection: Connection, rows: Sequence[Due | Unknown]
    ) -> dict[int, Outgoing]:
        texts = self._texts(connection, {row.broadcast_id for row in rows})
        rows = [row for row in rows if row.broadcast_id in texts]
        wordings = _wordings(connection, rows)
        rendered: dict[tuple[int | None, str, str], Outgoing] = {}
        bodies: dict[int, Outgoing] = {}
        for row in rows:
            key = row.broadcast_id, wordings[row.id], row.channel
            if key not in rendered:
                rendered[key] = self._render(texts[row.broadcast_id], key[1], row.channel)
            bodies[row.id] = rendered[key]
        return bodies

    def _render(self, texts: Texts, wording: str, channel: str) -> Outgoing:
        language = cast("Language", wording.removesuffix(_FIRST))
        first = wording.endswith(_FIRST)
        return outgoing(texts, language, channel, self.policy, first=first)

    def _texts(self, connection: Connection, ids: set[int | None]) -> dict[int | None, Texts]:
        """Of those that can be opened."""
        b = storage.broadcasts.c
        found: dict[int | None, Texts] = {}
        statement = select(b.id, b.kind, b.text_es, b.text_en, b.link).where(b.id.in_(ids))
        for row in connection.execute(statement):
            sealed = {"text_es": row.text_es, "text_en": row.text_en, "link": row.link}
            try:
                opened = [self._opened(row.id, *each) for each in sealed.items()]
            except SealError:
                continue
            found[row.id] = Texts(row.kind, *opened)
        return found

    def _opened(self, row: int, column: str, sealed: bytes | None) -> str | None:
        return None if sealed is None else self.vault.open("broadcasts", column, row, sealed)


def _wordings(connection: Connection, rows: Sequence[Due | Unknown]) -> dict[int, str]:
    """Language, and whether it is a first message: decided at the send and kept with it, since a
    look-up must know the very text that was sent."""
    wordings = {row.id: row.wording or row.language for row in rows}
    sending = [row for row in rows if isinstance(row, Due)]
    if not sending:
        return wordings
    known = written_to(connection, [(row.person_id, row.id) for row in sending])
    changed: dict[str, list[int]] = defaultdict(list)
    for row in sending:
        wordings[row.id] = row.language + ("" if row.person_id in known else _FIRST)
        if wordings[row.id] != row.wording:
            changed[wordings[row.id]].append(row.id)
    for wording, ids in changed.items():
        write_wording(connection, wording, ids)
    return wordings


def said_done(context: Context, _rest: str) -> None:
    """DONE: they did what the latest alert asked; once each."""
    since = context.now - _ANSWERED_WITHIN
    person = context.caller.person_id
    counted = broadcast_deliveries.say_done(context.connection, person, since, context.now)
    if counted is None:
        context.say(_("Thank you. We asked nothing of you lately, but we're glad you're here."))
    elif counted:
        context.say(_("Thank you for acting! It's counted, and it adds up."))
    else:
        context.say(_("Thank you. We had counted you already."))
