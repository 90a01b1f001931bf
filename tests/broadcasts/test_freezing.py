"""The audience: who is in it, once each, where and when; and what breaks off is gone on with."""

import asyncio
from datetime import UTC, datetime, time, timedelta

import pytest
from sqlalchemy import Connection

from storage import audience, broadcast_queue
from storage.audience import Hours, Scope, Terms
from storage.broadcasts import State, broadcasts
from storage.ids import new_id
from storage.network import organisations
from storage.people import addresses, people
from tests.broadcasts.conftest import TEXTS, Office

NIGHT = (time(20), time(9))


async def test_who_agreed_and_can_be_reached_is_in(office: Office) -> None:
    [maria] = await office.crowd(1)
    await office.crowd(1, consent="out")
    await office.crowd(1, consent="none")
    await office.crowd(1, paused_until=office.now + timedelta(days=1))
    [back] = await office.crowd(1, paused_until=office.now)
    muted, other = await office.crowd(2)
    await office.is_true_of(muted, "muted", "shelters")
    await office.is_true_of(other, "muted", "tps")
    blocked = await office.person()
    await office.change(addresses, blocked.address_id, status="blocked")
    terminal = await office.person()
    await office.change(addresses, terminal.address_id, channel="local_telegram")

    code = await office.started()

    assert await office.audience(code) == {maria, back, other}
    assert (await office.facts(code))["audience"] == 3


async def test_one_copy_a_person_at_the_preferred_address_that_can_be_reached(
    office: Office,
) -> None:
    both, fallen_back = await office.people(2)
    preferred = await office.address(both.person_id)
    await office.change(addresses, both.address_id, preferred=False)
    other = await office.address(fallen_back.person_id, preferred=False)
    await office.change(addresses, fallen_back.address_id, status="blocked")

    code = await office.started()

    assert {each.person_id: each.address_id for each in await office.copies(code)} == {
        both.person_id: preferred.address_id,
        fallen_back.person_id: other.address_id,
    }


async def test_filters_leave_out_and_all_of_them_hold(office: Office) -> None:
    organisation = new_id()
    place = {"code": "casa", "name": "Casa", "city": "Chicago", "region": "IL", "country": "US"}
    row = {"id": organisation, "zone": "America/Chicago", **place}
    await office.database.run(lambda c: c.execute(organisations.insert().values(row)))
    [near] = await office.crowd(1, organisation_id=organisation, country="US", region="IL")
    [far] = await office.crowd(1, language="en", country="MX", region="JAL")
    [nowhere] = await office.crowd(1)
    await office.is_true_of(near, "topic", "tps", "daca")
    await office.is_true_of(far, "topic", "daca")

    async def reached(**filters: object) -> set[int]:
        return await office.audience(await office.started(scope=Scope(**filters)))  # type: ignore[arg-type]

    assert await reached() == {near, far, nowhere}
    assert await reached(topics=("tps", "daca")) == {near, far}
    assert await reached(topics=("tps",)) == {near}
    assert await reached(languages=("en",)) == {far}
    assert await reached(organisations=(organisation,)) == {near}
    assert await reached(areas=(("US", None), ("MX", "JAL"))) == {near, far}
    assert await reached(areas=(("MX", "NLE"),)) == set()
    assert await reached(areas=(("US", "IL"),), languages=("en",)) == set()


async def test_a_scope_reads_back_as_it_was_kept() -> None:
    scope = Scope(("tps",), (7,), ("es",), (("US", None), ("MX", "JAL")), ((5, 50.0),))
    assert Scope.from_json(scope.to_json()) == scope
    assert Scope.from_json(Scope().to_json()) == Scope()


async def test_each_zone_gets_it_at_its_own_decent_hour(office: Office) -> None:
    office.quiet = NIGHT
    office.clock.now = datetime(2026, 12, 2, 3, tzinfo=UTC)  # 21:00 in Chicago, 19:00 in Tijuana
    [chicago] = await office.crowd(1)
    [tijuana] = await office.crowd(1, zone="America/Tijuana")
    [unknown] = await office.crowd(1, zone=None)

    copies = {each.person_id: each for each in await office.copies(await office.started())}

    assert copies[tijuana].due_at == office.now
    assert copies[chicago].due_at == datetime(2026, 12, 2, 15, tzinfo=UTC)
    assert copies[unknown].due_at == datetime(2026, 12, 2, 19, tzinfo=UTC)  # 9:00 in Hawaii
    # One decent hour that evening, 11 on each of the next two days, one on the third.
    assert copies[tijuana].expires_at == datetime(2026, 12, 4, 18, tzinfo=UTC)
    assert copies[chicago].expires_at == datetime(2026, 12, 4, 17, tzinfo=UTC)


async def test_ten_thousand_in_a_few_units_each_once(office: Office) -> None:
    everyone = await office.crowd(10_000)

    code = await office.started()

    copies = await office.copies(code)
    assert [each.person_id for each in copies] == everyone
    assert len({each.id for each in copies}) == 10_000
    assert min(each.id for each in copies) > 1 << 62
    assert await office.counts(code) == {"waiting": 10_000}


