"""Texts, keywords, delivery reports: what the simulated network posts to the bot."""

from typing import Literal
from urllib.parse import parse_qsl

import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.request_validator import RequestValidator

from bot.simulators import TwilioSimulator, serve
from bot.simulators.twilio import Callbacks, Keywords, Place
from tests.simulators.conftest import (
    ACCOUNT,
    AUTH,
    HERS,
    OURS,
    PUBLIC,
    SERVICE,
    Clock,
    LocalClient,
    Receiver,
)

# twilio's asynchronous client still makes one
pytestmark = pytest.mark.filterwarnings("ignore:BasicAuth is deprecated:DeprecationWarning")

STATUS = f"{PUBLIC}/twilio/status"


@pytest.fixture
async def listening(twilio: TwilioSimulator, receiver_url: str) -> TwilioSimulator:
    """The bot takes webhooks at its public address."""
    twilio.routes[PUBLIC] = receiver_url
    twilio.sms_url = f"{PUBLIC}/twilio/sms"
    return twilio


def fields(body: bytes) -> dict[str, str]:
    return dict(parse_qsl(body.decode(), keep_blank_values=True))


def statuses(receiver: Receiver) -> list[str]:
    return [fields(body)["MessageStatus"] for body in receiver.bodies]


async def test_a_text_is_posted_signed_over_the_public_url(
    listening: TwilioSimulator, receiver: Receiver
) -> None:
    phone = listening.phone(HERS, Place("CHICAGO", "IL", "60601", "US"))
    bubble = await phone.texts("Únete\u0000 😀")
    await listening.settled()
    (body,) = receiver.bodies
    request = receiver.requests[0]
    signature = request.headers["X-Twilio-Signature"]
    assert request.url.path == "/twilio/sms"
    assert RequestValidator(AUTH).validate(f"{PUBLIC}/twilio/sms", fields(body), signature)
    assert fields(body) == {
        "ToCountry": "US", "ToState": "", "ToCity": "", "ToZip": "",
        "FromCountry": "US", "FromState": "IL", "FromCity": "CHICAGO", "FromZip": "60601",
        "SmsMessageSid": bubble.sid, "SmsSid": bubble.sid, "MessageSid": bubble.sid,
        "AccountSid": ACCOUNT, "MessagingServiceSid": SERVICE, "ApiVersion": "2010-04-01",
        "From": HERS, "To": OURS, "Body": "Únete\u0000 😀", "SmsStatus": "received",
        "NumMedia": "0", "NumSegments": "1",
    }  # fmt: skip
    assert listening.alerts == []
    assert phone.screen == [bubble]


async def test_a_picture_brings_its_media(listening: TwilioSimulator, receiver: Receiver) -> None:
    await listening.phone(HERS).sends_media("mira", media_type="image/png")
    await listening.settled()
    found = fields(receiver.bodies[0])
    assert (found["NumMedia"], found["MediaContentType0"]) == ("1", "image/png")
    assert found["MessageSid"].startswith("MM")
    assert found["MediaUrl0"].startswith("https://api.twilio.com/2010-04-01/Accounts/AC")


async def test_odd_senders_and_odd_text_get_through(
    listening: TwilioSimulator, receiver: Receiver
) -> None:
    await listening.phone("262966").texts("")
    await listening.phone("AMAZON").texts("a\ud800b")
    await listening.settled()
    found = {fields(body)["From"]: fields(body)["Body"] for body in receiver.bodies}
    assert found == {"262966": "", "AMAZON": "a\ufffdb"}


async def test_a_phones_texts_come_in_order(listening: TwilioSimulator, receiver: Receiver) -> None:
    for number in range(5):
        await listening.phone(HERS).texts(str(number))
    await listening.settled()
    assert [fields(body)["Body"] for body in receiver.bodies] == list("01234")


async def test_a_webhook_that_fails_is_tried_once_more(
    listening: TwilioSimulator, receiver: Receiver
) -> None:
    receiver.answers = [500, 200]
    await listening.phone(HERS).texts("hola")
    await listening.settled()
    tokens = {request.headers["I-Twilio-Idempotency-Token"] for request in receiver.requests}
    assert (len(receiver.bodies), len(tokens), listening.alerts) == (2, 1, [])


async def test_a_webhook_that_fails_twice_or_refuses_is_an_alert(
    listening: TwilioSimulator, receiver: Receiver
) -> None:
    receiver.answers = [500, 503, 403]
    await listening.phone(HERS).texts("hola")
    await listening.phone(HERS).texts("hola")
    await listening.settled()
    what = [alert.what for alert in listening.alerts]
    assert what == ["503 Service Unavailable", "403 Forbidden"]
    assert len(receiver.bodies) == 3


