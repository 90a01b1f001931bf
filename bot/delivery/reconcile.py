"""Unknown outcomes: asked about at the provider, never blindly retried (law 3)."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import cast

import structlog
from sqlalchemy import Connection

from bot.channels.base import Channel, Decision, SendError
from bot.delivery import receipts
from bot.delivery.claim import body, render
from bot.delivery.means import Means
from handlers.conversation.messages import ChannelName, Outgoing
from storage import outbox
from storage.outbox import Unknown
from storage.receipts import forget_old
from storage.sealed import SealError

log = structlog.get_logger()

_MOST = 20
_NO_LOOKUP = "no_lookup"


@dataclass(frozen=True, slots=True)
class _Question:
    """An unknown delivery, opened. `known`: what else went to that address, by the provider's ids.

    A text that is the same as one just before must not be taken for it.
    """

    row: Unknown
    to: str
    message: Outgoing
    known: frozenset[str]


@dataclass(frozen=True, slots=True)
class Reconciler:
    """The bound on duplicates.

    Where the provider can be asked (SMS), there are none: a message goes out again only after
    the provider, asked `grace` after the call, did not know it. While it can't be asked, the
    outcome stays unknown. Where there is no look-up (Telegram), a message whose outcome is
    unknown is sent once more; should that be unknown too, it is left as failed. So at most one
    duplicate a message, and only where a call, or the process that made it, broke off.
    """

    means: Means
    channels: Mapping[ChannelName, Channel]

    async def look(self, now: datetime) -> int:
        """Takes over what dead workers were sending, and asks what is due to be asked.

        All of it is as of `now`, an hour that the caller trusts: should the clock be set while
        this goes on, a call that has just begun must not seem to have ended long ago.
        """
        questions = await self.means.database.run(
            lambda connection: self._questions(connection, now)
        )
        answers = await asyncio.gather(*(self._ask(each) for each in questions))
        if questions:
            asked = list(zip(questions, answers, strict=True))
            await self.means.database.run(lambda connection: self._settle(connection, asked, now))
        return len(questions)

    async def tidy(self) -> None:
        """Receipts: applies those that crossed with their send, forgets those of no message."""
        await self.means.database.run(self._tidy)

    def _questions(self, connection: Connection, now: datetime) -> list[_Question]:
        lapsed = outbox.lapse(connection, now=now)
        if lapsed:
            log.warning("claims_taken_over", count=lapsed)
        rows = outbox.unknowns(connection, self.channels, now=now, most=_MOST)
        # Others leave these alone while we ask.
        asking = now + self.means.timing.lease
        outbox.look_again(connection, [{"row": row.id, "look": asking} for row in rows])
        rendered = render(connection, self.means.renderers, rows)
        known = outbox.provider_ids(connection, {row.address_id for row in rows})
        opened = [
            self._open(row, rendered.get(row.id), frozenset(known.get(row.address_id, ())))
            for row in rows
        ]
        unreadable = [row for row, one in zip(rows, opened, strict=True) if one is None]
        outbox.failed(connection, [_end(row, "unreadable", now) for row in unreadable])
        return [one for one in opened if one is not None]

    def _open(
        self, row: Unknown, rendered: Outgoing | None, known: frozenset[str]
    ) -> _Question | None:
        try:
            message = rendered or body(self.means.vault, row)
            to = self.means.vault.open("addresses", "value", row.address_id, row.value)
        except SealError:
            return None
        return None if message is None else _Question(row, to, message, known)

    async def _ask(self, question: _Question) -> str | SendError | None:
        row, message = question.row, question.message
        channel, after = self.channels[_channel(row)], row.called_at.timestamp()
        try:
            async with asyncio.timeout(self.means.timing.call.total_seconds()):
                return await channel.find(question.to, message, after, question.known)
        except SendError as error:
            return error
        except Exception as error:
            if not isinstance(error, TimeoutError):
                log.error("channel_raised", channel=row.channel, error=type(error).__name__)
            return SendError(type(error).__name__, Decision.UNKNOWN)

    def _settle(
        self,
        connection: Connection,
        asked: list[tuple[_Question, str | SendError | None]],
        now: datetime,
    ) -> None:
        for question, answer in asked:
            self._settle_one(connection, question.row, answer, now)

    def _settle_one(
        self, connection: Connection, row: Unknown, answer: str | SendError | None, now: datetime
    ) -> None:
        since = now - row.called_at
        match answer:
            case str() as provider_id:
                if outbox.found(connection, row.id, provider_id, now=now):
                    receipts.apply_kept(connection, _channel(row), [provider_id], now)
                else:  # like ours, but another delivery's: no proof that ours isn't there too
                    self._later(connection, row, now)
            case None if since >= self.means.timing.grace:
                self._resend(connection, row, "not_found", now)
            case SendError(code=code) if code == _NO_LOOKUP:
                if row.unknowns < 2:
                    self._resend(connection, row, "unknown", now)
                else:
                    outbox.failed(connection, [_end(row, "unknown", now)])
            case _:
                self._later(connection, row, now)

    def _resend(self, connection: Connection, row: Unknown, why: str, now: datetime) -> None:
        again = {"row": row.id, "attempt": row.attempts, "left": row.attempts}
        outbox.requeue(connection, [again | {"due": now, "why": why, "now": now}])

    def _later(self, connection: Connection, row: Unknown, now: datetime) -> None:
        since = now - row.called_at
        if since >= self.means.timing.give_up:
            outbox.failed(connection, [_end(row, "unknown", now)])
            return
        wait = max(self.means.timing.look_first, min(since / 2, self.means.timing.look_cap))
        outbox.look_again(connection, [{"row": row.id, "look": now + wait}])

    def _tidy(self, connection: Connection) -> None:
        now = self.means.clock()
        for channel in self.channels:
            receipts.catch_up(connection, channel, now)
        forget_old(connection, before=now - self.means.timing.receipts_kept)


def _channel(row: Unknown) -> ChannelName:
    """Rows are asked for by the names of our channels."""
    return cast("ChannelName", row.channel)


def _end(row: Unknown, why: str, now: datetime) -> dict[str, object]:
    return {"row": row.id, "attempt": row.attempts, "why": why, "now": now}
