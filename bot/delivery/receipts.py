"""Receipts: what the provider reports later about a message, in any order, any number of times."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from bot.channels.base import SenderEffect
from bot.delivery.effects import Whose, alert, apply_to_address
from bot.delivery.watch import hold, hold_failing
from handlers.conversation.messages import ChannelName
from storage import receipts, senders, standing
from storage.messages import Status

if TYPE_CHECKING:
    from bot.channels.sms_webhooks import StatusReport

_TELLING = (Status.SENT, Status.DELIVERED, Status.FAILED, Status.CANCELLED)


def receive(
    connection: Connection, channel: ChannelName, report: "StatusReport", now: datetime
) -> None:
    """A status callback. Before its send is recorded it is kept, and applied with that."""
    if report.status not in _TELLING:
        return
    found = receipts.received(connection, channel, report.provider_id)
    if found is None:
        receipts.keep(connection, report.provider_id, report.status, report.code, now=now)
        return
    _apply(connection, channel, found, report, now)


def apply_kept(
    connection: Connection, channel: ChannelName, provider_ids: Sequence[str], now: datetime
) -> None:
    """What came early for messages that are recorded now."""
    for provider_id, status, code in receipts.kept(connection, provider_ids):
        found = receipts.received(connection, channel, provider_id)
        if found is not None:
            report = _report(provider_id, Status(status), code)
            _apply(connection, channel, found, report, now)
            receipts.forget(connection, provider_id, status)


def catch_up(connection: Connection, channel: ChannelName, now: datetime) -> int:
    """Receipts that crossed with the record of their send; returns how many messages had some."""
    crossed = receipts.crossed(connection, channel)
    apply_kept(connection, channel, crossed, now)
    return len(crossed)


def _apply(
    connection: Connection,
    channel: ChannelName,
    found: receipts.Received,
    report: "StatusReport",
    now: datetime,
) -> None:
    if not receipts.advance(connection, found, report.status, report.code, now=now):
        return
    if report.status is Status.DELIVERED:
        standing.forgive(connection, found.address_id)
    whose = Whose(found.person_id, found.address_id, channel)
    apply_to_address(connection, report.address, whose, now)
    if report.sender in (SenderEffect.CONFIGURATION, SenderEffect.FILTERED):
        alert(channel, report.code or "receipt", report.sender)
    if report.sender is SenderEffect.CONFIGURATION:
        senders.halt(connection, channel, report.code or "receipt", now=now)
    _watch(connection, found.broadcast_id, report)


def _watch(connection: Connection, broadcast_id: int | None, report: "StatusReport") -> None:
    """A broadcast that is filtered, over the day's cap or failing too often is held."""
    if broadcast_id is None or report.status is not Status.FAILED:
        return
    if report.sender in (SenderEffect.CONFIGURATION, SenderEffect.FILTERED, SenderEffect.CAPPED):
        hold(connection, broadcast_id, report.code or "receipt")
    else:
        hold_failing(connection, {broadcast_id})


def _report(provider_id: str, status: Status, code: str | None) -> "StatusReport":
    """A kept receipt, read again: only its words were stored."""
    from bot.channels.sms_errors import verdict
    from bot.channels.sms_webhooks import StatusReport

    if status is not Status.FAILED or code is None or not code.isdecimal():
        return StatusReport(provider_id, status, code)
    meaning = verdict(int(code))
    return StatusReport(provider_id, status, code, meaning.address, meaning.sender)
