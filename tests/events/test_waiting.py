"""Places: never too many, given back, waited for in a line that is fair, offered for a while."""

import asyncio
from collections.abc import Callable
from datetime import time, timedelta

from sqlalchemy import Connection

from bot.tending_events import EventTender
from handlers.conversation.messages import Inbound
from handlers.event_waiting import WaitingLists
from handlers.inbound import Received, receive
from storage import rsvps
from storage.events import Event
from tests.events.conftest import SATURDAY, as_now, crowd, made, member, tally
from tests.talk import Office, Person

QUIET = (time(20), time(9))


async def tended(office: Office) -> int:
    """What the clock does every few seconds."""
    lists = WaitingLists(office.desk.vault, office.desk.policy, QUIET)
    return await EventTender(office.database, lists, lambda: office.now).tend()


def comes(office: Office, event: Event, people: int) -> Person:
    return member(office).says(f"{event.code} {people}")


async def test_whoever_does_not_fit_waits_and_is_called_when_a_place_is_free(
    lite_town: Office,
) -> None:
    vigil = made(lite_town, capacity=3)
    first, second = comes(lite_town, vigil, 3), comes(lite_town, vigil, 2)
    second.hears("Lugar 1 de la fila", "2 personas")

    assert await tended(lite_town) == 0
    first.says(f"{vigil.code} no")
    assert await tended(lite_town) == 1
    second.looks().hears("Te toca", "2 lugares")
    assert tally(lite_town, vigil) == (0, 0, 1, 1, 0)
    second.says("sí").hears("Listo, vienen", "Contamos 2 personas")

    assert tally(lite_town, vigil) == (1, 0, 1, 0, 2)
    assert await tended(lite_town) == 0


async def test_nobody_overtakes_the_line_and_the_first_whose_party_fits_is_called(
    lite_town: Office,
) -> None:
    vigil = made(lite_town, capacity=4)
    first = comes(lite_town, vigil, 4)
    four, one = comes(lite_town, vigil, 4), comes(lite_town, vigil, 1)
    first.says(f"{vigil.code} 3")

    late = comes(lite_town, vigil, 1).hears("Lugar 3")

    assert await tended(lite_town) == 1
    one.looks().hears("Te toca")
    four.looks().hears_nothing()
    late.looks().hears_nothing()


async def test_an_offer_lapses_goes_to_the_next_and_both_are_told(lite_town: Office) -> None:
    vigil = made(lite_town, capacity=1)
    first, second, third = (comes(lite_town, vigil, 1) for _ in range(3))
    first.says("no")
    await tended(lite_town)
    second.looks().hears("Te toca")

    lite_town.later(days=2)
    assert await tended(lite_town) == 1

    second.looks().hears("El tiempo para contestar se acab")
    third.looks().hears("Te toca")
    second.says(f"{vigil.code} sí").hears("Lugar 1")
    assert tally(lite_town, vigil) == (0, 0, 1, 2, 0)


async def test_nobody_has_to_answer_at_night_and_near_the_hour_nobody_is_called(
    lite_town: Office,
) -> None:
    vigil = made(lite_town, capacity=1)
    first, second = comes(lite_town, vigil, 1), comes(lite_town, vigil, 1)
    lite_town.now = SATURDAY - timedelta(hours=12)  # 22:30 in Chicago, the evening before
    first.says(f"{vigil.code} no")

    await tended(lite_town)
    second.looks().hears("hasta el sabado 5 de diciembre, 10:00")

    lite_town.now = SATURDAY - timedelta(minutes=20)
    assert await tended(lite_town) == 0


async def test_a_stop_a_deletion_and_a_maybe_give_places_back(lite_town: Office) -> None:
    vigil = made(lite_town, capacity=6)
    stops, leaves, doubts = (comes(lite_town, vigil, 2) for _ in range(3))

    stops.says("ALTO")
    leaves.talks("BORRAR MIS DATOS", "sí")
    doubts.says(f"{vigil.code} tal vez")

    assert as_now(lite_town, vigil).taken == 0
    assert tally(lite_town, vigil) == (0, 1, 1, 0, 0)


async def test_a_bigger_party_keeps_what_it_has_and_is_told_what_fits(lite_town: Office) -> None:
    vigil = made(lite_town, capacity=5)
    one = comes(lite_town, vigil, 2)
    comes(lite_town, vigil, 1)

    one.says("vamos 6").hears("Hay lugar para 4")
    assert tally(lite_town, vigil) == (2, 0, 0, 0, 3)
    one.says("4").hears("Contamos 4")
    one.says("somos 5").hears("Ya no hay más lugar")
    assert as_now(lite_town, vigil).taken == 5


async def test_two_phones_of_one_person_count_once(lite_town: Office) -> None:
    vigil = made(lite_town, capacity=9)
    phone, chat = comes(lite_town, vigil, 3), lite_town.telegrammer()
    chat.talks("/start", "Recibir alertas", "Todos", "60608", f"{vigil.code} 2")
    code = phone.says("VINCULAR").heard[-1]

    digits = "".join(filter(str.isdigit, code.split("VINCULAR")[-1]))[:6]
    chat.says(digits)
    if "1" in "".join(chat.heard):
        chat.says("sí")

    assert tally(lite_town, vigil)[4] == as_now(lite_town, vigil).taken


async def test_two_hundred_at_once_for_the_last_places(bare_office: Office) -> None:
    """On both databases: everybody is in or in line, and not one place too many is given."""
    office, size = bare_office, 200
    vigil = made(office, capacity=37, city_id=None)
    people = crowd(office, size)
    messages = [each.message(f"{vigil.code} {1 + n % 4}") for n, each in enumerate(people)]

    def taken_in(message: Inbound) -> Callable[[Connection], Received]:
        return lambda connection: receive(connection, office.desk, message, office.now)

    await asyncio.gather(*(office.database.run(taken_in(each)) for each in messages))

    yes, _maybe, _no, waiting, coming = tally(office, vigil)
    assert yes + waiting == size
    assert coming == as_now(office, vigil).taken
    assert 34 <= coming <= 37
    assert sorted(place_of_each(office, vigil)) == list(range(1, waiting + 1))


def place_of_each(office: Office, event: Event) -> list[int]:
    def unit(connection: Connection) -> list[int]:
        line = rsvps.line(connection, event.id)
        return [rsvps.place_in_line(connection, event.id, each.person_id) for each in line]

    return office.database.read_now(unit)
