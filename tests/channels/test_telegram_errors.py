"""What each failure of the Bot API means for a delivery: one test a platform fact."""

import logging
import socket
from asyncio import gather
from collections.abc import Callable
from datetime import timedelta

import pytest

from bot.channels.base import AddressEffect, Decision, SenderEffect, SendError
from bot.channels.telegram import TelegramChannel
from bot.channels.telegram_http import AiohttpRequest
from bot.simulators.faults import Drip, Fault, Garbage, Hang, Refuse, Reset
from bot.simulators.telegram import Person, TelegramSimulator
from handlers.conversation.messages import Outgoing
from tests.channels.conftest import MARIA, TOKEN

HOLA = Outgoing("Hola, soy un secreto")


async def failure_of(channel: TelegramChannel, to: int = MARIA) -> SendError:
    with pytest.raises(SendError) as failure:
        await channel.send(str(to), HOLA, expires_in=None)
    return failure.value


async def test_429_waits_as_long_as_telegram_says(
    channel: TelegramChannel, telegram: TelegramSimulator, maria: Person
) -> None:
    telegram.faults.next("sendMessage", Refuse(429, retry_after=17))
    failure = await failure_of(channel)
    assert (failure.decision, failure.retry_after) == (Decision.RETRY, timedelta(seconds=17))


@pytest.mark.parametrize(
    "body", [b"", b"slow down", b'{"parameters": {"retry_after": "soon"}}', b"[]"]
)
async def test_429_without_a_time_waits_a_little(
    channel: TelegramChannel, telegram: TelegramSimulator, maria: Person, body: bytes
) -> None:
    telegram.faults.next("sendMessage", Garbage(applied=False, status=429, body=body))
    failure = await failure_of(channel)
    assert (failure.decision, failure.retry_after) == (Decision.RETRY, timedelta(seconds=5))


async def test_429_never_waits_for_ever(
    channel: TelegramChannel, telegram: TelegramSimulator, maria: Person
) -> None:
    telegram.faults.next("sendMessage", Refuse(429, retry_after=10**7))
    assert (await failure_of(channel)).retry_after == timedelta(hours=1)


async def test_who_blocked_the_bot_is_gone(channel: TelegramChannel, maria: Person) -> None:
    await maria.blocks()
    failure = await failure_of(channel)
    assert (failure.code, failure.decision, failure.address) == (
        "blocked",
        Decision.NEVER,
        AddressEffect.BLOCKED,
    )


async def test_a_deleted_account_is_no_address(channel: TelegramChannel, maria: Person) -> None:
    maria.deactivates()
    failure = await failure_of(channel)
    assert (failure.decision, failure.address) == (Decision.NEVER, AddressEffect.INVALID)


async def test_a_chat_that_never_started_is_no_address(channel: TelegramChannel) -> None:
    failure = await failure_of(channel, to=7)
    assert (failure.code, failure.decision, failure.address) == (
        "chat_not_found",
        Decision.NEVER,
        AddressEffect.INVALID,
    )


async def test_a_passing_403_is_no_proof_that_the_person_left(
    channel: TelegramChannel, telegram: TelegramSimulator, maria: Person
) -> None:
    message = "Forbidden: bot can't send messages to the user"
    telegram.faults.next("sendMessage", Refuse(403, message=message))
    failure = await failure_of(channel)
    assert (failure.decision, failure.address) == (Decision.NEVER, AddressEffect.SUSPECT)


async def test_another_bad_request_says_nothing_of_the_address(
    channel: TelegramChannel, telegram: TelegramSimulator, maria: Person
) -> None:
    telegram.faults.next("sendMessage", Refuse(400, message="Bad Request: something new"))
    failure = await failure_of(channel)
    assert (failure.code, failure.decision, failure.address) == (
        "400",
        Decision.NEVER,
        AddressEffect.NONE,
    )


async def test_a_group_that_moved_says_where(
    channel: TelegramChannel, telegram: TelegramSimulator
) -> None:
    telegram.group(-5).migrates(-1005)
    failure = await failure_of(channel, to=-5)
    assert (failure.decision, failure.new_address) == (Decision.NEVER, "-1005")


async def test_a_wrong_token_is_our_configuration_and_loses_nothing(telegram_url: str) -> None:
    channel = TelegramChannel("1:wrong", api_url=telegram_url)
    failure = await failure_of(channel)
    await channel.close()
    assert (failure.decision, failure.sender) == (Decision.RETRY, SenderEffect.CONFIGURATION)


async def test_a_refused_connection_was_never_sent() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
        channel = TelegramChannel(TOKEN, api_url=url)
        failure = await failure_of(channel)
        await channel.close()
    assert (failure.code, failure.decision) == ("no_connection", Decision.RETRY)


async def test_waiting_in_vain_for_a_free_connection_was_never_sent(
    telegram_url: str, telegram: TelegramSimulator, maria: Person
) -> None:
    request = AiohttpRequest(connections=1, connect_timeout=0.2, read_timeout=1)
    channel = TelegramChannel(TOKEN, api_url=telegram_url, request=request)
    telegram.faults.next("sendMessage", Hang())
    outcomes = await gather(failure_of(channel), failure_of(channel))
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
        Garbage(body=b"[]"),
        Garbage(body=b'{"ok": true}'),
        Garbage(body=b'{"ok": true, "result": {"message_id": 1}}'),
        Garbage(body=b'{"ok": true, "result": "yes"}'),
        Garbage(status=302),
        Garbage(status=502),
        Refuse(500),
        Refuse(502),
        Refuse(503),
    ],
    ids=repr,
)
async def test_an_outcome_that_is_not_known_is_not_repeated(
    channel: TelegramChannel, telegram: TelegramSimulator, maria: Person, fault: Fault
) -> None:
    telegram.faults.next("sendMessage", fault)
    failure = await failure_of(channel)
    assert failure.decision is Decision.UNKNOWN
    assert (failure.address, failure.sender) == (AddressEffect.NONE, SenderEffect.NONE)
    assert len(telegram.calls.of("sendMessage")) == 1


async def test_errors_and_logs_name_no_person_no_text_and_no_token(
    channel: TelegramChannel,
    telegram: TelegramSimulator,
    maria: Person,
    caplog: pytest.LogCaptureFixture,
    unset_levels: Callable[[], None],
) -> None:
    unset_levels()
    faults: list[Fault] = [
        Refuse(400, message=f"Bad Request: no {MARIA}"),
        Garbage(body=b"secreto 42"),
        Reset(),
    ]
    for fault in faults:
        telegram.faults.next("sendMessage", fault)
        failure = await failure_of(channel)
        assert failure.__cause__ is None
        assert failure.__suppress_context__
        for private in ("secreto", str(MARIA), TOKEN):
            assert private not in str(failure)
    await channel.send(str(MARIA), HOLA, expires_in=None)
    own = [r.getMessage() for r in caplog.records if not r.name.startswith(("uvicorn", "asyncio"))]
    for private in ("secreto", str(MARIA), TOKEN):
        assert not [line for line in own if private in line]


@pytest.fixture
def unset_levels(caplog: pytest.LogCaptureFixture) -> Callable[[], None]:
    """Everything is logged that a careless operator could ask for."""
    return lambda: caplog.set_level(logging.DEBUG)
