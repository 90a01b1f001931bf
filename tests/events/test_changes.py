"""An event that moves or is called off: who hears of it, what they read, what they are asked."""

from datetime import timedelta

import pytest
from sqlalchemy import Connection, select

from handlers.broadcasts import texts_of
from handlers.event_changes import Changed, NoRoomError, cancel_event, change_event
from storage import audience
from storage.audience import Hours, Terms
from storage.audit import OPERATOR
from storage.broadcast_deliveries import last_look
from storage.broadcasts import about, begin
from storage.events import Event
from storage.messages import deliveries
from tests.events.conftest import SATURDAY, as_now, crowd, invited, made, tally, town_of
from tests.talk import Office, Person

town = pytest.fixture(town_of)


def changes(office: Office, event: Event, **fields: object) -> Changed:
    def unit(connection: Connection) -> Changed | None:
        vault, now = office.desk.vault, office.now
        return change_event(connection, vault, event.id, fields, actor=OPERATOR, now=now)

    done = office.database.run_now(unit)
    assert done is not None
    return done


def cancels(office: Office, event: Event, reason: str | None = None) -> Changed | None:
    vault, now = office.desk.vault, office.now
    return office.database.run_now(
        lambda c: cancel_event(c, vault, event.id, reason, actor=OPERATOR, now=now)
    )


def news(office: Office, event: Event) -> list[tuple[str, str, str]]:
    """What was sent about it, the latest first: its part, its state, its Spanish text."""

    def unit(connection: Connection) -> list[tuple[str, str, str]]:
        runs = about(connection, event.id)
        texts = texts_of(connection, office.desk.vault, [each.id for each in runs])
        return [(str(run.part), run.state.value, str(texts[run.id].es)) for run in runs]

    return office.database.read_now(unit)


def frozen(office: Office, event: Event, part: str | None = None) -> set[int]:
    """Whom the latest news (that are this) are for."""

    def unit(connection: Connection) -> set[int]:
        runs = about(connection, event.id)
        run = next(each for each in runs if part in (None, each.part))
        begin(connection, run.id, office.now)
        day = Hours(office.now, office.now + timedelta(days=1))
        hours: dict[str | None, Hours] = {None: day}
        while audience.freeze_more(connection, run.id, Terms(("sms",), 3), hours, office.now):
            pass
        theirs = deliveries.c.broadcast_id == run.id
        return set(connection.scalars(select(deliveries.c.person_id).where(theirs)))

    return office.database.run_now(unit)


def ids(*people: Person) -> set[int]:
    return {each.row()["id"] for each in people}


def test_another_hour_is_told_to_whoever_counts_on_it_and_keeps_their_places(town: Office) -> None:
    march = made(town, capacity=3)
    yes, maybe, no, waits, looks = crowd(town, 5)
    yes.says(f"{march.code} 3")
    maybe.says(f"{march.code} tal vez")
    no.says(f"{march.code} no")
    waits.says(f"{march.code} 2")
    looks.says(march.code).hears("Marcha por la dignidad")

    done = changes(town, march, starts_at=SATURDAY + timedelta(hours=2))

    assert (done.told, done.asked, done.event.sequence) == (3, False, 1)
    [(part, _state, text)] = news(town, march)
    assert part == "moved"
    assert "Ahora: sábado 5 de diciembre, 12:30 p.m." in text
    assert "Antes: sábado 5 de diciembre, 10:30 a.m." in text
    assert "Dónde: Federal Plaza" in text
    assert frozen(town, march) == ids(yes, maybe, waits)
    assert tally(town, march) == (1, 1, 1, 1, 3)


def test_another_day_asks_all_of_them_again(town: Office) -> None:
    march = made(town, capacity=3)
    yes, no = crowd(town, 2)
    yes.says(f"{march.code} 3")
    no.says(f"{march.code} no")

    assert changes(town, march, starts_at=SATURDAY + timedelta(days=1)).asked

    assert "¿Puedes venir ese día?" in news(town, march)[0][2]
    assert tally(town, march) == (0, 0, 1, 0, 0)
    assert as_now(town, march).taken == 0
    yes.says("sí").hears("domingo 6 de diciembre", "Contamos 3 personas")
    assert frozen(town, march) == ids(yes)


