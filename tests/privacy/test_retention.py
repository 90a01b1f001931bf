"""Retention: what is too old goes, by whoever sweeps first, and health tells when."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import insert, update

from bot.metrics import Metrics
from bot.sweeping import Sweeper
from handlers.retention import Limits, due_chores
from storage import leaving, retention
from storage.health import SWEEP, last_run, look
from storage.leaving import farewells
from storage.messages import deliveries, inbound, receipts
from storage.people import addresses, consents, handovers, people, sessions, suppressions
from tests.privacy.conftest import joins, volunteers
from tests.talk import Office

LIMITS = Limits(timedelta(days=30), timedelta(days=7), timedelta(days=90))


def sweeper(office: Office, limits: Limits = LIMITS) -> Sweeper:
    return Sweeper(office.database, office.desk, limits, Metrics(), lambda: office.now)


async def sweeps(office: Office, limits: Limits = LIMITS) -> dict[str, int]:
    return await sweeper(office, limits).sweep()


def change(office: Office, statement: Any) -> None:
    office.database.run_now(lambda connection: connection.execute(statement))


async def test_texts_go_after_thirty_days_and_not_before(town: Office) -> None:
    ana = joins(town.texter())
    ana.says("human")

    town.later(days=29)
    await sweeps(town)
    assert all(row.payload for row in town.rows(inbound))
    assert all(row.body for row in town.rows(deliveries))

    town.later(days=2)
    await sweeps(town)
    assert not any(row.payload for row in town.rows(inbound))
    assert not any(row.body for row in town.rows(deliveries))
    assert not any(row.words for row in town.rows(handovers))
    assert len(town.rows(inbound)) == 5


async def test_the_persons_own_words_of_consent_stay_as_evidence(town: Office) -> None:
    joins(town.texter())
    town.later(days=400)

    await sweeps(town)

    assert all(row.words for row in town.rows(consents))
    assert len(town.rows(people)) == 1


async def test_records_go_after_ninety_days(town: Office) -> None:
    ana = joins(town.texter())
    ana.says("human")
    change(town, update(handovers).values(closed_at=town.now))
    change(town, insert(receipts).values(provider_id="SM1", status="sent", error=None, at=town.now))

    town.later(days=89)
    await sweeps(town)
    kept = [len(town.rows(table)) for table in (inbound, deliveries, handovers, receipts)]
    assert all(kept)

    town.later(days=2)
    await sweeps(town)
    kept = [len(town.rows(table)) for table in (inbound, deliveries, handovers, receipts)]
    assert kept == [0, 0, 0, 0]


async def test_a_message_is_known_as_a_repeat_for_two_days_whatever_the_setting(
    town: Office,
) -> None:
    day = Limits(*(timedelta(days=1),) * 3)
    ana = town.texter()
    ana.says("hola", provider_id="SM-first")

    town.later(days=1, hours=23)
    await sweeps(town, day)
    ana.says("hola", provider_id="SM-first").hears_nothing()

    town.later(hours=2)
    await sweeps(town, day)
    assert town.rows(inbound) == []


async def test_a_form_left_halfway_ends_after_a_week_with_a_word_of_goodbye(town: Office) -> None:
    ana = town.texter()
    ana.says("UNIRME").says("2")
    town.later(days=7, minutes=1)

    await sweeps(town)

    assert town.rows(sessions) == []
    ana.looks().hears("halfway" if ana.row()["language"] == "en" else "a medias")


async def test_a_form_that_a_shorter_setting_makes_old_ends_too(town: Office) -> None:
    town.texter().says("UNIRME")
    town.later(days=2)

    await sweeps(town, Limits(timedelta(days=30), timedelta(days=1), timedelta(days=90)))

    assert town.rows(sessions) == []


async def test_who_wrote_once_and_never_joined_is_forgotten(town: Office) -> None:
    town.texter().says("hola")
    town.later(days=91)

    assert (await sweeps(town))["strangers"] == 1

    assert town.rows(people) == []
    assert town.rows(suppressions) == []


async def test_who_said_stop_and_never_joined_is_forgotten_but_stays_stopped(town: Office) -> None:
    ana = town.texter()
    ana.says("ALTO")
    town.later(days=91)

    await sweeps(town)

    assert town.rows(people) == []
    ana.says("hola").hears_nothing()
    ana.says("ALTA").hears("participar")


async def test_who_still_writes_or_has_joined_is_not_forgotten(town: Office) -> None:
    stranger, member = town.texter(), joins(town.texter())
    stranger.says("hola")
    member.says("STOP")
    town.later(days=60)
    stranger.says("hola")
    town.later(days=60)

    await sweeps(town)

    assert len(town.rows(people)) == 2


async def test_a_farewell_that_can_not_be_sent_keeps_the_address_three_days(town: Office) -> None:
    ana = volunteers(town.texter())
    ana.says("borrar mis datos")
    town.receive(ana.message("sí"))

    town.later(days=2)
    await sweeps(town)
    assert len(town.rows(farewells)) == 1

    town.later(days=2)
    await sweeps(town)
    assert [town.rows(table) for table in (farewells, people, addresses)] == [[], [], []]


async def test_what_could_not_be_sent_for_a_month_is_given_up_without_its_text(
    town: Office,
) -> None:
    ana = town.texter()
    town.receive(ana.message("hola"))
    town.later(days=31)

    await sweeps(town)

    [row] = town.rows(deliveries)
    assert (row.status, row.error, row.body) == ("expired", "retention", None)


async def test_a_broadcasts_deliveries_are_kept_for_its_account(town: Office) -> None:
    ana = joins(town.texter())
    change(town, update(deliveries).values(broadcast_id=deliveries.c.id))
    town.later(days=91)

    await sweeps(town)

    assert len(town.rows(deliveries)) == len(ana.screen)


async def test_thousands_go_in_small_units(town: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "FOUND", 1_000)
    monkeypatch.setattr("bot.sweeping.FOUND", 1_000)
    old = town.now - timedelta(days=31)
    rows = [
        {
            "id": number,
            "channel": "sms",
            "provider_id": f"SM{number}",
            "status": "done",
            "payload": b"x",
            "received_at": old,
        }
        for number in range(2_500)
    ]
    town.database.run_now(lambda connection: connection.execute(insert(inbound), rows))
    units: list[int] = []
    town.database.failpoint = lambda step: units.append(1) if step == "unit.begin" else None

    done = await sweeps(town)

    assert done["texts received"] == 2_500
    assert len(units) >= 10


async def test_a_row_that_became_young_meanwhile_is_left_alone(town: Office) -> None:
    town.texter().says("hola")
    [row] = town.rows(people)
    later = town.now + timedelta(days=91)
    change(town, update(addresses).values(heard_at=later))

    done = town.database.run_now(
        lambda c: retention.STRANGERS.act(c, [row.id], later - LIMITS.closed, later)
    )

    assert done == 0


async def test_health_tells_when_it_was_last_done(town: Office) -> None:
    await sweeps(town)

    queue = town.database.read_now(lambda connection: look(connection, town.now))
    assert queue.last_sweep == town.now


async def test_it_is_due_an_hour_after_the_last_whoever_did_that(town: Office) -> None:
    await sweeper(town).sweep_if_due()
    first = last(town)

    town.later(minutes=59)
    await sweeper(town).sweep_if_due()
    assert last(town) == first

    town.later(minutes=2)
    await sweeper(town).sweep_if_due()
    assert last(town) == town.now


def last(office: Office) -> datetime | None:
    return office.database.read_now(lambda connection: last_run(connection, SWEEP))


def test_every_chore_of_storage_is_done() -> None:
    chores = {value for value in vars(retention).values() if isinstance(value, retention.Chore)}
    now = datetime.fromisoformat("2026-12-01T00:00+00:00")
    assert {chore for chore, _before in due_chores(LIMITS, now)} == chores


async def test_a_deletion_at_the_provider_that_waits_is_not_swept(town: Office) -> None:
    town.database.run_now(lambda c: leaving.ask_for(c, ["SM1"], town.now))
    town.later(days=100)

    await sweeps(town)

    assert [row.provider_id for row in town.rows(leaving.provider_deletions)] == ["SM1"]
