"""The demo page over HTTP: the page, what its phones show, what people do. In the demo only."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemLoader
from starlette.applications import Starlette
from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import (
    HTMLResponse,
    JSONResponse,
    RedirectResponse,
    Response,
    StreamingResponse,
)
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.web.demo_stage import ActError, Actor, Stage, act, enter
from bot.web.demo_state import actor_state, last_call, shown_number, totals
from bot.web.demo_words import words
from bot.web.languages import page_language
from bot.web.webhooks import TooLargeError, body_of
from locales import LANGUAGES, Language

LANGUAGE_COOKIE = "enlace_language"
_HERE = Path(__file__).parent
_HEARTBEAT_SECONDS = 15.0
_SOON_SECONDS = 0.25
_HEADERS = {
    "Content-Security-Policy": "default-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'; object-src 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-cache",
}


@dataclass(frozen=True, slots=True)
class Insight:
    """What the database holds. `languages`: which one the bot speaks, by an actor's id."""

    received: int = 0
    waiting: int = 0
    sent: int = 0
    languages: Mapping[str, Language] = field(default_factory=dict)


Underneath = Callable[[Iterable[Actor]], Awaitable[Insight]]


class DemoPage:
    """`underneath` looks into the bot's database for the strip below the phones."""

    def __init__(self, stage: Stage, underneath: Underneath) -> None:
        self._stage = stage
        self._underneath = underneath
        templates = Environment(
            loader=FileSystemLoader(_HERE / "templates"),
            autoescape=True,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._template = templates.get_template("demo.html")

    def routes(self) -> list[BaseRoute]:
        safe = [Middleware(_SafeHeaders)]
        only_page = [*safe, Middleware(_OwnPageOnly)]
        # An application of its own, so that "not found" passes the headers too.
        files = Starlette(routes=[Mount("/", StaticFiles(directory=_HERE / "static"))])
        return [
            Route("/", lambda _request: RedirectResponse("/demo"), middleware=safe),
            Route("/demo", self.page, middleware=safe),
            Route("/demo/state", self.state, middleware=safe),
            Route("/demo/stream", self.stream, middleware=safe),
            Route("/demo/people", self.enter, methods=["POST"], middleware=only_page),
            Route("/demo/people/{id}/{what}", self.act, methods=["POST"], middleware=only_page),
            Mount("/demo/static", files, middleware=safe),
        ]

    async def page(self, request: Request) -> Response:
        language = page_language(request, LANGUAGE_COOKIE)
        html = self._template.render(
            language=language,
            words=words(language),
            data={
                "words": {each: words(each) for each in LANGUAGES},
                "cookie": LANGUAGE_COOKIE,
                "number": shown_number(self._stage.twilio.numbers[0]),
            },
        )
        return HTMLResponse(html, headers={"Vary": "Accept-Language, Cookie"})

    async def state(self, _request: Request) -> Response:
        news, _insight = await self._news({})
        return JSONResponse(news)

    async def stream(self, _request: Request) -> Response:
        return StreamingResponse(self._events(), media_type="text/event-stream")

    async def enter(self, request: Request) -> Response:
        given = await _body(request)
        if isinstance(given, Response):
            return given
        try:
            actor = enter(self._stage, given)
        except ActError as error:
            return _refusal(409, str(error))
        return JSONResponse({"id": actor.id}, 201)

    async def act(self, request: Request) -> Response:
        actor = self._stage.actors.get(request.path_params["id"])
        if actor is None:
            return _refusal(404, "there is no such person")
        given = await _body(request)
        if isinstance(given, Response):
            return given
        try:
            await act(actor, request.path_params["what"], given)
        except ActError as error:
            return _refusal(409, str(error))
        return Response(status_code=204)

    async def _events(self) -> AsyncIterator[str]:
        """Everything first, then what changed; a look now and then while the bot is at work."""
        seen: dict[str, object] = {}
        while not self._stage.closed:
            versions = self._stage.versions()
            news, insight = await self._news(seen)
            yield f"data: {json.dumps(news)}\n\n"
            pause = _SOON_SECONDS if insight.waiting else _HEARTBEAT_SECONDS
            await self._stage.changed(versions, pause)

    async def _news(self, seen: dict[str, object]) -> tuple[dict[str, Any], Insight]:
        people = []
        for actor in self._stage.actors.values():
            state = actor_state(actor, self._stage.telegram)
            if seen.get(actor.id) != state:
                seen[actor.id] = state
                people.append(state)
        insight = await self._underneath(self._stage.actors.values())
        news = {
            "people": people,
            "languages": dict(insight.languages),
            "totals": {
                "received": insight.received,
                "waiting": insight.waiting,
                "sent": insight.sent,
                **totals(self._stage),
            },
            "call": last_call(self._stage),
        }
        return news, insight


async def _body(request: Request) -> dict[str, Any] | Response:
    try:
        given = json.loads(await body_of(request))
    except TooLargeError:
        return _refusal(413, "that is too much at once")
    except (ValueError, RecursionError):
        return _refusal(400, "the body must be JSON")
    return given if isinstance(given, dict) else _refusal(400, "the body must be an object")


def _refusal(status: int, reason: str) -> Response:
    return JSONResponse({"error": reason}, status)


class _SafeHeaders:
    """Adds what keeps a page to itself to every answer."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_safely(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(_HEADERS)
            await send(message)

        await self._app(scope, receive, send_safely)


class _OwnPageOnly:
    """Refuses what another site's page could send: it can neither choose Origin nor send JSON."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        refusal = self._refusal(Request(scope))
        await (refusal or self._app)(scope, receive, send)

    def _refusal(self, request: Request) -> Response | None:
        origin = urlsplit(request.headers.get("origin", "")).netloc
        if not origin or origin != request.headers.get("host"):
            return _refusal(403, "only the demo's own page may do that")
        media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        return None if media_type == "application/json" else _refusal(415, "JSON is needed")
