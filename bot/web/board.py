"""GET /board: what the shelters need, for everybody, and posters to print. No scripts."""

from collections.abc import Callable
from datetime import datetime

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from bot.web import posters
from bot.web.board_data import cities
from bot.web.board_words import Doors, city_view, words
from bot.web.languages import page_language
from bot.web.pages import HERE, Pages, safe, template
from handlers.desk import Desk
from locales import LANGUAGES, Language
from storage.database import Database

_LONGEST_CODE = 32
_STYLES = ("board.css", "poster.css")
_PICTURE = "enlace.svg"
_KEPT = "public, max-age=3600"


class Board:
    def __init__(self, database: Database, desk: Desk, now: Callable[[], datetime]) -> None:
        self._database = database
        self._desk = desk
        self._now = now
        self._pages = Pages(now)
        self._board = template("board.html")
        self._poster = template("poster.html")
        static = HERE / "static"
        self._files = {name: (static / name).read_text("utf-8") for name in (*_STYLES, _PICTURE)}

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/board", self.page),
            Route("/board/poster/{code}", self.poster),
            Route("/board/static/{name}", self.file),
        ]

    async def page(self, request: Request) -> Response:
        language = page_language(request)
        doors = Doors.of(self._desk.policy)
        return await self._pages.answer(
            request, ("board", language, doors), lambda: self._made(language, doors)
        )

    async def _made(self, language: Language, doors: Doors) -> str:
        vault, now = self._desk.vault, self._now()
        found = await self._database.read(lambda connection: cities(connection, vault, now))
        return self._board.render(
            language=language,
            other=next(each for each in LANGUAGES if each != language),
            words=words(language),
            cities=[city_view(city, doors, language) for city in found],
            doors=doors,
            join=doors.chat("board"),
            programme=self._desk.policy.programme,
        )

    async def poster(self, request: Request) -> Response:
        code = request.path_params["code"]
        if len(code) > _LONGEST_CODE:
            return safe("", status=404)
        language, doors = page_language(request), Doors.of(self._desk.policy)
        return await self._pages.answer(
            request, (code.upper(), language, doors), lambda: self._drawn(code, language, doors)
        )

    async def _drawn(self, code: str, language: Language, doors: Doors) -> str | None:
        vault, now = self._desk.vault, self._now()
        found = await self._database.read(
            lambda connection: posters.find(connection, vault, code, now)
        )
        if found is None:
            return None
        view = posters.view(found, doors)
        view["languages"].sort(key=lambda each: each["language"] != language)
        return self._poster.render(
            language=language,
            words=words(language),
            programme=self._desk.policy.programme,
            poster=view,
        )

    async def file(self, request: Request) -> Response:
        name = request.path_params["name"]
        if name not in self._files:
            return safe("", status=404)
        kind = "image/svg+xml" if name == _PICTURE else "text/css"
        return safe(self._files[name], media_type=kind, headers={"Cache-Control": _KEPT})
