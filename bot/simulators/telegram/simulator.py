"""A strict stand-in for Telegram's Bot API over HTTP, with the phones of the people on it."""

import asyncio
import json
import time
from collections.abc import Callable
from typing import Any, Self

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from bot.simulators.bodies import UnreadableBodyError, parameters
from bot.simulators.changes import Changes
from bot.simulators.faults import Faults, Refuse, strike
from bot.simulators.post import Postman
from bot.simulators.records import Call, CallLog
from bot.simulators.telegram.api import Api
from bot.simulators.telegram.chats import Chat, Group, Person
from bot.simulators.telegram.feed import CALLBACK_LIFETIME_SECONDS, Feed, Retry
from bot.simulators.telegram.pace import UNLIMITED, Gate, Limits
from bot.simulators.telegram.schema import ApiError, bad_request, method_names, read
from bot.simulators.telegram.world import World

_UNAUTHORIZED = ApiError(401, "Unauthorized")
_NOT_FOUND = ApiError(404, "Not Found")
_PHRASES = {
    429: "Too Many Requests",
    500: "Internal Server Error",
    502: "Bad Gateway",
    503: "Service Unavailable",
}


class TelegramSimulator:
    """`app` serves `/bot<token>/<method>`; make people with `person`, groups with `group`.

    `query_lifetime` and `retry` are in seconds. `calls` records what was asked, `faults` injects
    failures, `changes` moves with every screen. `routes` maps public base URLs to served ones.
    `close` it, or use it as an asynchronous context manager.
    """

    def __init__(
        self,
        token: str,
        *,
        username: str = "enlace_bot",
        limits: Limits = UNLIMITED,
        retry: Retry | None = None,
        query_lifetime: float = CALLBACK_LIFETIME_SECONDS,
        privacy_mode: bool = False,
        first_update: int = 700_000_001,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.token = token
        self.faults = Faults()
        self.calls = CallLog(clock)
        self._postman = Postman()
        self.routes = self._postman.routes
        self.feed = Feed(clock, self._postman, retry or Retry(), first_update)
        bot_id = int(token.partition(":")[0])
        bot = {"id": bot_id, "is_bot": True, "first_name": "Enlace", "username": username}
        self._world = World(bot, clock, self.feed, privacy_mode=privacy_mode)
        self.chats: dict[int, Chat] = {}
        self._api = Api(self._world, self.chats, Gate(limits, clock), query_lifetime)
        path = "/bot{token}/{method}"
        self.app = Starlette(
            routes=[Route(path, self._serve, methods=["GET", "POST"])],
            exception_handlers={404: lambda _r, _e: _refusal(_NOT_FOUND)},
        )

    @property
    def changes(self) -> Changes:
        return self._world.changes

    def person(
        self,
        id: int,
        first_name: str = "María",
        *,
        last_name: str | None = None,
        username: str | None = None,
        language_code: str | None = None,
        phone_number: str = "13125550100",
    ) -> Person:
        """The phone of a person, the same one each time for the same id."""
        known = self.chats.get(id)
        if isinstance(known, Person):
            return known
        facts = {"last_name": last_name, "username": username, "language_code": language_code}
        user: dict[str, Any] = {"id": id, "is_bot": False, "first_name": first_name}
        user |= {name: fact for name, fact in facts.items() if fact is not None}
        person = self.chats[id] = Person(self._world, user, phone_number)
        return person

    def group(self, id: int, title: str = "Vecinas", *, supergroup: bool = True) -> Group:
        type_ = "supergroup" if supergroup else "group"
        group = self.chats[id] = Group(self._world, id, title, type_)
        return group

    def menu(self, person: Person) -> dict[str, str]:
        """The commands that a person's phone offers, by Telegram's order of scopes."""
        language = person.user.get("language_code", "")[:2]
        scopes: list[dict[str, Any]] = [
            {"type": "chat", "chat_id": person.id},
            {"type": "all_private_chats"},
            {"type": "default"},
        ]
        for scope in scopes:
            for code in (language, ""):
                if found := self._api.commands.get((json.dumps(scope, sort_keys=True), code)):
                    return {each["command"]: each["description"] for each in found}
        return {}

    def description(self, language: str = "", *, short: bool = False) -> str:
        """What a phone shows before Start, or on the bot's profile."""
        which = "short_description" if short else "description"
        found = self._api.descriptions
        return found.get((which, language)) or found.get((which, ""), "")

    async def settled(self, timeout: float = 5.0) -> None:
        """Wait until the bot has taken every update."""
        async with asyncio.timeout(timeout):
            await self.feed.settled()

    async def close(self) -> None:
        await self.feed.close()
        await self._postman.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def _serve(self, request: Request) -> ASGIApp:
        if request.path_params["token"] != self.token:
            return _refusal(_UNAUTHORIZED)
        method = method_names().get(request.path_params["method"].lower())
        if method is None:
            return _refusal(_NOT_FOUND)
        try:
            given = await parameters(request)
        except UnreadableBodyError as error:
            return _refusal(bad_request(str(error)))
        call = self.calls.add(method, given)
        fault = self.faults.take(method, given)
        if fault is None and method == "getUpdates":
            return await _unless_gone(request, self._answer(call, given))
        if fault is None:
            return await self._answer(call, given)
        answer = await strike(fault, lambda: self._answer(call, given), _injected)
        self.calls.struck(call, type(fault).__name__)
        return answer

    async def _answer(self, call: Call, given: dict[str, Any]) -> Response:
        try:
            call.parameters = read(call.method, given)
            result = await self._api.methods[call.method](dict(call.parameters))
        except ApiError as error:
            self.calls.done(call, error.code, error.description)
            return _refusal(error)
        self.calls.done(call, 200)
        return _json({"ok": True, "result": result}, 200)


async def _unless_gone(request: Request, answer: Any) -> Response:
    """The answer, or nothing once the client has hung up on a long poll."""
    answering = asyncio.ensure_future(answer)
    hanging_up = asyncio.ensure_future(request.receive())
    try:
        await asyncio.wait({answering, hanging_up}, return_when=asyncio.FIRST_COMPLETED)
        return await answering if answering.done() else Response(status_code=499)
    finally:
        answering.cancel()
        hanging_up.cancel()


def _refusal(error: ApiError) -> Response:
    body: dict[str, Any] = {"ok": False, "error_code": error.code, "description": error.description}
    if error.parameters:
        body["parameters"] = error.parameters
    return _json(body, error.code)


def _injected(fault: Refuse) -> Response:
    description = fault.message or _PHRASES.get(fault.status, "Error")
    if fault.retry_after is None:
        return _refusal(ApiError(fault.status, description))
    wait = fault.retry_after
    error = ApiError(429, f"Too Many Requests: retry after {wait}", {"retry_after": wait})
    return _refusal(error)


def _json(body: dict[str, Any], status: int) -> Response:
    return Response(json.dumps(body), status, media_type="application/json")
