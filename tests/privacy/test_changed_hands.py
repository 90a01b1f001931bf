"""A number that may be somebody else's by now is asked, and tells nothing of the one before."""

import pytest
from sqlalchemy import insert, select, update

from storage.ids import new_id
from storage.messages import inbound
from storage.people import addresses, consents, people
from tests.privacy.conftest import volunteers
from tests.talk import Office, Person


@pytest.fixture
def silent(lite_town: Office) -> Person:
    """Ana joined and has not written for more than a year."""
    ana = volunteers(lite_town.texter())
    lite_town.later(days=366)
    return ana


def address(office: Office) -> dict[str, object]:
    [row] = office.rows(addresses)
    return dict(row._mapping)


def test_after_a_year_of_silence_the_holder_is_asked_first(silent: Person) -> None:
    silent.says("perfil").hears("Si este numero ya era tuyo, manda YO")

    assert "Ana" not in "".join(silent.heard)
    assert silent.segments == [1]


def test_who_wrote_within_the_year_is_not_asked(town: Office) -> None:
    ana = volunteers(town.texter())
    town.later(days=364)

    ana.says("perfil").hears("cambiar")


@pytest.mark.parametrize("words", ["YO", "yo", "Soy yo", "ME", "it's me", "sí, soy yo"])
def test_me_goes_on_as_before_and_is_kept_as_consent(silent: Person, words: str) -> None:
    silent.says("hola").says(words).hears("todo sigue como antes")

    silent.says("mis datos").hears("Ana")
    office = silent.office
    assert (address(office)["status"], address(office)["doubted_at"]) == ("active", None)
    assert [row.act for row in office.rows(consents)] == ["in", "in"]


@pytest.mark.parametrize("text", ["hola", "mis datos", "1", "sí", "borrar mis datos", "perfil"])
def test_nothing_else_is_answered_or_shown_until_then(silent: Person, text: str) -> None:
    silent.says("hola")

    silent.says(text).hears("manda YO")
    assert "Ana" not in "".join(silent.heard)


def test_help_is_help(silent: Person) -> None:
    silent.says("hola").says("ayuda").hears("Alianza Americas")


def test_a_start_word_makes_somebody_new(silent: Person) -> None:
    before = silent.row()["id"]

    silent.says("hola").says("UNIRME").hears("Como quieres participar")

    office = silent.office
    assert silent.row()["id"] != before
    assert [row.name for row in office.rows(people)] == [None]
    assert all(row.address_id != before for row in office.rows(inbound))
    silent.says("mis datos")
    assert "Ana" not in "".join(silent.heard)


def test_the_first_word_is_asked_back_even_if_it_is_a_start_word(silent: Person) -> None:
    silent.says("UNIRME").hears("manda YO")
    silent.says("UNIRME").hears("Como quieres participar")


def test_who_had_another_address_keeps_everything_there(silent: Person) -> None:
    office, person, other = silent.office, silent.row()["id"], new_id()
    chat = {
        "id": other,
        "person_id": person,
        "channel": "telegram",
        "lookup": office.desk.vault.index("telegram", "7700112233"),
        "value": office.desk.vault.seal("addresses", "value", other, "7700112233"),
        "created_at": office.now,
        "heard_at": office.now,
    }
    office.database.run_now(lambda c: c.execute(insert(addresses), chat))

    silent.says("hola").says("START")

    ana = office.telegrammer("es", chat="7700112233")
    ana.says("mis datos").hears("Ana")
    assert "SMS:" not in "".join(ana.heard)
    assert silent.row()["id"] != person


def test_a_carrier_that_knows_no_such_phone_raises_the_doubt(town: Office) -> None:
    ana = volunteers(town.texter())
    invalid = update(addresses).values(status="invalid", strikes=3)
    town.database.run_now(lambda c: c.execute(invalid))

    ana.says("hola").hears("manda YO")


def test_nothing_is_sent_unasked_while_in_doubt(silent: Person) -> None:
    silent.says("hola")

    assert address(silent.office)["status"] == "opted_out"


def test_a_stop_is_a_stop(silent: Person) -> None:
    silent.says("hola").says("ALTO").hears("no más mensajes")

    assert silent.row()["consent"] == "out"


def test_a_stop_while_in_doubt_is_not_undone_by_me(silent: Person) -> None:
    silent.says("hola").says("ALTO")
    silent.office.later(minutes=1)

    silent.says("YO").hears_nothing()
    silent.says("START").hears("manda YO")
    silent.says("YO").hears("todo sigue como antes")

    assert silent.row()["consent"] == "in"


def test_who_had_stopped_is_asked_when_they_come_back_and_not_before(town: Office) -> None:
    ana = volunteers(town.texter())
    ana.says("ALTO")
    town.later(days=400)

    ana.says("hola").hears_nothing()
    ana.says("ayuda").hears("Alianza Americas")
    ana.says("ALTA").hears("manda YO")
    ana.says("YO").hears("todo sigue como antes")
    assert ana.row()["consent"] == "in"


@pytest.mark.parametrize("text", ["mis datos", "borrar mis datos"])
def test_after_a_stop_and_long_silence_data_are_not_shown_before(
    lite_town: Office, text: str
) -> None:
    ana = volunteers(lite_town.texter())
    ana.says("ALTO")
    lite_town.later(days=400)

    ana.says(text).hears("manda YO")
    assert "Ana" not in "".join(ana.heard)


def test_somebody_of_whom_nothing_is_known_is_not_asked(town: Office) -> None:
    stranger = town.texter()
    stranger.says("hola")
    town.later(days=400)

    stranger.says("hola").hears("Nuestro equipo")


def test_a_chat_does_not_change_hands(town: Office) -> None:
    ana = town.telegrammer("es")
    for text in ("/unirme", "Recibir alertas", "todos", "60608"):
        ana.says(text)
    town.later(days=400)

    ana.says("mis datos").hears("Telegram")
    found = town.database.read_now(lambda c: c.scalar(select(addresses.c.doubted_at)))
    assert found is None
