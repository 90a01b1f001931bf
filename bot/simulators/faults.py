"""Faults to inject into a simulator's answers. What the method itself does is none of it."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from bot.simulators.serving import RESET


@dataclass(frozen=True, slots=True)
class Refuse:
    """Answer with an error in the service's own shape; the call is not carried out.

    `code` is the service's own number where it has one (Twilio's), else the HTTP status.
    """

    status: int = 500
    retry_after: int | None = None
    code: int | None = None
    message: str | None = None


@dataclass(frozen=True, slots=True)
class Hang:
    """Never answer. `applied`: the call was carried out first."""

    applied: bool = False


@dataclass(frozen=True, slots=True)
class Reset:
    """Cut the connection instead of answering. `applied`: the call was carried out first."""

    applied: bool = False


@dataclass(frozen=True, slots=True)
class Drip:
    """Carry the call out and answer in small pieces, `pause` seconds apart."""

    pause: float = 0.01
    piece: int = 1


@dataclass(frozen=True, slots=True)
class Garbage:
    """Answer with a body that the service would never send. `applied`: carried out first."""

    applied: bool = True
    status: int = 200
    body: bytes = b"<html><title>Bad Gateway</title>"


Fault = Refuse | Hang | Reset | Drip | Garbage
Work = Callable[[], Awaitable[Response]]


@dataclass(slots=True)
class _Planned:
    method: str
    fault: Fault
    left: int | None
    when: Callable[[Mapping[str, Any]], bool] | None

    def fits(self, method: str, parameters: Mapping[str, Any]) -> bool:
        named = self.method in ("*", method)
        return named and (self.when is None or self.when(parameters))


class Faults:
    """The faults to come, first planned first struck."""

    def __init__(self) -> None:
        self._planned: list[_Planned] = []

    def next(
        self,
        method: str,
        fault: Fault,
        *,
        times: int | None = 1,
        when: Callable[[Mapping[str, Any]], bool] | None = None,
    ) -> None:
        """Strike the next `times` calls of a method (None: all; "*": any method)."""
        self._planned.append(_Planned(method, fault, times, when))

    def clear(self) -> None:
        self._planned.clear()

    def take(self, method: str, parameters: Mapping[str, Any]) -> Fault | None:
        for planned in self._planned:
            if planned.fits(method, parameters):
                if planned.left is not None:
                    planned.left -= 1
                    if not planned.left:
                        self._planned.remove(planned)
                return planned.fault
        return None


async def strike(fault: Fault, work: Work, refusal: Callable[[Refuse], Response]) -> ASGIApp:
    """Carry the call out as far as the fault lets it, and return what answers it."""
    match fault:
        case Refuse():
            return refusal(fault)
        case Drip(pause, piece):
            return _Dripping(await work(), pause, piece)
        case Hang(applied) | Reset(applied) | Garbage(applied):
            if applied:
                await work()
    if isinstance(fault, Garbage):
        return Response(fault.body, fault.status, media_type="text/html")
    return _hang if isinstance(fault, Hang) else _reset


async def _hang(_scope: Scope, receive: Receive, _send: Send) -> None:
    await _disconnect(receive)


async def _disconnect(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _reset(scope: Scope, _receive: Receive, _send: Send) -> None:
    scope["extensions"][RESET]["reset"]()


@dataclass(frozen=True, slots=True)
class _Dripping:
    response: Response
    pause: float
    piece: int

    async def __call__(self, _scope: Scope, receive: Receive, send: Send) -> None:
        await send(
            {
                "type": "http.response.start",
                "status": self.response.status_code,
                "headers": self.response.raw_headers,
            }
        )
        body = bytes(self.response.body)
        for start in range(0, len(body), self.piece):
            part = body[start : start + self.piece]
            await send({"type": "http.response.body", "body": part, "more_body": True})
            if await self._hangs_up(receive):
                return
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _hangs_up(self, receive: Receive) -> bool:
        """Whether the client went away during the pause."""
        try:
            async with asyncio.timeout(self.pause):
                await _disconnect(receive)
        except TimeoutError:
            return False
        return True
