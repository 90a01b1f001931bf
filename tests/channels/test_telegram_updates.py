"""What a person did on Telegram, as the bot reads it."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels import telegram_updates
from bot.channels.telegram import TelegramChannel
from bot.simulators.telegram import Person, TelegramSimulator
from bot.simulators.telegram.chats import Media as Sends
from handlers.conversation.messages import Inbound, SharedContact
from tests.channels.conftest import MARIA, TOKEN

NOW = datetime(2026, 12, 5, 16, 30, tzinfo=UTC)
DATE = 1_764_952_200
CHAT = {"id": MARIA, "type": "private", "first_name": "María"}
USER = {"id": MARIA, "is_bot": False, "first_name": "María", "language_code": "es-MX"}


def channel() -> TelegramChannel:
    channel = TelegramChannel(TOKEN)
    channel.username = "Enlace_Bot"
    return channel


def message(**content: Any) -> dict[str, Any]:
    base = {"message_id": 5, "date": DATE, "chat": CHAT, "from": USER}
    return {"update_id": 700, "message": base | content}


def read(update: object) -> Inbound | None:
    return channel().parse(update, NOW)


async def latest(telegram: TelegramSimulator) -> Inbound | None:
    return read((await telegram.feed.poll(0, 100, 0))[-1])


def test_a_text_with_who_when_and_in_which_language() -> None:
    assert read(message(text="hola")) == Inbound(
        "telegram",
        "700",
        "42",
        datetime.fromtimestamp(DATE, UTC),
        "hola",
        language_code="es-MX",
    )


def test_nul_and_lone_surrogates_go_and_the_rest_stays() -> None:
    inbound = read(message(text="a\0b\ud83dc\u202e 🧡"))
    assert inbound is not None
    assert inbound.text == "abc\u202e 🧡"


def test_a_text_is_bounded() -> None:
    inbound = read(message(text="á" * 10_000))
    assert inbound is not None
    assert inbound.text == "á" * 4096


async def test_an_edited_message_says_so(telegram: TelegramSimulator, maria: Person) -> None:
    said = await maria.sends("hloa")
    await maria.edits(said.message_id, "hola")
    inbound = await latest(telegram)
    assert inbound is not None
    assert (inbound.kind, inbound.text) == ("edited", "hola")


@pytest.mark.parametrize(
    ("sends", "media"),
    [
        ("photo", "photo"),
        ("sticker", "sticker"),
        ("voice", "voice"),
        ("video", "video"),
        ("document", "document"),
    ],
)
async def test_what_is_no_text_is_named(
    telegram: TelegramSimulator, maria: Person, sends: Sends, media: str
) -> None:
    await maria.sends_media(sends, "mira")
    inbound = await latest(telegram)
    assert inbound is not None
    assert (inbound.media, inbound.text) == (media, "mira")


FILE = {"file_id": "f", "file_unique_id": "u"}
ROUND = FILE | {"length": 240, "duration": 4}
MOVING = FILE | {"width": 320, "height": 240, "duration": 4}


@pytest.mark.parametrize(
    "content",
    [{"video_note": ROUND}, {"animation": MOVING, "document": FILE}],
)
def test_what_moves_is_a_video(content: dict[str, Any]) -> None:
    inbound = read(message(**content))
    assert inbound is not None
    assert inbound.media == "video"


@pytest.mark.parametrize(
    "content",
    [
        {"audio": FILE | {"duration": 4}},
        {"dice": {"emoji": "🎲", "value": 3}},
        {"a_kind_of_next_year": {"of": "content"}},
    ],
)
def test_other_content_even_newer_than_the_library_is_other(content: dict[str, Any]) -> None:
    inbound = read(message(**content))
    assert inbound is not None
    assert inbound.media == "other"


async def test_a_location_is_latitude_and_longitude(
    telegram: TelegramSimulator, maria: Person
) -> None:
    await maria.shares_location(41.88, -87.63)
    inbound = await latest(telegram)
    assert inbound is not None
    assert inbound.location == (41.88, -87.63)
    assert inbound.media is None


def test_a_live_location_that_moves_is_not_a_message() -> None:
    moving = message(location={"latitude": 1.0, "longitude": 2.0, "live_period": 900})
    assert read({"update_id": 1, "edited_message": moving["message"] | {"edit_date": DATE}}) is None


@pytest.mark.parametrize(
    "place", [(91, 0), (0, 181), (float("nan"), 0), (float("inf"), 0), ("41", "-87"), (None, 0)]
)
def test_an_impossible_place_is_no_message(place: tuple[Any, Any]) -> None:
    assert read(message(location={"latitude": place[0], "longitude": place[1]})) is None


async def test_a_contact_is_proof_only_when_it_is_the_senders_own(
    telegram: TelegramSimulator, maria: Person
) -> None:
    await maria.shares_contact()
    own = await latest(telegram)
    await maria.shares_contact(telegram.person(43, "Rosa", phone_number="15550100"))
    foreign = await latest(telegram)
    assert own is not None
    assert own.contact == SharedContact("13125550100", own=True)
    assert foreign is not None
    assert foreign.contact == SharedContact("15550100", own=False)


def test_a_contact_without_a_user_is_nobodys_proof() -> None:
    update = message(contact={"phone_number": "+13125550100", "first_name": "X"})
    del update["message"]["from"]
    inbound = read(update)
    assert inbound is not None
    assert inbound.contact == SharedContact("+13125550100", own=False)


def press(**changes: Any) -> dict[str, Any]:
    query: dict[str, Any] = {
        "id": "99",
        "from": USER,
        "chat_instance": "1",
        "data": "a:1",
        "message": {"message_id": 5, "date": DATE, "chat": CHAT},
    }
    return {"update_id": 701, "callback_query": query | changes}


def test_a_pressed_button_can_be_answered_and_edited() -> None:
    inbound = read(press())
    assert inbound is not None
    assert inbound.press is not None
    assert (inbound.press.data, inbound.press.callback_id, inbound.press.message_id) == (
        "a:1",
        "99",
        5,
    )
    assert (inbound.sender, inbound.sent_at) == ("42", NOW)


def test_a_button_on_a_message_too_old_to_be_seen_still_counts() -> None:
    inbound = read(press(message={"message_id": 5, "date": 0, "chat": CHAT}))
    assert inbound is not None
    assert inbound.press is not None


@pytest.mark.parametrize(
    "changes",
    [
        {"message": None},
        {"data": None},
        {"message": {"message_id": 5, "date": DATE, "chat": {"id": -1, "type": "group"}}},
    ],
)
def test_a_press_that_is_not_in_a_private_chat_is_nothing(changes: dict[str, Any]) -> None:
    assert read(press(**changes)) is None


async def test_blocking_and_unblocking_are_told_apart(
    telegram: TelegramSimulator, maria: Person
) -> None:
    await maria.blocks()
    blocked = await latest(telegram)
    await maria.unblocks()
    unblocked = await latest(telegram)
    assert blocked is not None
    assert (blocked.kind, blocked.sender) == ("blocked", "42")
    assert unblocked is not None
    assert (unblocked.kind, unblocked.language_code) == ("unblocked", "es")


async def test_being_added_to_a_group_is_told_and_being_removed_is_not(
    telegram: TelegramSimulator, maria: Person
) -> None:
    group = telegram.group(-1001)
    await group.adds_bot(maria)
    added = await latest(telegram)
    await group.removes_bot(maria)
    assert added is not None
    assert (added.kind, added.sender) == ("group", "-1001")
    assert await latest(telegram) is None


@pytest.mark.parametrize(
    ("text", "answers"),
    [
        ("/start", True),
        ("/unirme@enlace_bot ya", True),
        ("¿Y tú, @ENLACE_bot?", True),
        ("/start@other_bot", False),
        ("hola a todas", False),
        ("alto", False),
        ("@enlace_bots", False),
        ("", False),
    ],
)
def test_in_a_group_the_bot_hears_only_what_is_said_to_it(text: str, answers: bool) -> None:
    group = {"id": -1001, "type": "supergroup", "title": "Vecinas"}
    inbound = read(message(text=text, chat=group))
    assert (inbound is not None) == answers
    assert inbound is None or (inbound.kind, inbound.text, inbound.sender) == ("group", "", "-1001")


@pytest.mark.parametrize(
    ("update", "reason"),
    [
        (None, "malformed"),
        ([], "malformed"),
        ({}, "malformed"),
        ({"update_id": "1"}, "malformed"),
        ({"update_id": True}, "malformed"),
        ({"update_id": 1}, "kind"),
        ({"update_id": 1, "message": {}}, "malformed"),
        ({"update_id": 1, "message": {"message_id": 1}}, "malformed"),
        ({"update_id": 1, "poll": {"id": "1"}}, "malformed"),
        (message(pinned_message={"message_id": 1, "date": 0, "chat": CHAT}), "service"),
        (message(text=["hola"]), "service"),
        (message(text="hola", chat={"id": "42", "type": "private"}), "malformed"),
        (message(text="hola", chat={"id": 2**64, "type": "private"}), "malformed"),
        (message(text="hola", date=10**20), "malformed"),
    ],
)
def test_what_is_not_for_the_bot_is_counted_by_reason(update: object, reason: str) -> None:
    reader = channel()
    assert reader.parse(update, NOW) is None
    assert reader.refused == {reason: 1}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
SURROGATES = st.text(st.characters(codec=None))
FIELDS = (
    *("text", "caption", "chat", "from", "date", "edit_date", "message_id", "location"),
    *("contact", "photo", "sticker", "entities", "reply_to_message", "reply_markup"),
)


@given(update=JSON)
def test_any_json_is_read_without_an_exception(update: object) -> None:
    assert read(update) is None


@given(
    kind=st.sampled_from(["message", "edited_message", "callback_query", "my_chat_member"]),
    changes=st.dictionaries(st.sampled_from(FIELDS), JSON | SURROGATES, max_size=4),
)
def test_a_message_with_any_fields_is_read_cleanly_or_not_at_all(
    kind: str, changes: dict[str, Any]
) -> None:
    inbound = read({"update_id": 1, kind: message(text="hola")["message"] | changes})
    if inbound is None:
        return
    inbound.text.encode()
    int(inbound.sender)
    assert "\0" not in inbound.text
    assert len(inbound.text) <= 4096
    assert inbound.sent_at.tzinfo is not None


@given(
    changes=st.dictionaries(
        st.sampled_from((*FIELDS, "a_new_field")), JSON | SURROGATES, max_size=2
    ),
    user=st.dictionaries(st.sampled_from(("language_code", "id", "x")), JSON, max_size=2),
    text=SURROGATES,
    date=st.integers(0, 2**33),
)
def test_a_plain_text_is_read_as_the_library_reads_it(
    changes: dict[str, Any], user: dict[str, Any], text: str, date: int
) -> None:
    said = message(**({"text": text, "date": date, "from": USER | user} | changes))
    closely = with_the_library(said)
    assert closely is None or read(said) == closely


def with_the_library(update: object) -> Inbound | None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(telegram_updates, "_plain_text", lambda *_: None)
        return read(update)


@given(text=SURROGATES)
def test_any_text_comes_through_clean(text: str) -> None:
    inbound = read(message(text=text))
    assert (
        inbound is None or inbound.text == text.replace("\0", "").encode("utf-8", "ignore").decode()
    )
