"""DONE / HECHO: thanked kindly, counted once a person and broadcast."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.broadcasting import Broadcaster
from handlers import broadcasts
from handlers.broadcast_texts import Texts
from handlers.broadcasts import Draft
from handlers.consent_words import Consent, classify
from handlers.status import facts_of
from storage.audience import Scope
from storage.messages import deliveries
from storage.people import people
from tests.talk import Office, Person


def alerted(office: Office, *, ago: timedelta = timedelta(hours=1)) -> str:
    """Everybody who agreed got an alert, so long ago; its code."""
    sent = office.now - ago

    def create(connection):  # type: ignore[no-untyped-def]
        texts = Texts("alert", "Llama", "Call", None)
        draft = Draft(texts, Scope(), sent, topic="tps", capped=False)
        return broadcasts.create(connection, office.desk.vault, draft, actor="operator", now=sent)

    return str(office.database.run_now(create).code)


async def tended(office: Office) -> None:
    await Broadcaster(office.database, ("sms",), None, 3, lambda: office.now).step()
    office.database.run_now(
        lambda c: c.execute(
            deliveries.update()
            .where(deliveries.c.broadcast_id.is_not(None))
            .values(status="delivered", called_at=office.now - timedelta(hours=1))
        )
    )


def done(office: Office, code: str) -> int:
    facts = office.database.read_now(lambda c: facts_of(c, code))
    assert facts is not None
    count: int = facts["done"]
    return count


def member(office: Office) -> Person:
    maria = office.texter()
    maria.says("UNIRME")
    office.database.run_now(
        lambda c: c.execute(
            people.update().values(consent="in", created_at=office.now - timedelta(1))
        )
    )
    return maria.says("SALIR")


@pytest.mark.parametrize("words", ["DONE", "Hecho", "¡Ya lo hice!", "i did it", "it's done"])
async def test_it_counts_once(bare_office: Office, words: str) -> None:
    maria = member(bare_office)
    code = alerted(bare_office)
    await tended(bare_office)

    maria.says(words).hears("Gracias por actuar")
    assert done(bare_office, code) == 1
    maria.says(words).hears("ya estaba contada")
    assert done(bare_office, code) == 1


async def test_without_an_alert_lately_it_is_thanked_and_counts_nowhere(
    bare_office: Office,
) -> None:
    maria = member(bare_office)
    maria.says("HECHO").hears("No te pedimos nada")
    code = alerted(bare_office)
    await tended(bare_office)
    bare_office.later(days=8)
    maria.says("HECHO").hears("No te pedimos nada")
    assert done(bare_office, code) == 0


async def test_it_belongs_to_the_latest_alert(bare_office: Office) -> None:
    maria = member(bare_office)
    old = alerted(bare_office)
    await tended(bare_office)
    bare_office.later(hours=5)
    new = alerted(bare_office)
    await Broadcaster(bare_office.database, ("sms",), None, 3, lambda: bare_office.now).step()
    newest = select(deliveries.c.id).order_by(deliveries.c.id.desc()).limit(1)
    bare_office.database.run_now(
        lambda c: c.execute(
            deliveries.update()
            .where(deliveries.c.id == newest.scalar_subquery())
            .values(status="sent", called_at=bare_office.now)
        )
    )

    maria.says("HECHO")

    assert (done(bare_office, old), done(bare_office, new)) == (0, 1)


async def test_in_a_form_it_is_counted_and_the_question_returns(bare_office: Office) -> None:
    maria = member(bare_office)
    code = alerted(bare_office)
    await tended(bare_office)
    question = maria.says("PAUSA").heard
    maria.says("HECHO").hears("Gracias por actuar", question[-1])
    assert done(bare_office, code) == 1


@pytest.mark.parametrize("words", ["DONE", "HECHO", "I did it", "ya lo hice"])
def test_it_is_no_word_of_leaving(words: str) -> None:
    assert classify(words).consent is Consent.NONE
