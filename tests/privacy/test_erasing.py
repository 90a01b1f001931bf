"""What the provider keeps: asked to delete it until it has, however long it is away."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import insert, update

from bot.channels.base import Decision, SendError
from bot.channels.sms import SmsChannel
from bot.erasing import Eraser, Records
from bot.simulators import TwilioSimulator, serve
from handlers.conversation.messages import Outgoing
from handlers.outbox import To, enqueue
from storage import leaving
from storage.ids import new_id
from storage.leaving import farewells, provider_deletions
from storage.messages import deliveries
from storage.people import addresses, people, suppressions
from tests.linking.conftest import address_of, are_one, asks_to_link
from tests.privacy.conftest import volunteers
from tests.talk import Office, Person

ACCOUNT, OURS, HERS, OTHERS = "AC" + "0" * 32, "+13125550199", "+13125550187", "+13125550188"
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
AWAY = SendError("http_503", Decision.UNKNOWN)
UNFINISHED = SendError("20009", Decision.RETRY, retry_after=timedelta(minutes=1))


@dataclass
class Provider:
    """Keeps messages by id, and answers by script before it does as it is told.

    `later`: when those were made that are not from long ago.
    """

    kept: set[str] = field(default_factory=set)
    lists: bool = True
    refusals: list[SendError] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    later: dict[str, datetime] = field(default_factory=dict)

    async def messages_with(self, number: str) -> dict[str, datetime]:
        if not self.lists:
            raise AWAY
        self.asked.append(number)
        return {each: self.later.get(each, LONG_AGO) for each in sorted(self.kept)}

    async def delete_message(self, sid: str) -> None:
        if self.refusals:
            raise self.refusals.pop(0)
        self.kept.discard(sid)


def eraser(office: Office, provider: Records | None) -> Eraser:
    return Eraser(office.database, office.desk.vault, provider, lambda: office.now)


def deleted(office: Office) -> None:
    volunteers(office.texter(HERS)).says("borrar mis datos").says("sí").hears("Borramos todo")


def linked(office: Office) -> tuple[Person, Person]:
    """One person with a number and a chat."""
    ana, chat = volunteers(office.texter(HERS)), office.telegrammer()
    chat.says(f"LINK {asks_to_link(ana)}").says("sí")
    assert are_one(ana, chat)
    return ana, chat


def deletes(chat: Person) -> None:
    chat.says("borrar mis datos").says("sí").hears("Borramos todo")


def another_number(office: Office, person: Person, number: str) -> None:
    """As of a time when one could have two."""
    row, vault = new_id(), office.desk.vault
    address = {
        "id": row,
        "person_id": person.row()["id"],
        "channel": "sms",
        "lookup": vault.index("sms", number),
        "value": vault.seal("addresses", "value", row, number),
        "created_at": office.now,
        "heard_at": office.now,
    }
    office.database.run_now(lambda c: c.execute(insert(addresses), address))


async def test_what_is_known_and_what_is_listed_is_deleted(town: Office) -> None:
    provider = Provider({"SM-long-ago", "SM-lost-when-a-process-died"})
    deleted(town)

    await eraser(town, provider).step()

    assert provider.kept == set()
    await eraser(town, provider).step()
    assert town.rows(provider_deletions) == []
    assert town.rows(addresses) == []


async def test_while_the_provider_can_not_be_asked_its_list_is_waited_for(town: Office) -> None:
    provider = Provider({"SM1"}, lists=False)
    deleted(town)

    await eraser(town, provider).step()
    assert len(town.rows(farewells)) == 1

    provider.lists = True
    await eraser(town, provider).step()
    assert len(town.rows(farewells)) == 1, "asked again too soon"
    town.later(minutes=2)
    await eraser(town, provider).step()
    assert town.rows(farewells) == []
    assert provider.kept == set()


async def test_what_is_still_on_its_way_is_asked_for_again_later(town: Office) -> None:
    provider = Provider({"SM1"}, refusals=[UNFINISHED, AWAY])
    town.database.run_now(lambda c: leaving.ask_for(c, ["SM1"], town.now))

    for minutes in (0, 0, 2, 2):
        town.later(minutes=minutes)
        await eraser(town, provider).step()

    assert provider.kept == set()
    assert town.rows(provider_deletions) == []


async def test_it_never_gives_up_but_asks_less_and_less(town: Office) -> None:
    provider = Provider({"SM1"}, refusals=[AWAY] * 1000)
    town.database.run_now(lambda c: leaving.ask_for(c, ["SM1"], town.now))
    began = town.now

    while town.now < began + timedelta(days=2):
        await eraser(town, provider).step()
        town.later(minutes=5)

    assert 40 < 1000 - len(provider.refusals) < 80
    assert len(town.rows(provider_deletions)) == 1


async def test_two_erasers_at_once_do_no_harm(town: Office) -> None:
    provider = Provider({"SM1"})
    deleted(town)

    for each in [eraser(town, provider) for _ in range(2)] * 2:
        await each.step()

    assert (provider.kept, town.rows(provider_deletions)) == (set(), [])


async def test_without_a_provider_the_address_goes_all_the_same(town: Office) -> None:
    deleted(town)

    await eraser(town, None).step()

    assert town.rows(addresses) == []


async def test_from_telegram_the_provider_is_asked_about_the_linked_number_too(
    town: Office,
) -> None:
    provider = Provider({"SM-long-ago"})
    _ana, chat = linked(town)
    deletes(chat)

    for _ in range(2):
        await eraser(town, provider).step()

    assert (provider.asked, provider.kept) == ([HERS], set())
    assert [town.rows(table) for table in (addresses, people, provider_deletions)] == [[], [], []]
    assert len(town.rows(suppressions)) == 2


async def test_from_one_of_several_numbers_each_is_asked_about(town: Office) -> None:
    provider = Provider()
    ana, _chat = linked(town)
    another_number(town, ana, OTHERS)
    deletes(ana)

    await eraser(town, provider).step()

    assert sorted(provider.asked) == [HERS, OTHERS]
    assert town.rows(addresses) == []


async def test_a_chat_of_which_nobody_keeps_anything_goes_at_once(town: Office) -> None:
    ana, _chat = linked(town)
    deletes(ana)

    assert [row.channel for row in town.rows(addresses)] == ["sms"]


async def test_without_a_provider_linked_addresses_go_all_the_same(town: Office) -> None:
    _ana, chat = linked(town)
    deletes(chat)

    await eraser(town, None).step()

    assert [town.rows(table) for table in (addresses, people)] == [[], []]


async def test_a_number_that_is_still_asked_about_is_a_strangers_who_stopped(town: Office) -> None:
    provider = Provider({"SM1"}, lists=False)
    ana, chat = linked(town)
    deletes(chat)
    assert not are_one(ana, chat), "whoever comes back at one gets the other too"
    await eraser(town, provider).step()
    assert [row.channel for row in town.rows(addresses)] == ["sms"]

    assert ana.row()["consent"] == "out"
    ana.says("hola").hears_nothing()
    ana.says("ALTA").hears("Como quieres participar")
    provider.lists = True
    town.later(minutes=2)
    await eraser(town, provider).step()
    assert ana.says("2").hears("llamas").row()["consent"] == "none"


async def test_of_whom_comes_back_before_that_only_the_new_is_kept(town: Office) -> None:
    ana = volunteers(town.texter(HERS))
    deletes(ana)
    town.later(seconds=5)
    provider = Provider({"SM-old", "SM-start"}, later={"SM-start": town.now})
    ana.says("ALTA")

    for _ in range(2):
        await eraser(town, provider).step()

    assert provider.kept == {"SM-start"}
    assert ana.row()["consent"] == "none"


async def test_what_they_write_there_meanwhile_is_deleted_as_well(town: Office) -> None:
    provider = Provider(lists=False)
    ana, chat = linked(town)
    deletes(chat)
    await eraser(town, provider).step()
    ana.says("hola", provider_id="SM-meanwhile").hears_nothing()

    provider.lists, provider.refusals = True, [AWAY] * 100
    town.later(minutes=2)
    await eraser(town, provider).step()

    assert "SM-meanwhile" in {row.provider_id for row in town.rows(provider_deletions)}
    assert town.rows(addresses) == []


async def test_what_was_on_its_way_is_looked_for_under_its_own_number(town: Office) -> None:
    """The provider may list it a little late: it is not asked too soon."""
    provider = Provider()
    ana, chat = linked(town)
    row = being_sent(town, ana)
    deletes(chat)

    [flying] = [each for each in town.rows(deliveries) if each.id == row]
    [number] = [each for each in town.rows(addresses) if each.channel == "sms"]
    assert (flying.address_id, flying.person_id) == (number.id, number.person_id)
    await eraser(town, provider).step()
    change(town, row, status="failed", error="unreadable")
    await eraser(town, provider).step()
    assert [each.channel for each in town.rows(addresses)] == ["sms"]
    assert provider.asked == []

    provider.kept.add("SM-nobody-knew")
    town.later(minutes=2)
    for _ in range(2):
        await eraser(town, provider).step()
    assert (provider.asked, provider.kept) == ([HERS], set())
    assert town.rows(addresses) == []


async def test_what_was_on_its_way_to_a_chat_stays_with_it(town: Office) -> None:
    ana, chat = linked(town)
    row = being_sent(town, chat)
    deletes(ana)

    [flying] = [each for each in town.rows(deliveries) if each.id == row]
    channels = {each.id: each.channel for each in town.rows(addresses)}
    assert channels[flying.address_id] == flying.channel == "telegram"
    change(town, row, status="sent", provider_id="7")
    await eraser(town, Provider()).step()
    assert town.rows(addresses) == []


def being_sent(office: Office, person: Person) -> int:
    """A text to this address that a worker has just handed to the provider."""
    address = address_of(person)
    to = To(address.person_id, address.id, person.channel)
    vault, now = office.desk.vault, office.now
    [row] = office.database.run_now(lambda c: enqueue(c, vault, to, [Outgoing("hola")], now=now))
    change(office, row, status="sending", attempts=1, called_at=now)
    return row


def change(office: Office, row: int, **columns: object) -> None:
    statement = update(deliveries).where(deliveries.c.id == row).values(**columns)
    office.database.run_now(lambda connection: connection.execute(statement))


@pytest.fixture
async def twilio() -> AsyncIterator[TwilioSimulator]:
    async with TwilioSimulator(ACCOUNT, "token", numbers=[OURS]) as simulator:
        yield simulator


async def test_twilio_is_asked_for_what_this_number_and_ours_have_written(
    twilio: TwilioSimulator,
) -> None:
    async with serve(twilio.app) as url:
        channel = SmsChannel(ACCOUNT, "token", from_=OURS, api_url=url)
        sent = await channel.send(HERS, Outgoing("hola"), expires_in=None)
        await channel.send(OTHERS, Outgoing("hola"), expires_in=None)
        came = await twilio.phone(HERS).texts("hola")
        await twilio.phone(OTHERS).texts("hola")
        await twilio.settled()
        known = [sid for sid, one in twilio.messages.items() if HERS in (one.to, one.sender)]

        found = await channel.messages_with(HERS)
        assert sorted(found) == sorted(known)
        assert sent.provider_id in found
        for sid in found:
            await channel.delete_message(sid)
            await channel.delete_message(sid)
        await channel.close()

    assert came.text == "hola"
    assert all(HERS not in (one.to, one.sender) for one in twilio.messages.values())
    assert len(twilio.messages) == 2


async def test_what_twilio_has_of_a_linked_number_goes_however_old(
    town: Office, twilio: TwilioSimulator
) -> None:
    async with serve(twilio.app) as url:
        channel = SmsChannel(ACCOUNT, "token", from_=OURS, api_url=url)
        await channel.send(HERS, Outgoing("Hola Ana Lucía"), expires_in=None)
        await twilio.phone(HERS).texts("me llamo Ana Lucía")
        await twilio.settled()
        _ana, chat = linked(town)
        deletes(chat)

        for _ in range(2):
            await eraser(town, channel).step()
        await channel.close()

    assert twilio.messages == {}


async def test_who_links_again_before_that_is_still_asked_about(town: Office) -> None:
    provider = Provider({"SM-long-ago"}, lists=False)
    ana, chat = linked(town)
    deletes(chat)
    await eraser(town, provider).step()
    ana.talks("ALTA", "SALIR")
    chat.talks("ALTA", "SALIR")
    chat.says(f"LINK {asks_to_link(ana)}").says("sí")
    assert are_one(ana.looks(), chat)

    provider.lists = True
    town.later(minutes=5)
    for _ in range(2):
        await eraser(town, provider).step()

    assert (provider.kept, provider.asked, town.rows(farewells)) == (set(), [HERS], [])
    assert are_one(ana, chat)
