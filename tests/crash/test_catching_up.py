"""What was texted while nobody was at home, and what must not be sent before it is known."""

from datetime import timedelta

from sqlalchemy import select

from bot.app import App, Seams
from bot.channels.sms import SmsChannel
from bot.simulators import Drip, Refuse
from handlers.conversation.messages import Inbound
from storage.people import consents
from tests.crash.inside import IMPATIENT, at_work, hour_of, inside
from tests.crash.world import World
from tests.processes.machine import heard, hears

ROSA, LUZ = "+13125550101", "+13125550102"
MARCH = "Ven a la marcha."


async def was_running(here: World) -> None:
    """A bot that knew all there was to know, and went."""
    async with inside(here) as app:
        await catches_up(app)


async def texts_in_vain(here: World, number: str, *texts: str) -> None:
    """Nobody answers the door, and Twilio gives up."""
    twilio = here.providers.twilio
    given_up = len(twilio.alerts)
    here.door.shut()
    for text in texts:
        await twilio.phone(number).texts(text)
        here.hour.ahead += 60
    await twilio.settled()
    assert len(twilio.alerts) == given_up + len(texts)
    here.door.open()


async def test_a_text_of_the_hours_when_nobody_was_at_home_is_answered(here: World) -> None:
    rosa = here.providers.twilio.phone(ROSA)
    first = here.bot()
    await rosa.texts("UNIRME")
    await hears(rosa, "participar")
    await here.settles(delivered=2)
    await first.kill()
    here.hour.ahead += 7 * 3600
    await texts_in_vain(here, ROSA, "2")
    here.hour.ahead += 5 * 3600

    here.bot()

    await hears(rosa, "llamas")
    await here.settles(delivered=3)
    assert await here.taken_in() == {"done": 2}


async def test_a_stop_that_nobody_heard_is_honoured_before_anything_is_sent(here: World) -> None:
    rosa, luz = await here.knows(ROSA), await here.knows(LUZ)
    await was_running(here)
    await here.queues(rosa, MARCH, kind="broadcast")
    await here.queues(luz, MARCH, kind="broadcast")
    await texts_in_vain(here, ROSA, "ya no me manden mensajes")
    here.providers.twilio.faults.next("list", Drip(pause=0.02, piece=64))

    here.bot()

    await here.settles(delivered=2, suppressed=1)
    assert await here.consent_of(rosa) == "out"
    assert heard(here.providers.twilio.phone(LUZ)) == [MARCH]
    [goodbye] = heard(here.providers.twilio.phone(ROSA))
    assert "START" in goodbye


async def test_nothing_is_sent_before_the_list_could_be_read(by_sms: World) -> None:
    rosa, twilio = await by_sms.knows(ROSA), by_sms.providers.twilio
    await was_running(by_sms)
    await by_sms.queues(rosa, MARCH, kind="broadcast")
    await texts_in_vain(by_sms, ROSA, "ALTO")
    twilio.faults.next("list", Refuse(500), times=2)

    async with at_work(by_sms):
        await by_sms.settles(sent=1, suppressed=1)

    assert MARCH not in heard(twilio.phone(ROSA))


async def test_a_list_that_cannot_be_read_silences_nobody_for_ever(by_sms: World) -> None:
    rosa, twilio = await by_sms.knows(ROSA), by_sms.providers.twilio
    await was_running(by_sms)
    await by_sms.queues(rosa, MARCH, kind="broadcast")
    twilio.faults.next("list", Refuse(500), times=None)

    async with at_work(by_sms, Seams(timing=IMPATIENT, catch_up_patience=0.3)):
        await by_sms.settles(sent=1)

    assert twilio.calls.counts["list"] >= 1


