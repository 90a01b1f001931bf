"""How it goes, shown to whoever sent it: one message that changes on Telegram, news by SMS."""

from bot.channels.base import Decision, SendError
from storage.messages import deliveries
from storage.watchers import watchers
from tests.alerts.conftest import Town, code_of
from tests.alerts.test_steering import ENGLISH, running

REFUSED = SendError("30005", Decision.NEVER)


async def test_on_telegram_one_message_keeps_itself_up_to_date(town: Town) -> None:
    ana = await town.coordinator("telegram", "en")
    code = await running(town, ana)
    shown = len(ana.screen)
    at = next(n for n, message in enumerate(ana.screen) if "░" in message.text)
    assert ana.screen[at].text.startswith(f"{code}, TPS: going out")

    town.later(seconds=5)
    await town.looks()
    await town.sends()
    first = ana.screen[at].text
    town.later(seconds=30)
    await town.looks()
    await town.sends()
    assert ana.screen[at].text != first
    assert "a minute, about 1 minute left" in ana.screen[at].text
    assert len(ana.screen) == shown

    town.later(seconds=60)
    await town.works()
    assert ana.screen[at].text.startswith(f"{code}, TPS: done")
    assert ana.screen[at].keyboard == ()
    ana.hears(f"{code}, TPS: done\n60 of 60 sent\nLater: STATUS {code}.")
    assert town.rows(watchers) == []


async def test_what_has_not_changed_is_not_sent_again(town: Town) -> None:
    ana = await town.coordinator("telegram", "en")
    code = await running(town, ana)
    await ana.writes(f"HOLD {code}")
    for _look in range(5):
        town.later(seconds=60)
        await town.works()
    before = len(town.rows(deliveries))
    for _look in range(5):
        town.later(seconds=60)
        await town.works()
    assert len(town.rows(deliveries)) == before


async def test_the_start_is_told_at_once_however_long_it_waited(town: Town) -> None:
    ana = await town.coordinator("telegram", "en")
    town.crowd(60)
    await ana.writes("ALERT", "TPS", ENGLISH, "SKIP", "SKIP", "1", "tomorrow 12:30 pm", "yes", "60")
    town.later(hours=24, minutes=29, seconds=50)
    await town.looks()
    town.later(seconds=10)
    town.calls = 8
    ana.fresh = []
    await town.looks()
    await town.sends()
    ana.hears("going out", "░░░░░░░░░░ 0 %")


async def test_two_clocks_show_nothing_twice(town: Town) -> None:
    ana = await town.coordinator("telegram", "en")
    await running(town, ana)
    town.later(seconds=30)
    ana.fresh = []
    await town.looks()
    await town.looks()
    await town.sends()
    assert len(ana.edits) == 1


async def test_a_message_that_was_deleted_comes_anew(town: Town) -> None:
    ana = await town.coordinator("telegram", "en")
    code = await running(town, ana)
    ana.refuses_edits = True
    for _look in range(3):
        town.later(seconds=30)
        await town.looks()
        await town.sends(2)
    bars = [message for message in ana.screen if message.text.startswith(f"{code}, TPS: going")]
    assert 1 < len(bars) <= 4


async def test_by_sms_the_start_the_trouble_and_the_end(town: Town) -> None:
    ana = await town.coordinator("sms", "en")
    town.crowd(60)
    await ana.writes("ALERT", "TPS", ENGLISH, "SKIP", "SKIP", "1", "tomorrow 12:30 pm", "yes")
    await ana.writes(ana.one_time_code())
    code = code_of(ana)
    ana.fresh = []
    town.later(days=1, hours=1)
    town.calls = 16
    town.sms.refuses = [REFUSED] * 25
    await town.looks()
    await town.sends()
    ana.hears(f"{code} has started, for 60 people.")
    ana.fresh = []
    await town.works()
    ana.hears("More than one in ten of the latest copies failed for good.", f"RESUME {code}")
    assert len(ana.heard) == 1
    await ana.writes(f"RESUME {code}")
    await ana.writes(ana.one_time_code())
    ana.hears(f"{code}, TPS: done", "failed", f"Later: STATUS {code}.")
    assert all(segments <= 2 for segments in ana.segments)


async def test_who_answers_is_counted(town: Town) -> None:
    ana = await town.coordinator("telegram", "en")
    folk = [town.person("sms", "en") for _ in range(3)]
    for each in folk:
        await each.writes("JOIN", "1", "ALL", "60608")
    await ana.writes("ALERT", "TPS", ENGLISH, "SKIP", "SKIP", "1", "now", "yes", "3")
    code = code_of(ana)
    town.later(minutes=1)
    await folk[0].writes("DONE")
    await folk[1].writes("stop")
    await folk[2].writes("HUMAN")
    await ana.writes(f"STATUS {code}")
    ana.hears("1 said DONE", "1 left, 1 wrote")


async def test_whoever_stops_is_told_nothing_more(town: Town) -> None:
    ana = await town.coordinator("telegram", "en")
    await running(town, ana)
    await ana.writes("STOP")
    assert town.rows(watchers) == []
    ana.fresh = []
    town.later(seconds=60)
    await town.works()
    ana.hears_nothing()


async def test_it_ends_while_some_wait_for_their_morning(town: Town) -> None:
    town.crowd(2, zone="Pacific/Honolulu")
    town.crowd(2, zone="America/New_York")
    ana = await town.coordinator("telegram", "en")
    await ana.writes("ALERT", "TPS", ENGLISH, "SKIP", "SKIP", "1", "now")
    ana.hears("Quiet hours: 2 get it in the morning.")
    await ana.writes("yes", "4")
    code = code_of(ana)
    await ana.writes(f"STATUS {code}")
    ana.hears("2 of 4 sent, 2 waiting", "2 wait for a decent hour, until")
    town.later(hours=2)
    await town.works()
    assert town.facts(code)["sent"] == 4


async def test_on_both_databases_it_is_written_sent_held_watched_and_ends(bare_town: Town) -> None:
    town = bare_town
    ana = await town.coordinator("telegram", "en")
    code = await running(town, ana)
    town.later(seconds=5)
    await town.looks()
    await ana.writes(f"HOLD {code}", f"STATUS {code}")
    ana.hears(f"{code}, TPS: on hold")
    await ana.writes(f"RESUME {code}")
    town.later(minutes=1)
    await town.works()
    assert any(f"{code}, TPS: done\n60 of 60 sent" in message.text for message in ana.screen)
    assert town.rows(watchers) == []
