"""What is kept of an open form can't be read: that keeps no stop back, nor anybody else."""

from datetime import timedelta
from typing import cast

import pytest
from sqlalchemy import update

from bot.catchup import CatchUp
from bot.channels.sms import SmsChannel
from bot.intake import Intake
from bot.metrics import Metrics
from handlers import inbound as receiving
from handlers.conversation.messages import Inbound
from storage import caught_up
from storage.failures import failures
from storage.messages import inbound
from storage.people import sessions
from tests.linking.conftest import are_one, asks_to_link
from tests.privacy.conftest import volunteers
from tests.talk import Office, Person


def amid_a_form(town: Office) -> Person:
    """In the middle of one of which nothing can be read any more."""
    ana = town.texter().talks("UNIRME", "2")
    spoil(town)
    return ana


def spoil(town: Office) -> None:
    """Whatever forms are open."""
    spoilt = update(sessions).values(state=b"\x01abcd" + bytes(40))
    town.database.run_now(lambda connection: connection.execute(spoilt))


def intake(town: Office) -> Intake:
    return Intake(town.database, town.desk, Metrics(), lambda: town.now)


@pytest.mark.parametrize("word", ["ALTO", "ya no me escriban"])
def test_a_stop_is_a_stop(town: Office, word: str) -> None:
    ana = amid_a_form(town).says(word).hears("no más mensajes")
    assert ana.row()["consent"] == "out"
    assert town.rows(sessions) == []


async def test_an_answer_is_kept_and_the_next_message_is_answered(town: Office) -> None:
    ana = amid_a_form(town)
    assert await intake(town).take(ana.message("Ana")) == "failed"
    ana.looks().hears("Guardamos tu mensaje")
    assert len(town.database.read_now(failures)) == 1
    ana.says("AYUDA").hears("ALTO")
    ana.says("UNIRME").hears("participar")


async def test_a_message_is_kept_even_where_nothing_can_be_said(
    town: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    def mute(*_: object) -> None:
        raise ValueError

    ana = amid_a_form(town)
    monkeypatch.setattr(receiving, "apologise", mute)
    assert await intake(town).take(ana.message("Ana")) == "failed"
    assert [row.status for row in town.rows(inbound)].count("failed") == 1


class Listing:
    """A provider that has kept these messages."""

    name = "sms"

    def __init__(self, *kept: Inbound) -> None:
        self._kept = list(kept)

    async def received_since(self, _after: object) -> list[Inbound]:
        return self._kept


class Choosy(Intake):
    """Can't keep one message, whatever it tries."""

    async def take(self, inbound: Inbound, at: object = None) -> str:
        if inbound.text == "veneno":
            raise ValueError("no room")
        return await super().take(inbound)


async def test_one_that_cannot_be_kept_holds_up_no_missed_stop(town: Office) -> None:
    bad, ana = town.texter(), volunteers(town.texter())
    missed = Listing(bad.message("veneno"), ana.message("ALTO"))
    mark = town.now - timedelta(hours=3)
    town.database.run_now(lambda connection: caught_up.move_mark(connection, "sms", mark))
    choosy = Choosy(town.database, town.desk, Metrics(), lambda: town.now)
    catch_up = CatchUp(town.database, cast("SmsChannel", missed), choosy, lambda: town.now)

    with pytest.raises(ValueError, match="no room"):
        await catch_up.once()

    assert ana.row()["consent"] == "out"
    assert town.database.read_now(lambda connection: caught_up.mark(connection, "sms")) == mark


def test_it_does_not_keep_its_person_from_linking(town: Office) -> None:
    """The code was shown on the side whose form can't be read any more."""
    ana, chat = town.texter().says("hola"), town.telegrammer()
    code = asks_to_link(ana)
    ana.talks("UNIRME", "2")
    spoil(town)
    chat.says(f"LINK {code}").says("sí")
    assert are_one(ana, chat)
