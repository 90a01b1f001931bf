"""The board over HTTP, with needs on it; and somebody who reads it in a browser."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from sqlalchemy import Connection, select, update
from starlette.applications import Starlette

from bot.simulators import serve
from bot.web.board import Board
from handlers import needs
from handlers.needs import Lack
from handlers.policy import Policy
from storage.audit import OPERATOR
from storage.needs import Audience
from storage.needs import needs as table
from storage.network import shelters
from tests.talk import Office

if TYPE_CHECKING:
    from playwright.async_api import Browser, Page

POLICY = Policy(sms_number="+13125550199", telegram_username="enlace-test")
HOSTILE = 'agua <script>alert(1)</script> & "hielo"'


@dataclass
class Shown:
    """A served board. `office` is where its needs are posted."""

    url: str
    office: Office
    reads: int = 0
    headers: dict[str, str] = field(default_factory=dict)

    def post(self, shelter: str, item: str, quantity: int, **fields: Any) -> str:
        """The code of a need that is open; `committed` and so on are as if people had promised."""
        counts = {
            name: fields.pop(name)
            for name in ("committed", "on_the_way", "received")
            if name in fields
        }

        def unit(connection: Connection) -> str:
            where = connection.scalar(select(shelters.c.id).where(shelters.c.code == shelter))
            assert where is not None
            facts = {"category": "water", "unit": "box", "urgency": "soon", **fields}
            lack = Lack(where, item=item, quantity=quantity, ask=Audience.NOBODY, **facts)
            desk = needs.Desk(self.office.desk.vault, POLICY, self.office.now)
            made = needs.post(connection, desk, lack, by=None)
            needs.open_need(connection, desk, made.id, actor=OPERATOR)
            if counts:
                connection.execute(update(table).where(table.c.id == made.id).values(**counts))
            return made.code

        return self.office.database.run_now(unit)

    async def get(self, path: str = "/board", **headers: str) -> httpx.Response:
        async with httpx.AsyncClient(trust_env=False) as client:
            return await client.get(f"{self.url}{path}", headers=headers)


@pytest.fixture
async def board(office: Office, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Shown]:
    office.desk.policy = POLICY
    shown = Shown("", office)
    read = office.database.read

    async def counted(unit: Any) -> Any:
        shown.reads += 1
        return await read(unit)

    monkeypatch.setattr(office.database, "read", counted)
    app = Starlette(routes=Board(office.database, office.desk, lambda: office.now).routes())
    async with serve(app) as url:
        shown.url = url
        yield shown


class Eyes:
    """`faults` are what the browser complained of, `requested` every address it asked for."""

    def __init__(self, browser: "Browser") -> None:
        self._browser = browser
        self.faults: list[str] = []
        self.requested: list[str] = []

    async def opens(self, url: str, **how: Any) -> "Page":
        width, height = how.pop("width", 1440), how.pop("height", 900)
        context = await self._browser.new_context(
            viewport={"width": width, "height": height}, **how
        )
        page = await context.new_page()
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.on("console", lambda message: self.faults.append(message.text))
        page.on("request", lambda request: self.requested.append(request.url))
        await page.goto(url)
        return page


@pytest.fixture
async def eyes(browser: "Browser") -> AsyncIterator[Eyes]:
    eyes = Eyes(browser)
    yield eyes
    for context in browser.contexts:
        await context.close()
    assert eyes.faults == []
    assert {url for url in eyes.requested if not url.startswith("http://127.0.0.1:")} == set()
