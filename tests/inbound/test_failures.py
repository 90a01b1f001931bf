"""A message whose handler raises: kept, said so, never lost."""

from collections.abc import Sequence

from sqlalchemy import Connection, update

from handlers.conversation.messages import from_json
from handlers.desk import Desk
from handlers.inbound import Arrival, Received
from storage.messages import inbound as inbound_log
from storage.people import people
from tests.inbound.conftest import TO_JOIN, intake, running
from tests.talk import Office, Person


def broken(connection: Connection, desk: Desk, arrivals: Sequence[Arrival]) -> list[Received]:
    connection.execute(update(people).values(language="en"))
    raise LookupError(f"broken by {arrivals[0].inbound.text}")


class TestFailures:
    """A handler that raises: the message is kept, the person told, and nothing else is held up."""

    async def test_the_message_is_kept_and_the_person_told(
        self, here: Office, rosa: Person
    ) -> None:
        rosa.talks("UNIRME", "2")
        before = running(here, rosa)
        became = await intake(here, broken).take(rosa.message("Rosa Secreta"))
        assert became == "failed"
        rosa.looks().hears("Guardamos tu mensaje")
        failed = here.rows(inbound_log)[-1]
        assert failed.status == "failed"
        assert failed.error.startswith("LookupError test_failures")
        assert "Secreta" not in failed.error
        payload = here.desk.vault.open("inbound", "payload", failed.id, failed.payload)
        assert from_json(payload).text == "Rosa Secreta"
        assert running(here, rosa) == before
        assert rosa.row()["language"] == "es"

    async def test_the_next_message_is_taken_as_if_nothing_had_happened(
        self, here: Office, rosa: Person
    ) -> None:
        rosa.talks("UNIRME", "2")
        await intake(here, broken).take(rosa.message("Rosa"))
        other = here.texter()
        assert await intake(here).take(other.message("hola")) == "done"
        assert await intake(here).take(rosa.message("Rosa")) == "done"
        assert dict(running(here, rosa).answers)["name"] == "Rosa"

    async def test_a_failed_message_that_comes_again_is_kept_once(
        self, here: Office, rosa: Person
    ) -> None:
        message = rosa.message("hola", provider_id="SM-broken")
        assert await intake(here, broken).take(message) == "failed"
        assert await intake(here, broken).take(message) == "repeated"
        assert len(rosa.looks().heard) == 1

    async def test_who_has_left_is_not_even_told_of_a_failure(
        self, here: Office, rosa: Person
    ) -> None:
        rosa.talks(*TO_JOIN, "ALTO")
        await intake(here, broken).take(rosa.message("hola"))
        rosa.looks().hears_nothing()

    async def test_a_press_that_failed_is_told_too(self, here: Office) -> None:
        ana = here.telegrammer()
        ana.talks("/start")
        await intake(here, broken).take(ana.message(press=ana.press("Recibir alertas")))
        ana.looks().hears("Guardamos tu mensaje")
