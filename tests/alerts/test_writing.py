"""An alert from the word ALERT to its confirmation: what its author is asked, shown and told."""

from datetime import UTC, datetime, timedelta

import pytest

from handlers.alerts_flow import alert_flow
from handlers.conversation.flow import Ask, Heard, Understood
from handlers.conversation.language import guess_language
from storage.audience import Scope
from storage.broadcasts import broadcasts
from storage.coordinators import Role
from tests.alerts.conftest import Town, code_of

TEXT = "Llama hoy a tu senador: que proteja el TPS. 202-224-3121"
ENGLISH = "Call your senator today: protect TPS. 202-224-3121"


async def test_from_the_word_to_the_phones_on_telegram(town: Town) -> None:
    town.crowd(20)
    town.crowd(10, "telegram", language="en")
    town.crowd(5, topic=None)
    ana = await town.coordinator("telegram")

    await ana.writes("ALERTA", "TPS", TEXT, ENGLISH, "SALTAR")
    ana.hears("30 personas siguen este tema, de 35.", "¿Quién la recibe?")
    await ana.writes("1", "ahora")
    ana.hears("como la recibe una de 20 personas", "Va a 30 personas.", "PRUEBA")
    await ana.writes("[Sí, mandarla]")
    ana.hears("escribe el número de personas")
    assert not town.sms.sent
    await ana.writes("30")

    ana.hears("ya sale")
    code = code_of(ana)
    assert (town.facts(code)["sent"], town.facts(code)["status"]) == (30, "done")
    assert {message.text for message in town.telegram.sent if "Call" in message.text}
    assert [act for act, _ in town.audited()] == ["draft", "send"]


async def test_by_sms_a_code_of_one_use_is_the_yes(town: Town) -> None:
    town.crowd(3)
    ana = await town.coordinator("sms", "en")
    await ana.writes("ALERT TPS", ENGLISH, TEXT, "SKIP", "1", "now", "YES")

    assert "text back" in ana.heard[-1]
    assert not town.sms.sent
    await ana.writes(ana.one_time_code())
    ana.hears("goes out")
    assert town.facts(code_of(ana))["sent"] == 3


async def test_another_number_than_theirs_sends_nothing(town: Town) -> None:
    town.crowd(30)
    ana = await town.coordinator("telegram", "en")
    await ana.writes("ALERT", "TPS", ENGLISH, "SKIP", "SKIP", "1", "now", "yes", "3")
    ana.hears("It goes to 30 people.")
    assert not town.sms.sent
    assert town.rows(broadcasts) == []
    await ana.writes("30")
    assert len(town.sms.sent) == 30


async def test_a_language_is_left_out_knowingly(town: Town) -> None:
    town.crowd(1, language="en")
    ana = await town.coordinator("telegram")
    await ana.writes("ALERTA", "TPS", TEXT)
    ana.hears("¿Y en inglés? Si no, quien lee inglés recibe el español")
    await ana.writes("SALTAR", "SALTAR", "1", "ahora")
    ana.hears("This message is in Spanish only.\n" + TEXT)


async def test_words_of_the_text_are_no_commands(town: Town) -> None:
    town.crowd(1)
    ana = await town.coordinator("telegram")
    for text in (
        "ALERTA: marcha mañana a las 5 pm frente a la corte",
        "Únete. Quiero participar, dice el pueblo. ¡Alto a las deportaciones ya!",
        "Join the march, approve nothing, and help us stop the raids",
        "A7 es el autobús: 5 lugares para la marcha",
    ):
        await ana.writes("ALERTA", "TPS", text)
        ana.hears("¿Y en")
        await ana.writes("SALIR")


async def test_a_stop_is_a_stop_even_there(town: Town) -> None:
    ana = await town.coordinator("telegram")
    await ana.writes("ALERTA", "TPS", "ALTO")
    assert ana.row()["consent"] == "out"


