"""The stand-in refuses what Telegram refuses; python-telegram-bot is the caller."""

import json
from datetime import timedelta

import httpx
import pytest
from telegram import (
    Bot,
    BotCommand,
    BotCommandScopeAllPrivateChats,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    KeyboardButton,
    LinkPreviewOptions,
    Message,
    ReplyKeyboardMarkup,
    ReplyKeyboardRemove,
    ReplyParameters,
)
from telegram.error import BadRequest, ChatMigrated, Forbidden, InvalidToken, RetryAfter

from bot.simulators import Rate, TelegramSimulator, serve
from bot.simulators.telegram import STRICT, Limits, Person
from tests.simulators.conftest import TOKEN, Clock


def buttons(*pairs: tuple[str, str]) -> InlineKeyboardMarkup:
    row = [InlineKeyboardButton(label, callback_data=data) for label, data in pairs]
    return InlineKeyboardMarkup([row])


async def post(url: str, method: str, **body: object) -> tuple[int, str]:
    async with httpx.AsyncClient() as client:
        answer = await client.post(f"{url}/bot{TOKEN}/{method}", json=body)
    found = answer.json()
    assert found["ok"] is (answer.status_code == 200)
    return answer.status_code, str(found.get("description"))


async def test_a_message_appears_on_the_phone(bot: Bot, maria: Person, clock: Clock) -> None:
    sent = await bot.send_message(maria.id, "  ¡Hola!  ", reply_markup=buttons(("Sí", "y")))
    (bubble,) = await maria.waits_for(1)
    assert (bubble.who, bubble.text, bubble.message_id) == ("bot", "¡Hola!", sent.message_id)
    assert bubble.buttons[0][0].label == "Sí"
    assert sent.text == "¡Hola!"
    assert sent.date.timestamp() == clock.now
    assert sent.reply_markup == buttons(("Sí", "y"))


async def test_get_me_says_who_the_bot_is(bot: Bot) -> None:
    me = await bot.get_me()
    assert (me.id, me.username, me.is_bot) == (123456, "enlace_bot", True)


async def test_another_token_is_unauthorized(telegram_url: str) -> None:
    with pytest.raises(InvalidToken, match="rejected by the server"):
        async with Bot("9:other", base_url=f"{telegram_url}/bot"):
            pass


async def test_an_unknown_method_is_not_found(telegram_url: str) -> None:
    assert await post(telegram_url, "sendMesage") == (404, "Not Found")


async def test_methods_ignore_case_and_take_json_forms_and_queries(
    telegram_url: str, maria: Person
) -> None:
    url = f"{telegram_url}/bot{TOKEN}"
    async with httpx.AsyncClient() as client:
        await client.post(f"{url}/sendmessage", json={"chat_id": 7, "text": "json"})
        await client.post(f"{url}/sendMessage", data={"chat_id": "7", "text": "form"})
        await client.get(f"{url}/SENDMESSAGE", params={"chat_id": "7", "text": "query"})
    assert [bubble.text for bubble in maria.heard] == ["json", "form", "query"]


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        ({"chat_id": 7}, "message text is empty"),
        ({"chat_id": 7, "text": ""}, "message text is empty"),
        ({"chat_id": 7, "text": " \n\u0000\r"}, "message text is empty"),
        ({"text": "hola"}, "chat_id is empty"),
        ({"chat_id": 7, "text": "x" * 4097}, "message is too long"),
        ({"chat_id": 7, "text": "😀" * 2049}, "message is too long"),
        ({"chat_id": 7, "text": 5}, "text must be a String"),
        ({"chat_id": 7, "text": "\ud800"}, "strings must be encoded in UTF-8"),
        ({"chat_id": [7], "text": "hola"}, "chat_id must be an Integer"),
        ({"chat_id": 7, "text": "hola", "txt": "x"}, "parameter txt is unknown"),
        ({"chat_id": 7, "text": "hola", "disable_notification": "yes"}, "must be a Boolean"),
        ({"chat_id": 7, "text": "hola", "reply_markup": "{"}, "can't parse reply_markup JSON"),
        ({"chat_id": 7, "text": "hola", "reply_markup": "[]"}, "object expected"),
        (
            {"chat_id": 7, "text": "hola", "reply_markup": {"inline_keyboard": [{}]}},
            "expected an Array of inline_keyboard",
        ),
        (
            {"chat_id": 7, "text": "a", "reply_markup": {"inline_keyboard": [[{"text": "a"}]]}},
            "Text buttons are unallowed in the inline keyboard",
        ),
        (
            {
                "chat_id": 7,
                "text": "a",
                "reply_markup": {"inline_keyboard": [[{"text": "a", "data": "b"}]]},
            },
            "data is unknown",
        ),
    ],
)
async def test_a_malformed_message_is_refused(
    telegram: TelegramSimulator,
    telegram_url: str,
    maria: Person,
    body: dict[str, object],
    complaint: str,
) -> None:
    async with httpx.AsyncClient() as client:
        answer = await client.post(
            f"{telegram_url}/bot{TOKEN}/sendMessage",
            content=json.dumps(body),
            headers={"Content-Type": "application/json"},
        )
    assert answer.status_code == 400
    assert answer.json()["description"].startswith("Bad Request: ")
    assert complaint in answer.json()["description"]
    assert maria.heard == []
    assert len(telegram.calls.refused) == 1


