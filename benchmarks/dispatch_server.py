"""A provider on loopback that takes every message and answers as Telegram or Twilio would.

It does the least that can be done, in a process of its own: a contest is between its clients.
"""

import asyncio
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from multiprocessing import get_context
from multiprocessing.sharedctypes import Synchronized
from typing import cast

from benchmarks import signup
from benchmarks.places import free_port
from benchmarks.servers import ACCOUNT, NUMBER, wait_for

TEXT = "Enlace: Llama hoy a tu representante y pide que apoye a los albergues de la red."

_SENT_AT = 1_795_000_000
_TELEGRAM = json.dumps(
    {
        "ok": True,
        "result": {
            "message_id": "#",
            "from": {"id": 1, "is_bot": True, "first_name": "Enlace", "username": "enlace_bot"},
            "chat": {"id": 70_000_000, "first_name": "Rosa", "type": "private"},
            "date": _SENT_AT,
            "text": TEXT,
        },
    }
).replace('"#"', "#")
_TWILIO = json.dumps(
    {
        "body": TEXT,
        "num_segments": "1",
        "direction": "outbound-api",
        "from": NUMBER,
        "to": "+13125550101",
        "date_updated": "Sat, 21 Nov 2026 18:00:00 +0000",
        "price": None,
        "error_message": None,
        "uri": f"/2010-04-01/Accounts/{ACCOUNT}/Messages/SM0.json",
        "account_sid": ACCOUNT,
        "num_media": "0",
        "status": "queued",
        "messaging_service_sid": None,
        "sid": "#",
        "date_sent": None,
        "date_created": "Sat, 21 Nov 2026 18:00:00 +0000",
        "error_code": None,
        "price_unit": "USD",
        "api_version": "2010-04-01",
        "subresource_uris": {"media": f"/2010-04-01/Accounts/{ACCOUNT}/Messages/SM0/Media.json"},
    }
)
_HEAD = "HTTP/1.1 {} OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{}"
_END, _LENGTH = b"\r\n\r\n", b"content-length:"


@dataclass(frozen=True, slots=True)
class Provider:
    """A server that runs; `taken` tells how many messages it has taken so far."""

    url: str
    _taken: "Synchronized[int]"

    @property
    def taken(self) -> int:
        return self._taken.value


@contextmanager
def provider(latency: float = 0.0) -> Iterator[Provider]:
    """`latency`: seconds from a request to its answer."""
    context, port = get_context("spawn"), free_port()
    taken: Synchronized[int] = context.Value("q", lock=False)
    process = context.Process(target=_serve, args=(port, latency, taken), daemon=True)
    process.start()
    wait_for(port)
    try:
        yield Provider(f"http://127.0.0.1:{port}", taken)
    finally:
        process.terminate()
        process.join(30)


def _serve(port: int, latency: float, taken: "Synchronized[int]") -> None:
    signup.run(_listen(port, latency, taken))


async def _listen(port: int, latency: float, taken: "Synchronized[int]") -> None:
    ids = count(1_000_000 + int(time.time()) % 1_000_000 * 1000)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: _Answering(latency, taken, ids), "127.0.0.1", port, backlog=512
    )
    await server.serve_forever()


class _Answering(asyncio.Protocol):
    """One request after another on a connection, as every client here sends them."""

    def __init__(self, latency: float, taken: "Synchronized[int]", ids: "count[int]") -> None:
        self._latency = latency
        self._taken = taken
        self._ids = ids
        self._loop = asyncio.get_running_loop()
        self._heard = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        self._heard += data
        end = self._heard.find(_END)
        if end < 0 or len(self._heard) < end + len(_END) + _length(self._heard[:end]):
            return
        answer = self._answer(self._heard.split(b" ", 2)[1])
        self._heard = b""
        if self._latency:
            self._loop.call_later(self._latency, self._transport.write, answer)
        else:
            self._transport.write(answer)

    def _answer(self, path: bytes) -> bytes:
        self._taken.value += 1
        number = next(self._ids)
        if path.startswith(b"/bot"):
            return _response(200, _TELEGRAM.replace("#", str(number), 1))
        return _response(201, _TWILIO.replace("#", f"SM{number:032x}", 1))


def _response(status: int, body: str) -> bytes:
    return _HEAD.format(status, len(body), body).encode()


def _length(head: bytes) -> int:
    at = head.lower().find(_LENGTH)
    return 0 if at < 0 else int(head[at + len(_LENGTH) :].split(b"\r\n", 1)[0])
