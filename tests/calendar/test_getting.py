"""Getting the file: by Telegram as a document, by a short signed address anywhere else."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from starlette.applications import Starlette

from bot.channels.telegram import TelegramChannel
from bot.simulators.serving import serve
from bot.simulators.telegram import Person, TelegramSimulator
from bot.web.calendar_route import CalendarFiles
from handlers.calendar_links import calendar_link, wanted
from handlers.conversation.messages import Document, Outgoing
from handlers.event_changes import cancel_event, change_event
from handlers.outbox import decode, encode
from locales import LANGUAGES
from storage.audit import OPERATOR
from storage.events import EventState
from tests.calendar.parser import Component, read
from tests.channels.conftest import channel, maria, telegram, telegram_url
from tests.events.conftest import SATURDAY, made, member
from tests.privacy.conftest import joins, lite_town
from tests.talk import Office
from tests.tending import tend

__all__ = ["channel", "lite_town", "maria", "telegram", "telegram_url"]
Get = Callable[[str], Awaitable[httpx.Response]]
FILE = Document("A7.ics", "BEGIN:VCALENDAR\r\nñ\r\n".encode())


@pytest.fixture
def town(lite_town: Office) -> Office:
    policy = replace(lite_town.desk.policy, public_url="https://enlace.example")
    lite_town.desk = replace(lite_town.desk, policy=policy)
    return lite_town


@pytest.fixture
async def web(town: Office) -> AsyncIterator[Get]:
    files = CalendarFiles(town.database, town.desk.vault, lambda: town.now)
    app = Starlette(routes=[files.route()])
    async with serve(app) as url, httpx.AsyncClient(base_url=url) as client:
        yield client.get


def test_a_document_is_kept_with_its_message() -> None:
    message = Outgoing("Para tu calendario", document=FILE)
    assert decode(encode(message)) == message


async def test_a_document_arrives_on_the_phone_with_its_words(
    channel: TelegramChannel, telegram: TelegramSimulator, maria: Person
) -> None:
    sent = await channel.send("42", Outgoing("Aquí está", document=FILE), expires_in=None)
    [call] = telegram.calls.of("sendDocument")
    assert call.parameters["caption"] == "Aquí está"
    [bubble] = maria.heard
    assert bubble.file is not None
    assert bubble.file.name == "A7.ics"
    assert bubble.file.content == FILE.content
    assert sent.provider_id == str(bubble.message_id)


def test_whoever_says_yes_on_telegram_gets_the_file_once(town: Office) -> None:
    march = made(town)
    rosa = joins(town.telegrammer("en"))
    rosa.says(f"{march.code} yes")
    [file] = [each.document for each in rosa.fresh if each.document]
    assert read(file.content).of("VEVENT")[0].text("SUMMARY") == "March for dignity"
    assert file.name == f"{march.code}.ics"

    rosa.says(f"{march.code} yes")
    assert not [each for each in rosa.fresh if each.document]
    rosa.says("CALENDAR")
    assert [each for each in rosa.fresh if each.document]


async def test_by_sms_it_is_an_address_that_names_nobody(town: Office, web: Get) -> None:
    march = made(town)
    rosa = member(town).says(f"{march.code} sí").hears("https://enlace.example/c/")
    [path] = re.findall(r"https://enlace\.example(/c/\S+)", "\n".join(rosa.heard))
    assert len(path) < 20

    answer = await web(path)

    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8; method=PUBLISH"
    assert answer.headers["content-disposition"] == f'attachment; filename="{march.code}.ics"'
    assert read(answer.content).of("VEVENT")[0].text("SUMMARY") == "Marcha por la dignidad"


async def test_the_same_address_tells_that_it_is_cancelled_and_ends_after_the_event(
    town: Office, web: Get
) -> None:
    march = made(town)
    path = calendar_link(town.desk.vault, "", march, "es")
    town.database.run_now(
        lambda c: cancel_event(c, town.desk.vault, march.id, None, actor=OPERATOR, now=town.now)
    )
    calendar = read((await web(path)).content)
    assert calendar.text("METHOD") == "CANCEL"
    assert calendar.of("VEVENT")[0].text("SEQUENCE") == "1"

    town.now = SATURDAY + timedelta(days=2)
    gone = await web(path)
    assert (gone.status_code, b"VCALENDAR" in gone.content) == (410, False)


def test_news_of_a_change_bring_the_file_anew(town: Office) -> None:
    march = made(town)
    rosa = joins(town.telegrammer("en")).says(f"{march.code} yes")
    vault, later = town.desk.vault, {"starts_at": SATURDAY + timedelta(hours=2)}
    town.database.run_now(
        lambda c: change_event(c, vault, march.id, later, actor=OPERATOR, now=town.now)
    )
    tend(town)
    first, moved = [_entry(each) for each in rosa.looks().screen if each.document]
    town.database.run_now(
        lambda c: cancel_event(c, vault, march.id, None, actor=OPERATOR, now=town.now)
    )
    tend(town)
    [cancelled] = [_entry(each) for each in rosa.looks().fresh if each.document]

    assert {each.text("UID") for each in (first, moved, cancelled)} == {first.text("UID")}
    assert [each.text("SEQUENCE") for each in (first, moved, cancelled)] == ["0", "1", "2"]
    assert moved.properties["DTSTART"].value == "20261205T123000"
    assert cancelled.text("STATUS") == "CANCELLED"


def _entry(message: Outgoing) -> Component:
    assert message.document is not None
    [entry] = read(message.document.content).of("VEVENT")
    return entry


async def test_what_we_have_not_signed_is_nowhere(town: Office, web: Get) -> None:
    march, draft = made(town), made(town, EventState.DRAFT)
    good = calendar_link(town.desk.vault, "", march, "es")
    for path in (
        good[:-1] + ("A" if good[-1] != "A" else "B"),
        good[:-1],
        good + "A",
        good.replace("s", "e", 1),
        "/c/",
        "/c/A7",
        "/c/" + "A" * 4_000,
        "/c/%00%ff",
        calendar_link(town.desk.vault, "", draft, "es"),
    ):
        assert (await web(path)).status_code == 404


def test_a_link_says_which_event_and_which_language(town: Office) -> None:
    march = made(town)
    vault = town.desk.vault
    for language in LANGUAGES:
        token = calendar_link(vault, "https://x", march, language).rpartition("/")[2]
        assert wanted(vault, token) == (march.code, language)


def test_without_a_web_address_of_ours_there_is_no_link(lite_town: Office) -> None:
    march = made(lite_town)
    rosa = member(lite_town).says(f"{march.code} sí")
    assert len(rosa.heard) == 1
    rosa.says(f"CALENDARIO {march.code}").hears("Marcha por la dignidad", "5 de diciembre")


def test_whoever_answers_late_hears_where_it_is(town: Office) -> None:
    march = made(town)
    town.now = datetime(2026, 12, 5, 15, 15, tzinfo=UTC)
    rosa = member(town).says(f"{march.code} sí")
    rosa.hears("Federal Plaza", "openstreetmap.org")