@pytest.mark.parametrize(
    ("content", "type_"),
    [
        (b"{", "application/json"),
        (b"[]", "application/json"),
        (b"chat_id=7&text=%ff", "application/x-www-form-urlencoded"),
        (b"chat_id=7&chat_id=8&text=a", "application/x-www-form-urlencoded"),
        (b"--x\r\n", "multipart/form-data; boundary=x"),
        (b"hola", "text/plain"),
    ],
)
async def test_an_unreadable_body_is_refused(
    telegram_url: str, maria: Person, content: bytes, type_: str
) -> None:
    async with httpx.AsyncClient() as client:
        answer = await client.post(
            f"{telegram_url}/bot{TOKEN}/sendMessage",
            content=content,
            headers={"Content-Type": type_},
        )
    assert answer.status_code == 400


async def test_the_longest_text_and_data_pass(bot: Bot, maria: Person) -> None:
    await bot.send_message(7, "😀" * 2048, reply_markup=buttons(("Sí", "ñ" * 32)))
    assert len(maria.heard) == 1


@pytest.mark.parametrize("data", ["", "x" * 65, "ñ" * 33])
async def test_callback_data_is_1_to_64_bytes(bot: Bot, maria: Person, data: str) -> None:
    with pytest.raises(BadRequest, match=r"(?i)button_data_invalid"):
        await bot.send_message(7, "¿?", reply_markup=buttons(("Sí", data)))


async def test_links_in_buttons_must_be_links(bot: Bot, maria: Person) -> None:
    good = InlineKeyboardMarkup([[InlineKeyboardButton("Mapa", url="https://example.org")]])
    await bot.send_message(7, "Mapa", reply_markup=good)
    bad = InlineKeyboardMarkup([[InlineKeyboardButton("Mapa", url="example")]])
    with pytest.raises(BadRequest, match="url is invalid"):
        await bot.send_message(7, "Mapa", reply_markup=bad)


async def test_options_that_the_bot_may_use_are_served(bot: Bot, maria: Person) -> None:
    first = await bot.send_message(
        7,
        "hola",
        disable_notification=True,
        protect_content=True,
        link_preview_options=LinkPreviewOptions(is_disabled=True),
    )
    reply = ReplyParameters(first.message_id)
    answer = await bot.send_message(7, "otra", reply_parameters=reply)
    assert answer.reply_to_message is not None
    assert answer.reply_to_message.message_id == first.message_id
    with pytest.raises(BadRequest, match="replied not found"):
        await bot.send_message(7, "otra", reply_parameters=ReplyParameters(999))


async def test_formatting_is_not_served(bot: Bot, maria: Person) -> None:
    with pytest.raises(BadRequest, match="parse_mode is unknown or not served"):
        await bot.send_message(7, "<b>hola</b>", parse_mode="HTML")


