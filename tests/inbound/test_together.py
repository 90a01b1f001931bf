"""Messages that come at once: each is answered as if it had come alone, on both databases."""

import asyncio
import re
from collections.abc import Callable, Sequence
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, insert, select, text

from bot.gathering import Gathering
from bot.intake import Intake
from bot.metrics import Metrics
from handlers.conversation.messages import Inbound
from handlers.desk import Desk
from handlers.inbound import Arrival, Received, receive_all
from storage.database import Database
from storage.gazetteer import cities, zips
from storage.messages import deliveries
from storage.messages import inbound as inbound_log
from storage.people import addresses, people
from tests.talk import Office, Person

DONE, REPEATED = Received.DONE, Received.REPEATED
SIGN_UP = ("UNIRME", "2", "Rosa", "60608", "1 3", "todo", "1 2", "sí")
_THEIRS = re.compile(r"V-\d+|[A-Z0-9]{4}-[A-Z0-9]{4}|(?<=termina en )\d+|(?<=ending in )\d+")


@pytest.fixture
def here(bare_office: Office) -> Office:
    """It knows one ZIP code."""
    city = {"id": 1, "name": "Chicago", "region_code": "IL", "region": "Illinois", "country": "US"}
    city |= {"zone": "America/Chicago", "lat": 41.85, "lon": -87.65, "population": 2_700_000}

    def fill(connection: Connection) -> None:
        connection.execute(insert(cities), city)
        connection.execute(insert(zips), {"code": "60608", "city_id": 1, "zone": city["zone"]})

    bare_office.database.run_now(fill)
    return bare_office


def take(office: Office, *messages: Inbound) -> list[Received | None]:
    arrivals = [Arrival(message, office.now) for message in messages]
    return list(office.database.run_now(lambda c: receive_all(c, office.desk, arrivals)))


def together(office: Office, *said: tuple[Person, str]) -> None:
    """As the intake does it: who could not be taken is taken alone, in order."""
    messages = [person.message(words) for person, words in said]
    taken = take(office, *messages)
    for message, received in zip(messages, taken, strict=True):
        if received is None:
            assert take(office, message) == [DONE]
    for person, _words in said:
        person.looks()


def masked(person: Person) -> list[str]:
    return [_THEIRS.sub("#", message.text) for message in person.screen]


def test_a_crowd_signs_up_together(here: Office) -> None:
    crowd = [here.texter(), here.telegrammer(), here.texter(), here.telegrammer()]
    for words in SIGN_UP:
        together(here, *((person, words) for person in crowd))
    for person in crowd:
        assert person.row()["consent"] == "in"
        person.hears("Rosa")
    assert len(here.rows(inbound_log)) == len(crowd) * len(SIGN_UP)


def test_of_two_from_one_person_the_second_waits_for_the_first(here: Office) -> None:
    rosa, other = here.texter(), here.texter()
    messages = [rosa.message("UNIRME"), rosa.message("2"), other.message("hola")]
    assert take(here, *messages) == [DONE, None, DONE]
    assert len(here.rows(inbound_log)) == 2


def test_a_repeat_among_others_changes_nothing(here: Office) -> None:
    rosa, other = here.texter(), here.texter()
    again = rosa.message("UNIRME")
    assert take(here, again) == [DONE]
    before = len(here.rows(deliveries))
    assert take(here, again, other.message("hola")) == [REPEATED, DONE]
    assert take(here, again, again) == [REPEATED, None]
    assert [row.person_id for row in here.rows(deliveries)[before:]] == [other.row()["id"]]


def test_who_changes_more_than_their_own_goes_last_where_rows_are_held(here: Office) -> None:
    """A stop, say, or a promise: whoever holds several needs would wait in circles with others."""
    crowd = [here.texter() for _ in range(4)]
    messages = [person.message("ALTO") for person in crowd]
    messages[0] = crowd[0].message("UNIRME")
    alone = here.database.dialect == "postgresql"
    assert take(here, *messages) == [DONE, DONE, *([None, None] if alone else [DONE, DONE])]
    assert len(here.rows(inbound_log)) == (2 if alone else 4)
    for message in messages[2:]:
        assert take(here, message) == [DONE if alone else REPEATED]


