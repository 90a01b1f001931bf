"""GET /c/TOKEN: an event's calendar file, for whoever got its address by SMS. No person in it."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from handlers.calendar_file import MEDIA_TYPE, calendar_file, file_name, method_of
from handlers.calendar_links import PATH, is_over, wanted
from handlers.event_facts import tell_of
from handlers.events import event_of
from storage.database import Database
from storage.events import EventState
from storage.sealed import Vault

_HEADERS = {
    "Cache-Control": "private, no-cache",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
}
_UNKNOWN = "No such address. / No existe esta dirección."
_OVER = "This event is over. / Este evento ya pasó."


class CalendarFiles:
    """404 for what was not signed by us; 410 once the event is over."""

    def __init__(self, database: Database, vault: Vault, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._vault = vault
        self._clock = clock

    def route(self) -> Route:
        return Route(f"{PATH}/{{token}}", self._get, methods=["GET"])

    async def _get(self, request: Request) -> Response:
        token = request.path_params["token"]
        return await self._database.read(lambda connection: self._file(connection, token))

    def _file(self, connection: Connection, token: str) -> Response:
        asked = wanted(self._vault, token)
        event = event_of(connection, asked.code) if asked is not None else None
        if asked is None or event is None or event.status is EventState.DRAFT:
            return PlainTextResponse(_UNKNOWN, 404, _HEADERS)
        if is_over(event, self._clock()):
            return PlainTextResponse(_OVER, 410, _HEADERS)
        told = tell_of(connection, self._vault, event)
        return Response(
            calendar_file(told, asked.language),
            headers={
                **_HEADERS,
                "Content-Type": f"{MEDIA_TYPE}; charset=utf-8; method={method_of(told)}",
                "Content-Disposition": f'attachment; filename="{file_name(told)}"',
            },
        )
