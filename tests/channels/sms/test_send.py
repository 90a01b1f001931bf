"""What a phone shows after a send, and what is found at the provider: real client, simulator."""

import asyncio
import logging
import socket
import time
from datetime import timedelta

import pytest

from bot.channels.base import AddressEffect, Channel, Decision, SenderEffect, SendError
from bot.channels.sms import SmsChannel
from bot.channels.sms_errors import CODES
from bot.channels.twilio_http import TwilioHttp
from bot.simulators import Drip, Garbage, Hang, Refuse, Reset, TwilioSimulator
from bot.simulators.faults import Fault
from handlers.conversation.messages import Outgoing
from tests.channels.sms.conftest import ACCOUNT, HOLA, MARIA, OURS, SERVICE, STATUS_URL, TOKEN, make


async def failure_of(channel: SmsChannel, to: str = MARIA) -> SendError:
    with pytest.raises(SendError) as failure:
        await channel.send(to, HOLA, expires_in=None)
    return failure.value


async def test_it_is_a_channel(channel: SmsChannel) -> None:
    as_channel: Channel = channel
    assert as_channel.name == "sms"


@pytest.mark.parametrize("text", ["¿Vienes?", "Información 🧡\n\n& =% +", "x" * 1600, "🧡" * 800])
async def test_a_text_arrives_as_given_from_our_number(
    channel: SmsChannel, twilio: TwilioSimulator, text: str
) -> None:
    sent = await channel.send(MARIA, Outgoing(text), expires_in=None)
    await twilio.settled()
    [bubble] = twilio.phone(MARIA).heard
    assert (bubble.text, bubble.sid) == (text, sent.provider_id)
    assert sent.segments == bubble.segments
    assert twilio.messages[sent.provider_id].sender == OURS


async def test_what_a_service_sends_is_counted_before_it_has_a_number(
    url: str, twilio: TwilioSimulator
) -> None:
    channel = make(url, SERVICE)
    sent = await channel.send(MARIA, Outgoing("á" * 71), expires_in=None)
    await channel.close()
    assert sent.segments == 2
    [call] = twilio.calls.of("create")
    assert call.parameters["MessagingServiceSid"] == SERVICE
    assert "From" not in call.parameters


async def test_smart_encoding_is_left_to_us(channel: SmsChannel, twilio: TwilioSimulator) -> None:
    await channel.send(MARIA, HOLA, expires_in=None)
    [call] = twilio.calls.of("create")
    assert set(call.parameters) == {"account", "To", "From", "Body"}


async def test_statuses_are_asked_for_where_the_bot_is_public(
    url: str, twilio: TwilioSimulator
) -> None:
    channel = SmsChannel(ACCOUNT, TOKEN, from_=OURS, api_url=f"{url}/", status_url=STATUS_URL)
    await channel.send(MARIA, HOLA, expires_in=None)
    await channel.close()
    [call] = twilio.calls.of("create")
    assert call.parameters["StatusCallback"] == STATUS_URL


@pytest.mark.parametrize(
    ("expires_in", "validity"),
    [
        (timedelta(hours=2), "7200"),
        (timedelta(days=3), "36000"),
        (timedelta(seconds=1), "5"),
        (timedelta(milliseconds=1), "5"),
    ],
)
async def test_what_goes_stale_does_not_wait_in_the_queue(
    channel: SmsChannel, twilio: TwilioSimulator, expires_in: timedelta, validity: str
) -> None:
    await channel.send(MARIA, HOLA, expires_in=expires_in)
    [call] = twilio.calls.of("create")
    assert call.parameters["ValidityPeriod"] == validity


async def test_what_has_expired_is_not_sent(channel: SmsChannel, twilio: TwilioSimulator) -> None:
    with pytest.raises(SendError) as failure:
        await channel.send(MARIA, HOLA, expires_in=timedelta(0))
    assert (failure.value.code, failure.value.decision) == ("expired", Decision.NEVER)
    assert not twilio.calls.calls


async def test_an_answer_to_a_button_is_nothing_on_sms(
    channel: SmsChannel, twilio: TwilioSimulator
) -> None:
    sent = await channel.send(MARIA, Outgoing(answer="1", edit=1, edit_text="✓"), expires_in=None)
    assert (sent.provider_id, sent.segments) == ("", 0)
    assert not twilio.calls.calls


@pytest.mark.parametrize("text", ["x" * 1601, "🧡" * 800 + "x"])
async def test_a_text_that_is_too_long_is_refused_and_never_cut_or_split(
    channel: SmsChannel, twilio: TwilioSimulator, text: str
) -> None:
    with pytest.raises(SendError) as failure:
        await channel.send(MARIA, Outgoing(text), expires_in=None)
    assert (failure.value.code, failure.value.decision) == ("too_long", Decision.NEVER)
    assert not twilio.calls.calls


