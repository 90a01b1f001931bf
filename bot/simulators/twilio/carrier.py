"""What becomes of a message after Twilio took it: statuses, callbacks, the phone's screen."""

import asyncio
from collections.abc import Callable
from decimal import Decimal
from enum import StrEnum
from typing import Any

from bot.simulators.post import Lanes
from bot.simulators.twilio.errors import NEVER_LEFT
from bot.simulators.twilio.messages import API_VERSION, Message
from bot.simulators.twilio.phones import Phone
from bot.simulators.twilio.webhooks import Webhooks


class Callbacks(StrEnum):
    """How status callbacks come: in order, last first, before create returns, each twice."""

    NORMAL = "normal"
    SHUFFLED = "shuffled"
    EARLY = "early"
    REPEATED = "repeated"


class Carrier:
    """`hold` keeps messages queued until `release`; `queue_limit` counts them by sender."""

    def __init__(self, clock: Callable[[], float], webhooks: Webhooks) -> None:
        self.callbacks = Callbacks.NORMAL
        self.queue_limit: int | None = None
        self._clock = clock
        self._webhooks = webhooks
        self._lanes = Lanes()
        self._queued: dict[str, int] = {}
        self._open = asyncio.Event()
        self._open.set()

    def hold(self) -> None:
        self._open.clear()

    def release(self) -> None:
        self._open.set()

    async def take(self, message: Message, phone: Phone, price: Decimal) -> None:
        """Send a message on its way; returns at once unless callbacks come early."""
        sender = str(message.sender)
        waiting = self._queued.get(sender, 0)
        overflows = self.queue_limit is not None and waiting >= self.queue_limit
        ending = 30001 if overflows else phone.take_ending()
        self._queued[sender] = waiting + 1
        if self.callbacks is Callbacks.EARLY:
            await self._carry(message, phone, price, ending)
        else:
            self._lanes.put(message.sid, lambda: self._carry(message, phone, price, ending))

    async def _carry(
        self, message: Message, phone: Phone, price: Decimal, ending: int | str | None
    ) -> None:
        await self._open.wait()
        self._queued[str(message.sender)] -= 1
        if message.status == "canceled":
            return
        posts: list[dict[str, Any]] = []
        for status in _statuses(message, ending):
            self._reach(message, phone, price, status, ending)
            posts.append(_callback(message))
            if self.callbacks is not Callbacks.SHUFFLED:
                await self._call_back(message, posts.pop())
        for parameters in reversed(posts):
            await self._call_back(message, parameters)

    def _reach(
        self, message: Message, phone: Phone, price: Decimal, status: str, ending: int | str | None
    ) -> None:
        message.status = status
        message.updated_at = self._clock()
        if status in ("sent", "failed"):
            message.sent_at = message.updated_at
        if status == "sent":
            message.price = price * message.cost.count
        if status in ("failed", "undelivered"):
            message.error_code = int(ending or 0)
        if status == "delivered":
            phone.shows(message, message.updated_at)
        phone.changes.bump()

    async def _call_back(self, message: Message, parameters: dict[str, Any]) -> None:
        if message.status_callback is None:
            return
        times = 2 if self.callbacks is Callbacks.REPEATED else 1
        for _ in range(times):
            await self._webhooks.post(message.status_callback, parameters, message.sid)

    async def settled(self) -> None:
        await self._lanes.settled()

    async def close(self) -> None:
        await self._lanes.close()


def _statuses(message: Message, ending: int | str | None) -> list[str]:
    """Those after the first one, which has no callback."""
    before = ["queued"] if message.status == "accepted" else []
    if ending is None:
        return [*before, "sent", "delivered"]
    if isinstance(ending, str):
        return [*before, "sent", ending] if ending != "sent" else [*before, "sent"]
    return [*before, "failed"] if ending in NEVER_LEFT else [*before, "sent", "undelivered"]


def _callback(message: Message) -> dict[str, Any]:
    parameters = {
        "SmsSid": message.sid,
        "SmsStatus": message.status,
        "MessageStatus": message.status,
        "To": message.to,
        "MessageSid": message.sid,
        "AccountSid": message.account_sid,
        "From": str(message.sender),
        "ApiVersion": API_VERSION,
    }
    if message.service_sid:
        parameters["MessagingServiceSid"] = message.service_sid
    if message.error_code:
        parameters["ErrorCode"] = str(message.error_code)
    return parameters
