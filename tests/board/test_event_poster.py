"""The poster of an event: what, when and where in both languages, and nobody on it."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace

import httpx
import pytest
from starlette.applications import Starlette

from bot.simulators.serving import serve
from bot.web.board import Board
from storage.events import EventState
from tests.board.conftest import Eyes
from tests.board.scanning import scanned
from tests.events.conftest import made
from tests.privacy.conftest import lite_town
from tests.talk import Office

__all__ = ["lite_town"]

Get = Callable[[str], Awaitable[httpx.Response]]


@pytest.fixture
async def web(lite_town: Office) -> AsyncIterator[Get]:
    policy = replace(lite_town.desk.policy, sms_number="+13125550100", telegram_username="enlace")
    desk = replace(lite_town.desk, policy=policy)
    app = Starlette(routes=Board(lite_town.database, desk, lambda: lite_town.now).routes())
    async with serve(app) as url, httpx.AsyncClient(base_url=url) as client:
        yield client.get


async def test_it_invites_in_both_languages_with_codes_to_scan(lite_town: Office, web: Get) -> None:
    march = made(lite_town)
    page = (await web(f"/board/poster/{march.code}")).text
    for words in (
        *(
            "Te invitamos",
            "You&#39;re invited",
            "Marcha por la dignidad\N{NO-BREAK SPACE}· March for dignity",
        ),
        *("sábado 5 de diciembre, 10:30", "Saturday, December 5, 10:30", "Federal Plaza"),
        *(f"{march.code} SÍ", f"{march.code} YES"),
    ):
        assert words in page, words
    assert page.count("<svg") == 2


async def test_a_draft_or_a_cancelled_one_has_none(lite_town: Office, web: Get) -> None:
    for status in (EventState.DRAFT, EventState.CANCELLED):
        event = made(lite_town, status)
        assert (await web(f"/board/poster/{event.code}")).status_code == 404


@pytest.mark.browser
async def test_a_camera_reads_from_it_where_it_leads(
    lite_town: Office, web: Get, eyes: Eyes
) -> None:
    march = made(lite_town)
    where = (await web(f"/board/poster/{march.code}")).url
    page = await eyes.opens(str(where), width=794, height=1123)
    assert await scanned(page) == [
        f"https://t.me/enlace?start=e_{march.code}",
        f"SMSTO:+13125550100:{march.code} ",
    ]