async def test_what_a_phone_network_cannot_carry_is_left_out(
    channel: SmsChannel, twilio: TwilioSimulator
) -> None:
    await channel.send(MARIA, Outgoing("a\ud800b\0c"), expires_in=None)
    await twilio.settled()
    assert twilio.phone(MARIA).heard[-1].text == "abc"


@pytest.mark.parametrize(
    ("code", "decision", "address", "sender"),
    [
        (21610, "never", "opted_out", "none"),
        (21614, "never", "invalid", "none"),
        (21211, "never", "invalid", "none"),
        (21408, "never", "none", "recipient"),
        (21611, "retry", "none", "none"),
        (63038, "retry", "none", "capped"),
    ],
)
async def test_a_refusal_says_what_it_means_for_whom(  # noqa: PLR0917
    channel: SmsChannel,
    twilio: TwilioSimulator,
    code: int,
    decision: str,
    address: str,
    sender: str,
) -> None:
    twilio.phone(MARIA).ends(code)
    failure = await failure_of(channel)
    assert (failure.code, failure.decision) == (str(code), decision)
    assert (failure.address, failure.sender) == (address, sender)


@pytest.mark.parametrize("to", ["72975", "+1", "hola"])
async def test_what_is_no_number_is_no_address(channel: SmsChannel, to: str) -> None:
    failure = await failure_of(channel, to)
    assert (failure.code, failure.address) == ("21211", AddressEffect.INVALID)


@pytest.mark.parametrize(
    ("codes", "address"),
    [
        ((21610,), AddressEffect.OPTED_OUT),
        ((21211, 21614), AddressEffect.INVALID),
        ((30004, 30005, 30006), AddressEffect.SUSPECT),
        ((30003, 30008, 30007), AddressEffect.NONE),
    ],
)
def test_the_table_says_what_a_code_means_for_the_address(
    codes: tuple[int, ...], address: AddressEffect
) -> None:
    assert {CODES[code].address for code in codes} == {address}


@pytest.mark.parametrize(
    ("codes", "sender"),
    [
        ((30002, 30034, 20003), SenderEffect.CONFIGURATION),
        ((21408,), SenderEffect.RECIPIENT),
        ((30007,), SenderEffect.FILTERED),
        ((63038,), SenderEffect.CAPPED),
    ],
)
def test_the_table_says_what_a_code_means_for_us(
    codes: tuple[int, ...], sender: SenderEffect
) -> None:
    assert {CODES[code].sender for code in codes} == {sender}


def test_what_slows_us_down_is_tried_again_after_a_while() -> None:
    for code in (20429, 21611, 30001):
        assert CODES[code].decision is Decision.RETRY
        assert CODES[code].retry_after


@pytest.mark.parametrize(
    "fault", [Refuse(429), Refuse(429, code=20429), Garbage(applied=False, status=429)], ids=repr
)
async def test_too_many_requests_were_not_processed_and_go_again(
    channel: SmsChannel, twilio: TwilioSimulator, fault: Fault
) -> None:
    twilio.faults.next("create", fault)
    failure = await failure_of(channel)
    assert failure.decision is Decision.RETRY
    assert failure.retry_after


async def test_wrong_credentials_are_our_configuration_and_lose_nothing(url: str) -> None:
    channel = make(url, token="wrong")
    failure = await failure_of(channel)
    await channel.close()
    assert (failure.code, failure.decision, failure.sender) == (
        "20003",
        Decision.RETRY,
        SenderEffect.CONFIGURATION,
    )


async def test_another_refusal_is_final_and_says_nothing_of_the_address(
    channel: SmsChannel, twilio: TwilioSimulator
) -> None:
    twilio.faults.next("create", Refuse(400, code=29999))
    failure = await failure_of(channel)
    assert (failure.code, failure.decision) == ("29999", Decision.NEVER)
    assert (failure.address, failure.sender) == (AddressEffect.NONE, SenderEffect.NONE)


async def test_a_refused_connection_was_never_sent() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        channel = make(f"http://127.0.0.1:{free.getsockname()[1]}")
        failure = await failure_of(channel)
        await channel.close()
    assert (failure.code, failure.decision) == ("no_connection", Decision.RETRY)


async def test_waiting_in_vain_for_a_free_connection_was_never_sent(
    url: str, twilio: TwilioSimulator
) -> None:
    http = TwilioHttp(connections=1, connect_timeout=0.2, read_timeout=1)
    channel = SmsChannel(ACCOUNT, TOKEN, from_=OURS, api_url=url, http=http)
    twilio.faults.next("create", Hang())
    outcomes = await asyncio.gather(failure_of(channel), failure_of(channel))
    await channel.close()
    assert sorted((o.code, o.decision) for o in outcomes) == [
        ("no_connection", Decision.RETRY),
        ("timeout", Decision.UNKNOWN),
    ]