async def test_nobody_hears_before_pressing_start(bot: Bot, telegram: TelegramSimulator) -> None:
    stranger = telegram.person(8)
    with pytest.raises(BadRequest, match="Chat not found"):
        await bot.send_message(8, "hola")
    await telegram.group(-100).says(stranger, "hola")
    with pytest.raises(Forbidden, match="can't initiate conversation"):
        await bot.send_message(8, "hola")
    with pytest.raises(BadRequest, match="Chat not found"):
        await bot.send_message(404, "hola")


async def test_who_blocked_the_bot_hears_nothing(bot: Bot, maria: Person) -> None:
    await maria.blocks()
    with pytest.raises(Forbidden, match="bot was blocked by the user"):
        await bot.send_message(7, "hola")
    await maria.unblocks()
    await bot.send_message(7, "hola")
    maria.deactivates()
    with pytest.raises(Forbidden, match="user is deactivated"):
        await bot.send_message(7, "hola")


async def test_a_group_may_throw_the_bot_out_or_move(
    bot: Bot, telegram: TelegramSimulator, maria: Person
) -> None:
    group = telegram.group(-5, supergroup=False)
    await bot.send_message(-5, "hola")
    group.migrates(-1005)
    with pytest.raises(ChatMigrated) as moved:
        await bot.send_message(-5, "hola")
    assert moved.value.new_chat_id == -1005
    other = telegram.group(-6)
    await other.removes_bot(maria)
    with pytest.raises(Forbidden, match="bot was kicked from the supergroup chat"):
        await bot.send_message(-6, "hola")


@pytest.mark.parametrize(
    ("button", "complaint"),
    [
        (KeyboardButton("Mi número", request_contact=True), "Phone number can be requested"),
        (KeyboardButton("Aquí", request_location=True), "Location can be requested"),
    ],
)
async def test_a_group_is_not_asked_for_contact_or_location(
    bot: Bot, telegram: TelegramSimulator, button: KeyboardButton, complaint: str
) -> None:
    telegram.group(-5)
    with pytest.raises(BadRequest, match=f"{complaint} in private chats only"):
        await bot.send_message(-5, "¿?", reply_markup=ReplyKeyboardMarkup([[button]]))


async def test_a_reply_keyboard_stays_until_removed(bot: Bot, maria: Person) -> None:
    keys = ReplyKeyboardMarkup([[KeyboardButton("Mi número", request_contact=True)]])
    await bot.send_message(7, "¿Tu número?", reply_markup=keys)
    assert maria.keyboard[0][0].asks == "contact"
    await bot.send_message(7, "Gracias", reply_markup=ReplyKeyboardRemove())
    assert maria.keyboard == ()


async def test_an_edit_changes_the_bubble(bot: Bot, maria: Person, clock: Clock) -> None:
    sent = await bot.send_message(7, "¿Sí o no?", reply_markup=buttons(("Sí", "y")))
    clock.now += 5
    edited = await bot.edit_message_text("Dijiste sí", 7, sent.message_id)
    (bubble,) = maria.heard
    assert (bubble.text, bubble.buttons, bubble.edited) == ("Dijiste sí", (), True)
    assert isinstance(edited, Message)
    assert edited.edit_date is not None


async def test_an_edit_that_changes_nothing_is_refused(bot: Bot, maria: Person) -> None:
    markup = buttons(("Sí", "y"))
    sent = await bot.send_message(7, "¿Sí?", reply_markup=markup)
    with pytest.raises(BadRequest, match="Message is not modified: specified new message"):
        await bot.edit_message_text("¿Sí? ", 7, sent.message_id, reply_markup=markup)
    await bot.edit_message_reply_markup(7, sent.message_id)
    with pytest.raises(BadRequest, match="Message is not modified"):
        await bot.edit_message_reply_markup(7, sent.message_id)
    assert maria.heard[0].buttons == ()
    assert not maria.heard[0].edited


