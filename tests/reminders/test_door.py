"""At the door and afterwards: a code that lets in, people who are new, counts, thanks."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import Connection

from bot.reminding import Reminder
from bot.tending_doors import DoorTender
from handlers import invitations
from handlers.checkin import read_arrival
from handlers.checkin_after import Aftermath
from handlers.reminders import Reminding
from storage import doors, events
from storage.coordinators import Role
from storage.doors import Door
from storage.events import Event, EventState
from tests.events.conftest import SATURDAY, as_now, facts, lite_town, made, member, tally
from tests.talk import Office
from tests.tending import tend

__all__ = ["lite_town"]


@pytest.fixture
def march(lite_town: Office) -> Event:
    return made(lite_town)


async def plans(office: Office) -> None:
    """What the clock does when there is a new event."""
    reminding = Reminding(office.desk.vault, office.desk.policy, office.desk.policy.quiet)
    await Reminder(office.database, reminding, ("telegram", "sms"), lambda: office.now).step()


def door_of(office: Office, event: Event) -> Door:
    asyncio.run(plans(office))
    found = office.database.read_now(lambda c: doors.of_event(c, event.id))
    assert found is not None
    return found


def passes(office: Office, **spans: float) -> None:
    """So long after the beginning of the march; the clock has done its part."""
    office.now = SATURDAY + timedelta(**spans)
    tender = DoorTender(
        office.database, Aftermath(office.desk.vault, office.desk.policy), lambda: office.now
    )
    asyncio.run(tender.tend())
    tend(office)


@pytest.mark.parametrize(
    ("text", "code", "party"),
    [
        ("HERE 4821", "4821", None),
        ("aquí 4821", "4821", None),
        ("AQUI  4821!!", "4821", None),
        ("Aquí estoy, 4821, somos 3", "4821", 3),
        ("here 4821 4", "4821", 4),
        ("h_4821", "4821", None),
        ("/start h_4821", "4821", None),
    ],
)
def test_how_people_say_that_they_are_there(text: str, code: str, party: int | None) -> None:
    arrival = read_arrival(text)
    assert arrival is not None
    assert (arrival.code, arrival.party) == (code, party)


@pytest.mark.parametrize(
    "text",
    [
        "here",
        "here we go",
        "4821",
        "estoy aquí en 4821 de la calle",
        "h_",
        "HERE 12",
        "HERE " + "9" * 90,
    ],
)
def test_what_is_no_arrival(text: str) -> None:
    assert read_arrival(text) is None


def test_whoever_said_yes_is_checked_in_with_as_many_as_they_are(
    lite_town: Office, march: Event
) -> None:
    code = door_of(lite_town, march).code
    rosa = member(lite_town).says(f"{march.code} 4")
    passes(lite_town, minutes=-30)

    rosa.says(f"AQUI {code}").hears("Marcha por la dignidad", "4 personas")
    rosa.says(f"aquí {code} somos 2").hears("2 personas")

    assert facts(lite_town, march)["came"] == 1
    assert tally(lite_town, march) == (1, 0, 0, 0, 2)


def test_whoever_is_new_joins_in_the_same_breath(lite_town: Office, march: Event) -> None:
    code = door_of(lite_town, march).code
    passes(lite_town, minutes=5)
    luz = lite_town.telegrammer("es")
    luz.says(f"/start h_{code}").hears("Una pregunta", "ALTO")
    assert facts(lite_town, march)["came"] == 0

    luz.says("60608").hears("Qué bueno verte")

    assert facts(lite_town, march)["came"] == 1
    assert luz.row()["consent"] == "in"
    assert luz.row()["source"] == f"e_{march.code}"


def test_a_door_opens_two_hours_before_and_closes_two_hours_after(
    lite_town: Office, march: Event
) -> None:
    code = door_of(lite_town, march).code
    rosa = member(lite_town)
    for hours in (-2.1, 4.1):
        passes(lite_town, hours=hours)
        rosa.says(f"AQUI {code}").hears("No hay evento abierto")
    passes(lite_town, hours=3.5)
    rosa.says(f"AQUI {code}").hears("Qué bueno verte")


def test_nobody_finds_a_code_by_trying(lite_town: Office, march: Event) -> None:
    code = door_of(lite_town, march).code
    passes(lite_town, minutes=-5)
    rosa = member(lite_town)
    for guess in [each for each in range(1000, 1010) if str(each) != code][:5]:
        rosa.says(f"HERE {guess}").hears("No hay evento abierto")
    rosa.says(f"HERE {code}").hears("muchos intentos")
    lite_town.later(hours=1, minutes=1)
    rosa.says(f"HERE {code}").hears("Qué bueno verte")


def test_a_new_code_makes_the_old_one_useless(lite_town: Office, march: Event) -> None:
    code = door_of(lite_town, march).code
    fresh = lite_town.database.run_now(lambda c: doors.new_code(c, march.id))
    passes(lite_town, minutes=5)
    rosa = member(lite_town)
    rosa.says(f"HERE {code}").hears("No hay evento abierto")
    rosa.says(f"HERE {fresh}").hears("Qué bueno verte")


def test_the_organiser_asks_for_the_code_and_for_another(lite_town: Office, march: Event) -> None:
    code = door_of(lite_town, march).code

    def invited(connection: Connection) -> str:
        where = invitations.read_scope(connection, "network")
        assert where is not None
        vault, now = lite_town.desk.vault, lite_town.now
        return invitations.make(connection, vault, Role.ADMIN, *where, now=now)

    rosa = lite_town.telegrammer("es")
    rosa.talks(lite_town.database.run_now(invited), "Rosa")
    rosa.says(f"PUERTA {march.code}").hears(f"AQUI {code}", "5 de diciembre, 8:30")
    rosa.says(f"puerta {march.code} nuevo").hears("AQUI ")
    assert f"AQUI {code}" not in rosa.heard[0]
    rosa.says("puerta").hears("¿De qué evento?")

    luz = member(lite_town)
    luz.says(f"PUERTA {march.code}")
    assert code not in "".join(luz.heard)


def test_at_a_full_event_whoever_stands_there_is_counted_and_no_place_is_invented(
    lite_town: Office,
) -> None:
    vigil = made(lite_town, capacity=2)
    code = door_of(lite_town, vigil).code
    member(lite_town).says(f"{vigil.code} 2")
    passes(lite_town, minutes=5)
    member(lite_town).says(f"AQUI {code} 3").hears("3 personas")

    assert facts(lite_town, vigil)["came"] == 1
    assert as_now(lite_town, vigil).taken == 2


def test_the_organiser_hears_how_many_came_now_and_then(lite_town: Office) -> None:
    organiser = member(lite_town)
    person = organiser.row()["id"]
    march = made(lite_town, created_by=person)
    code = door_of(lite_town, march).code
    passes(lite_town, minutes=-20)
    organiser.looks().hears_nothing()
    member(lite_town).says(f"AQUI {code} 5")
    passes(lite_town, minutes=-19)
    organiser.looks().hears("5 personas hasta ahora")
    member(lite_town).says(f"AQUI {code}")
    passes(lite_town, minutes=-10)
    organiser.looks().hears_nothing()
    passes(lite_town, minutes=-3)
    organiser.looks().hears("6 personas hasta ahora")


def test_afterwards_whoever_came_is_thanked_once_and_whoever_did_not_is_missed(
    lite_town: Office,
) -> None:
    organiser = member(lite_town)
    march = made(lite_town, created_by=organiser.row()["id"])
    code = door_of(lite_town, march).code
    came, stayed_away, never = member(lite_town), member(lite_town), member(lite_town)
    came.says(f"{march.code} sí")
    stayed_away.says(f"{march.code} sí")
    never.says(f"{march.code} no")
    passes(lite_town, minutes=5)
    came.says(f"AQUI {code}")
    passes(lite_town, hours=2, minutes=59)
    came.looks().hears_nothing()

    for _twice in range(2):
        passes(lite_town, hours=3, minutes=1)
    came.looks()
    assert len(came.heard) == 1
    came.hears("Gracias por venir", "EVENTOS")
    stayed_away.looks().hears("Te extrañamos")
    never.looks().hears_nothing()
    organiser.looks().hears("vinieron: 1.", "no llegaron: 1")


def test_where_nobody_was_checked_in_all_who_said_yes_are_thanked(
    lite_town: Office, march: Event
) -> None:
    door_of(lite_town, march)
    rosa = member(lite_town).says(f"{march.code} sí")
    passes(lite_town, hours=3, minutes=1)
    rosa.looks().hears("Gracias a quienes vinieron")


def test_nobody_is_thanked_for_what_was_called_off(lite_town: Office, march: Event) -> None:
    door_of(lite_town, march)
    rosa = member(lite_town).says(f"{march.code} sí")
    lite_town.database.run_now(
        lambda c: events.end(c, march.id, EventState.CANCELLED, lite_town.now)
    )
    passes(lite_town, hours=3, minutes=1)
    rosa.looks().hears_nothing()
