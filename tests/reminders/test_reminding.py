"""Reminders as people get them: once each, what they need, and nothing that is over."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import update

from handlers import events as happenings
from handlers import reminders as remind
from storage import events, reminder_freezing
from storage.audience import Scope
from storage.audit import OPERATOR
from storage.broadcasts import State, broadcasts
from storage.events import EventState
from storage.people import people
from storage.rsvps import Answer
from tests.reminders.conftest import CHICAGO, MARCH, Office

ONLINE = replace(
    MARCH, kind="briefing", place=None, link="https://meet.example.org/x7", title_en=None
)


async def test_whoever_comes_hears_the_day_before_and_two_hours_before(office: Office) -> None:
    march = await office.event()
    [rosa] = await office.who_come(march)
    await office.at(4, 10, 20)
    assert await office.sent() == []

    await office.at(4, 10, 30)
    assert await office.sent() == [(rosa, "day")]
    await office.at(5, 8, 45)
    assert await office.sent() == [(rosa, "day")]
    await office.at(5, 9)  # 8:30 is too early to write to anybody

    assert await office.sent() == [(rosa, "day"), (rosa, "soon")]
    first, second = office.channel.texts
    assert "Recordatorio: Marcha por la dignidad, sábado 5 de diciembre, 10:30" in first
    assert "openstreetmap.org/search?query=Plaza+Daley" in second


async def test_to_join_from_afar_the_link_comes_a_quarter_of_an_hour_before(
    office: Office,
) -> None:
    briefing = await office.event(ONLINE)
    [rosa] = await office.who_come(briefing)
    await office.at(4, 10, 30)
    await office.at(5, 10, 14)
    assert await office.parts_of(rosa) == ["day"]
    await office.at(5, 10, 15)

    assert await office.parts_of(rosa) == ["day", "link"]
    assert office.channel.texts[-1].endswith("https://meet.example.org/x7")


async def test_the_undecided_hear_once_and_whoever_said_no_not_at_all(anywhere: Office) -> None:
    office = anywhere
    march = await office.event()
    maybe, no, waits, asked = await office.crowd(4)
    for person, answer in (
        (maybe, Answer.MAYBE),
        (no, Answer.NO),
        (waits, Answer.WAITING),
        (asked, Answer.ASKED),
    ):
        await office.answers(march, [person], answer)

    await office.at(4, 10, 30)
    await office.at(5, 9)

    assert sorted(await office.sent()) == sorted([(maybe, "day"), (asked, "day")])


async def test_whoever_was_invited_and_has_not_said_hears_once(anywhere: Office) -> None:
    office = anywhere
    march = await office.event()
    silent, comes, refuses = await office.crowd(3)
    await office.database.run(
        lambda c: happenings.announce(
            c, office.vault, march, Scope(), actor=OPERATOR, now=office.now
        )
    )
    await office.goes_on()
    await office.answers(march, [comes], Answer.YES)
    await office.answers(march, [refuses], Answer.NO)
    [stranger] = await office.crowd(1)

    await office.at(4, 10, 30)
    await office.at(5, 9)

    assert await office.parts_of(silent) == ["day"]
    assert await office.parts_of(comes) == ["day", "soon"]
    assert await office.parts_of(refuses) == await office.parts_of(stranger) == []


async def test_a_maybe_that_became_a_yes_hears_again_and_one_that_became_a_no_does_not(
    anywhere: Office,
) -> None:
    office = anywhere
    march = await office.event()
    surer, not_now = await office.crowd(2)
    await office.answers(march, [surer, not_now], Answer.MAYBE)
    await office.at(4, 10, 30)
    await office.answers(march, [surer], Answer.YES)
    await office.answers(march, [not_now], Answer.NO)
    await office.at(5, 9)

    assert await office.parts_of(surer) == ["day", "soon"]
    assert await office.parts_of(not_now) == ["day"]


async def test_a_no_between_queue_and_send_is_the_last_word(office: Office) -> None:
    march = await office.event()
    [rosa] = await office.who_come(march)
    office.clock.now = datetime(2026, 12, 4, 10, 29, tzinfo=CHICAGO).astimezone(UTC)
    await office.reminder().step()  # settled ahead of its minute
    await office.answers(march, [rosa], Answer.NO)
    await office.at(4, 10, 30)

    [copy] = await office.reminders()
    assert (copy.status, copy.error) == ("suppressed", "over")


async def test_whoever_answers_after_a_reminder_is_told_in_the_answer_and_not_again(
    office: Office,
) -> None:
    march = await office.event()
    await office.who_come(march)
    await office.at(4, 10, 30)
    [late] = await office.who_come(march)
    office.clock.pass_time(minutes=5)
    await office.at(4, 12)
    await office.at(5, 9)

    assert await office.parts_of(late) == ["soon"]


async def test_a_clock_that_was_away_reminds_late_and_not_of_what_an_answer_told(
    office: Office,
) -> None:
    march = await office.event()
    [rosa] = await office.who_come(march)
    office.clock.now = datetime(2026, 12, 4, 11, tzinfo=CHICAGO).astimezone(UTC)
    [late] = await office.who_come(march)
    await office.at(4, 12)

    assert await office.sent() == [(rosa, "day")]
    assert await office.parts_of(late) == []


async def test_a_clock_that_was_away_for_long_says_all_at_once(office: Office) -> None:
    march = await office.event()
    [rosa] = await office.who_come(march)
    await office.at(5, 9, 30)
    await office.at(5, 10)
    assert await office.parts_of(rosa) == ["day+soon"]


async def test_nothing_is_sent_of_what_has_begun(office: Office) -> None:
    march = await office.event()
    await office.who_come(march)
    await office.at(5, 10, 31)
    assert await office.reminders() == []


async def test_hour_by_hour_while_clocks_change_everybody_hears_once_by_their_own(
    anywhere: Office,
) -> None:
    """Chicago and Tijuana set theirs back in the night before the march; the others don't."""
    office = anywhere
    office.clock.now = datetime(2026, 10, 28, 18, tzinfo=UTC)
    starts_at = datetime(2026, 11, 1, 10, 30, tzinfo=CHICAGO).astimezone(UTC)
    march = await office.event(replace(MARCH, starts_at=starts_at))
    zones = ("Chicago", "Tijuana", "Mexico_City", "Tegucigalpa", "Phoenix")
    people = {(await office.who_come(march, zone=f"America/{zone}"))[0]: zone for zone in zones}
    while office.now < starts_at + timedelta(hours=2):
        office.clock.pass_time(hours=1)
        await office.reminder().step()

    copies = await office.reminders()
    due = {
        (people[each.person_id], each.part): f"{each.due_at.astimezone(ZoneInfo(where)):%a %H:%M}"
        for each in copies
        for where in [f"America/{people[each.person_id]}"]
    }
    assert len(copies) == len(due)
    assert due == {
        ("Chicago", "day"): "Sat 10:30",
        ("Tijuana", "day"): "Sat 09:00",
        ("Mexico_City", "day"): "Sat 09:30",
        ("Tegucigalpa", "day"): "Sat 09:30",
        ("Phoenix", "day"): "Sat 09:00",
        ("Chicago", "soon"): "Sun 09:00",
        ("Mexico_City", "soon"): "Sun 09:00",
        ("Tegucigalpa", "soon"): "Sun 09:00",
        # 8:30 in Chicago is night for them; at its end the march is about to begin.
        ("Tijuana", "soon"): "Sat 19:00",
        ("Phoenix", "soon"): "Sat 19:00",
    }


