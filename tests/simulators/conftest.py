"""The simulators, served over loopback, and the real client libraries that talk to them."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from telegram import Bot
from telegram.request import HTTPXRequest
from twilio.http.async_http_client import AsyncTwilioHttpClient
from twilio.rest import Client

from bot.simulators import TelegramSimulator, TwilioSimulator, serve
from bot.simulators.telegram import Person, Retry

TOKEN = "123456:TEST-token"
ACCOUNT = "AC" + "0" * 32
SERVICE = "MG" + "1" * 32
AUTH = "auth-token"
OURS = "+13125550199"
HERS = "+13125550123"
PUBLIC = "https://enlace.example"


@dataclass
class Clock:
    """A clock that only a test moves."""

    now: float = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Receiver:
    """A bot's webhook: keeps what came, answers what it is told to (200 when told nothing)."""

    requests: list[Request] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)
    text: str = "<Response/>"

    async def receive(self, request: Request) -> Response:
        self.bodies.append(await request.body())
        self.requests.append(request)
        status = self.answers.pop(0) if self.answers else 200
        return Response(self.text, status, media_type="text/xml")


class LocalClient(Client):  # type: ignore[misc]
    """The real Twilio client, pointed at another base URL."""

    def __init__(self, base: str, user: str = ACCOUNT, password: str = AUTH) -> None:
        super().__init__(user, password, http_client=AsyncTwilioHttpClient())
        self._base = base

    def get_hostname(self, uri: str) -> str:
        return uri.replace("https://api.twilio.com", self._base)


@pytest.fixture(autouse=True)
def _durations_as_timedelta(monkeypatch: pytest.MonkeyPatch) -> None:
    """python-telegram-bot deprecates seconds as plain numbers."""
    monkeypatch.setenv("PTB_TIMEDELTA", "true")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def receiver() -> Receiver:
    return Receiver()


@pytest.fixture
async def receiver_url(receiver: Receiver) -> AsyncIterator[str]:
    routes = [Route("/{path:path}", receiver.receive, methods=["POST"])]
    async with serve(Starlette(routes=routes)) as url:
        yield url


@pytest.fixture
async def telegram(clock: Clock) -> AsyncIterator[TelegramSimulator]:
    async with TelegramSimulator(TOKEN, clock=clock, retry=Retry(first=0, most=0)) as simulator:
        yield simulator


@pytest.fixture
async def telegram_url(telegram: TelegramSimulator) -> AsyncIterator[str]:
    async with serve(telegram.app) as url:
        yield url


@pytest.fixture
async def bot(telegram_url: str) -> AsyncIterator[Bot]:
    async with Bot(TOKEN, base_url=f"{telegram_url}/bot") as bot:
        yield bot


@pytest.fixture
async def impatient_bot(telegram_url: str) -> AsyncIterator[Bot]:
    """One that waits a fifth of a second for an answer."""
    request = HTTPXRequest(read_timeout=0.2)
    async with Bot(TOKEN, base_url=f"{telegram_url}/bot", request=request) as bot:
        yield bot


@pytest.fixture
async def maria(telegram: TelegramSimulator) -> Person:
    """Someone who has pressed Start."""
    person = telegram.person(7, "María", language_code="es", phone_number="13125550123")
    await person.starts()
    return person


@pytest.fixture
async def twilio(clock: Clock) -> AsyncIterator[TwilioSimulator]:
    simulator = TwilioSimulator(
        ACCOUNT, AUTH, numbers=[OURS], messaging_service_sid=SERVICE, clock=clock
    )
    async with simulator:
        yield simulator


@pytest.fixture
async def twilio_url(twilio: TwilioSimulator) -> AsyncIterator[str]:
    async with serve(twilio.app) as url:
        yield url


@pytest.fixture
async def client(twilio_url: str) -> AsyncIterator[LocalClient]:
    client = LocalClient(twilio_url)
    yield client
    await client.http_client.close()
