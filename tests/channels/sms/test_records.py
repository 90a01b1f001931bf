"""What the provider keeps: caught up on after an outage, deleted when asked, others' left alone."""

import time
from datetime import UTC, datetime

import pytest

from bot.channels.base import Decision, SendError
from bot.channels.sms import SmsChannel
from bot.simulators import TwilioSimulator
from tests.channels.sms.conftest import (
    ACCOUNT,
    ALONE,
    ELSEWHERE,
    HOLA,
    MARIA,
    OURS,
    SERVICE,
    TOKEN,
    make,
)


async def test_what_people_wrote_during_an_outage_is_caught_up_oldest_first(
    channel: SmsChannel, twilio: TwilioSimulator
) -> None:
    since = datetime.fromtimestamp(int(time.time()), UTC)
    early = await twilio.phone("+5215512345678").texts("antes")
    twilio.messages[early.sid].sent_at = twilio.messages[early.sid].created_at = 1_000_000.0
    for number, text in ((MARIA, "ALTO"), ("72975", "código"), ("+5215512345678", "UNIRME")):
        await twilio.phone(number).texts(text)
    await twilio.phone(MARIA).sends_media("foto")
    await channel.send(MARIA, HOLA, expires_in=None)
    caught = await channel.received_since(since)
    assert sorted((one.text, one.sender, one.media) for one in caught) == [
        ("ALTO", MARIA, None),
        ("UNIRME", "+525512345678", None),
        ("foto", MARIA, "other"),
    ]
    assert {one.provider_id for one in caught} <= set(twilio.messages)
    assert channel.refused == {"sender": 1}


async def test_a_service_catches_up_on_all_its_numbers(url: str, twilio: TwilioSimulator) -> None:
    channel = make(url, SERVICE)
    await twilio.phone(MARIA).texts("UNIRME")
    [caught] = await channel.received_since(datetime.fromtimestamp(0, UTC))
    await channel.close()
    assert (caught.sender, caught.text) == (MARIA, "UNIRME")
    [call] = twilio.calls.of("list")
    assert "To" not in call.parameters


@pytest.mark.parametrize("service", [SERVICE, None], ids=["service", "number"])
async def test_what_came_to_others_of_the_account_is_left_alone(
    url: str, twilio: TwilioSimulator, service: str | None
) -> None:
    """Neither taken in after an outage nor deleted with somebody's data."""
    ours, others = make(url, service), SmsChannel(ACCOUNT, TOKEN, from_=ELSEWHERE, api_url=url)
    said = await twilio.phone(MARIA).texts("UNIRME", to=OURS)
    await twilio.phone(MARIA).texts("STOP", to=ELSEWHERE)
    await twilio.phone(MARIA).texts("START", to=ELSEWHERE)
    await others.send(MARIA, HOLA, expires_in=None)
    sent = await ours.send(MARIA, HOLA, expires_in=None)

    caught = await ours.received_since(datetime.fromtimestamp(0, UTC))
    kept = await ours.messages_with(MARIA)

    assert [one.provider_id for one in caught] == [said.sid]
    assert set(kept) == {said.sid, sent.provider_id}
    for channel in (ours, others):
        await channel.close()


async def test_what_names_no_service_may_be_a_stop_to_ours(
    url: str, twilio: TwilioSimulator
) -> None:
    """Taken in, but never deleted."""
    ours = make(url, SERVICE)
    said = await twilio.phone(MARIA).texts("ALTO", to=ALONE)
    caught = await ours.received_since(datetime.fromtimestamp(0, UTC))
    kept = await ours.messages_with(MARIA)
    await ours.close()
    assert ([one.provider_id for one in caught], kept) == ([said.sid], {})


async def test_a_number_that_we_wrote_from_is_ours(url: str, twilio: TwilioSimulator) -> None:
    """Also where Twilio names no service in what it received."""
    ours = make(url, SERVICE)
    sent = await ours.send(MARIA, HOLA, expires_in=None)
    said = await twilio.phone(MARIA).texts("hola", to=OURS)
    twilio.messages[said.sid].service_sid = None
    kept = await ours.messages_with(MARIA)
    await ours.close()
    assert set(kept) == {sent.provider_id, said.sid}


async def test_a_number_named_beside_the_service_is_ours_too(
    url: str, twilio: TwilioSimulator
) -> None:
    """What it sent and received before it had a service, say."""
    both = SmsChannel(ACCOUNT, TOKEN, from_=ELSEWHERE, messaging_service_sid=SERVICE, api_url=url)
    said = [await twilio.phone(MARIA).texts("hola", to=to) for to in (OURS, ELSEWHERE)]
    caught = await both.received_since(datetime.fromtimestamp(0, UTC))
    kept = await both.messages_with(MARIA)
    await both.close()
    assert {one.provider_id for one in caught} == {one.sid for one in said} == set(kept)


async def test_a_message_is_deleted_at_twilio_and_twice_is_fine(
    channel: SmsChannel, twilio: TwilioSimulator
) -> None:
    sent = await channel.send(MARIA, HOLA, expires_in=None)
    await twilio.settled()
    await channel.delete_message(sent.provider_id)
    await channel.delete_message(sent.provider_id)
    assert sent.provider_id not in twilio.messages


async def test_a_message_that_is_still_on_its_way_is_deleted_later(
    channel: SmsChannel, twilio: TwilioSimulator
) -> None:
    twilio.carrier.hold()
    sent = await channel.send(MARIA, HOLA, expires_in=None)
    with pytest.raises(SendError) as failure:
        await channel.delete_message(sent.provider_id)
    assert (failure.value.code, failure.value.decision) == ("20009", Decision.RETRY)
    twilio.carrier.release()
    await twilio.settled()
