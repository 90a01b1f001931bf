"""Recording: what the provider's answers mean for deliveries, addresses and senders. No calls."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from bot.channels.base import Decision, SenderEffect, SendError, Sent
from bot.delivery import receipts
from bot.delivery.claim import Letter
from bot.delivery.effects import Whose, apply_to_address
from bot.delivery.means import Means
from bot.delivery.recheck import Close
from bot.delivery.watch import hold, hold_failing
from handlers.conversation.messages import ChannelName
from storage import outbox, senders, standing

_HALTING = (SenderEffect.CONFIGURATION, SenderEffect.FILTERED)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a letter: sent, an error, not to be sent any more, or (None) never handed to
    the provider."""

    letter: Letter
    result: Sent | SendError | Close | None


@dataclass(frozen=True, slots=True)
class Recorder:
    """Records for one channel. Its units may be run again: nothing is counted twice in SQL."""

    means: Means
    channel: ChannelName

    def record(self, connection: Connection, outcomes: Sequence[Outcome]) -> None:
        if outcomes:
            _Batch(self, connection, self.means.clock()).record(outcomes)


@dataclass(slots=True)
class _Batch:
    """Outcomes that are written together, one statement a kind of outcome."""

    recorder: Recorder
    connection: Connection
    now: datetime
    sent: list[tuple[int, str | None, int]] = field(default_factory=list)
    rows: dict[Callable[[Connection, Any], None], list[Mapping[str, Any]]] = field(
        default_factory=lambda: defaultdict(list)
    )

    def record(self, outcomes: Sequence[Outcome]) -> None:
        for outcome in outcomes:
            match outcome.result:
                case Sent() as sent:
                    self._sent(outcome.letter, sent)
                case SendError() as error:
                    self._failed(outcome.letter, error)
                case Close(to, why):
                    self._add(outbox.withhold, outcome.letter, to=to, why=why)
                case None:
                    self._add(outbox.release, outcome.letter)
        outbox.sent(self.connection, self.sent, now=self.now)
        for write, rows in self.rows.items():
            write(self.connection, rows)
        self._about_addresses(outcomes)
        self._about_sender(outcomes)
        self._about_broadcasts(outcomes)
        self._receipts()

    def _sent(self, letter: Letter, sent: Sent) -> None:
        self.sent.append((letter.id, sent.provider_id or None, sent.segments))

    def _failed(self, letter: Letter, error: SendError) -> None:
        timing = self.recorder.means.timing
        if error.decision is Decision.UNKNOWN:
            look = self.now + timing.look_first
            self._add(outbox.unknown, letter, why=error.code[:64], look=look)
            return
        due = self._retry_at(letter, error)
        if due is None:
            self._add(outbox.failed, letter, why=error.code[:64])
            return
        refunded = error.retry_after is not None and error.sender not in _HALTING
        # Never back to none: a delivery tried before keeps holding what follows it in its chat.
        left = max(1, letter.attempts - refunded)
        self._add(outbox.requeue, letter, why=error.code[:64], due=due, left=left)

    def _retry_at(self, letter: Letter, error: SendError) -> datetime | None:
        """When to try it again; None: never. What stops everybody costs no attempt."""
        timing = self.recorder.means.timing
        if error.new_address is not None and letter.attempts < timing.misconfigured:
            return self.now
        if error.decision is Decision.NEVER:
            return None
        if error.sender in _HALTING and not letter.probe:
            if letter.attempts >= timing.misconfigured:
                return None
            return self.now + (error.retry_after or timing.probe)
        if error.retry_after is not None:
            return self.now + error.retry_after
        wait = timing.backoff.wait(letter.attempts)
        return None if wait is None else self.now + wait

    def _about_addresses(self, outcomes: Sequence[Outcome]) -> None:
        for letter, error in _errors(outcomes):
            if error.new_address is not None:
                self._move(letter.address_id, error.new_address)
            whose = Whose(letter.person_id, letter.address_id, self.recorder.channel)
            apply_to_address(self.connection, error.address, whose, self.now)

    def _move(self, address_id: int, value: str) -> None:
        vault = self.recorder.means.vault
        sealed = vault.seal("addresses", "value", address_id, value)
        lookup = vault.index(self.recorder.channel, value)
        if not standing.move_address(self.connection, address_id, sealed, lookup):
            standing.close_address(self.connection, address_id, "invalid")

    def _about_sender(self, outcomes: Sequence[Outcome]) -> None:
        sender, timing = self.recorder.channel, self.recorder.means.timing
        if any(one.letter.probe and isinstance(one.result, Sent) for one in outcomes):
            senders.resume(self.connection, sender)
        for _, error in _errors(outcomes):
            if error.sender in _HALTING:
                senders.halt(self.connection, sender, error.code[:64], now=self.now)
            elif error.sender is SenderEffect.CAPPED or error.retry_after is not None:
                until = self.now + (error.retry_after or timing.capped)
                senders.hold(self.connection, sender, until=until)

    def _about_broadcasts(self, outcomes: Sequence[Outcome]) -> None:
        failed = set()
        for letter, error in _errors(outcomes):
            if letter.broadcast_id is None:
                continue
            if error.sender in _HALTING:
                hold(self.connection, letter.broadcast_id, error.code)
            elif error.decision is Decision.NEVER:
                failed.add(letter.broadcast_id)
        hold_failing(self.connection, failed)

    def _receipts(self) -> None:
        """What the provider reported before we knew its id for the message."""
        ids = [provider_id for _, provider_id, _ in self.sent if provider_id]
        receipts.apply_kept(self.connection, self.recorder.channel, ids, self.now)

    def _add(
        self, write: Callable[[Connection, Any], None], letter: Letter, **fields: object
    ) -> None:
        row = {"row": letter.id, "attempt": letter.attempts, "now": self.now, **fields}
        self.rows[write].append(row)


def status(outcome: Outcome) -> str | None:
    """The status that a delivery came to, for the metrics; None: it was not called."""
    match outcome.result:
        case Sent():
            return "sent"
        case SendError(decision=Decision.NEVER):
            return "failed"
        case SendError(decision=Decision.UNKNOWN):
            return "unknown"
        case SendError():
            return "queued"
        case Close(status=closed):
            return str(closed)
    return None


def _errors(outcomes: Sequence[Outcome]) -> list[tuple[Letter, SendError]]:
    return [(one.letter, one.result) for one in outcomes if isinstance(one.result, SendError)]
