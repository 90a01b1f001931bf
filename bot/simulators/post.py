"""Posts webhooks, and keeps what must stay in order in order. Shapes no webhook itself."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Hashable, Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

import aiohttp

Job = Callable[[], Awaitable[None]]


class UnreachableError(Exception):
    """The receiver could not be reached, or did not answer in time."""


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    media_type: str
    text: str

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300


class Postman:
    """Posts to loopback addresses only.

    `routes` maps a public base URL, over which signatures are made, to where it is served here.
    """

    def __init__(self) -> None:
        self.routes: dict[str, str] = {}
        self._session: aiohttp.ClientSession | None = None

    async def post(
        self, url: str, body: bytes, headers: Mapping[str, str], timeout: float
    ) -> Answer:
        """Raises UnreachableError."""
        try:
            async with self._open().post(
                self._served_at(url),
                data=body,
                headers=headers,
                timeout=aiohttp.ClientTimeout(total=timeout),
                allow_redirects=False,
            ) as response:
                return Answer(response.status, response.content_type, await response.text())
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            raise UnreachableError(type(error).__name__) from error

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            connector = aiohttp.TCPConnector(limit=0)
            self._session = aiohttp.ClientSession(connector=connector)
        return self._session

    def _served_at(self, url: str) -> str:
        for public in sorted(self.routes, key=len, reverse=True):
            if url.startswith(public):
                return self.routes[public] + url.removeprefix(public)
        if not is_loopback(url):
            raise UnreachableError("no route from this public URL to a server on this machine")
        return url


def is_loopback(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


class Lanes:
    """Runs jobs: those of one key in order, those of different keys at the same time."""

    def __init__(self) -> None:
        self._waiting: dict[Hashable, deque[Job]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def put(self, key: Hashable, job: Job) -> None:
        if key in self._waiting:
            self._waiting[key].append(job)
            return
        self._waiting[key] = deque([job])
        task = asyncio.get_running_loop().create_task(self._drain(key))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _drain(self, key: Hashable) -> None:
        waiting = self._waiting[key]
        try:
            while waiting:
                await waiting.popleft()()
        finally:
            del self._waiting[key]

    async def settled(self) -> None:
        """Return when nothing is under way. Raises what a job raised."""
        while self._tasks:
            await asyncio.gather(*self._tasks)

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
