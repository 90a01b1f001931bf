"""A strict stand-in for Twilio's Messages API over HTTP, with the phones on its network."""

import asyncio
import base64
import json
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from decimal import Decimal
from secrets import token_hex
from typing import Any, Self

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from bot.simulators.bodies import UnreadableBodyError, pairs, query_pairs
from bot.simulators.changes import Changes
from bot.simulators.faults import Faults, Refuse, strike
from bot.simulators.limits import Rate, Window
from bot.simulators.post import Lanes, Postman
from bot.simulators.records import Call, CallLog
from bot.simulators.twilio.api import Archive, NewMessage, new_message, region
from bot.simulators.twilio.carrier import Callbacks, Carrier
from bot.simulators.twilio.errors import (
    METHOD_NOT_ALLOWED,
    REFUSALS,
    TOO_MANY_REQUESTS,
    UNAUTHORIZED,
    TwilioError,
    not_found,
)
from bot.simulators.twilio.keywords import Keywords, OptOutType
from bot.simulators.twilio.messages import API_VERSION, Message
from bot.simulators.twilio.phones import Media, Phone, Place
from bot.simulators.twilio.segments import segments, smart
from bot.simulators.twilio.webhooks import Alert, Webhooks

DEFAULT_PRICES = {"US": Decimal("0.0125"), "MX": Decimal("0.09"), "*": Decimal("0.06")}

Fields = list[tuple[str, str]]


