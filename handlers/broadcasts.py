"""Broadcasts: made, held, resumed, aborted, rendered when sent; and DONE, which answers an alert.

Who may do what to them is asked elsewhere; each act is audited here.
"""

from collections import defaultdict
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import Connection

from handlers.broadcast_texts import (
    Happening,
    Recipient,
    Texts,
    dump_buttons,
    load_buttons,
    outgoing,
)
from handlers.context import Context
from handlers.conversation.messages import Outgoing
from handlers.policy import Policy
from locales import Language, _
from storage import audit, broadcast_deliveries
from storage import broadcasts as storage
from storage.audience import Scope
from storage.broadcast_deliveries import write_wording, written_to
from storage.broadcasts import Broadcast, State, Written
from storage.codes import named_by, take_code
from storage.ids import new_id
from storage.messages import Priority
from storage.outbox import Due, Unknown
from storage.sealed import SealError, Vault

CANARY = 50
"""So many get it first, where somebody wants to look before the others do."""

DRAFTS_LAST = timedelta(days=1)
"""What nobody has released by then is dropped."""

_ANSWERED_WITHIN = timedelta(days=7)
_FIRST, _ZONE = "+", "@"


@dataclass(frozen=True, slots=True)
class Subject:
    """The need or event that a broadcast is about; `part` says what it is to it (wave 2, day)."""

    id: int
    code: str
    part: str


@dataclass(frozen=True, slots=True)
class Draft:
    """A broadcast as written. `topic`: whoever muted it is left out.

    `local_at`: not before this hour on each one's own wall, as ISO. `capped`: under the frequency
    cap. `canary`: so many get it first. It is stale after `decent_hours` in which it could have
    gone, and from `expires_at` on. `released`: it starts by itself, else only when somebody says.
    """

    texts: Texts
    scope: Scope
    starts_at: datetime
    topic: str | None = None
    subject: Subject | None = None
    capped: bool = True
    canary: int | None = None
    priority: int = Priority.BULK
    decent_hours: int = 24
    expires_at: datetime | None = None
    local_at: str | None = None
    released: bool = True


def create(
    connection: Connection, vault: Vault, draft: Draft, *, actor: str, now: datetime
) -> Broadcast:
    """Whoever is in its scope when it starts is its audience.

    About a subject it has that one's code and a number ("A7.2"), else a code of its own.
    """
    row = new_id()
    code = _code(connection, draft.subject, row)
    storage.add(connection, [row_of(vault, draft, row, code, now)])
    act = "send" if draft.released else "draft"
    audit.record(connection, actor, act, code, at=now, details={"topic": draft.topic})
    made = storage.read(connection, row)
    assert made is not None
    return made


def row_of(vault: Vault, draft: Draft, row: int, code: str, now: datetime) -> dict[str, Any]:
    """As it is kept, its texts sealed."""
    texts, subject, happens = draft.texts, draft.subject, draft.texts.happens

    def sealed(column: str, text: str | None) -> bytes | None:
        return None if text is None else vault.seal("broadcasts", column, row, text)

    return {
        "id": row,
        "code": code,
        "kind": texts.kind,
        "topic": draft.topic,
        "subject_id": subject.id if subject else None,
        "part": subject.part if subject else None,
        "state": State.SCHEDULED if draft.released else State.DRAFT,
        "text_es": sealed("text_es", texts.es),
        "text_en": sealed("text_en", texts.en),
        "link": sealed("link", texts.link),
        "buttons": dump_buttons(texts.buttons),
        "happens_at": happens.at if happens else None,
        "happens_zone": happens.zone if happens else None,
        "scope": draft.scope.to_json(),
        "capped": draft.capped,
        "canary": draft.canary,
        "priority": draft.priority,
        "decent_hours": draft.decent_hours,
        "expires_at": draft.expires_at,
        "starts_at": draft.starts_at,
        "local_at": draft.local_at,
        "created_at": now,
    }


def _code(connection: Connection, subject: Subject | None, row: int) -> str:
    if subject is None:
        return take_code(connection, "broadcast", row)
    return f"{subject.code}.{storage.count_about(connection, subject.id)[subject.id] + 1}"


def find(connection: Connection, code: str, states: Container[State] = ()) -> Broadcast | None:
    """What a code names, or of what was sent about what it names the latest, those in `states`
    first."""
    named = named_by(connection, code)
    if named is None:
        return storage.read_by_code(connection, code.strip().upper())
    if named.kind == "broadcast":
        return storage.read(connection, named.row_id)
    found = storage.about(connection, named.row_id)
    return next((each for each in found if each.state in states), next(iter(found), None))


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
        ids = {row.broadcast_id for row in rows if row.broadcast_id is not None}
        texts = texts_of(connection, self.vault, ids)
        rows = [row for row in rows if row.broadcast_id in texts]
        wordings = _wordings(connection, rows, texts)
        rendered: dict[tuple[int | None, str, str], Outgoing] = {}
        bodies: dict[int, Outgoing] = {}
        for row in rows:
            key = row.broadcast_id, wordings[row.id], row.channel
            if key not in rendered:
                rendered[key] = worded(
                    texts[row.broadcast_id], wordings[row.id], row.channel, self.policy
                )
            bodies[row.id] = rendered[key]
        return bodies


def worded(texts: Texts, wording: str, channel: str, policy: Policy) -> Outgoing:
    """As it is kept with a copy how that reads."""
    spoken, _at, zone = wording.partition(_ZONE)
    language = cast("Language", spoken.removesuffix(_FIRST))
    reader = Recipient(language, spoken.endswith(_FIRST), zone or None)
    return outgoing(texts, reader, channel, policy)


def texts_of(connection: Connection, vault: Vault, ids: Iterable[int]) -> dict[int | None, Texts]:
    """Of those that can be opened."""
    found: dict[int | None, Texts] = {}
    for row in storage.written(connection, list(ids)):
        sealed = {"text_es": row.text_es, "text_en": row.text_en, "link": row.link}
        try:
            es, en, link = (_opened(vault, row.id, *each) for each in sealed.items())
        except SealError:
            continue
        buttons = load_buttons(row.buttons)
        found[row.id] = Texts(row.kind, es, en, link, buttons=buttons, happens=_happening(row))
    return found


def _opened(vault: Vault, row: int, column: str, sealed: bytes | None) -> str | None:
    return None if sealed is None else vault.open("broadcasts", column, row, sealed)


def _happening(row: Written) -> Happening | None:
    if row.happens_at is None or row.happens_zone is None:
        return None
    return Happening(row.happens_at, row.happens_zone)


def _wordings(
    connection: Connection, rows: Sequence[Due | Unknown], texts: Mapping[int | None, Texts]
) -> dict[int, str]:
    """Language, whether it is a first message, and the zone where hours are told: decided at the
    send and kept with it, since a look-up must know the very text that was sent."""
    wordings = {row.id: row.wording or row.language for row in rows}
    sending = [row for row in rows if isinstance(row, Due)]
    if not sending:
        return wordings
    known = written_to(connection, [(row.person_id, row.id) for row in sending])
    changed: dict[str, list[int]] = defaultdict(list)
    for row in sending:
        first = "" if row.person_id in known else _FIRST
        tells_hour = row.zone is not None and texts[row.broadcast_id].happens is not None
        wordings[row.id] = row.language + first + (f"{_ZONE}{row.zone}" if tells_hour else "")
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
