"""After a deletion: the provider deletes what it keeps, and the last of ours goes. No texts."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from typing import Protocol

import structlog

from bot.channels.base import SendError
from storage import leaving
from storage.database import Database
from storage.leaving import KEPT_BY_PROVIDER, Asked, Parting
from storage.sealed import SealError, Vault

_MOST = 20
_LEASE = timedelta(minutes=1)
_FIRST_WAIT = timedelta(seconds=15)
_LONGEST_WAIT = timedelta(hours=1)
_log = structlog.get_logger()


class Records(Protocol):
    """What a provider keeps of messages. Both raise SendError.

    `messages_with`: the ids of those with this number, and when they were made.
    """

    async def messages_with(self, number: str) -> dict[str, datetime]: ...

    async def delete_message(self, sid: str) -> None: ...


class Eraser:
    """`step` is one round; the clock makes one every few seconds. Any round may be made twice.

    `records` None: no provider of ours keeps any, or this process has no credentials for it.
    """

    def __init__(
        self,
        database: Database,
        vault: Vault,
        records: Records | None,
        clock: Callable[[], datetime],
    ) -> None:
        self._database = database
        self._vault = vault
        self._records = records
        self._clock = clock

    async def step(self) -> None:
        gone = await self._part_from_all()
        if self._records is not None:
            await self._delete_at_provider(self._records)
        if gone:
            await self._database.empty_log()

    async def _part_from_all(self) -> int:
        """Whom the last message has reached: nothing of them is left, their address included.

        A deleted person's numbers have become one person each, unless they came back and linked
        them again.
        """
        now = self._clock()
        found = await self._database.read(
            lambda connection: leaving.partings(connection, now, _MOST)
        )
        return sum([await self._part_from(each, now) for each in found])

    async def _part_from(self, parting: Parting, now: datetime) -> bool:
        try:
            known = await self._known_at_provider(parting)
        except SendError as error:
            _log.warning("provider_deletion_waits", channel=KEPT_BY_PROVIDER, code=error.code)
            later = partial(
                leaving.postpone_parting, person_id=parting.person_id, until=now + _LEASE
            )
            await self._database.run(later)
            return False
        part = partial(leaving.part, person_id=parting.person_id, at_provider=known, now=now)
        return await self._database.run(part)

    async def _known_at_provider(self, parting: Parting) -> dict[str, datetime]:
        """Also what we have no ids of any more: sent long ago, or just when a process died."""
        found: dict[str, datetime] = {}
        for row, channel, value in parting.addresses:
            if self._records is None or channel != KEPT_BY_PROVIDER:
                continue
            with suppress(SealError):
                number = self._vault.open("addresses", "value", row, value)
                found |= await self._records.messages_with(number)
        return found

    async def _delete_at_provider(self, records: Records) -> None:
        now = self._clock()
        asked = await self._database.run(
            partial(leaving.due_deletions, now=now, lease_until=now + _LEASE, most=_MOST)
        )
        answers = await asyncio.gather(*(self._ask(records, each) for each in asked))
        gone = [each.provider_id for each, error in zip(asked, answers, strict=True) if not error]
        if gone:
            await self._database.run(partial(leaving.deleted_at_provider, provider_ids=gone))
        for each, error in zip(asked, answers, strict=True):
            if error is not None:
                await self._ask_later(each, error, now)

    async def _ask(self, records: Records, asked: Asked) -> SendError | None:
        try:
            await records.delete_message(asked.provider_id)
        except SendError as error:
            return error
        return None

    async def _ask_later(self, asked: Asked, error: SendError, now: datetime) -> None:
        """What is on its way can't be deleted yet; a provider that is away is asked on and on."""
        _log.warning("provider_deletion_waits", channel=KEPT_BY_PROVIDER, code=error.code)
        wait = min(_LONGEST_WAIT, _FIRST_WAIT * 2 ** min(asked.attempts - 1, 10))
        at = now + wait
        await self._database.run(partial(leaving.ask_again, provider_id=asked.provider_id, at=at))
