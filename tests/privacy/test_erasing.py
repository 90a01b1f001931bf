"""What the provider keeps: asked to delete it until it has, however long it is away."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from bot.channels.base import Decision, SendError
from bot.channels.sms import SmsChannel
from bot.erasing import Eraser
from bot.simulators import TwilioSimulator, serve
from handlers.conversation.messages import Outgoing
from storage import leaving
from storage.leaving import farewells, provider_deletions
from storage.people import addresses
from tests.privacy.conftest import volunteers
from tests.talk import Office

ACCOUNT, OURS, HERS, OTHERS = "AC" + "0" * 32, "+13125550199", "+13125550187", "+13125550188"
AWAY = SendError("http_503", Decision.UNKNOWN)
UNFINISHED = SendError("20009", Decision.RETRY, retry_after=timedelta(minutes=1))


@dataclass
class Provider:
    """Keeps messages by id, and answers by script before it does as it is told."""

    kept: set[str] = field(default_factory=set)
    lists: bool = True
    refusals: list[SendError] = field(default_factory=list)

    async def messages_with(self, number: str) -> list[str]:
        if not self.lists:
            raise AWAY
        return sorted(self.kept)

    async def delete_message(self, sid: str) -> None:
        if self.refusals:
            raise self.refusals.pop(0)
        self.kept.discard(sid)


def eraser(office: Office, provider: Provider | None) -> Eraser:
    return Eraser(office.database, office.desk.vault, provider, lambda: office.now)


def deleted(office: Office) -> None:
    volunteers(office.texter(HERS)).says("borrar mis datos").says("sí").hears("Borramos todo")


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
