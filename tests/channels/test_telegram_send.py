"""What a phone shows after a send, through the real client and the strict simulator."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.channels.base import Channel, Decision, SendError
from bot.channels.telegram import TelegramChannel
from bot.simulators.faults import Hang, Refuse
from bot.simulators.telegram import Person, TelegramSimulator
from handlers.conversation.messages import Button, Outgoing, Press

MARIA = "42"
YES_NO = ((Button("Sí", "a:1"), Button("No", "a:2")),)


async def press(channel: TelegramChannel, telegram: TelegramSimulator, person: Person) -> Press:
    """Send a question, press its first button, and read the press as the bot would."""
    await channel.send(MARIA, Outgoing("¿Vienes?", YES_NO), expires_in=None)
    await person.presses("Sí")
    update = (await telegram.feed.poll(0, 100, 0))[-1]
    inbound = channel.parse(update, datetime.now(UTC))
    assert inbound is not None
    assert inbound.press is not None
    return inbound.press


async def test_it_is_a_channel(channel: TelegramChannel) -> None:
    as_channel: Channel = channel
    assert as_channel.name == "telegram"


async def test_a_text_arrives_as_written_and_is_found_by_its_id(
    channel: TelegramChannel, maria: Person
) -> None:
    text = "Hola <b>María</b> & *todas* _ya_ 👋🏽\n\nhttps://example.org"
    sent = await channel.send(MARIA, Outgoing(text), expires_in=None)
    [bubble] = maria.heard
    assert bubble.text == text
    assert sent.provider_id == str(bubble.message_id)
    assert sent.segments == 1


async def test_no_parse_mode_and_no_link_preview(
    channel: TelegramChannel, telegram: TelegramSimulator, maria: Person
) -> None:
    await channel.send(MARIA, Outgoing("https://example.org"), expires_in=None)
    [call] = telegram.calls.of("sendMessage")
    assert "parse_mode" not in call.parameters
    assert call.parameters["link_preview_options"] == {"is_disabled": True}


async def test_choices_are_inline_buttons(channel: TelegramChannel, maria: Person) -> None:
    await channel.send(MARIA, Outgoing("¿Vienes?", YES_NO), expires_in=None)
    [bubble] = maria.heard
    assert [[(b.label, b.data) for b in row] for row in bubble.buttons] == [
        [("Sí", "a:1"), ("No", "a:2")]
    ]


@pytest.mark.parametrize("asked", ["contact", "location"])
async def test_an_ask_shows_one_button_that_shares_and_the_next_text_takes_it_away(
    channel: TelegramChannel, maria: Person, asked: str
) -> None:
    ask = Outgoing("¿Dónde estás?", ask=asked, ask_label="Compartir")  # type: ignore[arg-type]
    await channel.send(MARIA, ask, expires_in=None)
    assert [[(k.label, k.asks) for k in row] for row in maria.keyboard] == [[("Compartir", asked)]]
    await channel.send(MARIA, Outgoing("Gracias"), expires_in=None)
    assert maria.keyboard == ()


async def test_the_asking_keyboard_is_small_and_goes_once_used(
    channel: TelegramChannel, telegram: TelegramSimulator, maria: Person
) -> None:
    ask = Outgoing("¿Dónde?", ask="location", ask_label="Compartir")
    await channel.send(MARIA, ask, expires_in=None)
    [call] = telegram.calls.of("sendMessage")
    assert call.parameters["reply_markup"]["resize_keyboard"] is True
    assert call.parameters["reply_markup"]["one_time_keyboard"] is True


async def test_choices_beside_an_ask_say_their_label(
    channel: TelegramChannel, maria: Person
) -> None:
    ask = Outgoing("¿Dónde?", ((Button("Saltar", "a:9"),),), ask="location", ask_label="Compartir")
    await channel.send(MARIA, ask, expires_in=None)
    assert [[k.label for k in row] for row in maria.keyboard] == [["Compartir"], ["Saltar"]]
    await maria.presses("Saltar")
    assert maria.screen[-1].text == "Saltar"


async def test_a_pressed_button_is_answered_its_message_edited_and_the_text_sent(
    channel: TelegramChannel, telegram: TelegramSimulator, maria: Person
) -> None:
    pressed = await press(channel, telegram, maria)
    reply = Outgoing(
        "¡Anotada!",
        answer=pressed.callback_id,
        toast="Listo",
        edit=pressed.message_id,
        edit_text="¿Vienes?\n✓ Sí",
    )
    sent = await channel.send(MARIA, reply, expires_in=None)
    question = next(b for b in maria.screen if b.message_id == pressed.message_id)
    assert maria.toasts == ["Listo"]
    assert question.text == "¿Vienes?\n✓ Sí"
    assert question.buttons == ()
    assert maria.heard[-1].text == "¡Anotada!"
    assert sent.provider_id == str(maria.heard[-1].message_id)


async def test_only_an_edit_has_no_provider_id(
    channel: TelegramChannel, telegram: TelegramSimulator, maria: Person
) -> None:
    pressed = await press(channel, telegram, maria)
    tick = ((Button("✓ Sí", "a:1"), Button("No", "a:2")),)
    edit = Outgoing(
        answer=pressed.callback_id,
        edit=pressed.message_id,
        edit_text="¿Vienes?",
        edit_keyboard=tick,
    )
    assert (await channel.send(MARIA, edit, expires_in=None)).provider_id == ""
    assert maria.screen[-1].buttons[0][0].label == "✓ Sí"


async def test_an_edit_without_a_text_changes_only_the_buttons(
    channel: TelegramChannel, telegram: TelegramSimulator, maria: Person
) -> None:
    pressed = await press(channel, telegram, maria)
    await channel.send(MARIA, Outgoing(edit=pressed.message_id), expires_in=None)
    assert maria.screen[-1].text == "¿Vienes?"
    assert maria.screen[-1].buttons == ()


async def test_an_edit_that_changes_nothing_is_done(
    channel: TelegramChannel, telegram: TelegramSimulator, maria: Person
) -> None:
    pressed = await press(channel, telegram, maria)
    same = Outgoing(edit=pressed.message_id, edit_text="¿Vienes?", edit_keyboard=YES_NO)
    assert (await channel.send(MARIA, same, expires_in=None)).provider_id == ""
    assert telegram.calls.of("editMessageText")[-1].error.startswith(
        "Bad Request: message is not modified"
    )


async def test_an_edit_of_a_message_that_is_gone_is_done(
    channel: TelegramChannel, maria: Person
) -> None:
    gone = Outgoing(edit=999_999, edit_text="✓")
    assert (await channel.send(MARIA, gone, expires_in=None)).provider_id == ""


async def test_an_expired_query_and_a_lost_message_do_not_keep_the_text_back(
    channel: TelegramChannel, telegram: TelegramSimulator, maria: Person
) -> None:
    late = Outgoing("¡Hola!", answer="123456", edit=999_999, edit_text="✓")
    await channel.send(MARIA, late, expires_in=None)
    assert maria.heard[-1].text == "¡Hola!"
    assert len(telegram.calls.refused) == 2


async def test_a_slow_answer_and_a_failing_edit_do_not_keep_the_text_back(
    channel: TelegramChannel, telegram: TelegramSimulator, maria: Person
) -> None:
    telegram.faults.next("answerCallbackQuery", Hang())
    telegram.faults.next("editMessageText", Refuse(500))
    message = Outgoing("¡Hola!", answer="1", edit=1, edit_text="✓")
    await channel.send(MARIA, message, expires_in=None)
    assert maria.heard[-1].text == "¡Hola!"


async def test_an_edit_alone_that_was_not_answered_is_tried_again_because_it_may(
    channel: TelegramChannel, telegram: TelegramSimulator, maria: Person
) -> None:
    telegram.faults.next("editMessageText", Hang(applied=True))
    with pytest.raises(SendError) as failure:
        await channel.send(MARIA, Outgoing(edit=1, edit_text="✓"), expires_in=None)
    assert (failure.value.code, failure.value.decision) == ("timeout", Decision.RETRY)


async def test_the_longest_text_arrives_whole(channel: TelegramChannel, maria: Person) -> None:
    text = "🧡" * 2048
    await channel.send(MARIA, Outgoing(text), expires_in=None)
    assert maria.heard[-1].text == text


async def test_a_text_that_is_too_long_is_refused_and_never_cut_or_split(
    channel: TelegramChannel, telegram: TelegramSimulator, maria: Person
) -> None:
    with pytest.raises(SendError) as failure:
        await channel.send(MARIA, Outgoing("🧡" * 2048 + "x"), expires_in=None)
    assert (failure.value.code, failure.value.decision) == ("too_long", Decision.NEVER)
    assert not telegram.calls.of("sendMessage")


async def test_what_telegram_cannot_carry_is_left_out(
    channel: TelegramChannel, maria: Person
) -> None:
    await channel.send(MARIA, Outgoing("a\ud800b\0c"), expires_in=None)
    assert maria.heard[-1].text == "abc"


async def test_what_has_expired_is_not_sent(
    channel: TelegramChannel, telegram: TelegramSimulator, maria: Person
) -> None:
    with pytest.raises(SendError) as failure:
        await channel.send(MARIA, Outgoing("Hola"), expires_in=timedelta(0))
    assert (failure.value.code, failure.value.decision) == ("expired", Decision.NEVER)
    assert not telegram.calls.calls


async def test_the_bot_api_has_no_look_up(channel: TelegramChannel) -> None:
    with pytest.raises(SendError) as failure:
        await channel.find(MARIA, Outgoing("Hola"), 0.0)
    assert failure.value.code == "no_lookup"