@pytest.mark.parametrize(
    "fault",
    [
        Hang(),
        Hang(applied=True),
        Reset(),
        Reset(applied=True),
        Drip(pause=0.7, piece=200),
        Garbage(),
        Garbage(status=201, body=b"[]"),
        Garbage(status=201, body=b"{}"),
        Garbage(status=302),
        Garbage(status=503),
        Refuse(500),
        Refuse(502),
        Refuse(503),
        Refuse(503, code=20429),
    ],
    ids=repr,
)
async def test_an_outcome_that_is_not_known_is_not_repeated(
    channel: SmsChannel, twilio: TwilioSimulator, fault: Fault
) -> None:
    twilio.faults.next("create", fault)
    failure = await failure_of(channel)
    assert failure.decision is Decision.UNKNOWN
    assert (failure.address, failure.sender) == (AddressEffect.NONE, SenderEffect.NONE)
    assert len(twilio.calls.of("create")) == 1


@pytest.mark.parametrize("service", [None, SERVICE])
async def test_a_message_whose_answer_was_lost_is_found(
    url: str, twilio: TwilioSimulator, service: str | None
) -> None:
    channel = make(url, service)
    before = time.time()
    twilio.faults.next("create", Reset(applied=True))
    await failure_of(channel)
    await twilio.settled()
    [sid] = twilio.messages
    assert await channel.find(MARIA, HOLA, before) == sid
    await channel.close()


async def test_a_message_that_waits_in_the_queue_is_found(
    channel: SmsChannel, twilio: TwilioSimulator
) -> None:
    twilio.carrier.hold()
    sent = await channel.send(MARIA, HOLA, expires_in=None)
    assert await channel.find(MARIA, HOLA, time.time()) == sent.provider_id


async def test_a_message_that_never_arrived_is_not_found(
    channel: SmsChannel, twilio: TwilioSimulator
) -> None:
    before = time.time()
    twilio.faults.next("create", Reset())
    await failure_of(channel)
    assert await channel.find(MARIA, HOLA, before) is None


async def test_only_our_own_same_text_to_the_same_person_since_then_is_found(
    channel: SmsChannel, twilio: TwilioSimulator
) -> None:
    before = time.time()
    await twilio.phone(MARIA).texts(HOLA.text)
    await channel.send(MARIA, Outgoing("Otra cosa"), expires_in=None)
    await channel.send("+13125550101", HOLA, expires_in=None)
    assert await channel.find(MARIA, HOLA, before) is None
    sent = await channel.send(MARIA, HOLA, expires_in=None)
    await twilio.settled()
    assert await channel.find(MARIA, HOLA, before) == sent.provider_id
    assert await channel.find(MARIA, HOLA, before + 3600) is None


async def test_of_two_alike_the_first_since_then_is_found(
    channel: SmsChannel, twilio: TwilioSimulator
) -> None:
    before = time.time()
    first = await channel.send(MARIA, HOLA, expires_in=None)
    twilio.messages[first.provider_id].created_at -= 3
    second = await channel.send(MARIA, HOLA, expires_in=None)
    assert await channel.find(MARIA, HOLA, before) == first.provider_id
    known = frozenset({first.provider_id})
    assert await channel.find(MARIA, HOLA, before, known) == second.provider_id


@pytest.mark.parametrize("fault", [Refuse(500), Hang(), Reset(), Garbage(), Refuse(429)], ids=repr)
async def test_while_twilio_cannot_be_asked_nothing_is_concluded(
    channel: SmsChannel, twilio: TwilioSimulator, fault: Fault
) -> None:
    twilio.faults.next("list", fault, times=None)
    with pytest.raises(SendError):
        await channel.find(MARIA, HOLA, 0)


async def test_it_opens_by_itself_closes_twice_and_opens_again(channel: SmsChannel) -> None:
    for _ in range(2):
        await channel.send(MARIA, HOLA, expires_in=None)
        await channel.close()
        await channel.close()


async def test_errors_and_logs_name_no_person_no_text_and_no_token(
    channel: SmsChannel, twilio: TwilioSimulator, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    faults: list[Fault] = [Refuse(400, message=f"'To' {MARIA}"), Garbage(body=b"secreto"), Reset()]
    for fault in faults:
        twilio.faults.next("create", fault)
        failure = await failure_of(channel)
        assert failure.__cause__ is None
        assert failure.__suppress_context__
        for private in ("secreto", MARIA[1:], TOKEN):
            assert private not in str(failure)
    await channel.find(MARIA, HOLA, 0)
    own = [r.getMessage() for r in caplog.records if not r.name.startswith(("uvicorn", "asyncio"))]
    for private in ("secreto", MARIA[1:], TOKEN):
        assert not [line for line in own if private in line]