async def test_nothing_is_posted_beyond_this_machine(twilio: TwilioSimulator) -> None:
    twilio.sms_url = f"{PUBLIC}/twilio/sms"
    await twilio.phone(HERS).texts("hola")
    await twilio.settled()
    assert [alert.code for alert in twilio.alerts] == [11200]


async def test_an_answer_that_is_no_empty_twiml_is_an_alert(
    listening: TwilioSimulator, receiver: Receiver
) -> None:
    for receiver.text in ("hola", "<Response><Message>hola</Message></Response>", ""):
        await listening.phone(HERS).texts("hola")
        await listening.settled()
    assert [alert.code for alert in listening.alerts] == [12100, 12100]


async def test_a_webhook_can_come_several_times_at_once(
    listening: TwilioSimulator, receiver: Receiver
) -> None:
    listening.webhooks.copies = 10
    await listening.phone(HERS).texts("hola")
    await listening.settled()
    assert (len(receiver.bodies), len(set(receiver.bodies))) == (10, 1)


@pytest.mark.parametrize("word", ["STOP", " stop\n", "StopAll", "optout", "CANCEL", "end"])
async def test_a_stop_word_blocks_until_a_start_word(
    client: LocalClient, listening: TwilioSimulator, receiver: Receiver, word: str
) -> None:
    phone = listening.phone(HERS)
    await phone.texts(word)
    await phone.waits_for("unsubscribed")
    with pytest.raises(TwilioRestException) as refused:
        await client.messages.create_async(to=HERS, from_=OURS, body="hola")
    assert refused.value.code == 21610
    await phone.texts("hola")
    await phone.texts("STOP")
    await listening.settled()
    assert phone.heard == []
    await phone.texts("yes")
    await phone.waits_for("re-subscribed")
    await client.messages.create_async(to=HERS, messaging_service_sid=SERVICE, body="hola")
    await phone.waits_for("hola")
    assert len(receiver.bodies) == 4
    assert all("OptOutType" not in fields(body) for body in receiver.bodies)


@pytest.mark.parametrize("text", ["STOP PLEASE", "ALTO", "please stop", "YES", "START"])
async def test_other_words_neither_block_nor_are_answered(
    client: LocalClient, listening: TwilioSimulator, text: str
) -> None:
    await listening.phone(HERS).texts(text)
    await listening.settled()
    assert listening.phone(HERS).heard == []
    await client.messages.create_async(to=HERS, from_=OURS, body="hola")


async def test_help_is_answered_unless_replies_are_off(listening: TwilioSimulator) -> None:
    phone = listening.phone(HERS)
    await phone.texts("info")
    (reply,) = await phone.waits_for(1)
    assert reply.price == 0
    listening.keywords.replies = False
    await phone.texts("HELP")
    await phone.texts("STOP")
    await listening.settled()
    assert phone.heard == []
    assert (SERVICE, HERS) in listening.keywords.blocked


async def test_advanced_opt_out_names_the_kind(
    listening: TwilioSimulator, receiver: Receiver
) -> None:
    listening.keywords = Keywords(advanced=True, extra={"ALTO": "STOP"})
    for text in ("alto", "START", "ayuda", "HELP"):
        await listening.phone(HERS).texts(text)
    await listening.settled()
    types = [fields(body).get("OptOutType") for body in receiver.bodies]
    assert types == ["STOP", "START", None, "HELP"]


async def test_without_a_service_the_block_is_the_numbers_own(clock: Clock) -> None:
    other = "+13125550188"
    twilio = TwilioSimulator(ACCOUNT, AUTH, numbers=[OURS, other], clock=clock)
    async with twilio, serve(twilio.app) as url:
        client = LocalClient(url)
        await twilio.phone(HERS).texts("STOP", to=OURS)
        await client.messages.create_async(to=HERS, from_=other, body="hola")
        with pytest.raises(TwilioRestException):
            await client.messages.create_async(to=HERS, from_=OURS, body="hola")
        await client.http_client.close()