async def test_a_freeze_that_was_broken_off_goes_on(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audience, "BATCH", 10)
    everyone = await office.crowd(35)
    code = await office.sends()
    steps = 0

    def breaks(step: str) -> None:
        nonlocal steps
        steps += step == "unit.before_commit"
        if steps == 4:
            raise OSError

    office.database.failpoint = breaks
    await office.tender().step()
    office.database.failpoint = lambda _: None
    assert 0 < len(await office.audience(code)) < 35
    await office.facts(code)

    await office.tender().step()

    assert await office.audience(code) == set(everyone)
    assert (await office.run_of(code)).frozen_at == office.now


async def test_two_clocks_by_accident_do_no_harm(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audience, "BATCH", 7)
    everyone = await office.crowd(60)
    code = await office.sends()

    await asyncio.gather(*(office.tender().step() for _ in range(3)))

    assert await office.audience(code) == set(everyone)
    assert (await office.facts(code))["audience"] == 60


async def test_who_comes_after_it_started_is_not_in_it(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audience, "BATCH", 2)
    early = await office.crowd(3)
    code = await office.sends()
    office.clock.pass_time(seconds=1)
    await office.crowd(3)
    run = await office.run_of(code)
    before = office.now - timedelta(seconds=1)
    await office.change(broadcasts, run.id, state=State.RUNNING, started_at=before)

    await office.tender().step()

    assert await office.audience(code) == set(early)


async def test_a_stop_while_it_is_frozen_counts(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audience, "BATCH", 1)
    first, second = await office.crowd(2)
    code = await office.sends()
    run = await office.run_of(code)
    await office.change(broadcasts, run.id, state=State.RUNNING, started_at=office.now)
    terms, hour = Terms(("telegram",), 3), Hours(office.now, office.now + timedelta(1))

    def some(connection: Connection) -> bool:
        return audience.freeze_more(connection, run.id, terms, {None: hour}, office.now)

    assert await office.database.run(some)
    await office.change(people, second, consent="out")
    await office.tender().step()

    assert await office.audience(code) == {first}


async def test_nothing_starts_before_its_hour(office: Office) -> None:
    await office.crowd(1)
    code = await office.started(later=timedelta(hours=2))
    assert await office.state(code) is State.SCHEDULED

    office.clock.pass_time(hours=2)
    await office.tender().step()

    assert await office.counts(code) == {"waiting": 1}


class TestTheCap:
    """Broadcasts a person a day; the operator's own are exempt, and don't count."""

    async def test_who_has_had_enough_is_left_out(self, office: Office) -> None:
        office.frequency_cap = 2
        rosa, eva = await office.crowd(2)
        for _ in range(2):
            await office.started(capped=True, scope=Scope(languages=("es",)))
            await office.goes_on()
        await office.started(capped=False)
        await office.goes_on()
        first = await office.copies(await office.started(capped=True))
        assert first == []

        office.clock.pass_time(hours=24, seconds=1)
        assert await office.audience(await office.started(capped=True)) == {rosa, eva}

    async def test_fewer_broadcasts_than_the_cap_ask_nobody(self, office: Office) -> None:
        [rosa] = await office.crowd(1)
        await office.started(capped=True)
        assert await office.audience(await office.started(capped=True)) == {rosa}

    async def test_it_holds_at_the_last_moment_too(self, office: Office) -> None:
        """Both were frozen before either was sent."""
        await office.crowd(1)
        one, two = [await office.started(capped=True) for _ in range(2)]
        office.frequency_cap = 1

        await office.goes_on()

        assert await office.counts(one) == {"sent": 1}
        assert [each.error for each in await office.copies(two)] == ["capped"]

    async def test_none_at_all(self, office: Office) -> None:
        office.frequency_cap = 0
        await office.crowd(1)
        assert await office.copies(await office.started(capped=True)) == []


async def test_a_reply_never_waits_behind_a_copy(office: Office) -> None:
    [rosa] = await office.crowd(1)
    [copy] = await office.copies(await office.started())
    [reply] = await office.queue(await office.address(rosa), "hello")
    assert reply < copy.id
    assert copy.body is None


async def test_what_waits_in_the_queue_is_counted_but_not_what_is_put_aside(office: Office) -> None:
    await office.crowd(3)
    await office.crowd(2, zone="America/New_York", language="en")
    await office.started(TEXTS)
    held = await office.started(TEXTS)
    await office.act("hold", held)
    await office.tender().step()
    found = await office.database.read(lambda c: broadcast_queue.waiting(c, office.now))
    assert {(each.wording, each.zone, each.n) for each in found} == {
        ("es", "America/Chicago", 3),
        ("en", "America/New_York", 2),
    }
    assert all(each.expires_at and each.due_at == office.now for each in found)