async def test_only_own_editable_messages_are_edited(bot: Bot, maria: Person) -> None:
    hers = maria.screen[0].message_id
    with pytest.raises(BadRequest, match="Message can't be edited"):
        await bot.edit_message_text("otra", 7, hers)
    with pytest.raises(BadRequest, match="Message to edit not found"):
        await bot.edit_message_text("otra", 7, 999)
    keys = ReplyKeyboardMarkup([["Sí"]])
    with_keys = await bot.send_message(7, "¿?", reply_markup=keys)
    with pytest.raises(BadRequest, match="Message can't be edited"):
        await bot.edit_message_text("otra", 7, with_keys.message_id)
    plain = await bot.send_message(7, "hola")
    with pytest.raises(BadRequest, match=r"(?i)message_too_long"):
        await bot.edit_message_text("x" * 4097, 7, plain.message_id)


async def test_a_press_spins_until_it_is_answered_once(
    bot: Bot, telegram: TelegramSimulator, maria: Person
) -> None:
    await bot.send_message(7, "¿Sí?", reply_markup=buttons(("Sí", "y")))
    await maria.presses("Sí")
    assert maria.screen[-1].spinning == "y"
    query = (await bot.get_updates())[-1].callback_query
    assert query is not None
    assert (query.data, query.from_user.id) == ("y", 7)
    with pytest.raises(BadRequest, match=r"(?i)message_too_long"):
        await bot.answer_callback_query(query.id, "x" * 201)
    await bot.answer_callback_query(query.id, "¡Listo!")
    assert maria.screen[-1].spinning is None
    assert maria.toasts == ["¡Listo!"]
    with pytest.raises(BadRequest, match="Query is too old"):
        await bot.answer_callback_query(query.id)


async def test_a_press_can_be_answered_too_late(bot: Bot, maria: Person, clock: Clock) -> None:
    await bot.send_message(7, "¿Sí?", reply_markup=buttons(("Sí", "y")))
    await maria.presses("y")
    query = (await bot.get_updates())[-1].callback_query
    assert query is not None
    clock.now += 151
    with pytest.raises(BadRequest, match="Query is too old and response timeout expired"):
        await bot.answer_callback_query(query.id)


async def test_commands_are_set_by_scope_and_language(
    bot: Bot, telegram: TelegramSimulator, maria: Person
) -> None:
    await bot.set_my_commands([BotCommand("help", "Help")])
    await bot.set_my_commands(
        [BotCommand("ayuda", "Ayuda")],
        scope=BotCommandScopeAllPrivateChats(),
        language_code="es",
    )
    assert telegram.menu(maria) == {"ayuda": "Ayuda"}
    assert telegram.menu(telegram.person(9, language_code="qu")) == {"help": "Help"}
    assert await bot.get_my_commands() == (BotCommand("help", "Help"),)
    await bot.delete_my_commands()
    assert await bot.get_my_commands() == ()


@pytest.mark.parametrize(
    ("commands", "language", "complaint"),
    [
        ([("Help", "Help")], None, "command_invalid"),
        ([("h" * 33, "Help")], None, "command_invalid"),
        ([("help", "")], None, "description_invalid"),
        ([("help", "x" * 257)], None, "description_invalid"),
        ([(f"c{n}", "x") for n in range(101)], None, "commands_too_much"),
        ([("help", "Help")], "esp", "language code"),
    ],
)
async def test_bad_commands_are_refused(
    bot: Bot, commands: list[tuple[str, str]], language: str | None, complaint: str
) -> None:
    with pytest.raises(BadRequest, match=f"(?i){complaint}"):
        await bot.set_my_commands(commands, language_code=language)


async def test_a_scope_must_be_one_of_telegrams(telegram_url: str) -> None:
    commands = [{"command": "help", "description": "Help"}]
    body = {"commands": commands, "scope": {"type": "everyone"}}
    status, complaint = await post(telegram_url, "setMyCommands", **body)
    assert (status, complaint) == (400, "Bad Request: type must be default")
    body["scope"] = {"type": "chat"}
    assert (await post(telegram_url, "setMyCommands", **body))[0] == 400


