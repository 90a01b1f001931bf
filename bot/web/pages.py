"""Public pages: made once every few seconds at most, kept by readers' caches, closed to scripts."""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, Template
from starlette.requests import Request
from starlette.responses import Response

HERE = Path(__file__).parent
FRESH = timedelta(seconds=5)
_MOST_KEPT = 500
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}

Make = Callable[[], Awaitable[str | None]]


def template(name: str) -> Template:
    environment = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(name)


@dataclass(frozen=True, slots=True)
class _Kept:
    body: str
    tag: str
    until: datetime


class Pages:
    """Pages by what they are of. One request makes a page, the others that want it wait for it."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._kept: dict[Hashable, _Kept] = {}
        self._making = asyncio.Lock()

    async def answer(self, request: Request, key: Hashable, make: Make) -> Response:
        """The page; 304 to whoever has it already; 404 where `make` finds nothing to show."""
        kept = self._fresh(key) or await self._made(key, make)
        if kept is None:
            return safe("", status=404)
        headers = {
            "ETag": kept.tag,
            "Cache-Control": f"public, max-age={int(FRESH.total_seconds())}",
            "Vary": "Accept-Language",
        }
        if kept.tag in request.headers.get("if-none-match", ""):
            return safe("", status=304, headers=headers)
        return safe(kept.body, headers=headers)

    def _fresh(self, key: Hashable) -> _Kept | None:
        kept = self._kept.get(key)
        return kept if kept is not None and kept.until > self._now() else None

    async def _made(self, key: Hashable, make: Make) -> _Kept | None:
        async with self._making:
            kept = self._fresh(key)
            if kept is not None:
                return kept
            body = await make()
            if body is None:
                self._kept.pop(key, None)
                return None
            if len(self._kept) >= _MOST_KEPT:
                self._kept.clear()
            tag = f'"{hashlib.sha256(body.encode()).hexdigest()[:20]}"'
            self._kept[key] = _Kept(body, tag, self._now() + FRESH)
            return self._kept[key]


def safe(
    body: str,
    *,
    status: int = 200,
    media_type: str = "text/html",
    headers: dict[str, str] | None = None,
) -> Response:
    return Response(body, status, headers={**_HEADERS, **(headers or {})}, media_type=media_type)
