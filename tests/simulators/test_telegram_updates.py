"""What people do reaches the bot, by long polling and by webhook."""

import asyncio
import json

import pytest
from aiogram.types import Update as StrictUpdate
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, ReplyKeyboardMarkup
from telegram.error import BadRequest, Conflict

from bot.simulators import TelegramSimulator, serve
from bot.simulators.telegram import Person
from tests.simulators.conftest import PUBLIC, TOKEN, Clock, Receiver

YES = InlineKeyboardMarkup([[InlineKeyboardButton("Sí", callback_data="y")]])


async def test_every_kind_of_update_is_well_formed(
    bot: Bot, telegram: TelegramSimulator, maria: Person
) -> None:
    rosa = telegram.person(8, "Rosa", username="rosa")
    typed = await maria.sends("hola")
    await maria.edits(typed.message_id, "hola a todas")
    for kind in ("sticker", "photo", "voice", "video", "document"):
        await maria.sends_media(kind, caption="mira")
    await maria.shares_contact()
    await maria.shares_contact(of=rosa)
    await maria.shares_location(41.88, -87.63)
    group = telegram.group(-1005)
    await group.adds_bot(rosa)
    await group.says(rosa, "/ayuda@enlace_bot ya")
    await bot.send_message(-1005, "En privado, por favor", reply_markup=YES)
    await group.presses(rosa, "Sí")
    await maria.blocks()
    await maria.unblocks()
    updates = await bot.get_updates()
    for update in updates:
        StrictUpdate.model_validate(json.loads(update.to_json()))
    found = [next(k for k in u.to_dict() if k != "update_id") for u in updates]
    assert found == [
        "message", "message", "edited_message", *["message"] * 8, "my_chat_member", "message",
        "callback_query", "my_chat_member", "my_chat_member",
    ]  # fmt: skip
    own, anothers = updates[8].message, updates[9].message
    assert own
    assert own.contact
    assert own.from_user
    assert own.contact.user_id == own.from_user.id
    assert anothers
    assert anothers.contact
    assert anothers.contact.user_id == 8
    command = updates[12].message
    assert command is not None
    assert list(command.parse_entities()) == [command.entities[0]]
    assert command.entities[0].length == len("/ayuda@enlace_bot")


async def test_a_person_tells_language_and_comes_by_link(
    bot: Bot, telegram: TelegramSimulator
) -> None:
    maria = telegram.person(7, language_code="quc")
    await maria.starts("o_carecen")
    (update,) = await bot.get_updates()
    assert update.message
    assert update.effective_user
    assert update.message.text == "/start o_carecen"
    assert update.effective_user.language_code == "quc"
    assert telegram.person(7) is maria
    with pytest.raises(ValueError, match="start payload"):
        await maria.starts("ñ")


async def test_a_phone_splits_what_is_too_long(bot: Bot, maria: Person) -> None:
    await maria.sends("a" + "😀" * 5000)
    texts = [u.message.text or "" for u in (await bot.get_updates())[1:] if u.message]
    assert [len(text) for text in texts] == [2048, 2048, 905]


async def test_hostile_text_arrives_as_it_was_sent(bot: Bot, maria: Person) -> None:
    await maria.sends("\x00a\ud800\u202eb")
    update = (await bot.get_updates())[-1]
    assert update.message is not None
    assert update.message.text == "\x00a\ud800\u202eb"


async def test_an_offset_confirms_what_came_before(
    bot: Bot, telegram: TelegramSimulator, maria: Person
) -> None:
    await maria.sends("uno")
    await maria.sends("dos")
    first = await bot.get_updates(limit=1)
    again = await bot.get_updates()
    assert again[0].update_id == first[0].update_id
    rest = await bot.get_updates(offset=first[0].update_id + 1)
    assert len(rest) == 2
    last = await bot.get_updates(offset=-1)
    assert [u.update_id for u in last] == [rest[-1].update_id]
    assert await bot.get_updates(offset=last[0].update_id + 1) == ()
    await telegram.settled()


async def test_a_long_poll_returns_with_the_first_update(
    bot: Bot, telegram: TelegramSimulator
) -> None:
    maria = telegram.person(7)
    poll = asyncio.create_task(bot.get_updates(timeout=30))
    await telegram.feed.changes.wait(0)
    await maria.starts()
    assert len(await poll) == 1


async def test_a_second_poll_ends_the_first(
    bot: Bot, impatient_bot: Bot, telegram: TelegramSimulator
) -> None:
    first = asyncio.create_task(bot.get_updates(timeout=30))
    await telegram.feed.changes.wait(0)
    await impatient_bot.get_updates()
    with pytest.raises(Conflict, match="terminated by other getUpdates request"):
        await first


async def test_kinds_that_the_bot_did_not_ask_for_are_left_out(bot: Bot, maria: Person) -> None:
    await bot.get_updates(allowed_updates=["callback_query"])
    await maria.sends("hola")
    await bot.send_message(7, "¿Sí?", reply_markup=YES)
    await maria.presses("Sí")
    kept = await bot.get_updates(offset=-1)
    assert kept[0].callback_query is not None
    await bot.get_updates(allowed_updates=[])
    await maria.sends("hola")
    assert (await bot.get_updates(offset=-1))[0].message is not None


async def test_privacy_mode_hides_group_talk() -> None:
    telegram = TelegramSimulator(TOKEN, privacy_mode=True)
    async with telegram, serve(telegram.app) as url, Bot(TOKEN, base_url=f"{url}/bot") as bot:
        rosa, group = telegram.person(8, "Rosa"), telegram.group(-1005)
        await group.says(rosa, "hola a todas")
        asked = await bot.send_message(-1005, "¿Sí?")
        await group.says(rosa, "sí", reply_to=asked.message_id)
        await group.says(rosa, "/ayuda")
        texts = [u.message.text for u in await bot.get_updates() if u.message]
    assert texts == ["sí", "/ayuda"]
    assert [bubble.text for bubble in group.screen] == ["hola a todas", "¿Sí?", "sí", "/ayuda"]


