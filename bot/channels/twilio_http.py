"""Twilio's client on a base URL of ours, over aiohttp with real timeouts. No messages here.

The library's own asynchronous client has no effective timeout, so that no connect error could be
told from a lost answer, and it logs and keeps what it sent, phone numbers with it.
"""

from base64 import b64encode
from datetime import timedelta
from functools import lru_cache
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import quote_plus, urlsplit

from aiohttp import ClientSession, ClientTimeout, DummyCookieJar, TCPConnector
from twilio.auth_strategy.auth_strategy import AuthStrategy
from twilio.auth_strategy.auth_type import AuthType
from twilio.credential.credential_provider import CredentialProvider
from twilio.http import AsyncHttpClient
from twilio.http.response import Response
from twilio.rest import Client

OFFICIAL_API: Final = "https://api.twilio.com"
_LONGEST_PAUSE_SECONDS: Final = 3600


class SlowDownError(Exception):
    """429: nothing was done, and nothing is to be asked again before `retry_after`."""

    def __init__(self, retry_after: timedelta) -> None:
        super().__init__("Too Many Requests")
        self.retry_after = retry_after


class TwilioHttp(AsyncHttpClient):  # type: ignore[misc]
    """Times are seconds. The session is made by the first request, on the loop that runs then."""

    def __init__(
        self, *, connections: int = 256, connect_timeout: float = 5, read_timeout: float = 15
    ) -> None:
        self.is_async = True
        self._connections = connections
        # `connect` counts waiting for a free connection too: nothing is sent before it ends.
        self._timeout = ClientTimeout(total=connect_timeout + read_timeout, connect=connect_timeout)
        self._session: ClientSession | None = None

    async def request(  # noqa: PLR0917
        self,
        method: str,
        url: str,
        params: dict[str, Any] | None = None,
        data: dict[str, Any] | None = None,
        headers: dict[str, str] | None = None,
        auth: object = None,  # noqa: ARG002
        timeout: float | None = None,  # noqa: ARG002
        allow_redirects: bool = False,
    ) -> Response:
        """Raises aiohttp's errors, and SlowDownError where a 429 says for how long.

        The credentials come as a header, not as `auth`, and the library itself names the type of
        the body: a form, which aiohttp would take as long to write as all the rest of a call.
        """
        async with self._opened().request(
            method,
            url,
            params=params,
            data=_form(data) if data else None,
            headers=headers,
            allow_redirects=allow_redirects,
        ) as response:
            if response.status == HTTPStatus.TOO_MANY_REQUESTS:
                _obey(response.headers.get("Retry-After", ""))
            text = (await response.read()).decode(errors="replace")
            return Response(response.status, text, response.headers)

    async def close(self) -> None:
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    def _opened(self) -> ClientSession:
        if self._session is None:
            self._session = ClientSession(
                connector=TCPConnector(limit=self._connections),
                cookie_jar=DummyCookieJar(),
                timeout=self._timeout,
            )
        return self._session


def _form(data: dict[str, Any]) -> bytes:
    pairs = (
        f"{_quoted(name)}={_quoted(str(each))}"
        for name, value in data.items()
        for each in (value if isinstance(value, list) else [value])
    )
    return "&".join(pairs).encode()


@lru_cache(maxsize=64)
def _quoted(text: str) -> str:
    """Kept: a broadcast says the same to everybody."""
    return quote_plus(text)


def _obey(retry_after: str) -> None:
    if retry_after.isdecimal():
        seconds = max(1, min(int(retry_after[:6]), _LONGEST_PAUSE_SECONDS))
        raise SlowDownError(timedelta(seconds=seconds))


class TwilioClient(Client):  # type: ignore[misc]
    """The library's client, talking to `api_url` whatever host a resource names."""

    def __init__(self, account_sid: str, auth_token: str, api_url: str, http: TwilioHttp) -> None:
        super().__init__(
            account_sid=account_sid,
            http_client=http,
            credential_provider=_Basic(account_sid, auth_token),
        )
        self._base = api_url.rstrip("/")

    def get_hostname(self, uri: str) -> str:
        there = urlsplit(uri)
        query = f"?{there.query}" if there.query else ""
        return f"{self._base}{there.path}{query}"


class _Basic(CredentialProvider, AuthStrategy):  # type: ignore[misc]
    def __init__(self, account_sid: str, auth_token: str) -> None:
        super().__init__(AuthType.BASIC)
        self._header = "Basic " + b64encode(f"{account_sid}:{auth_token}".encode()).decode()

    def to_auth_strategy(self) -> AuthStrategy:
        return self

    def get_auth_string(self) -> str:
        return self._header

    def requires_authentication(self) -> bool:
        return True
