"""Linking, parting and stopping at the same moment, in either order: one of the orders happened."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

import pytest
from sqlalchemy import Connection, text

from handlers.conversation.messages import Inbound, SharedContact
from handlers.inbound import Received, receive
from storage.people import addresses, people
from tests.linking.conftest import (
    Pair,
    are_one,
    asks_to_link,
    code_seen_by,
    joins,
    person_of,
    written_to,
)
from tests.talk import Office

TOGETHER = 5


def at_once(office: Office, *messages: Inbound) -> None:
    """All in their own transactions; each waits inside its own for the others to have begun."""
    begun = threading.Barrier(len(messages))

    def taking(message: Inbound) -> Callable[[], object]:
        met = threading.Event()

        def unit(connection: Connection) -> object:
            if office.database.dialect == "postgresql" and not met.is_set():
                met.set()
                begun.wait(TOGETHER)
            return receive(connection, office.desk, message, office.now)

        return lambda: office.database.run_now(unit)

    with ThreadPoolExecutor(len(messages)) as threads:
        for done in [threads.submit(taking(message)) for message in messages]:
            done.result(timeout=60)


def one_waits_for(office: Office, first: Inbound, second: Inbound) -> None:
    """The first is done but not committed when the second comes, which then finds it committed."""
    with ThreadPoolExecutor(1) as thread:
        coming: list[Future[Received]] = []

        def unit(connection: Connection) -> None:
            receive(connection, office.desk, first, office.now)
            if not coming:
                coming.append(thread.submit(office.receive, second))
            if office.database.dialect == "postgresql":
                _wait_until_somebody_waits(connection, coming[0])

        office.database.run_now(unit)
        coming[0].result(timeout=60)


def _wait_until_somebody_waits(connection: Connection, coming: "Future[Received]") -> None:
    waiting = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
    while not coming.done() and not connection.scalar(waiting):
        time.sleep(0.01)


def test_two_answers_at_once_are_answers_to_two_questions(pair: Pair, bare_office: Office) -> None:
    pair.chat.says("UNIRME")
    one_waits_for(bare_office, pair.chat.message("2"), pair.chat.message("Rosa"))
    pair.chat.looks().hears("¿Dónde estás?")


def asks_both(pair: Pair) -> tuple[str, str]:
    pair.chat.says("LINK")
    pair.phone.says("LINK")
    return code_seen_by(pair.chat), code_seen_by(pair.phone)


def test_both_sides_send_the_other_ones_code_and_say_yes(pair: Pair, bare_office: Office) -> None:
    joins(pair.phone)
    chats, phones = asks_both(pair)
    pair.chat.says(phones)
    pair.phone.says(chats)
    at_once(bare_office, pair.chat.message("yes"), pair.phone.message("yes"))
    assert are_one(pair.chat, pair.phone)
    assert len(bare_office.rows(people)) == 1
    preferred = [row.preferred for row in bare_office.rows(addresses)]
    assert sorted(preferred) == [False, True]


def test_one_after_the_other_it_is_linked_once(pair: Pair, bare_office: Office) -> None:
    chats, phones = asks_both(pair)
    pair.chat.says(phones)
    pair.phone.says(chats)
    pair.chat.says("yes").hears("Linked")
    pair.phone.says("1").hears("on Telegram")
    assert are_one(pair.chat, pair.phone)


@pytest.mark.parametrize("stop_is_first", [True, False])
@pytest.mark.parametrize("stopping", ["chat", "phone"])
def test_a_stop_while_two_become_one_holds_for_both(
    pair: Pair, bare_office: Office, stopping: str, stop_is_first: bool
) -> None:
    joins(pair.phone)
    joins(pair.chat)
    pair.phone.says(asks_to_link(pair.chat))
    stop, yes = getattr(pair, stopping).message("STOP"), pair.phone.message("yes")
    one_waits_for(bare_office, *((stop, yes) if stop_is_first else (yes, stop)))
    assert getattr(pair, stopping).row()["consent"] == "out"
    if are_one(pair.chat, pair.phone):
        assert {row.status for row in bare_office.rows(addresses)} == {"opted_out"}


@pytest.mark.parametrize("stopping", ["chat", "phone"])
def test_a_stop_while_they_part_is_not_lost(
    linked: Pair, bare_office: Office, stopping: str
) -> None:
    stop = getattr(linked, stopping).message("STOP")
    one_waits_for(bare_office, linked.chat.message("UNLINK"), stop)
    person = getattr(linked, stopping)
    assert person.row()["consent"] == "out"
    assert written_to(person) is None


def test_a_message_while_its_person_is_absorbed_finds_whoever_stayed(
    pair: Pair, bare_office: Office
) -> None:
    joins(pair.chat)
    pair.phone.says(asks_to_link(pair.chat))
    said = pair.phone.message("PROFILE")
    one_waits_for(bare_office, pair.phone.message("yes"), said)
    assert are_one(pair.chat, pair.phone)
    assert len(bare_office.rows(people)) == 1


@pytest.mark.parametrize("writes_first", [True, False])
def test_a_number_writes_for_the_first_time_while_it_is_shared(
    pair: Pair, bare_office: Office, writes_first: bool
) -> None:
    new = bare_office.texter()
    asks_to_link(pair.chat)
    shared = pair.chat.message(contact=SharedContact(new.sender, own=True))
    first = new.message("hello there, good morning")
    one_waits_for(bare_office, *((first, shared) if writes_first else (shared, first)))
    assert are_one(pair.chat, new)


def test_two_who_send_one_code_and_say_yes_at_once(pair: Pair, bare_office: Office) -> None:
    other = bare_office.texter().says("hello there, good morning")
    code = asks_to_link(pair.chat)
    for sender in (pair.phone, other):
        sender.says(code)
    at_once(bare_office, pair.phone.message("yes"), other.message("yes"))
    linked = [are_one(pair.chat, sender) for sender in (pair.phone, other)]
    assert sorted(linked) == [False, True]
    assert person_of(pair.phone) != person_of(other)
