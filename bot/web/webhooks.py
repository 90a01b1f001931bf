"""The providers' webhooks: signature, parse, commit, and only then 200. Nothing is sent here."""

import hmac
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from sqlalchemy.exc import DBAPIError
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.intake import Intake
from bot.metrics import Metrics
from bot.settings import Sms, Telegram
from handlers.conversation.compact import read_json
from storage.database import CommitUnknownError

if TYPE_CHECKING:
    from bot.channels.sms import SmsChannel
    from bot.channels.sms_webhooks import StatusReport
    from bot.channels.telegram import TelegramChannel

_LARGEST_BODY = 1_000_000
_SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"
_SIGNATURE_HEADER = "X-Twilio-Signature"
_EMPTY_TWIML = '<?xml version="1.0" encoding="UTF-8"?><Response/>'

Applying = Callable[["StatusReport"], Awaitable[None]]


class TooLargeError(Exception):
    """A body that no provider sends."""


async def body_of(request: Request) -> bytes:
    """The body; TooLargeError as soon as it is too large, whatever it claims to be."""
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > _LARGEST_BODY:
            raise TooLargeError
    return bytes(body)


class TelegramWebhook:
    """POST /telegram. An update that is not for us is acknowledged: it would only come again."""

    def __init__(
        self,
        channel: "TelegramChannel",
        settings: Telegram,
        intake: Intake,
        metrics: Metrics,
        clock: Callable[[], datetime],
    ) -> None:
        self._channel = channel
        self._secret = settings.webhook_secret
        self._intake = intake
        self._metrics = metrics
        self._clock = clock

    def route(self) -> Route:
        return Route("/telegram", self.receive, methods=["POST"])

    async def receive(self, request: Request) -> Response:
        given = request.headers.get(_SECRET_HEADER, "")
        if not self._secret or not hmac.compare_digest(given.encode(), self._secret.encode()):
            self._metrics.webhooks_rejected.labels("telegram").inc()
            return Response(status_code=403)
        try:
            update = read_json(await body_of(request))
        except (TooLargeError, ValueError, RecursionError):
            self._metrics.inbound.labels("telegram", "malformed").inc()
            return Response(status_code=200)
        return await _answered(self.take(update))

    async def take(self, update: object) -> None:
        """One update of the webhook or of long polling; returns when it is committed."""
        inbound = self._channel.parse(update, self._clock())
        if inbound is not None:
            await self._intake.take(inbound)


class SmsWebhooks:
    """POST /twilio/sms and /twilio/status, signed over PUBLIC_URL and the path.

    `missed` is called for a message that could not be kept: Twilio may not bring it again.
    """

    def __init__(
        self,
        channel: "SmsChannel",
        settings: Sms,
        intake: Intake,
        *,
        apply_status: Applying,
        missed: Callable[[], None],
        metrics: Metrics,
        clock: Callable[[], datetime],
    ) -> None:
        self._channel = channel
        self._settings = settings
        self._intake = intake
        self._apply_status = apply_status
        self._missed = missed
        self._metrics = metrics
        self._clock = clock

    def routes(self) -> list[Route]:
        return [
            Route("/twilio/sms", self.receive, methods=["POST"]),
            Route("/twilio/status", self.report, methods=["POST"]),
        ]

    async def receive(self, request: Request) -> Response:
        form = await self._signed(request, self._settings.webhook_url)
        if form is None:
            return Response(status_code=403)
        inbound = self._channel.parse(form, self._clock())
        if inbound is None:
            return _twiml()
        kept = False
        try:
            answered = await _answered(self._intake.take(inbound))
            kept = answered.status_code == 200
        finally:
            if not kept:
                self._missed()
        return _twiml() if kept else answered

    async def report(self, request: Request) -> Response:
        form = await self._signed(request, self._settings.status_url)
        if form is None:
            return Response(status_code=403)
        status = self._channel.parse_status(form)
        if status is None:
            return Response(status_code=200)
        return await _answered(self._apply_status(status))

    async def _signed(self, request: Request, url: str) -> dict[str, str] | None:
        """The form's fields; None, and only a counter, when the signature is not Twilio's."""
        try:
            text = (await body_of(request)).decode()
            pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=500)
        except (TooLargeError, ValueError):
            pairs = []
        query = f"?{request.url.query}" if request.url.query else ""
        signature = request.headers.get(_SIGNATURE_HEADER)
        if not self._channel.signed(url + query, pairs, signature):
            self._metrics.webhooks_rejected.labels("sms").inc()
            return None
        return dict(pairs)


async def _answered(work: Awaitable[object]) -> Response:
    """200 after the commit; 503 when the database is away, so that the provider tries again."""
    try:
        await work
    except (DBAPIError, CommitUnknownError, TimeoutError):
        return Response(status_code=503)
    return Response(status_code=200)


def _twiml() -> Response:
    return Response(_EMPTY_TWIML, media_type="application/xml")
