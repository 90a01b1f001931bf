"""A word to somebody who has not just written, queued for where they are reached. No broadcasts."""

from datetime import datetime
from typing import cast

from sqlalchemy import Connection

from handlers.conversation.messages import ChannelName
from handlers.conversation.turn import Prompt
from handlers.outbox import To, enqueue
from handlers.policy import Policy
from handlers.rendering import Reader, rendered
from locales import Language
from storage.linking import reader_of
from storage.messages import Priority
from storage.sealed import Vault


def tell(
    connection: Connection,
    vault: Vault,
    policy: Policy,
    person_id: int,
    prompt: Prompt,
    *,
    now: datetime,
    expires_at: datetime | None = None,
) -> bool:
    """In their language, at their preferred address, at a decent hour. False: they are not reached.

    Whoever commits wakes the workers (`notify(connection, OUTBOX)`), as every turn does.
    """
    reader = reader_of(connection, person_id)
    if reader is None:
        return False
    read = Reader(cast("Language", reader.language), reader.country)
    enqueue(
        connection,
        vault,
        To(person_id, reader.address_id, cast("ChannelName", reader.channel)),
        [rendered(prompt, read, reader.channel, policy.fold)],
        now=now,
        kind="notice",
        priority=Priority.NOTICE,
        expires_at=expires_at,
    )
    return True