class TestAnEventThatMoves:
    """Reminders follow it; what was said about the old time is not repeated, nor missed."""

    async def test_to_another_day(self, anywhere: Office) -> None:
        office = anywhere
        march = await office.event()
        [rosa] = await office.who_come(march)
        await office.at(4, 10, 30)
        await office.changes(march, starts_at=MARCH.starts_at + timedelta(days=7))
        await office.at(5, 9)
        assert await office.parts_of(rosa) == ["day"]

        await office.at(11, 10, 30)
        await office.at(12, 9)
        assert await office.parts_of(rosa) == ["day", "day", "soon"]

    async def test_what_was_queued_for_the_old_time_is_not_sent(self, office: Office) -> None:
        march = await office.event()
        await office.who_come(march)
        office.clock.now = datetime(2026, 12, 4, 10, 29, tzinfo=CHICAGO).astimezone(UTC)
        await office.reminder().step()
        await office.changes(march, starts_at=MARCH.starts_at + timedelta(hours=3))
        await office.at(4, 10, 30)
        assert [each.error for each in await office.reminders()] == ["over"]

        await office.at(4, 13, 30)
        assert [part for _, part in await office.sent()] == ["day"]

    async def test_what_is_past_for_the_new_time_is_not_made_up(self, office: Office) -> None:
        """The news that it moved has said when it is."""
        march = await office.event()
        [rosa] = await office.who_come(march)
        await office.at(4, 9, 30)
        await office.changes(march, starts_at=MARCH.starts_at - timedelta(hours=2))
        await office.at(4, 9, 31)
        await office.at(4, 19)
        assert await office.parts_of(rosa) == ["soon"]

    async def test_cancelled(self, office: Office) -> None:
        march = await office.event()
        await office.who_come(march)
        await office.database.run(
            lambda c: events.end(c, march.id, EventState.CANCELLED, office.now)
        )
        await office.at(4, 10, 30)
        await office.at(5, 9)
        assert await office.reminders() == []