def test_who_deletes_all_while_their_other_phone_writes_is_somebody_new_there(
    here: Office,
) -> None:
    """Their other address goes with them; what came from it is kept and answered all the same."""
    rosa = here.texter().talks(*SIGN_UP, "BORRAR MIS DATOS")
    other = here.telegrammer()
    owner = rosa.row()["id"]
    other.says("hola")
    here.database.run_now(
        lambda c: c.execute(
            addresses.update()
            .where(addresses.c.person_id == other.row()["id"])
            .values(person_id=owner, preferred=False)
        )
    )
    stranger = here.texter()
    messages = [stranger.message("hola"), rosa.message("sí"), other.message("AYUDA")]
    assert take(here, *messages) == [DONE, DONE, None]
    assert take(here, messages[2]) == [DONE]
    other.looks()
    assert other.heard
    assert other.row()["id"] != owner


def test_a_handler_that_raises_undoes_all_and_the_guilty_one_alone_is_kept(here: Office) -> None:
    rosa, other, third = here.texter(), here.texter(), here.texter()

    def choke(
        connection: Connection, desk: Desk, arrivals: Sequence[Arrival]
    ) -> Sequence[Received | None]:
        received = receive_all(connection, desk, arrivals)
        if any(arrival.inbound.text == "veneno" for arrival in arrivals):
            raise LookupError
        return received

    intake = Intake(here.database, here.desk, Metrics(), lambda: here.now, receiver=choke)
    messages = [rosa.message("UNIRME"), other.message("veneno"), third.message("UNIRME")]

    async def all_at_once() -> list[str]:
        return list(await asyncio.gather(*map(intake.take, messages)))

    assert asyncio.run(all_at_once()) == ["done", "failed", "done"]
    assert len(here.rows(people)) == 3
    rosa.looks().hears("¿Como quieres participar?")
    other.looks().hears("Guardamos tu mensaje")
    third.looks().hears("¿Como quieres participar?")


@pytest.mark.postgres
def test_who_is_held_by_another_transaction_waits_alone(postgres_url: str) -> None:
    database = Database(postgres_url)
    here = Office(database)
    rosa, other = here.texter().talks("hola"), here.texter().talks("hola")
    mine = select(people.c.id).where(people.c.id == rosa.row()["id"]).with_for_update()

    def beside(connection: Connection) -> list[Received | None]:
        connection.execute(mine)
        return take(here, rosa.message("UNIRME"), other.message("UNIRME"))

    assert here.database.run_now(beside) == [None, DONE]
    rosa.looks().hears_nothing()
    other.looks().hears("¿Como quieres participar?")
    database.close_now()


@pytest.mark.postgres
def test_a_broadcast_that_refers_to_people_holds_nobody_up(postgres_url: str) -> None:
    """As its deliveries do, which hold their people's keys until they are committed."""
    database = Database(postgres_url)
    here = Office(database)
    rosa, other = here.texter().talks("hola"), here.texter().talks("hola")
    keys = text("SELECT id FROM people FOR KEY SHARE")

    def beside(connection: Connection) -> list[Received | None]:
        connection.execute(keys)
        return take(here, rosa.message("UNIRME"), other.message("UNIRME"))

    assert here.database.run_now(beside) == [DONE, DONE]
    database.close_now()


WORDS = st.sampled_from(
    (
        *("UNIRME", "1", "2", "3", "1 3", "todo", "Ana", "60608", "sí", "no", "ALTO", "START"),
        *("PERFIL", "TEMAS", "SILENCIAR", "atrás", "salir", "ayuda", "mis datos", "ENGLISH"),
        *("borrar mis datos", "persona", "basta", "cancelar", "hola", "A7 5", "VINCULAR", ""),
    )
)
ROUNDS = st.lists(
    st.lists(st.tuples(st.integers(0, 3), WORDS), min_size=1, max_size=6), min_size=2, max_size=8
)