async def test_descriptions_are_kept_by_language(bot: Bot, telegram: TelegramSimulator) -> None:
    await bot.set_my_description("Help shelters")
    await bot.set_my_description("Ayuda a los albergues", language_code="es")
    await bot.set_my_short_description("Enlace")
    assert telegram.description("es") == "Ayuda a los albergues"
    assert telegram.description("en") == "Help shelters"
    assert telegram.description("es", short=True) == "Enlace"
    assert (await bot.get_my_description("es")).description == "Ayuda a los albergues"
    assert (await bot.get_my_short_description()).short_description == "Enlace"
    with pytest.raises(BadRequest, match="is too long"):
        await bot.set_my_short_description("x" * 121)


async def test_a_document_reaches_the_phone(bot: Bot, maria: Person) -> None:
    calendar = b"BEGIN:VCALENDAR\r\n\r\nEND:VCALENDAR\r\n"
    sent = await bot.send_document(7, calendar, caption="La vigilia", filename="vigilia.ics")
    (bubble,) = maria.heard
    assert bubble.file is not None
    assert (bubble.kind, bubble.text) == ("document", "La vigilia")
    assert (bubble.file.name, bubble.file.content) == ("vigilia.ics", calendar)
    assert sent.document is not None
    again = await bot.send_document(7, sent.document.file_id)
    assert again.document is not None
    assert again.document.file_name == "vigilia.ics"


@pytest.mark.parametrize(
    ("document", "caption", "complaint"),
    [
        (b"", "", "non-empty"),
        (b"x", "x" * 1025, "caption is too long"),
        ("file-unknown", "", "[Ww]rong file identifier"),
    ],
)
async def test_a_bad_document_is_refused(
    bot: Bot, maria: Person, document: bytes | str, caption: str, complaint: str
) -> None:
    with pytest.raises(BadRequest, match=complaint):
        await bot.send_document(7, document, caption=caption, filename="a.txt")


async def test_the_phone_shows_what_the_bot_is_doing(bot: Bot, maria: Person) -> None:
    await bot.send_chat_action(7, "typing")
    assert maria.activity == "typing"
    await bot.send_message(7, "hola")
    assert maria.activity is None
    with pytest.raises(BadRequest, match=r"[Ww]rong parameter action"):
        await bot.send_chat_action(7, "dancing")


async def test_get_chat_tells_names(bot: Bot, maria: Person) -> None:
    chat = await bot.get_chat(7)
    assert (chat.first_name, chat.type) == ("María", "private")


async def test_too_many_messages_are_told_to_wait(clock: Clock) -> None:
    limits = Limits(overall=Rate(3, 1.0), chat=Rate(1, 1.0))
    async with (
        TelegramSimulator(TOKEN, limits=limits, clock=clock) as telegram,
        serve(telegram.app) as url,
        Bot(TOKEN, base_url=f"{url}/bot") as bot,
    ):
        people = [telegram.person(id_) for id_ in range(1, 6)]
        for person in people:
            await person.starts()
        await bot.send_message(1, "hola")
        with pytest.raises(RetryAfter) as wait:
            await bot.send_message(1, "hola")
        assert wait.value.retry_after == timedelta(seconds=1)
        await bot.send_message(2, "hola")
        await bot.send_message(3, "hola")
        with pytest.raises(RetryAfter):
            await bot.send_message(4, "hola")
        clock.now += 1
        await bot.send_message(4, "hola")
        assert people[4].heard == []
        assert telegram.calls.counts["sendMessage"] == 6


async def test_a_group_gets_twenty_a_minute(clock: Clock) -> None:
    async with (
        TelegramSimulator(TOKEN, limits=STRICT, clock=clock) as telegram,
        serve(telegram.app) as url,
        Bot(TOKEN, base_url=f"{url}/bot") as bot,
    ):
        telegram.group(-5)
        for _ in range(20):
            await bot.send_message(-5, "hola")
            clock.now += 1
        with pytest.raises(RetryAfter) as wait:
            await bot.send_message(-5, "hola")
        assert wait.value.retry_after == timedelta(seconds=40)