async def test_buttons_are_pressed_by_label_data_and_on_the_keyboard(
    bot: Bot, maria: Person
) -> None:
    old = await bot.send_message(7, "¿Sí?", reply_markup=YES)
    await bot.send_message(7, "¿Y?", reply_markup=ReplyKeyboardMarkup([["No sé"]]))
    await maria.presses("No sé")
    assert maria.screen[-1].text == "No sé"
    await maria.presses("y")
    await bot.edit_message_reply_markup(7, old.message_id)
    with pytest.raises(LookupError, match="no button 'Sí'"):
        await maria.presses("Sí")
    await maria.presses("y", message_id=old.message_id, shown=False)
    pressed = [u.callback_query.data for u in await bot.get_updates() if u.callback_query]
    assert pressed == ["y", "y"]


async def test_waiting_in_vain_tells_what_the_screen_showed(bot: Bot, maria: Person) -> None:
    await bot.send_message(7, "hola")
    with pytest.raises(TimeoutError, match="bot: hola"):
        await maria.waits_for("adiós", timeout=0.01)


async def test_changes_are_followed(bot: Bot, telegram: TelegramSimulator, maria: Person) -> None:
    follower = telegram.changes.follow(telegram.changes.version)
    seen = asyncio.ensure_future(anext(follower))
    await bot.send_message(7, "hola")
    assert await seen == telegram.changes.version
    await follower.aclose()  # type: ignore[attr-defined]


async def test_a_webhook_gets_updates_with_its_secret(
    bot: Bot, telegram: TelegramSimulator, receiver: Receiver, receiver_url: str, maria: Person
) -> None:
    await bot.set_webhook(f"{receiver_url}/telegram", secret_token="s3cret_-", max_connections=5)
    await maria.sends("hola")
    await telegram.settled()
    assert [json.loads(body)["message"]["text"] for body in receiver.bodies] == ["/start", "hola"]
    request = receiver.requests[0]
    assert request.headers["X-Telegram-Bot-Api-Secret-Token"] == "s3cret_-"
    assert request.url.path == "/telegram"
    info = await bot.get_webhook_info()
    assert (info.pending_update_count, info.max_connections) == (0, 5)


async def test_a_public_url_is_routed_to_where_it_is_served(
    bot: Bot, telegram: TelegramSimulator, receiver: Receiver, receiver_url: str, maria: Person
) -> None:
    telegram.routes[PUBLIC] = receiver_url
    await bot.set_webhook(f"{PUBLIC}/telegram")
    await telegram.settled()
    assert receiver.requests[0].url.path == "/telegram"


async def test_a_failing_update_blocks_its_own_chat_only(
    bot: Bot, telegram: TelegramSimulator, receiver: Receiver, receiver_url: str
) -> None:
    maria, rosa = telegram.person(7), telegram.person(8)
    receiver.answers = [500, 403, 200]
    await bot.set_webhook(receiver_url)
    await maria.sends("uno")
    await maria.sends("dos")
    await telegram.settled()
    texts = [json.loads(body)["message"]["text"] for body in receiver.bodies]
    assert texts == ["uno", "uno", "uno", "dos"]
    info = await bot.get_webhook_info()
    assert info.last_error_message == "Wrong response from the webhook: 403 Forbidden"
    await rosa.sends("tres")
    await telegram.settled()
    assert telegram.feed.attempts == 5


async def test_a_webhook_that_never_answers_lets_the_update_expire(
    bot: Bot, telegram: TelegramSimulator, maria: Person, clock: Clock
) -> None:
    await bot.set_webhook("https://nowhere.example/telegram")
    while (await bot.get_webhook_info()).last_error_message is None:
        await asyncio.sleep(0)
    clock.now += 24 * 3600 + 1
    await telegram.settled()
    assert telegram.feed.pending == 0


async def test_an_update_can_come_several_times_at_once(
    bot: Bot, telegram: TelegramSimulator, receiver: Receiver, receiver_url: str, maria: Person
) -> None:
    telegram.feed.copies = 10
    await bot.set_webhook(receiver_url)
    await telegram.settled()
    assert len(receiver.bodies) == 10
    assert len(set(receiver.bodies)) == 1


async def test_polling_and_webhook_exclude_each_other(
    bot: Bot, telegram: TelegramSimulator, receiver_url: str, maria: Person
) -> None:
    await bot.set_webhook(receiver_url)
    with pytest.raises(Conflict, match="can't use getUpdates method while webhook is active"):
        await bot.get_updates()
    await bot.delete_webhook(drop_pending_updates=True)
    assert await bot.get_updates() == ()
    assert (await bot.get_webhook_info()).url == ""


@pytest.mark.parametrize(
    ("url", "secret", "connections", "complaint"),
    [
        ("http://enlace.example/telegram", None, None, "https url must be provided"),
        ("ftp://127.0.0.1", None, None, "https url must be provided"),
        ("https://", None, None, "invalid webhook url"),
        (PUBLIC, "no spaces", None, "unallowed characters"),
        (PUBLIC, "ñ", None, "unallowed characters"),
        (PUBLIC, "x" * 257, None, "too long"),
        (PUBLIC, None, 101, "max_connections"),
    ],
)
async def test_a_bad_webhook_is_refused(
    bot: Bot, url: str, secret: str | None, connections: int | None, complaint: str
) -> None:
    with pytest.raises(BadRequest, match=f"(?i){complaint}"):
        await bot.set_webhook(url, secret_token=secret, max_connections=connections)
