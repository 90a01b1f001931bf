"""A message whose handler raised, handled again: unless what came after it counts more."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Connection

from handlers.consent_words import Consent, classify
from handlers.conversation.messages import Inbound, from_json
from handlers.desk import Desk
from handlers.features import AFTER_STOP, COMMANDS
from handlers.inbound import answer
from handlers.newcomers import meet
from storage import failures
from storage.failures import Failure


class Replayed(StrEnum):
    ANSWERED = "answered"
    OVERTAKEN = "overtaken"
    GONE = "gone"


def replay(connection: Connection, desk: Desk, row: int, now: datetime) -> Replayed:
    """Whatever a handler raises again is the caller's, and changes nothing."""
    failed = failures.failure(connection, row)
    if failed is None:
        return Replayed.GONE
    text = desk.vault.open("inbound", "payload", failed.id, failed.payload)
    inbound = from_json(text)
    caller = meet(connection, desk.vault, inbound, now)
    failures.settled(connection, row)
    if _is_overtaken(connection, failed, inbound, caller.person_id):
        return Replayed.OVERTAKEN
    answer(connection, desk, inbound, caller, now)
    return Replayed.ANSWERED


def _is_overtaken(
    connection: Connection, failed: Failure, inbound: Inbound, person_id: int
) -> bool:
    """A later yes or no to our messages outdoes an earlier one, a stop whatever came before it,
    but for what is answered after one too; and an answer belongs to the question that was open
    then, which a later message may have closed."""
    since = connection, person_id, failed.received_at
    found = COMMANDS.find(inbound.text)
    consent = classify(inbound.text).consent
    if inbound.opt_out in ("stop", "start") or consent in (Consent.STOP, Consent.START):
        return failures.decided_since(*since)
    if found is not None:
        return found[0].run not in AFTER_STOP and failures.stopped_since(*since)
    return failures.stopped_since(*since) or failures.wrote_since(connection, failed)
