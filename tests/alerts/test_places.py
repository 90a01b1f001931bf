"""Several places in one answer, and the audience that they make."""

import pytest
from sqlalchemy import Connection

from handlers.conversation.flow import AskBack, Heard, Hearing, NotUnderstood, Understood
from handlers.conversation.messages import Inbound
from handlers.conversation.several_places import places
from handlers.hearing import hear_place
from storage.audience import Scope
from storage.broadcasts import broadcasts
from storage.conversations import Caller
from tests.alerts.conftest import Town, code_of


def heard(town: Town, text: str) -> Hearing:
    caller = Caller(
        person_id=1,
        address_id=2,
        channel="sms",
        address_status="active",
        heard_at=town.now,
        handle="V-100000",
        language="es",
        consent="in",
        asked=False,
        fresh=False,
    )
    inbound = Inbound("sms", "SM1", "+13125550142", town.now, text)

    def unit(connection: Connection) -> Hearing:
        return places(hear_place(connection, Heard(text), inbound, caller, several=True))

    return town.database.read_now(unit)


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("Chicago", "Chicago, IL"),
        ("Chicago, Illinois", "Chicago, IL"),
        ("Brooklyn, New York", "Brooklyn, NY"),
        ("Chicago; Houston", "Chicago, IL; Houston, TX"),
        ("Chicago y Texas", "Chicago, IL; Texas"),
        ("Chicago, IL and Houston, TX", "Chicago, IL; Houston, TX"),
        ("Chicago, Houston y Dallas", "Chicago, IL; Houston, TX; Dallas, TX"),
        ("Illinois, Texas", "Illinois; Texas"),
        ("60608, 77001", "Chicago, IL; Houston, TX"),
        ("Chicago; chicago", "Chicago, IL"),
        ("Trinidad y Tobago", "Trinidad and Tobago"),
    ],
)
def test_places_are_told_apart(town: Town, text: str, label: str) -> None:
    found = heard(town, text)
    assert isinstance(found, Understood)
    assert found.value["label"] == label


def test_what_is_in_doubt_is_asked_and_nothing_is_left_out_in_silence(town: Town) -> None:
    back = heard(town, "Chicago; Portland")
    assert isinstance(back, AskBack)
    assert "Chicago, IL; Portland, OR" in [each["label"] for each in back.values]
    assert isinstance(heard(town, "Chicago, Houston, Texas"), NotUnderstood)
    assert isinstance(heard(town, "Chicago; Xyzzyq"), NotUnderstood)


async def test_several_places_are_one_audience_counted_at_once(town: Town) -> None:
    for words in ("Chicago", "Houston", "Dallas"):
        town.crowd(2, city_id=town.city(words), region="IL" if words == "Chicago" else "TX")
    town.crowd(1, city_id=town.city("Boston"), region="MA")
    ana = await town.coordinator("telegram", "es")
    await ana.writes("ALERTA TPS", "Llama hoy a tu senador", "SALTAR", "SALTAR", "3", "lugar")
    ana.hears("Son 7 personas.", "¿Dónde?")
    await ana.writes("Chicago y Texas")
    ana.hears("Son 6 personas.", "¿A cuánta distancia?")
    await ana.writes("50")
    ana.hears("Son 6 personas.")
    await ana.writes("mañana 10 am")
    ana.hears("Para: TPS; Chicago, IL (50 km a la redonda) o Texas.", "Dónde: Chicago, IL; Texas")
    await ana.writes("sí", "6")
    [run] = [each for each in town.rows(broadcasts) if each.code == code_of(ana)]
    scope = Scope.from_json(run.scope)
    assert (scope.cities, scope.areas) == (((town.city("Chicago"), 50.0),), (("US", "TX"),))