async def test_stopped_paused_or_on_no_channel_nobody_hears(office: Office) -> None:
    march = await office.event()
    stopped, paused = await office.who_come(march, 2)
    await office.change(people, stopped, consent="out")
    await office.change(people, paused, paused_until=office.now + timedelta(days=30))
    await office.at(4, 10, 30)
    assert await office.reminders() == []


async def test_many_small_events_and_a_large_one_each_once(
    anywhere: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = anywhere
    monkeypatch.setattr(reminder_freezing, "BATCH", 12)
    crowd = await office.crowd(30)
    for size in (30, 3, 2, 25, 4, 1):
        event = await office.event()
        await office.answers(event, crowd[:size], Answer.YES)

    await office.at(4, 10, 30)

    assert len(await office.sent()) == len(set(await office.copies_sent())) == 65
    assert await office.parts_of(crowd[29]) == ["day"]


async def test_a_wave_that_was_broken_off_goes_on(
    anywhere: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = anywhere
    monkeypatch.setattr(reminder_freezing, "BATCH", 10)
    march = await office.event()
    everyone = await office.who_come(march, 35)
    office.clock.now = datetime(2026, 12, 4, 10, 30, tzinfo=CHICAGO).astimezone(UTC)
    died = 0
    for dies_at in range(1, 7):
        seen = 0

        def breaks(step: str, dies_at: int = dies_at) -> None:
            nonlocal seen
            seen += step == "unit.before_commit"
            if seen == dies_at:
                raise OSError("cut off")

        office.database.failpoint = breaks
        try:
            await office.reminder().step()
        except OSError:
            died += 1
    office.database.failpoint = lambda _: None
    assert died > 2
    assert len(await office.reminders()) > 0

    await office.at(4, 10, 31)
    assert sorted(await office.sent()) == sorted((each, "day") for each in everyone)


async def test_two_clocks_by_accident_do_no_harm(
    anywhere: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = anywhere
    monkeypatch.setattr(reminder_freezing, "BATCH", 7)
    march, other = await office.event(), await office.event()
    everyone = await office.who_come(march, 40)
    await office.answers(other, everyone[:5], Answer.YES)
    office.clock.now = datetime(2026, 12, 4, 10, 30, tzinfo=CHICAGO).astimezone(UTC)

    clocks = [office.reminder() for _ in range(3)]
    await asyncio.gather(*(clock.step() for clock in clocks))
    await office.at(4, 10, 31)

    assert len(await office.sent()) == 45
    assert await office.states() == {State.DONE}


async def test_the_books_of_each_reminder_balance(office: Office) -> None:
    march = await office.event()
    await office.who_come(march, 3)
    await office.at(4, 10, 30)

    facts = await office.facts(f"{march.code}.1")
    assert (facts["audience"], facts["sent"]) == (3, 3)


async def test_more_than_a_batch_of_events_at_once(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remind, "_AT_ONCE", 3)
    [rosa] = await office.crowd(1)
    for _ in range(7):
        event = await office.event()
        await office.answers(event, [rosa], Answer.YES)
    await office.at(4, 10, 30)
    assert len(await office.reminders()) == 7


def _unit(statement: Any) -> Any:
    return lambda connection: connection.execute(statement)


async def test_a_reminder_on_hold_waits_and_goes_on(office: Office) -> None:
    march = await office.event()
    await office.who_come(march, 2)
    office.clock.now = datetime(2026, 12, 4, 10, 28, tzinfo=CHICAGO).astimezone(UTC)
    await office.reminder().step()
    await office.database.run(_unit(update(broadcasts).values(state=State.HELD)))
    await office.at(4, 10, 30)
    assert await office.sent() == []

    await office.act("resume", f"{march.code}.1")
    await office.at(4, 10, 31)
    assert len(await office.sent()) == 2


async def test_the_link_is_for_whoever_said_yes_alone(office: Office) -> None:
    briefing = await office.event(ONLINE)
    [comes], [maybe] = await office.who_come(briefing), await office.crowd(1)
    await office.answers(briefing, [maybe], Answer.MAYBE)
    await office.at(4, 10, 30)
    assert len(office.channel.texts) == 2
    assert not [text for text in office.channel.texts if "meet.example.org" in text]

    [late] = await office.crowd(1)
    await office.answers(briefing, [late], Answer.MAYBE)
    await office.at(5, 10, 15)
    assert (await office.sent())[-1] == (comes, "link")
    assert await office.parts_of(late) == []
    assert "meet.example.org" in office.channel.texts[-1]
