"""The demo's endpoints: who may post, what is refused, what a stream tells."""

import asyncio
import json
from typing import Any

import aiohttp
import pytest

from bot.web.demo_stage import MOST_PEOPLE
from bot.web.demo_words import words
from tests.demo.conftest import Scripted


async def post(
    scripted: Scripted, path: str, body: Any = None, **headers: str
) -> tuple[int, dict[str, Any]]:
    """As the demo's own page posts, unless headers say otherwise."""
    sent = {"Origin": scripted.url, "Content-Type": "application/json"}
    sent |= {name.replace("_", "-"): value for name, value in headers.items()}
    data = body if isinstance(body, bytes) else json.dumps(body or {}).encode()
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{scripted.url}/demo/{path}", data=data, headers=sent) as answer,
    ):
        return answer.status, await answer.json() if answer.status != 204 else {}


async def get(scripted: Scripted, path: str, **headers: str) -> tuple[Any, str]:
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    async with (
        aiohttp.ClientSession() as session,
        session.get(scripted.url + path, headers=sent, allow_redirects=False) as answer,
    ):
        return answer, await answer.text()


async def state(scripted: Scripted, name: str = "Rosa") -> dict[str, Any]:
    _answer, body = await get(scripted, "/demo/state")
    return next(person for person in json.loads(body)["people"] if person["name"] == name)


async def test_the_front_door_leads_to_the_demo(scripted: Scripted) -> None:
    answer, _body = await get(scripted, "/")
    assert (answer.status, answer.headers["Location"]) == (307, "/demo")


@pytest.mark.parametrize("path", ["", "/state", "/static/demo.js", "/static/no"])
async def test_every_answer_keeps_the_page_to_itself(scripted: Scripted, path: str) -> None:
    answer, _body = await get(scripted, f"/demo{path}")
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "no-referrer"


async def test_the_page_has_no_inline_script_or_style(scripted: Scripted) -> None:
    _answer, page = await get(scripted, "/demo")
    assert "<style" not in page
    assert " style=" not in page
    assert " onclick" not in page
    assert page.count("<script") == page.count('type="module"') + page.count("application/json")


@pytest.mark.parametrize(
    ("path", "headers", "language"),
    [
        ("/demo", {"Accept_Language": "en-US,en;q=0.9"}, "en"),
        ("/demo", {"Accept_Language": "es-MX"}, "es"),
        ("/demo", {"Accept_Language": "fr-FR, en"}, "en"),
        ("/demo", {"Accept_Language": "fr"}, "es"),
        ("/demo", {}, "es"),
        ("/demo", {"Accept_Language": "en", "Cookie": "enlace_language=es"}, "es"),
        ("/demo?lang=en", {"Cookie": "enlace_language=es"}, "en"),
        ("/demo?lang=%00", {"Accept_Language": "en"}, "en"),
    ],
)
async def test_the_page_speaks_the_language_of_its_reader(
    scripted: Scripted, path: str, headers: dict[str, str], language: str
) -> None:
    _answer, page = await get(scripted, path, **headers)
    assert f'<html lang="{language}">' in page


def test_every_word_of_the_page_is_said_in_both_languages() -> None:
    spanish, english = words("es"), words("en")
    same = {name for name in english if spanish[name] == english[name]}
    assert same <= {"bot", "sticker"}


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": "https://elsewhere.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": ""}, 403),
        ({"Content_Type": "text/plain"}, 415),
        ({"Content_Type": "application/x-www-form-urlencoded"}, 415),
        ({"Content_Type": "application/json; charset=utf-8"}, 204),
    ],
)
@pytest.mark.parametrize("path", ["people/p1/text", "people"])
async def test_only_the_page_itself_may_act(
    scripted: Scripted, path: str, headers: dict[str, str], status: int
) -> None:
    body = {"text": "hola", "name": "Ana", "channel": "sms", "language": "es", "country": "US"}
    got, _answer = await post(scripted, path, body, **headers)
    assert got == (201 if (status, path) == (204, "people") else status)
    rosa = await state(scripted)
    assert len(rosa["bubbles"]) == (1 if (status, path) == (204, "people/p1/text") else 0)