def test_a_second_change_stops_the_first_and_tells_all_as_it_is_now(town: Office) -> None:
    march = made(town)
    [ana] = crowd(town, 1)
    ana.says(f"{march.code} 1")
    changes(town, march, starts_at=SATURDAY + timedelta(days=1))
    changes(town, march, place="Daley Center")

    latest, first = news(town, march)

    assert first[1] == "aborted"
    assert "Ahora es: domingo 6 de diciembre" in latest[2]
    assert "Daley Center" in latest[2]
    assert "¿Puedes venir ese día?" in latest[2]


def test_invitations_not_yet_sent_tell_the_new_hour(town: Office) -> None:
    march = made(town)
    invited(town, march)

    changes(town, march, starts_at=SATURDAY + timedelta(hours=1))

    latest, first = news(town, march)
    assert (first[0], first[1]) == ("invite", "aborted")
    assert latest[0] == "invite"
    assert "11:30 a.m." in latest[2]


def test_whoever_was_invited_and_has_not_answered_hears_that_it_moved_or_ended(
    town: Office,
) -> None:
    march = made(town)
    silent, yes, no, stranger = crowd(town, 4)
    yes.says(f"{march.code} 2")
    invited(town, march, silent, no)
    no.says(f"{march.code} no")

    done = changes(town, march, starts_at=SATURDAY + timedelta(hours=1))

    assert done.told == 2
    [text] = [text for part, _state, text in news(town, march) if part == "anew"]
    assert "Ahora: sábado 5 de diciembre, 11:30 a.m." in text
    assert "SÍ, TAL VEZ o NO" in text
    assert frozen(town, march, "anew") == ids(silent)

    assert changes(town, march, services='["childcare"]').told == 1
    ended = cancels(town, march)
    assert ended is not None
    assert ended.told == 2
    assert frozen(town, march, "withdrawn") == ids(silent)
    assert frozen(town, march, "cancelled") == ids(yes)
    assert stranger.row()["id"] not in frozen(town, march, "invite")


def test_what_there_will_be_is_told_and_how_long_it_lasts_only_to_calendars(town: Office) -> None:
    march = made(town, services=("childcare",))
    [ana] = crowd(town, 1)
    ana.says(f"{march.code} 1")

    assert changes(town, march, minutes=240).told == 0
    assert as_now(town, march).sequence == 1
    assert changes(town, march, services='["interpreting"]').told == 1
    assert "Habrá: interpretación" in news(town, march)[0][2]
    assert "Ya no habrá: cuidado" in news(town, march)[0][2]


def test_a_title_or_more_room_is_no_news_and_too_little_room_is_refused(town: Office) -> None:
    march = made(town, capacity=5)
    [ana] = crowd(town, 1)
    ana.says(f"{march.code} 4")

    assert changes(town, march, title_es="Gran marcha", capacity=9).told == 0
    assert news(town, march) == []
    with pytest.raises(NoRoomError):
        changes(town, march, capacity=3)


def test_a_cancellation_goes_to_all_who_count_on_it_with_the_reason(town: Office) -> None:
    march = made(town)
    yes, no = crowd(town, 2)
    yes.says(f"{march.code} 2")
    no.says(f"{march.code} no")

    done = cancels(town, march, "Va a llover.")

    assert done is not None
    assert done.told == 1
    [(part, _state, text)] = news(town, march)
    assert part == "cancelled"
    assert text.startswith("Se suspende Marcha por la dignidad")
    assert text.endswith("Va a llover.")
    assert frozen(town, march) == ids(yes)
    assert cancels(town, march) is None
    assert as_now(town, march).sequence == 1


def test_news_are_dropped_at_the_last_moment_for_whoever_has_said_no(town: Office) -> None:
    march = made(town)
    [ana] = crowd(town, 1)
    ana.says(f"{march.code} 2")
    changes(town, march, starts_at=SATURDAY + timedelta(hours=2))
    frozen(town, march)

    def over(connection: Connection) -> frozenset[tuple[int, int]]:
        run = about(connection, march.id)[0]
        [person] = ids(ana)
        return last_look(connection, [(run.id, person)], 3, town.now).over

    assert not town.database.read_now(over)
    town.receive(ana.message(f"{march.code} no"))
    assert town.database.read_now(over)
