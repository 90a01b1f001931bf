"""The channel of a terminal."""

from datetime import timedelta

import pytest

from bot.channels.base import Channel, SendError
from bot.channels.local import LocalChannel, lines
from handlers.conversation.messages import Button, Outgoing


async def test_what_is_sent_is_taken_once_in_order() -> None:
    channel = LocalChannel("sms")
    as_channel: Channel = channel
    first = await as_channel.send("maria", Outgoing("Hola"), expires_in=None)
    second = await as_channel.send("maria", Outgoing("á" * 71), expires_in=timedelta(hours=1))
    assert (first.provider_id, second.provider_id, second.segments) == ("1", "2", 2)
    assert channel.take() == ["Hola", "á" * 71]
    assert channel.take() == []


async def test_what_was_sent_is_found() -> None:
    channel = LocalChannel("telegram")
    await channel.send("maria", Outgoing("Hola"), expires_in=None)
    assert await channel.find("maria", Outgoing("Hola"), 0) == "1"
    assert await channel.find("maria", Outgoing("Hola"), 0, frozenset({"1"})) is None
    assert await channel.find("rosa", Outgoing("Hola"), 0) is None
    await channel.close()


async def test_what_has_expired_is_not_shown() -> None:
    channel = LocalChannel("sms")
    with pytest.raises(SendError):
        await channel.send("maria", Outgoing("Hola"), expires_in=timedelta(seconds=-1))
    assert channel.take() == []


def test_no_line_is_empty_because_an_empty_line_ends_the_replies() -> None:
    assert lines(Outgoing("Hola\n\n \n¿Vienes?\r\n")) == ["Hola", "¿Vienes?"]


def test_buttons_are_in_brackets_a_row_a_line() -> None:
    keyboard = ((Button("Sí", "1"), Button("No", "2")), (Button("Atrás", "3"),))
    assert lines(Outgoing("¿Vienes?", keyboard)) == ["¿Vienes?", "[Sí] [No]", "[Atrás]"]
    ask = Outgoing("¿Dónde?", ask="location", ask_label="Compartir")
    assert lines(ask) == ["¿Dónde?", "[Compartir]"]


def test_an_edit_alone_shows_what_the_message_became() -> None:
    edit = Outgoing(edit=1, edit_text="✓ Sí", edit_keyboard=((Button("Otra", "1"),),))
    assert lines(edit) == ["✓ Sí", "[Otra]"]
    assert lines(Outgoing(answer="1", toast="Listo")) == ["Listo"]


def test_nobodys_text_drives_the_terminal() -> None:
    assert lines(Outgoing("\x1b[31mrojo\x07\ud800")) == ["[31mrojo"]