class TwilioSimulator:
    """`app` serves `/2010-04-01/Accounts/<sid>/Messages…`; phones are made by `phone`.

    `numbers` are the account's own; a `messaging_service_sid` pools them, and is named in what
    they receive; the account's numbers `outside` of it have another or none. `sms_url` is where
    inbound texts are posted (the public URL, over which they are signed; `routes` maps public
    base URLs to served ones). `prices` are USD a segment by country, "*" elsewhere; `regions` are
    the countries enabled (None: all); `rate` is how fast create may be called.
    `close` it, or use it as an asynchronous context manager.
    """

    def __init__(
        self,
        account_sid: str,
        auth_token: str,
        *,
        numbers: Sequence[str],
        messaging_service_sid: str | None = None,
        outside: Mapping[str, str | None] = {},
        sms_url: str | None = None,
        keywords: Keywords | None = None,
        prices: Mapping[str, Decimal] = DEFAULT_PRICES,
        regions: frozenset[str] | None = None,
        rate: Rate | None = None,
        smart_encoding: bool = False,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.account_sid = account_sid
        self.numbers = [*numbers, *outside]
        self.messaging_service_sid = messaging_service_sid
        self._outside = outside
        self.sms_url = sms_url
        self.keywords = keywords or Keywords()
        self.prices = prices
        self.regions = regions
        self.smart_encoding = smart_encoding
        self.changes = Changes()
        self.faults = Faults()
        self.calls = CallLog(clock)
        self.phones: dict[str, Phone] = {}
        self._auth_token = auth_token
        self._clock = clock
        self._rate = Window(rate, clock) if rate else None
        self._postman = Postman()
        self.routes = self._postman.routes
        self.webhooks = Webhooks(self._postman, auth_token)
        self.carrier = Carrier(clock, self.webhooks)
        self._inbound = Lanes()
        self._archive = Archive(account_sid, clock)
        self.app = self._application()

    @property
    def messages(self) -> dict[str, Message]:
        """Every message of the account by its sid, oldest first."""
        return self._archive.messages

    @property
    def alerts(self) -> list[Alert]:
        return self.webhooks.alerts

    @property
    def callbacks(self) -> Callbacks:
        return self.carrier.callbacks

    @callbacks.setter
    def callbacks(self, how: Callbacks) -> None:
        self.carrier.callbacks = how

    def phone(self, number: str, place: Place | None = None) -> Phone:
        """The phone with this number (E.164, a short code or a sender's name), always the same."""
        if number not in self.phones:
            changes = Changes(self.changes)
            place = place or Place(country=region(number) if number.startswith("+") else "")
            self.phones[number] = Phone(number, place, self._receive, self._clock, changes)
        return self.phones[number]

    async def settled(self, timeout: float = 5.0) -> None:
        """Wait until every text was posted and every status reported."""
        async with asyncio.timeout(timeout):
            await self._inbound.settled()
            await self.carrier.settled()

    async def close(self) -> None:
        await self._inbound.close()
        await self.carrier.close()
        await self._postman.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    def _application(self) -> Starlette:
        root = f"/{API_VERSION}/Accounts/{{account}}/Messages"
        return Starlette(
            routes=[
                Route(f"{root}.json", self._collection, methods=["GET", "POST"]),
                Route(f"{root}/{{sid}}.json", self._instance, methods=["GET", "POST", "DELETE"]),
            ],
            exception_handlers={
                404: lambda request, _e: _refusal(not_found(request.url.path)),
                405: lambda _r, _e: _refusal(METHOD_NOT_ALLOWED),
            },
        )

    async def _collection(self, request: Request) -> ASGIApp:
        if request.method == "POST":
            return await self._serve("create", request, self._create)
        return await self._serve("list", request, self._list)

    async def _instance(self, request: Request) -> ASGIApp:
        sid = request.path_params["sid"]

        async def fetch(_given: Fields) -> Response:
            return _json(self._archive.find(sid).as_json(), 200)

        async def update(given: Fields) -> Response:
            return _json(self._archive.update(sid, given).as_json(), 200)

        async def delete(_given: Fields) -> Response:
            self._archive.delete(sid)
            return Response(status_code=204)

        operations = {"GET": ("fetch", fetch), "POST": ("update", update)}
        name, work = operations.get(request.method, ("delete", delete))
        return await self._serve(name, request, work)

    async def _serve(
        self, name: str, request: Request, work: Callable[[Fields], Awaitable[Response]]
    ) -> ASGIApp:
        if not self._is_authentic(request):
            return _refusal(UNAUTHORIZED)
        try:
            given = await pairs(request) if request.method == "POST" else query_pairs(request)
        except UnreadableBodyError as error:
            return _refusal(TwilioError(20001, str(error)))
        call = self.calls.add(name, {**request.path_params, **dict(given)})
        fault = self.faults.take(name, call.parameters)
        if fault is None:
            return await self._answer(call, given, work)
        answer = await strike(fault, lambda: self._answer(call, given, work), _injected)
        self.calls.struck(call, type(fault).__name__)
        return answer

    async def _answer(
        self, call: Call, given: Fields, work: Callable[[Fields], Awaitable[Response]]
    ) -> Response:
        try:
            response = await work(given)
        except TwilioError as error:
            self.calls.done(call, error.status, f"{error.code} {error.message}")
            return _refusal(error)
        self.calls.done(call, response.status_code)
        return response

    def _is_authentic(self, request: Request) -> bool:
        scheme, _, encoded = request.headers.get("authorization", "").partition(" ")
        try:
            user, _, password = base64.b64decode(encoded, validate=True).decode().partition(":")
        except ValueError:
            return False
        given = scheme.lower(), user, password, request.path_params["account"]
        return given == ("basic", self.account_sid, self._auth_token, self.account_sid)

    async def _list(self, given: Fields) -> Response:
        return _json(self._archive.page(given), 200)

    async def _create(self, given: Fields) -> Response:
        new = new_message(given)
        sender = self._sender(new)
        phone = self.phone(new.to)
        self._check(new, phone, sender)
        body = smart(new.body) if new.smart or self.smart_encoding else new.body
        message = Message(
            sid=_sid("MM" if new.media else "SM"),
            account_sid=self.account_sid,
            sender=sender,
            to=new.to,
            body=body,
            direction="outbound-api",
            status="accepted" if new.service_sid else "queued",
            created_at=self._clock(),
            service_sid=new.service_sid,
            media=new.media,
            status_callback=new.status_callback,
            validity_seconds=new.validity_seconds,
        )
        self._archive.keep(message)
        answer = _json(message.as_json(), 201)
        await self.carrier.take(message, phone, self._price(new.to))
        return answer

    def _sender(self, new: NewMessage) -> str:
        if new.service_sid not in (None, self.messaging_service_sid):
            raise TwilioError(21701, "The Messaging Service does not exist")
        if new.sender is None:
            return self.numbers[0]
        if new.sender not in self.numbers:
            what = "is not a valid, SMS-capable inbound phone number or short code"
            raise TwilioError(21606, f"The From phone number {new.sender} {what} for your account.")
        return new.sender

    def _check(self, new: NewMessage, phone: Phone, sender: str) -> None:
        if self._rate is not None:
            if self._rate.wait(None) > 0:
                raise TOO_MANY_REQUESTS
            self._rate.take(None)
        refusal = phone.take_refusal()
        if phone.landline:
            refusal = 21614
        elif self.regions is not None and region(new.to) not in self.regions:
            refusal = 21408
        elif (self._pool(sender), new.to) in self.keywords.blocked:
            refusal = 21610
        if refusal is not None:
            raise TwilioError(refusal, f"{REFUSALS[refusal]}: {new.to}")

    def _service(self, number: str) -> str | None:
        return self._outside.get(number, self.messaging_service_sid)

    def _pool(self, number: str) -> str:
        return self._service(number) or number

    def _price(self, number: str) -> Decimal:
        return self.prices.get(region(number), self.prices.get("*", Decimal(0)))

    async def _receive(
        self, phone: Phone, text: str, to: str | None, media: tuple[Media, ...]
    ) -> Message:
        sid, to = _sid("MM" if media else "SM"), to or self.numbers[0]
        message = Message(
            sid=sid,
            account_sid=self.account_sid,
            sender=phone.number,
            to=to,
            # A lone surrogate can't cross a phone network.
            body=text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace"),
            direction="inbound",
            status="received",
            created_at=self._clock(),
            service_sid=self._service(to),
            media=tuple(self._media_url(sid) for _ in media),
        )
        message.sent_at = message.created_at
        self._archive.keep(message)
        type_, reply = self.keywords.take(self._pool(message.to), phone.number, message.body)
        url, parameters = self.sms_url, self._parameters(message, phone, media, type_)
        if url is not None:
            self._inbound.put(
                phone.number, lambda: self.webhooks.post(url, parameters, sid, twiml=True)
            )
        if reply is not None:
            self._inbound.put(phone.number, lambda: self._reply(message, phone, reply))
        return message

    async def _reply(self, to: Message, phone: Phone, text: str) -> None:
        """Twilio's own answer to a keyword, which costs nothing and passes its own block."""
        now = self._clock()
        reply = Message(
            sid=_sid("SM"),
            account_sid=self.account_sid,
            sender=to.to,
            to=phone.number,
            body=text,
            direction="outbound-reply",
            status="delivered",
            created_at=now,
            service_sid=to.service_sid,
        )
        reply.sent_at, reply.price = now, Decimal(0)
        phone.shows(self._archive.keep(reply), now)

    def _parameters(
        self, message: Message, phone: Phone, media: tuple[Media, ...], type_: OptOutType | None
    ) -> dict[str, str]:
        own = region(message.to) if message.to.startswith("+") else ""
        parameters = {
            "ToCountry": own,
            "ToState": "",
            "SmsMessageSid": message.sid,
            "NumMedia": str(len(media)),
            "ToCity": "",
            "FromZip": phone.place.zip,
            "SmsSid": message.sid,
            "FromState": phone.place.state,
            "SmsStatus": "received",
            "FromCity": phone.place.city,
            "Body": message.body,
            "FromCountry": phone.place.country,
            "To": message.to,
            "ToZip": "",
            "NumSegments": str(segments(message.body).count),
            "MessageSid": message.sid,
            "AccountSid": message.account_sid,
            "From": phone.number,
            "ApiVersion": API_VERSION,
        }
        if message.service_sid:
            parameters["MessagingServiceSid"] = message.service_sid
        if type_ and self.keywords.advanced:
            parameters["OptOutType"] = type_
        for index, each in enumerate(media):
            parameters[f"MediaContentType{index}"] = each.media_type
            parameters[f"MediaUrl{index}"] = message.media[index]
        return parameters

    def _media_url(self, sid: str) -> str:
        path = f"/{API_VERSION}/Accounts/{self.account_sid}/Messages/{sid}/Media/{_sid('ME')}"
        return f"https://api.twilio.com{path}"


def _sid(prefix: str) -> str:
    return prefix + token_hex(16)


def _refusal(error: TwilioError) -> Response:
    return _json(error.as_json(), error.status)


def _injected(fault: Refuse) -> Response:
    status = 429 if fault.retry_after is not None else fault.status
    code = fault.code or 20000 + status
    message = fault.message or {20429: "Too Many Requests"}.get(code, "Internal Server Error")
    response = _refusal(TwilioError(code, message, status))
    if fault.retry_after is not None:
        response.headers["Retry-After"] = str(fault.retry_after)
    return response


def _json(body: dict[str, Any], status: int) -> Response:
    return Response(json.dumps(body), status, media_type="application/json")