async def test_whoever_writes_tries_it_on_themselves(town: Town) -> None:
    ana = await town.coordinator("telegram")
    town.crowd(2)
    await ana.writes("PRUEBA")
    ana.hears("Todavía no hay nada que probar")
    await ana.writes("ALERTA", "TPS", TEXT, ENGLISH, "alianzaamericas.org/tps", "1", "ahora")
    await ana.writes("PRUEBA")
    ana.hears(f"Alianza Americas: {TEXT}\nhttps://alianzaamericas.org/tps")
    ana.hears(f"Alianza Americas: {ENGLISH}", "¿La mandamos así?")
    assert not town.sms.sent


async def test_any_answer_is_changed_before_it_goes(town: Town) -> None:
    town.crowd(4)
    ana = await town.coordinator("telegram")
    await ana.writes("ALERTA", "TPS", TEXT, "SALTAR", "SALTAR", "1", "ahora")
    await ana.writes("[Cambiar: Texto]", "Call now, please: protect the TPS of our families.")
    ana.hears("¿Y en español?")
    await ana.writes(TEXT)
    ana.hears("Call now, please", TEXT, "¿La mandamos así?")
    await ana.writes("Mándala")
    ana.hears("escribe el número de personas")


async def test_only_some_are_counted_as_they_are_chosen(town: Town) -> None:
    town.crowd(4, city_id=None)
    chicago = town.city("Chicago, IL")
    town.crowd(3, city_id=chicago, region="IL")
    [volunteer] = town.crowd(1, "telegram", city_id=chicago, region="IL", language="en")
    town.registered(volunteer, "individual")
    ana = await town.coordinator("telegram", "en")

    await ana.writes("ALERT", "TPS", ENGLISH, "SKIP", "SKIP", "3")
    ana.hears("That is 8 people.")
    await ana.writes("1 3 5", "Chicago", "50 km")
    ana.hears("That is 4 people.")
    await ana.writes("Volunteers")
    ana.hears("That is 1 person.")
    await ana.writes("Telegram", "now")
    ana.hears("To: TPS; Chicago, IL (50 km around); Volunteers; Telegram.", "It goes to 1 person.")


async def test_all_of_a_state(town: Town) -> None:
    town.crowd(2, region="IL")
    town.crowd(2, region="TX")
    ana = await town.coordinator("telegram", "en")
    await ana.writes("ALERT", "TPS", ENGLISH, "SKIP", "SKIP", "Some of everyone", "Place")
    await ana.writes("Illinois")
    ana.hears("That is 2 people.")


async def test_an_organiser_reaches_their_own_people_alone(town: Town) -> None:
    town.crowd(3, organisation_id=town.organisation("chicago"))
    town.crowd(5)
    ana = await town.coordinator("telegram", "en", organisation="chicago")
    await ana.writes("ALERT", "TPS", ENGLISH, "SKIP", "SKIP")
    ana.hears("3 people chose this topic, of 3.")
    await ana.writes("Everyone", "now", "yes", "3")
    [run] = town.rows(broadcasts)
    assert Scope.from_json(run.scope).organisations == (town.organisation("chicago"),)
    assert town.facts(run.code)["sent"] == 3


async def test_an_organisation_is_named_or_coded(town: Town) -> None:
    town.crowd(3, organisation_id=town.organisation("chicago"))
    town.crowd(5)
    ana = await town.coordinator("telegram", "en")
    await ana.writes("ALERT", "TPS", ENGLISH, "SKIP", "SKIP", "4", "2", "nowhere")
    ana.hears("I don't know that organization.")
    await ana.writes("chicago")
    ana.hears("That is 3 people.")


async def test_whoever_coordinates_a_shelter_sends_no_alerts(town: Town) -> None:
    ana = await town.coordinator("telegram", "en", shelter="tijuana")
    await ana.writes("ALERT")
    ana.hears("Alerts are for coordinators of an organization or of the network.")


async def test_to_everybody_else_alert_is_a_word_like_any(town: Town) -> None:
    rosa = town.person("telegram", "en")
    await rosa.writes("hello", "alert")
    ana = "An alert on which topic?"
    assert ana not in "".join(rosa.heard)


async def test_nobody_to_get_it_asks_for_others(town: Town) -> None:
    town.crowd(3, topic=None)
    ana = await town.coordinator("telegram", "en")
    await ana.writes("ALERT", "TPS", ENGLISH, "SKIP", "SKIP", "1", "now", "yes", "0")
    ana.hears("Nobody would get it.", "Who gets it?")