@given(rounds=ROUNDS)
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_together_everybody_hears_what_they_hear_one_by_one(
    office: Office, rounds: list[list[tuple[int, str]]]
) -> None:
    apart = [office.texter() for _ in range(2)] + [office.telegrammer() for _ in range(2)]
    joined = [office.texter() for _ in range(2)] + [office.telegrammer() for _ in range(2)]
    for said in rounds:
        for who, words in said:
            office.receive(apart[who].message(words))
        for person in apart:
            person.looks()
        together(office, *((joined[who], words) for who, words in said))
        office.later(minutes=1)
    for one, other in zip(apart, joined, strict=True):
        assert masked(one) == masked(other)


class TestGathering:
    """What waits while something is done is done together, in its order."""

    async def test_what_comes_meanwhile_goes_together(self) -> None:
        batches: list[list[int]] = []

        async def work(items: Sequence[int]) -> list[int | None]:
            batches.append(list(items))
            await asyncio.sleep(0)
            return [item * 2 for item in items]

        gathering = self.gathering(work)
        results = await asyncio.gather(*map(gathering.do, range(500)))
        assert results == [2 * item for item in range(500)]
        assert [item for batch in batches for item in batch] == list(range(500))
        assert all(len(batch) <= 128 for batch in batches)
        assert len(batches) < 10

    async def test_who_must_be_alone_is_before_what_came_later(self) -> None:
        seen: list[int] = []

        async def work(items: Sequence[int]) -> list[int | None]:
            await asyncio.sleep(0)
            done = [item if len(items) == 1 or item % 2 else None for item in items]
            seen.extend(item for item in done if item is not None)
            return done

        gathering = self.gathering(work)
        await asyncio.gather(*map(gathering.do, range(100)))
        assert sorted(seen) == list(range(100))
        evens = [item for item in seen if not item % 2]
        assert all(earlier < later for earlier, later in pairwise(evens))

    async def test_of_many_only_the_guilty_one_fails(self) -> None:
        async def work(items: Sequence[int]) -> list[int | None]:
            await asyncio.sleep(0)
            if 7 in items:
                raise LookupError
            return list(items)

        gathering = self.gathering(work)
        results = await asyncio.gather(*map(gathering.do, range(20)), return_exceptions=True)
        assert isinstance(results.pop(7), LookupError)
        assert results == [item for item in range(20) if item != 7]

    async def test_what_all_would_meet_is_met_once(self) -> None:
        tried: list[int] = []

        async def work(items: Sequence[int]) -> list[int | None]:
            tried.append(len(items))
            await asyncio.sleep(0)
            raise ConnectionError

        gathering = self.gathering(work)
        results = await asyncio.gather(*map(gathering.do, range(20)), return_exceptions=True)
        assert all(isinstance(result, ConnectionError) for result in results)
        assert tried == [20]

    @pytest.mark.parametrize("lanes", [1, 4])
    async def test_what_is_of_one_person_is_done_in_its_order(self, lanes: int) -> None:
        """However slow the first is, and although the second must be done alone."""
        done: list[int] = []

        async def work(items: Sequence[int]) -> list[int | None]:
            await asyncio.sleep(0.01 if items[0] < 10 else 0)
            if len(items) > 1:
                return [None if item % 3 else item for item in items]
            done.append(items[0])
            return list(items)

        async def noted(item: int) -> None:
            if await gathering.do(item) == item and item not in done:
                done.append(item)

        gathering = self.gathering(work, whose=lambda item: item % 7, lanes=lanes)
        later: list[asyncio.Task[None]] = []
        for start in range(0, 70, 10):
            later += [asyncio.create_task(noted(item)) for item in range(start, start + 10)]
            await asyncio.sleep(0.001)
        await asyncio.gather(*later)
        assert sorted(done) == list(range(70))
        for person in range(7):
            theirs = [item for item in done if item % 7 == person]
            assert theirs == sorted(theirs)

    def gathering(
        self,
        work: object,
        whose: Callable[[int], int] = lambda item: item,
        lanes: int = 1,
    ) -> Gathering[int, int]:
        async def alone(item: int) -> int:
            [result] = await work([item])  # type: ignore[operator]
            return int(result)

        return Gathering(
            work,  # type: ignore[arg-type]
            alone,
            whose=whose,
            shared=(ConnectionError,),
            lanes=lanes,
        )
