"""The stand-in refuses what Twilio refuses; twilio's own client is the caller."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import httpx
import pytest
from twilio.base.exceptions import TwilioRestException

from bot.simulators import Rate, TwilioSimulator, serve
from bot.simulators.twilio.schema import description
from tests.simulators.conftest import ACCOUNT, AUTH, HERS, OURS, SERVICE, Clock, LocalClient

# twilio's asynchronous client still makes one
pytestmark = pytest.mark.filterwarnings("ignore:BasicAuth is deprecated:DeprecationWarning")

MESSAGES = f"/2010-04-01/Accounts/{ACCOUNT}/Messages"


async def refusal(client: LocalClient, **given: object) -> tuple[int, int]:
    with pytest.raises(TwilioRestException) as refused:
        await client.messages.create_async(**{"to": HERS, "from_": OURS, "body": "hola", **given})
    return refused.value.status, refused.value.code


async def test_a_text_reaches_the_phone_with_its_cost(
    client: LocalClient, twilio: TwilioSimulator
) -> None:
    sent = await client.messages.create_async(to=HERS, from_=OURS, body="información " * 6)
    assert (sent.status, sent.num_segments, sent.price) == ("queued", "2", None)
    assert sent.date_sent is None
    await twilio.settled()
    (bubble,) = twilio.phone(HERS).heard
    assert (bubble.segments, bubble.encoding) == (2, "ucs2")
    assert bubble.price == Decimal("0.0250")
    fetched = await client.messages(sent.sid).fetch_async()
    assert (fetched.status, fetched.price, fetched.price_unit) == ("delivered", "-0.0250", "USD")
    assert fetched.date_sent is not None


async def test_a_messaging_service_accepts_first(
    client: LocalClient, twilio: TwilioSimulator
) -> None:
    sent = await client.messages.create_async(to=HERS, messaging_service_sid=SERVICE, body="hola")
    assert (sent.status, sent.from_, sent.num_segments) == ("accepted", None, "0")
    await twilio.settled()
    fetched = await client.messages(sent.sid).fetch_async()
    assert (fetched.status, fetched.from_, fetched.num_segments) == ("delivered", OURS, "1")
    assert fetched.messaging_service_sid == SERVICE


async def test_the_answer_has_the_fields_of_the_description(
    twilio: TwilioSimulator, twilio_url: str
) -> None:
    async with httpx.AsyncClient(auth=(ACCOUNT, AUTH)) as http:
        answer = await http.post(
            f"{twilio_url}{MESSAGES}.json", data={"To": HERS, "From": OURS, "Body": "hola"}
        )
    types = {"string": str, "integer": int, "object": dict}
    assert answer.status_code == 201
    assert answer.json().keys() == description()["message"].keys()
    for name, value in answer.json().items():
        rule = description()["message"][name]
        assert value is None or isinstance(value, types[rule["type"]])
        assert "enum" not in rule or value in rule["enum"]


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"to": ""}, 21604),
        ({"from_": ""}, 21603),
        ({"body": ""}, 21602),
        ({"body": " \n"}, 21602),
        ({"body": "x" * 1601}, 21617),
        ({"body": "😀" * 801}, 21617),
        ({"to": "3125550100"}, 21211),
        ({"to": "+1312555"}, 21211),
        ({"to": "+1 312 555 0100"}, 21211),
        ({"to": "+13125550100\n"}, 21211),
        ({"to": "VERIZON"}, 21211),
        ({"from_": "+13125550111"}, 21606),
        ({"to": OURS}, 21266),
        ({"messaging_service_sid": "MG" + "2" * 32}, 21701),
        ({"messaging_service_sid": "MG1"}, 20001),
        ({"status_callback": "enlace.example/status"}, 21609),
        ({"status_callback": "https://en_lace.example/status"}, 21609),
        ({"validity_period": 0}, 21624),
        ({"validity_period": 36001}, 21624),
        ({"max_price": "0.1"}, 20001),
        ({"media_url": ["nope"]}, 21620),
    ],
)
async def test_a_bad_message_is_refused(
    client: LocalClient, twilio: TwilioSimulator, given: dict[str, object], code: int
) -> None:
    assert await refusal(client, **given) == (400, code)
    assert twilio.messages == {}
    assert len(twilio.calls.refused) == 1


async def test_the_longest_body_and_validity_pass(client: LocalClient) -> None:
    sent = await client.messages.create_async(
        to=HERS, from_=OURS, body="x" * 1600, validity_period=36000, smart_encoded=True
    )
    assert sent.num_segments == "11"


async def test_a_required_field_may_not_be_missing(
    twilio: TwilioSimulator, twilio_url: str
) -> None:
    async with httpx.AsyncClient(auth=(ACCOUNT, AUTH)) as http:
        answer = await http.post(f"{twilio_url}{MESSAGES}.json", data={"From": OURS, "Body": "a"})
    assert answer.json() == {
        "code": 21604,
        "message": "A 'To' phone number is required.",
        "more_info": "https://www.twilio.com/docs/errors/21604",
        "status": 400,
    }


@pytest.mark.parametrize(("user", "password"), [(ACCOUNT, "wrong"), ("AC" + "9" * 32, AUTH)])
async def test_wrong_credentials_are_refused(twilio_url: str, user: str, password: str) -> None:
    client = LocalClient(twilio_url, user, password)
    with pytest.raises(TwilioRestException) as refused:
        await client.messages.create_async(to=HERS, from_=OURS, body="hola")
    assert (refused.value.status, refused.value.code) == (401, 20003)
    await client.http_client.close()


@pytest.mark.parametrize("header", ["", "Basic", "Basic ñ", "Basic /w==", "Bearer abc"])
async def test_broken_credentials_are_refused(twilio_url: str, header: str) -> None:
    async with httpx.AsyncClient() as http:
        answer = await http.get(
            f"{twilio_url}{MESSAGES}.json", headers={b"Authorization": header.encode()}
        )
    assert answer.status_code == 401


async def test_what_is_not_there_is_not_found(twilio_url: str) -> None:
    async with httpx.AsyncClient(auth=(ACCOUNT, AUTH)) as http:
        lost = await http.get(f"{twilio_url}/2010-04-01/Accounts/{ACCOUNT}/Calls.json")
        wrong = await http.put(f"{twilio_url}{MESSAGES}.json")
        unknown = await http.get(f"{twilio_url}{MESSAGES}/SM{'0' * 32}.json")
    assert (lost.status_code, lost.json()["code"]) == (404, 20404)
    assert (wrong.status_code, wrong.json()["code"]) == (405, 20004)
    assert (unknown.status_code, unknown.json()["code"]) == (404, 20404)


async def test_planned_refusals_come_in_turn(client: LocalClient, twilio: TwilioSimulator) -> None:
    phone = twilio.phone(HERS)
    phone.ends(21610)
    phone.ends(63038, times=2)
    assert [(await refusal(client))[1] for _ in range(3)] == [21610, 63038, 63038]
    await client.messages.create_async(to=HERS, from_=OURS, body="hola")
    with pytest.raises(ValueError, match="no code that the simulator knows"):
        phone.ends(12345)


async def test_a_landline_takes_no_texts(client: LocalClient, twilio: TwilioSimulator) -> None:
    twilio.phone(HERS).landline = True
    assert await refusal(client) == (400, 21614)


async def test_a_country_may_not_be_enabled(client: LocalClient, twilio: TwilioSimulator) -> None:
    twilio.regions = frozenset({"US"})
    assert await refusal(client, to="+525512345678") == (400, 21408)
    await client.messages.create_async(to=HERS, from_=OURS, body="hola")


async def test_creating_too_fast_is_refused(clock: Clock) -> None:
    twilio = TwilioSimulator(ACCOUNT, AUTH, numbers=[OURS], rate=Rate(2, 1.0), clock=clock)
    async with twilio, serve(twilio.app) as url:
        client = LocalClient(url)
        for _ in range(2):
            await client.messages.create_async(to=HERS, from_=OURS, body="hola")
        assert await refusal(client) == (429, 20429)
        clock.now += 1
        await client.messages.create_async(to=HERS, from_=OURS, body="hola")
        await client.http_client.close()


async def test_lists_are_filtered_and_newest_first(
    client: LocalClient, twilio: TwilioSimulator, clock: Clock
) -> None:
    start = datetime.fromtimestamp(clock.now, UTC)
    for text in ("uno", "dos", "tres"):
        await client.messages.create_async(to=HERS, from_=OURS, body=text)
        await twilio.settled()
        clock.now += 10
    await twilio.phone(HERS).texts("gracias")

    async def bodies(**filters: object) -> list[str]:
        return [message.body for message in await client.messages.list_async(**filters)]

    assert await bodies() == ["gracias", "tres", "dos", "uno"]
    assert await bodies(to=HERS) == ["tres", "dos", "uno"]
    assert await bodies(from_=HERS) == ["gracias"]
    assert await bodies(to=HERS, date_sent_after=start + timedelta(seconds=10)) == ["tres", "dos"]
    assert await bodies(date_sent_before=start + timedelta(seconds=9)) == ["uno"]
    assert await bodies(date_sent=start - timedelta(days=1)) == []
    assert await bodies(to="+13125550000") == []


async def test_what_waits_has_no_sending_date(client: LocalClient, twilio: TwilioSimulator) -> None:
    twilio.carrier.hold()
    await client.messages.create_async(to=HERS, from_=OURS, body="hola")
    long_ago = datetime(2020, 1, 1, tzinfo=UTC)
    assert await client.messages.list_async(to=HERS, date_sent_after=long_ago) == []
    twilio.carrier.release()
    await twilio.settled()
    assert len(await client.messages.list_async(to=HERS, date_sent_after=long_ago)) == 1


async def test_lists_are_paged(client: LocalClient, twilio: TwilioSimulator) -> None:
    for number in range(7):
        await client.messages.create_async(to=HERS, from_=OURS, body=str(number))
    found = await client.messages.list_async(to=HERS, page_size=3)
    assert [message.body for message in found] == list("6543210")
    assert twilio.calls.counts["list"] == 3


@pytest.mark.parametrize(
    "query",
    [
        {"PageSize": "0"},
        {"PageSize": "1001"},
        {"DateSent>": "ayer"},
        {"Status": "sent"},
        {"PageToken": "PAnone"},
    ],
)
async def test_a_bad_list_query_is_refused(twilio_url: str, query: dict[str, str]) -> None:
    async with httpx.AsyncClient(auth=(ACCOUNT, AUTH)) as http:
        answer = await http.get(f"{twilio_url}{MESSAGES}.json", params=query)
    assert (answer.status_code, answer.json()["code"]) == (400, 20001)


async def test_a_message_is_redacted_and_deleted(
    client: LocalClient, twilio: TwilioSimulator
) -> None:
    sent = await client.messages.create_async(to=HERS, from_=OURS, body="hola")
    await twilio.settled()
    with pytest.raises(TwilioRestException):
        await client.messages(sent.sid).update_async(body="otra")
    redacted = await client.messages(sent.sid).update_async(body="")
    assert redacted.body == ""
    assert await client.messages(sent.sid).delete_async()
    with pytest.raises(TwilioRestException) as gone:
        await client.messages(sent.sid).fetch_async()
    assert gone.value.code == 20404


async def test_what_waits_is_cancelled_but_not_deleted(
    client: LocalClient, twilio: TwilioSimulator
) -> None:
    twilio.carrier.hold()
    sent = await client.messages.create_async(to=HERS, from_=OURS, body="hola")
    with pytest.raises(TwilioRestException) as busy:
        await client.messages(sent.sid).delete_async()
    assert (busy.value.status, busy.value.code) == (409, 20009)
    await client.messages(sent.sid).update_async(status="canceled")
    twilio.carrier.release()
    await twilio.settled()
    assert twilio.phone(HERS).screen == []
    with pytest.raises(TwilioRestException):
        await client.messages(sent.sid).update_async(status="canceled")