@pytest.mark.parametrize(
    ("said", "asked"),
    [
        ("mañana", "¿A qué hora?"),
        ("a las 10 am", "¿Qué día?"),
        ("mañana a las 5", "Escribe am o pm"),
        ("ayer 10 am", "Eso ya pasó"),
    ],
)
async def test_a_time_in_doubt_is_asked_back(town: Town, said: str, asked: str) -> None:
    town.crowd(1)
    ana = await town.coordinator("telegram")
    await ana.writes("ALERTA", "TPS", TEXT, "SALTAR", "SALTAR", "1", said)
    ana.hears(asked)


async def test_at_an_hour_that_is_said_it_goes_then(town: Town) -> None:
    town.crowd(2)
    ana = await town.coordinator("telegram")
    await ana.writes("ALERTA", "TPS", TEXT, "SALTAR", "SALTAR", "1", "mañana 10 am")
    ana.hears("domingo 22 de noviembre, 10:00 a.m.")
    await ana.writes("sí", "2")
    ana.hears("empieza: domingo 22 de noviembre, 10:00 a.m.")
    town.later(hours=21)
    await town.works()
    assert not town.sms.sent
    town.later(hours=1)
    await town.works()
    assert len(town.sms.sent) == 2


async def test_at_everyones_local_hour_each_zone_has_its_own(town: Town) -> None:
    """Ten in the morning is 14:00 UTC in New York and 18:00 in Los Angeles, the day after."""
    town.crowd(1, zone="America/New_York")
    town.crowd(1, zone="America/Los_Angeles")
    ana = await town.coordinator("telegram", "en")
    await ana.writes("ALERT", "TPS", ENGLISH, "SKIP", "SKIP", "1", "3", "tomorrow 10 am")
    ana.hears("by each person's clock")
    await ana.writes("yes", "2")

    counts = []
    for _hour in range(30):
        town.later(hours=1)
        await town.works()
        counts.append((town.now, len(town.sms.sent)))
    first = next(at for at, n in counts if n == 1)
    second = next(at for at, n in counts if n == 2)
    assert (first.hour, second - first) == (15, timedelta(hours=3))


async def test_the_first_fifty_and_the_rest_after_a_look(town: Town) -> None:
    town.crowd(60)
    ana = await town.coordinator("telegram", "en")
    await ana.writes("ALERT", "TPS", ENGLISH, "SKIP", "SKIP", "1", "To 50 people first")
    await ana.writes("yes", "60")
    town.later(seconds=5)
    await town.works()
    assert len(town.sms.sent) == 50
    code = code_of(ana)
    ana.hears("The first 50 have it.", f"RESUME {code} for the rest")
    await ana.writes(f"RESUME {code}")
    assert len(town.sms.sent) == 60


async def test_it_is_under_the_cap_and_leaves_the_muted_alone(town: Town) -> None:
    ids = town.crowd(3)
    town.true_of(ids[0], "muted", "tps")
    ana = await town.coordinator("telegram", "en", role=Role.ADMIN)
    for expected in (2, 2, 2):
        await ana.writes("ALERT", "TPS", ENGLISH, "SKIP", "SKIP", "1", "now", "yes", str(expected))
    await ana.writes("ALERT", "TPS", ENGLISH, "SKIP", "SKIP", "1", "now")
    ana.hears("Left out: 1 muted the topic and 2 had enough for today.", "It goes to 0 people.")


@pytest.mark.parametrize(
    "words",
    [
        "tomorrow 10 am their time",
        "tomorrow at 10 am, each one's own local time",
        "mañana 10 am, hora local de cada quien",
        "mañana a las 10 am según el reloj de cada persona",
        "mañana a las 10 am en su hora",
    ],
)
def test_an_hour_for_everyone_is_said_in_many_ways(words: str) -> None:
    [step] = [each for each in alert_flow.steps if each.key == "when"]
    assert isinstance(step, Ask)
    now = datetime(2026, 11, 21, 18, 0, tzinfo=UTC)
    heard = step.parse(Heard(words, now=now, language=guess_language(words, "es")))
    assert isinstance(heard, Understood)
    assert heard.value["wall"] == "2026-11-22T10:00"