async def test_who_was_away_for_a_while_asks_again_before_sending(by_sms: World) -> None:
    rosa, twilio = await by_sms.knows(ROSA), by_sms.providers.twilio
    await was_running(by_sms)
    async with at_work(by_sms):
        await by_sms.queues(rosa, MARCH, kind="broadcast")
        await by_sms.settles(sent=1)
        asked = twilio.calls.counts["list"]
        twilio.sms_url = None  # the text waits in Twilio's list alone
        await twilio.phone(ROSA).texts("ALTO")
        by_sms.hour.ahead += 60  # as after a night's sleep of the machine
        await by_sms.queues(rosa, MARCH, kind="broadcast")
        await by_sms.settles(sent=2, suppressed=1)
    assert twilio.calls.counts["list"] == asked + 1


async def catches_up(app: App) -> int:
    assert app.catch_up is not None
    return await app.catch_up.once()


async def test_what_is_known_is_not_taken_in_again(by_sms: World) -> None:
    by_sms.providers.twilio.sms_url = None
    async with inside(by_sms) as app:
        await catches_up(app)
        for text in ("UNIRME", "2"):
            await by_sms.providers.twilio.phone(ROSA).texts(text)
        assert [await catches_up(app) for _ in range(3)] == [2, 0, 0]
    assert await by_sms.taken_in() == {"done": 2}


async def test_a_new_network_does_not_answer_what_came_before_its_time(by_sms: World) -> None:
    by_sms.providers.twilio.sms_url = None
    await by_sms.providers.twilio.phone(ROSA).texts("¿Están ahí?")
    by_sms.hour.ahead += 60
    async with inside(by_sms) as app:
        assert await catches_up(app) == 0


async def test_however_much_came_all_of_it_is_read(by_sms: World) -> None:
    twilio = by_sms.providers.twilio
    twilio.sms_url = None
    for number in range(1005):
        await twilio.phone(f"+1312555{number:04}").texts("UNIRME")
    async with inside(by_sms) as app:
        sms = app.channels["sms"]
        assert isinstance(sms, SmsChannel)
        listed = await sms.received_since(hour_of(by_sms)() - timedelta(hours=1))
    assert len(listed) == 1005
    assert twilio.calls.counts["list"] == 2


async def test_a_stop_is_dated_when_it_was_sent_and_not_when_it_was_found(by_sms: World) -> None:
    rosa = await by_sms.knows(ROSA)
    by_sms.providers.twilio.sms_url = None
    async with inside(by_sms) as app:
        await catches_up(app)
        by_sms.hour.ahead += 3600
        said = hour_of(by_sms)()
        await by_sms.providers.twilio.phone(ROSA).texts("ALTO")
        by_sms.hour.ahead += 3600
        await catches_up(app)
    mine = consents.c.person_id == rosa.person_id, consents.c.act == "out"
    evidence = select(consents.c.at).where(*mine)
    [row] = await by_sms.select(evidence)
    assert abs(row.at - said) < timedelta(seconds=5)


async def test_a_start_found_late_does_not_undo_a_later_stop(by_sms: World) -> None:
    rosa, phone = await by_sms.knows(ROSA), by_sms.providers.twilio.phone(ROSA)
    by_sms.providers.twilio.sms_url = None
    async with inside(by_sms) as app:
        await catches_up(app)
        await phone.texts("UNIRME")
        by_sms.hour.ahead += 60
        stop = await phone.texts("ALTO")
        webhook = Inbound("sms", stop.sid, ROSA, hour_of(by_sms)(), "ALTO")
        await app.intake.take(webhook)
        assert await catches_up(app) == 1
    assert await by_sms.consent_of(rosa) == "out"


async def test_a_stop_and_a_later_start_found_together_are_heard_in_their_order(
    by_sms: World,
) -> None:
    rosa, phone = await by_sms.knows(ROSA), by_sms.providers.twilio.phone(ROSA)
    by_sms.providers.twilio.sms_url = None
    async with inside(by_sms) as app:
        await catches_up(app)
        await phone.texts("ALTO")
        by_sms.hour.ahead += 60
        await phone.texts("UNIRME")
        by_sms.hour.ahead += 3600
        assert await catches_up(app) == 2
    assert await by_sms.consent_of(rosa) == "in"