async def test_a_service_is_named_in_what_its_own_numbers_receive(
    clock: Clock, receiver: Receiver, receiver_url: str
) -> None:
    other = "+13125550188"
    twilio = TwilioSimulator(
        *(ACCOUNT, AUTH),
        numbers=[OURS],
        messaging_service_sid=SERVICE,
        outside={other: None},
        sms_url=f"{receiver_url}/twilio/sms",
        clock=clock,
    )
    async with twilio, serve(twilio.app) as url:
        client = LocalClient(url)
        said = [await twilio.phone(HERS).texts("hola", to=to) for to in (OURS, other)]
        await twilio.settled()
        listed = {one.sid: one for one in await client.messages.list_async(from_=HERS)}
        await twilio.phone(HERS).texts("STOP", to=other)
        await client.messages.create_async(to=HERS, messaging_service_sid=SERVICE, body="hola")
        await client.http_client.close()
    assert [listed[one.sid].messaging_service_sid for one in said] == [SERVICE, None]
    posted = [fields(body).get("MessagingServiceSid") for body in receiver.bodies[:2]]
    assert posted == [SERVICE, None]


async def test_statuses_are_called_back_in_order(
    client: LocalClient, listening: TwilioSimulator, receiver: Receiver
) -> None:
    sent = await client.messages.create_async(
        to=HERS, messaging_service_sid=SERVICE, body="hola", status_callback=STATUS
    )
    await listening.settled()
    assert statuses(receiver) == ["queued", "sent", "delivered"]
    assert fields(receiver.bodies[0]) == {
        "SmsSid": sent.sid, "MessageSid": sent.sid, "SmsStatus": "queued",
        "MessageStatus": "queued", "To": HERS, "From": OURS, "AccountSid": ACCOUNT,
        "ApiVersion": "2010-04-01", "MessagingServiceSid": SERVICE,
    }  # fmt: skip
    for request, body in zip(receiver.requests, receiver.bodies, strict=True):
        signature = request.headers["X-Twilio-Signature"]
        assert RequestValidator(AUTH).validate(STATUS, fields(body), signature)


@pytest.mark.parametrize(
    ("how", "expected"),
    [
        (Callbacks.NORMAL, ["sent", "delivered"]),
        (Callbacks.SHUFFLED, ["delivered", "sent"]),
        (Callbacks.REPEATED, ["sent", "sent", "delivered", "delivered"]),
    ],
)
async def test_callbacks_come_as_they_do_in_the_field(
    client: LocalClient,
    listening: TwilioSimulator,
    receiver: Receiver,
    how: Callbacks,
    expected: list[str],
) -> None:
    listening.callbacks = how
    await client.messages.create_async(to=HERS, from_=OURS, body="a", status_callback=STATUS)
    await listening.settled()
    assert statuses(receiver) == expected


async def test_callbacks_can_come_before_the_answer(
    client: LocalClient, listening: TwilioSimulator, receiver: Receiver
) -> None:
    listening.callbacks = Callbacks.EARLY
    sent = await client.messages.create_async(
        to=HERS, from_=OURS, body="hola", status_callback=STATUS
    )
    assert statuses(receiver) == ["sent", "delivered"]
    assert sent.status == "queued"


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (30001, ["failed"]),
        (30003, ["sent", "undelivered"]),
        (30005, ["sent", "undelivered"]),
        (30006, ["sent", "undelivered"]),
        (30007, ["sent", "undelivered"]),
        (30008, ["sent", "undelivered"]),
        ("sent", ["sent"]),
    ],
)
async def test_a_number_can_fail(
    client: LocalClient,
    listening: TwilioSimulator,
    receiver: Receiver,
    code: int | Literal["sent"],
    expected: list[str],
) -> None:
    phone = listening.phone(HERS)
    phone.ends(code)
    sent = await client.messages.create_async(
        to=HERS, from_=OURS, body="hola", status_callback=STATUS
    )
    await listening.settled()
    assert statuses(receiver) == expected
    assert phone.screen == []
    fetched = await client.messages(sent.sid).fetch_async()
    assert fetched.error_code == (None if code == "sent" else code)
    assert fields(receiver.bodies[-1]).get("ErrorCode") == (None if code == "sent" else str(code))
    await client.messages.create_async(to=HERS, from_=OURS, body="otra")
    await phone.waits_for("otra")


async def test_a_full_queue_overflows(client: LocalClient, listening: TwilioSimulator) -> None:
    listening.carrier.queue_limit = 2
    listening.carrier.hold()
    sids = [
        (await client.messages.create_async(to=HERS, from_=OURS, body="hola")).sid for _ in range(3)
    ]
    listening.carrier.release()
    await listening.settled()
    assert [listening.messages[sid].error_code for sid in sids] == [None, None, 30001]