async def test_acts_are_posts(scripted: Scripted) -> None:
    answer, _body = await get(scripted, "/demo/people/p1/text")
    assert answer.status == 405


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("people/p1/text", b"{", 400),
        ("people/p1/text", b"[]", 400),
        ("people/p1/text", b"\xff\xfe", 400),
        ("people/p1/text", b"[" * 100_000, 400),
        ("people/p1/text", b'"' + b"a" * 1_000_001 + b'"', 413),
        ("people/nobody/text", {"text": "hola"}, 404),
        ("people/p1/text", {}, 409),
        ("people/p1/text", {"text": " \n"}, 409),
        ("people/p1/text", {"text": 5}, 409),
        ("people/p1/text", {"text": "a" * 20_001}, 409),
        ("people/p1/dance", {}, 409),
        ("people/p1/press", {"button": "x"}, 409),
        ("people/p1/location", {}, 409),
        ("people/p1/media", {"kind": "voice"}, 409),
        ("people/p1/block", {}, 409),
        ("people/p3/media", {"kind": "bomb"}, 409),
        ("people/p3/press", {"button": "nothing shows this"}, 409),
        ("people/p3/press", {"button": "x", "message": "12; DROP"}, 409),
        ("people/p3/edit", {"message": 999, "text": "hola"}, 409),
        ("people/p3/edit", {"message": [1], "text": "hola"}, 409),
        ("people/p3/block", {}, 409),
        ("people/p3/unblock", {}, 409),
        ("people", {"name": "Ana"}, 409),
        ("people", {"name": "A" * 41, "channel": "sms", "language": "es", "country": "US"}, 409),
        ("people", {"name": "A", "channel": ["sms"], "language": "es", "country": "US"}, 409),
        ("people", {"name": "A", "channel": "sms", "language": "fr", "country": "US"}, 409),
    ],
)
async def test_what_no_phone_can_do_is_refused(
    scripted: Scripted, path: str, body: Any, status: int
) -> None:
    assert (await post(scripted, path, body))[0] == status
    assert len(scripted.stage.actors) == 4


async def test_the_stage_has_room_for_so_many(scripted: Scripted) -> None:
    person = {"name": "Ana", "channel": "sms", "language": "es", "country": "MX"}
    entered = [(await post(scripted, "people", person))[0] for _ in range(MOST_PEOPLE)]
    assert entered.count(201) == MOST_PEOPLE - 4
    numbers = {actor.address for actor in scripted.stage.actors.values()}
    assert len(numbers) == MOST_PEOPLE


async def test_a_text_reaches_the_network_with_any_characters(scripted: Scripted) -> None:
    body = b'{"text": "a\\u0000b\\ud800c \\ud83d\\ude00"}'
    assert (await post(scripted, "people/p1/text", body))[0] == 204
    assert (await post(scripted, "people/p3/text", body))[0] == 204
    assert (await state(scripted))["bubbles"][0]["text"] == "a\ufffdb\ufffdc \U0001f600"
    assert (await state(scripted, "Lucía"))["bubbles"][0]["text"] == "a\ufffdb\ufffdc \U0001f600"


async def test_ten_thousand_letters_arrive(scripted: Scripted) -> None:
    assert (await post(scripted, "people/p1/text", {"text": "ñ" * 10_000}))[0] == 204
    assert (await post(scripted, "people/p3/text", {"text": "ñ" * 10_000}))[0] == 204
    assert len((await state(scripted, "Lucía"))["bubbles"]) == 3


async def test_the_stream_tells_everything_once_and_then_what_changed(scripted: Scripted) -> None:
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"{scripted.url}/demo/stream") as answer,
    ):
        assert answer.content_type == "text/event-stream"
        first = await next_event(answer)
        assert [person["name"] for person in first["people"]] == ["Rosa", "James", "Lucía", "Dev"]
        await scripted.says("James", "hello")
        changed: list[dict[str, Any]] = []
        while not changed or not changed[-1]["bubbles"]:
            changed += (await next_event(answer))["people"]
        assert {person["name"] for person in changed} == {"James"}
        assert changed[-1]["bubbles"][0]["text"] == "hello"


async def next_event(answer: aiohttp.ClientResponse) -> dict[str, Any]:
    async for line in answer.content:
        if line.startswith(b"data: "):
            event: dict[str, Any] = json.loads(line.removeprefix(b"data: "))
            return event
    raise AssertionError("the stream ended")


async def test_a_stream_ends_with_the_demo(scripted: Scripted) -> None:
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"{scripted.url}/demo/stream") as answer,
    ):
        await next_event(answer)
        scripted.stage.close()
        async with asyncio.timeout(5):
            await answer.content.read()
