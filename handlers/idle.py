"""Conversations that were left halfway: after a while they end politely, and nothing is kept."""

from datetime import datetime, timedelta
from typing import cast

from sqlalchemy import Connection

from handlers.conversation.messages import ChannelName, Outgoing
from handlers.desk import Desk
from handlers.features import FEATURES
from handlers.outbox import OUTBOX, To, enqueue
from handlers.rendering import Reader, is_sms
from locales import Language, _
from locales.gsm7 import sms_text
from storage.conversations import IdleSession, drop_session, idle_sessions
from storage.database import notify
from storage.messages import Priority

_BATCH = 500
_WORTH_SAYING_FOR = timedelta(days=1)


def expire_idle(connection: Connection, desk: Desk, now: datetime) -> int:
    """Ends up to 500 of them, with one message each in decent hours; the number of sessions."""
    expired = idle_sessions(connection, now, _BATCH)
    for session in expired:
        drop_session(connection, session.person_id)
        if session.reachable and not _passes(session):
            _say_goodbye(connection, desk, session, now)
    if expired:
        notify(connection, OUTBOX)
    return len(expired)


def _passes(session: IdleSession) -> bool:
    feature = FEATURES.get(session.flow)
    return feature is not None and feature.flow.passing


def _say_goodbye(connection: Connection, desk: Desk, session: IdleSession, now: datetime) -> None:
    feature = FEATURES.get(session.flow)
    read = Reader(cast("Language", session.language), session.country)
    text = read(
        _(
            "{what}: you left it halfway, so we closed it and kept nothing of it. "
            "HELP: what I can do.",
            what=feature.flow.title if feature else "Enlace",
        )
    )
    message = Outgoing(sms_text(text, desk.policy.fold) if is_sms(session.channel) else text)
    enqueue(
        connection,
        desk.vault,
        To(session.person_id, session.address_id, cast("ChannelName", session.channel)),
        [message],
        now=now,
        kind="notice",
        priority=Priority.NOTICE,
        expires_at=now + _WORTH_SAYING_FOR,
    )
