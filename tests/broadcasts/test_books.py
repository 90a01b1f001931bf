"""The books balance whatever becomes of people: deleted, merged, forgotten after their time."""

from datetime import timedelta

import pytest
from sqlalchemy import insert, select
from sqlalchemy.exc import DBAPIError

from bot.metrics import Metrics
from bot.sweeping import Sweeper
from handlers.desk import Desk
from handlers.retention import Limits
from storage import audit, codes, leaving, linking
from storage.broadcasts import State, broadcasts, tallies
from storage.codes import named_by, take_code
from storage.ids import new_id
from storage.messages import deliveries
from storage.people import addresses
from tests.broadcasts.conftest import Office


async def test_a_deleted_person_stays_counted_without_a_link(office: Office) -> None:
    told, waiting, rosa = await office.crowd(3)
    code = await office.started()
    [first, *_] = await office.copies(code)
    await office.change(deliveries, first.id, status="delivered", done_at=office.now)

    await office.database.run(lambda c: leaving.erase(c, [told, waiting]))

    assert await office.audience(code) == {rosa}
    assert await office.counts(code) == {"waiting": 1, "delivered": 1, "cancelled": 1}
    assert (await office.facts(code))["done"] == 1


async def test_what_is_on_its_way_at_a_deletion_is_counted_once(office: Office) -> None:
    [rosa] = await office.crowd(1)
    code = await office.started()
    [copy] = await office.copies(code)
    await office.change(deliveries, copy.id, status="sending")
    [empty] = await office.crowd(1, consent="out")

    await office.database.run(
        lambda c: leaving.leave_empty(c, rosa, {copy.address_id: empty}, office.now)
    )
    assert await office.counts(code) == {"sending": 1}

    await office.database.run(lambda c: leaving.erase(c, [empty]))
    assert await office.counts(code) == {"unknown": 1}


async def test_of_two_people_who_become_one_both_copies_stay_counted(office: Office) -> None:
    stays, goes = await office.crowd(2)
    code = await office.started()

    await office.database.run(lambda c: linking.merge(c, stays, goes))

    assert await office.counts(code) == {"waiting": 1, "cancelled": 1}


async def test_an_ended_broadcast_goes_when_its_time_is_over(office: Office) -> None:
    [first, *_] = await office.crowd(3)
    code = await office.started()
    await office.goes_on()
    assert await office.state(code) is State.DONE
    await office.database.run(lambda c: leaving.erase(c, [first]))
    kept = Limits(timedelta(days=30), timedelta(days=7), timedelta(days=90))
    desk = Desk(office.vault, office.policy)
    sweeper = Sweeper(office.database, desk, kept, Metrics(), office.clock)

    office.clock.pass_time(days=89)
    await sweeper.sweep()
    assert (await office.facts(code))["audience"] == 3

    office.clock.pass_time(days=2)
    await sweeper.sweep()
    for table in (broadcasts, tallies, codes.codes):
        rows = await office.database.read(lambda c, t=table: c.execute(select(t)).all())  # type: ignore[misc]
        assert rows == []
    assert await office.statuses() == []


async def test_the_audit_only_grows(office: Office) -> None:
    await office.crowd(1)
    code = await office.started()
    await office.act("hold", code)
    await office.act("hold", code)
    await office.act("resume", code)
    rows = await office.database.read(
        lambda c: c.execute(select(audit.audit).order_by(audit.audit.c.id)).all()
    )
    assert [(row.actor, row.act, row.subject) for row in rows] == [
        ("operator", "send", code),
        ("operator", "hold", code),
        ("operator", "resume", code),
    ]
    for change in (audit.audit.delete(), audit.audit.update().values(actor="nobody")):
        with pytest.raises(DBAPIError):
            await office.database.run(lambda c, change=change: c.execute(change))  # type: ignore[misc]


async def test_codes_are_short_unlike_and_found_however_typed(office: Office) -> None:
    made = await office.database.run(
        lambda c: [take_code(c, "broadcast", row) for row in range(500)]
    )
    assert len(set(made)) == 500
    assert sum(len(code) == 2 for code in made) > 90
    assert all(code[0] not in "IO" and code[1:].isdecimal() for code in made)
    assert max(map(len, made)) == 3
    typed = f" {made[7].lower()} "
    found = await office.database.read(lambda c: named_by(c, typed))
    assert found == ("broadcast", 7)
    for nonsense in ("", "A", "ZZZZZZZZZZZZ9", "☂\x007"[:2]):
        assert await office.database.read(lambda c, n=nonsense: named_by(c, n)) is None  # type: ignore[misc]


async def test_a_copy_that_is_taken_in_the_middle_of_a_deletion_stays_in_the_books(
    office: Office,
) -> None:
    """To a chat that nobody needs any more, while its person is deleted from their phone."""
    [rosa] = await office.crowd(1)
    code = await office.started()
    [copy] = await office.copies(code)
    phone, now = new_id(), office.now
    row = {"id": phone, "person_id": rosa, "channel": "sms", "lookup": b"x" * 32, "value": b"v"}
    times = {"created_at": now, "heard_at": now}
    await office.database.run(lambda c: c.execute(insert(addresses), row | times))
    [empty] = await office.crowd(1, consent="out")
    assert await office.database.run(lambda c: leaving.addresses_to_keep(c, rosa, phone)) == [phone]

    await office.change(deliveries, copy.id, status="sending")
    await office.database.run(lambda c: leaving.leave_empty(c, rosa, {phone: empty}, now))

    assert sum((await office.counts(code)).values()) == 1
