"""Updates on their way to the bot: long polling and webhook, as Telegram delivers them."""

import asyncio
import json
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from bot.simulators.changes import Changes
from bot.simulators.post import Lanes, Postman, UnreachableError
from bot.simulators.telegram.schema import ApiError

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"
LIFETIME_SECONDS = 24 * 3600.0
CALLBACK_LIFETIME_SECONDS = 150.0
LONGEST_POLL_SECONDS = 50
DEFAULT_CONNECTIONS = 40


@dataclass(frozen=True, slots=True)
class Retry:
    """Seconds until a webhook that failed is tried again: doubling from `first` to `most`."""

    first: float = 1.0
    most: float = 60.0


@dataclass(frozen=True, slots=True)
class Webhook:
    url: str
    secret_token: str | None = None
    connections: int = DEFAULT_CONNECTIONS


@dataclass(slots=True)
class _Queued:
    update_id: int
    lane: Hashable
    body: dict[str, Any]
    expires_at: float


class Feed:
    """Updates stay pending until the bot confirms them by offset or its webhook answers 2xx.

    `copies` posts each update that many times at once: Telegram promises "at least once".
    `timeout` is how many seconds the webhook may take.
    """

    def __init__(
        self, clock: Callable[[], float], postman: Postman, retry: Retry, first_update: int
    ) -> None:
        self.retry = retry
        self.timeout = 60.0
        self.copies = 1
        self.changes = Changes()
        self.webhook: Webhook | None = None
        self.attempts = 0
        self._clock = clock
        self._postman = postman
        self._lanes = Lanes()
        self._pending: dict[int, _Queued] = {}
        self._next_id = first_update
        self._allowed: frozenset[str] | None = None
        self._era = 0
        self._poll = 0
        self._connections = asyncio.Semaphore(DEFAULT_CONNECTIONS)
        self._last_error: tuple[int, str] | None = None

    def add(self, kind: str, lane: Hashable, content: dict[str, Any]) -> None:
        if self._allowed is not None and kind not in self._allowed:
            return
        update_id, self._next_id = self._next_id, self._next_id + 1
        is_press = kind == "callback_query"
        lifetime = CALLBACK_LIFETIME_SECONDS if is_press else LIFETIME_SECONDS
        body = {"update_id": update_id, kind: content}
        queued = _Queued(update_id, lane, body, self._clock() + lifetime)
        self._pending[queued.update_id] = queued
        self._dispatch(queued)
        self.changes.bump()

    def allow(self, kinds: list[str] | None) -> None:
        """None keeps the previous setting, an empty list means every kind."""
        if kinds is not None:
            self._allowed = frozenset(kinds) or None

    def set_webhook(self, webhook: Webhook | None) -> None:
        self._era += 1
        self.webhook = webhook
        self._last_error = None
        if webhook is not None:
            self._connections = asyncio.Semaphore(webhook.connections)
            for queued in self._pending.values():
                self._dispatch(queued)
        self.changes.bump()

    def drop_pending(self) -> None:
        self._pending.clear()
        self.changes.bump()

    async def poll(self, offset: int, limit: int, timeout: int) -> list[dict[str, Any]]:
        """Raises ApiError 409 while a webhook is set, and when another poll takes over."""
        self._poll += 1
        mine = self._poll
        self.changes.bump()
        self._confirm(offset)
        deadline = asyncio.get_running_loop().time() + min(timeout, LONGEST_POLL_SECONDS)
        while True:
            version = self.changes.version
            self._refuse_poll(mine)
            self._drop_expired()
            if self._pending or not await self._changes_before(version, deadline):
                return [queued.body for queued in list(self._pending.values())[:limit]]

    def _refuse_poll(self, poll: int) -> None:
        if self.webhook is not None:
            raise ApiError(
                409,
                "Conflict: can't use getUpdates method while webhook is active; "
                "use deleteWebhook to delete the webhook first",
            )
        if poll != self._poll:
            raise ApiError(
                409,
                "Conflict: terminated by other getUpdates request; "
                "make sure that only one bot instance is running",
            )

    async def _changes_before(self, version: int, deadline: float) -> bool:
        try:
            async with asyncio.timeout_at(deadline):
                await self.changes.wait(version)
        except TimeoutError:
            return False
        return True

    def _confirm(self, offset: int) -> None:
        if offset < 0:
            offset = next(iter(list(self._pending)[offset:]), 0)
        for update_id in [each for each in self._pending if each < offset]:
            del self._pending[update_id]
        self.changes.bump()

    def _drop_expired(self) -> None:
        now = self._clock()
        for queued in [each for each in self._pending.values() if each.expires_at < now]:
            del self._pending[queued.update_id]

    def _dispatch(self, queued: _Queued) -> None:
        webhook, era = self.webhook, self._era
        if webhook is not None:
            self._lanes.put((era, queued.lane), lambda: self._deliver(queued, webhook, era))

    async def _deliver(self, queued: _Queued, webhook: Webhook, era: int) -> None:
        wait = self.retry.first
        while era == self._era and queued.update_id in self._pending:
            if queued.expires_at < self._clock() or await self._arrives(queued, webhook):
                self._pending.pop(queued.update_id, None)
                self.changes.bump()
                return
            await asyncio.sleep(wait)
            wait = min(wait * 2, self.retry.most)

    async def _arrives(self, queued: _Queued, webhook: Webhook) -> bool:
        headers = {"Content-Type": "application/json"}
        if webhook.secret_token:
            headers[SECRET_HEADER] = webhook.secret_token
        body = json.dumps(queued.body).encode()
        posts = (self._post(webhook.url, body, headers) for _ in range(self.copies))
        failures = [failure for failure in await asyncio.gather(*posts) if failure]
        if failures:
            self._last_error = (int(self._clock()), failures[0])
            self.changes.bump()
        return not failures

    async def _post(self, url: str, body: bytes, headers: dict[str, str]) -> str:
        """What went wrong; empty when nothing did."""
        async with self._connections:
            self.attempts += 1
            try:
                answer = await self._postman.post(url, body, headers, self.timeout)
            except UnreachableError as error:
                return f"Connection failed: {error}"
        phrase = HTTPStatus(answer.status).phrase
        wrong = f"Wrong response from the webhook: {answer.status} {phrase}"
        return "" if answer.ok else wrong

    def info(self) -> dict[str, Any]:
        """A WebhookInfo."""
        shown: dict[str, Any] = {
            "url": self.webhook.url if self.webhook else "",
            "has_custom_certificate": False,
            "pending_update_count": len(self._pending),
        }
        if self.webhook is not None:
            shown["max_connections"] = self.webhook.connections
        if self._last_error is not None:
            shown["last_error_date"], shown["last_error_message"] = self._last_error
        if self._allowed is not None:
            shown["allowed_updates"] = sorted(self._allowed)
        return shown

    @property
    def pending(self) -> int:
        return len(self._pending)

    async def settled(self) -> None:
        """Return when the bot has confirmed every update."""
        while self._pending:
            await self.changes.wait(self.changes.version)

    async def close(self) -> None:
        await self._lanes.close()
