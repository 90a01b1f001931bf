"""HTTP for python-telegram-bot, on aiohttp: a fifth of httpx's cost. No Bot API methods here."""

import logging
from datetime import timedelta
from http import HTTPStatus
from typing import Any, Final, cast

from aiohttp import (
    ClientConnectorError,
    ClientError,
    ClientSession,
    ClientTimeout,
    ConnectionTimeoutError,
    DummyCookieJar,
    FormData,
    InvalidURL,
    TCPConnector,
)
from telegram.error import NetworkError, TelegramError, TimedOut
from telegram.request import BaseRequest, RequestData

from handlers.conversation.compact import read_json

# At DEBUG the library logs every parameter, which is what people write and who they are.
logging.getLogger("telegram").setLevel(logging.INFO)

_JSON: Final = {"Content-Type": "application/json"}
_PAUSE: Final = timedelta(seconds=5)
_LONGEST_PAUSE: Final = timedelta(hours=1)


class NeverSentError(NetworkError):
    """No connection was made, so the Bot API has not seen the request."""


class SlowDownError(TelegramError):
    """429; `retry_after` is how long the Bot API wants to be left alone."""

    def __init__(self, retry_after: timedelta) -> None:
        super().__init__("Too Many Requests")
        self.retry_after = retry_after


class AiohttpRequest(BaseRequest):
    """Times are seconds. The session is made by the first request, on the loop that runs then."""

    __slots__ = ("_connect", "_connections", "_read", "_session")

    def __init__(
        self, *, connections: int = 256, connect_timeout: float = 5, read_timeout: float = 15
    ) -> None:
        self._connections = connections
        self._connect = connect_timeout
        self._read = read_timeout
        self._session: ClientSession | None = None

    @property
    def read_timeout(self) -> float | None:
        return self._read

    async def initialize(self) -> None:
        self._opened()

    async def shutdown(self) -> None:
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def do_request(  # noqa: PLR0917
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: Any = BaseRequest.DEFAULT_NONE,
        write_timeout: Any = BaseRequest.DEFAULT_NONE,  # noqa: ARG002
        connect_timeout: Any = BaseRequest.DEFAULT_NONE,
        pool_timeout: Any = BaseRequest.DEFAULT_NONE,  # noqa: ARG002
    ) -> tuple[int, bytes]:
        """Errors leave without their cause: its words hold the address, and that the token."""
        timeout = self._timeout(connect_timeout, read_timeout)
        body, headers = _encoded(request_data)
        try:
            async with self._opened().request(
                method, url, data=body, headers=headers, timeout=timeout, allow_redirects=False
            ) as response:
                payload = await response.read()
        except (ClientConnectorError, ConnectionTimeoutError, InvalidURL) as error:
            raise NeverSentError(type(error).__name__) from None
        except TimeoutError:
            raise TimedOut from None
        except (ClientError, OSError) as error:
            raise NetworkError(type(error).__name__) from None
        if response.status == HTTPStatus.TOO_MANY_REQUESTS:
            raise SlowDownError(_pause(payload))
        return response.status, payload

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """As the library's, which would log an unreadable answer with the person in it."""
        try:
            answer = read_json(payload)
        except ValueError:
            raise TelegramError("Invalid server response") from None
        if not isinstance(answer, dict):
            raise TelegramError("Invalid server response")
        return cast("dict[str, Any]", answer)

    def _opened(self) -> ClientSession:
        if self._session is None:
            self._session = ClientSession(
                connector=TCPConnector(limit=self._connections),
                cookie_jar=DummyCookieJar(),
                headers={"User-Agent": self.USER_AGENT},
            )
        return self._session

    def _timeout(self, connect: Any, read: Any) -> ClientTimeout:
        """`connect` counts waiting for a free connection too: nothing is sent before it ends."""
        connecting = connect if isinstance(connect, int | float) else self._connect
        reading = read if isinstance(read, int | float) else self._read
        return ClientTimeout(total=connecting + reading, connect=connecting)


def _encoded(data: RequestData | None) -> tuple[bytes | FormData | None, dict[str, str] | None]:
    if data is None:
        return None, None
    if not data.contains_files:
        return data.json_payload, _JSON  # a fifth of what quoting for a form takes
    form = FormData()
    for name, value in data.json_parameters.items():
        form.add_field(name, value)
    for name, (filename, content, mime) in data.multipart_data.items():
        form.add_field(name, content, filename=filename, content_type=mime)
    return form, None


def _pause(payload: bytes) -> timedelta:
    try:
        seconds = read_json(payload)["parameters"]["retry_after"]
        return min(timedelta(seconds=max(1, int(seconds))), _LONGEST_PAUSE)
    except (ValueError, KeyError, TypeError, OverflowError):
        return _PAUSE
