"""One inbound message, one transaction, on both databases: repeats, races and failures."""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import pytest
from sqlalchemy import update

from handlers.conversation.messages import Outgoing
from handlers.conversation.session import Session, dump
from handlers.inbound import Received
from handlers.outbox import To, enqueue
from storage.messages import deliveries
from storage.messages import inbound as inbound_log
from storage.people import addresses, handovers, people, registrations, sessions
from tests.inbound.conftest import TO_JOIN, count, intake, running, session_of, statuses
from tests.talk import Office, Person


def at_once(works: list[Callable[[], Any]]) -> list[Any]:
    """All of them begin in the same moment."""
    gate = threading.Barrier(len(works))

    def held(work: Callable[[], Any]) -> Any:
        gate.wait()
        return work()

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(held, works))


class TestRepeats:
    def test_a_message_that_comes_again_changes_nothing(self, here: Office, rosa: Person) -> None:
        rosa.talks("UNIRME", "2")
        before = running(here, rosa)
        again = rosa.message("Ana", provider_id="SM1")
        assert here.receive(again) is Received.DONE
        taken, answered = running(here, rosa), count(here, deliveries)
        assert taken != before
        here.later(minutes=5)
        assert here.receive(again) is Received.REPEATED
        assert running(here, rosa) == taken
        assert count(here, deliveries) == answered

    def test_the_same_number_of_another_channel_is_another_message(self, here: Office) -> None:
        texter, chatter = here.texter(), here.telegrammer()
        assert here.receive(texter.message("hola", provider_id="7")) is Received.DONE
        assert here.receive(chatter.message("hola", provider_id="7")) is Received.DONE

    def test_ten_at_once_are_answered_once(self, here: Office, rosa: Person) -> None:
        message = rosa.message("UNIRME", provider_id="SM10")
        received = at_once([lambda: here.receive(message)] * 10)
        assert sorted(received) == [Received.DONE] + [Received.REPEATED] * 9
        assert (count(here, people), count(here, inbound_log)) == (1, 1)
        assert len(rosa.looks().heard) == 2

    def test_ten_first_messages_at_once_make_one_person(self, here: Office, rosa: Person) -> None:
        messages = [rosa.message(f"hola {number}") for number in range(10)]
        received = at_once([partial(here.receive, one) for one in messages])
        assert received == [Received.DONE] * 10
        assert (count(here, people), count(here, addresses)) == (1, 1)
        assert count(here, inbound_log) == 10

    def test_ten_answers_at_once_go_to_ten_turns(self, here: Office, rosa: Person) -> None:
        """In whatever order: each is heard by the question that the one before left open."""
        rosa.talks("UNIRME", "2")
        messages = [rosa.message("60608") for _ in range(10)]
        at_once([partial(here.receive, one) for one in messages])
        assert count(here, inbound_log) == 12
        assert running(here, rosa).asked == "name"
        assert len(rosa.looks().heard) == 10

    async def test_ten_at_once_from_one_loop_are_answered_once(
        self, here: Office, rosa: Person
    ) -> None:
        taking = intake(here)
        message = rosa.message("UNIRME", provider_id="SM11")
        became = await asyncio.gather(*(taking.take(message) for _ in range(10)))
        assert sorted(became) == ["done"] + ["repeated"] * 9
        assert len(rosa.looks().heard) == 2


class TestOtherKinds:
    def test_an_edit_is_seen_but_not_taken(self, here: Office) -> None:
        ana = here.telegrammer()
        ana.talks("/start", "2")
        before = running(here, ana)
        ana.says("Ana", kind="edited")
        assert len(ana.heard) == 1
        assert running(here, ana) == before

    def test_an_edited_stop_is_a_stop(self, here: Office) -> None:
        ana = here.telegrammer()
        ana.talks("/start", "2")
        ana.says("ALTO", kind="edited")
        assert ana.row()["consent"] == "out"

    def test_in_a_group_it_says_that_it_works_in_private(self, here: Office) -> None:
        group = here.telegrammer(chat="-100123")
        group.sends(kind="group").hears("en privado")
        assert session_of(here, group) is None

    def test_who_blocks_is_not_written_to_and_who_unblocks_is(self, here: Office) -> None:
        ana = here.telegrammer()
        ana.talks("/start", "2")
        ana.sends(kind="blocked").hears_nothing()
        assert [row.status for row in here.rows(addresses)] == ["blocked"]
        ana.sends(kind="unblocked").hears_nothing()
        assert [row.status for row in here.rows(addresses)] == ["active"]
        assert running(here, ana).asked == "name"

    def test_unblocking_undoes_no_stop(self, here: Office) -> None:
        ana = here.telegrammer()
        ana.talks("/start", "ALTO")
        ana.sends(kind="blocked")
        ana.sends(kind="unblocked").hears_nothing()
        assert [row.status for row in here.rows(addresses)] == ["opted_out"]

    def test_whoever_writes_can_be_reached_whatever_was_thought(self, here: Office) -> None:
        ana = here.telegrammer()
        ana.talks("/start")
        ana.sends(kind="blocked")
        ana.says("hola")
        assert [row.status for row in here.rows(addresses)] == ["active"]

    @pytest.mark.parametrize("media", ["photo", "sticker", "voice", "video", "document", "other"])
    def test_media_get_a_kind_answer_and_the_question_again(self, here: Office, media: Any) -> None:
        ana = here.telegrammer()
        ana.sends(media=media).hears("Gracias")
        ana.talks("/start", "2")
        before = running(here, ana)
        ana.sends(media=media).hears("Gracias", "¿Cómo te llamas?")
        assert running(here, ana) == before

    def test_the_words_under_a_photo_are_the_answer(self, here: Office) -> None:
        ana = here.telegrammer()
        ana.talks("/start", "2").says("Ana", media="photo")
        assert dict(running(here, ana).answers)["name"] == "Ana"

    def test_an_empty_text_is_answered_too(self, rosa: Person) -> None:
        rosa.says("").hears("Alianza Americas")
        rosa.talks("UNIRME").says("").hears("¿Como quieres participar?")

    @pytest.mark.parametrize(
        "words", ["x" * 10_000, "\u202e\u200bhola", "🙂" * 700, "ا" * 300, "%s{name}\\", "1" * 1600]
    )
    def test_no_text_breaks_anything(self, here: Office, words: str) -> None:
        for person in (here.texter(), here.telegrammer()):
            for before in ((), ("JOIN",), ("2",), ("Ana",), ("60608",)):
                person.talks(*before)
                person.says(words)
                assert person.heard, before
        assert {row.status for row in here.rows(inbound_log)} == {"done"}


class TestLanguages:
    def test_a_switch_in_mid_flow_keeps_answers_and_asks_again(
        self, here: Office, rosa: Person
    ) -> None:
        rosa.talks("UNIRME", "2", "Rosa")
        before = running(here, rosa)
        rosa.says("ENGLISH").hears("Where are you?")
        assert running(here, rosa) == before
        assert rosa.row()["language"] == "en"

    def test_the_same_answers_lead_to_the_same_session_in_any_language(self, here: Office) -> None:
        steady, fickle = here.texter(), here.texter()
        for words in ("UNIRME", "2", "Rosa", "60608", "1 3", "7"):
            steady.says(words)
            fickle.says(words)
            fickle.talks("ENGLISH", "ESPAÑOL") if words != "7" else fickle.says("ENGLISH")
            kept, other = running(here, steady), running(here, fickle)
            assert dict(kept.answers) == dict(other.answers)
            assert (kept.asked, kept.offered) == (other.asked, other.offered)

    def test_english_names_a_language_spoken_for_who_reads_english(
        self, here: Office, rosa: Person
    ) -> None:
        rosa.talks("JOIN", "2", "Rosa", "60608", "1", "1").says("english")
        assert dict(running(here, rosa).answers)["speaks"] == ["en"]
        assert rosa.row()["language"] == "en"

    def test_ingles_names_a_language_spoken_for_who_reads_spanish(
        self, here: Office, rosa: Person
    ) -> None:
        rosa.talks("UNIRME", "2", "Rosa", "60608", "1", "1").says("inglés")
        assert dict(running(here, rosa).answers)["speaks"] == ["en"]

    def test_the_first_words_decide_then_the_phone(self, here: Office) -> None:
        assert here.texter().says("I want to help").row()["language"] == "en"
        assert here.texter().says("60608").row()["language"] == "es"
        assert here.telegrammer("es").says("/start").row()["language"] == "es"
        assert here.telegrammer("en-US").says("/start o_x").row()["language"] == "en"
        assert here.telegrammer("en").says("UNIRME").row()["language"] == "es"
        assert here.telegrammer(None).says("/start").row()["language"] == "es"


class TestComingBack:
    def test_after_days_it_goes_on_with_a_kind_word(self, here: Office, rosa: Person) -> None:
        rosa.talks("UNIRME", "2", "Rosa")
        here.later(days=3)
        rosa.says("60608").hears("Qué gusto que vuelvas", "¿Qué ofreces?")
        rosa.says("1")
        assert "Qué gusto" not in "".join(rosa.heard)

    def test_a_flow_that_was_released_anew_goes_on(self, here: Office, rosa: Person) -> None:
        rosa.talks("UNIRME", "2", "Rosa")
        old = Session(
            "registration",
            0,
            given=(("via", "join"),),
            answers=(("kind", "individual"), ("birthday", "gone"), ("name", "Rosa")),
            asked="birthday",
            offered=("a", "b"),
            question=9,
        )
        keep(here, rosa, old)
        rosa.says("1").hears("¿Donde estas?")
        session = running(here, rosa)
        assert dict(session.answers) == {"kind": "individual", "name": "Rosa"}
        assert session.version > 0

    def test_a_flow_that_is_gone_strands_nobody(self, here: Office, rosa: Person) -> None:
        rosa.talks("UNIRME", "2")
        keep(here, rosa, Session("survey", 1, asked="color"))
        rosa.says("hola").hears("Alianza Americas")
        assert session_of(here, rosa) is None

    def test_left_idle_it_ends_once_and_politely(self, here: Office, rosa: Person) -> None:
        rosa.talks("UNIRME", "2", "Rosa")
        here.later(days=6, hours=23)
        assert here.closes_idle_sessions() == 0
        here.later(hours=2)
        assert here.closes_idle_sessions() == 1
        assert here.closes_idle_sessions() == 0
        assert len(rosa.looks().heard) == 1
        assert session_of(here, rosa) is None
        assert here.rows(deliveries)[-1].kind == "notice"

    def test_each_answer_starts_the_time_anew(self, here: Office, rosa: Person) -> None:
        rosa.talks("UNIRME", "2")
        here.later(days=6)
        rosa.says("Rosa")
        here.later(days=6)
        assert here.closes_idle_sessions() == 0

    def test_who_stopped_or_blocked_hears_nothing_of_it(self, here: Office, rosa: Person) -> None:
        blocker = here.telegrammer()
        blocker.talks("/start", "2").sends(kind="blocked")
        rosa.talks("UNIRME", "ALTO")
        here.later(days=9)
        here.closes_idle_sessions()
        blocker.looks().hears_nothing()
        rosa.looks().hears_nothing()
        assert count(here, sessions) == 0


def keep(office: Office, person: Person, session: Session) -> None:
    """As if an earlier release had left this session."""
    owner = person.row()["id"]
    state = office.desk.vault.seal("sessions", "state", owner, dump(session))
    statement = update(sessions).where(sessions.c.person_id == owner)
    office.database.run_now(
        lambda connection: connection.execute(statement.values(state=state, flow=session.flow))
    )


class TestMisses:
    def test_two_in_a_row_outside_a_flow_are_for_a_human(self, here: Office, rosa: Person) -> None:
        rosa.talks(*TO_JOIN, "qué hay")
        assert count(here, handovers) == 0
        rosa.says("no sé qué hacer").hears("equipo")
        (handover,) = here.rows(handovers)
        assert handover.reason == "misunderstood"
        words = here.desk.vault.open("handovers", "words", handover.id, handover.words)
        assert words == "no sé qué hacer"

    def test_a_word_that_is_understood_in_between_starts_the_count_anew(
        self, here: Office, rosa: Person
    ) -> None:
        rosa.talks(*TO_JOIN, "qué hay", "AYUDA", "qué hay")
        assert count(here, handovers) == 0

    def test_two_in_a_row_in_a_flow_are_too(self, here: Office, rosa: Person) -> None:
        rosa.talks("UNIRME", "no sé", "lo que sea").hears("PERSONA")
        assert [row.reason for row in here.rows(handovers)] == ["misunderstood"]
        assert running(here, rosa).asked == "kind"

    def test_whoever_asks_for_a_person_is_noted_also_in_mid_flow(
        self, here: Office, rosa: Person
    ) -> None:
        rosa.talks("PERSONA", "UNIRME", "human").hears("¿Como quieres participar?")
        assert [row.reason for row in here.rows(handovers)] == ["asked", "asked"]


class TestStaleButtons:
    def test_a_button_from_before_the_flow_ended_answers_nothing(self, here: Office) -> None:
        ana = here.telegrammer()
        ana.talks("/start")
        old = ana.press("Recibir alertas")
        ana.says("salir")
        ana.sends(press=old).hears_nothing()
        assert ana.toast
        assert session_of(here, ana) is None

    def test_a_forged_button_answers_nothing(self, here: Office) -> None:
        ana = here.telegrammer()
        ana.talks("/start")
        before = running(here, ana)
        for data in ("f:1:99", "f:x:0", "f::", "f:", "c:", "x", "f:1:-1", "f:0:0", "f:" + "9" * 60):
            ana.sends(press=type(ana.press("Recibir alertas"))(data, "q", None))
            assert dict(running(here, ana).answers) == dict(before.answers), data


class TestQueue:
    def test_what_was_queued_for_someone_else_is_left_alone_by_a_stop(
        self, here: Office, rosa: Person
    ) -> None:
        other = here.texter()
        here.receive(other.message("hola"))
        rosa.says("ALTO")
        other.looks().hears("Alianza Americas")

    def test_a_stop_suppresses_news_that_was_waiting(self, here: Office, rosa: Person) -> None:
        rosa.talks(*TO_JOIN)
        (address,) = here.rows(addresses)
        to = To(address.person_id, address.id, "sms")
        here.database.run_now(
            lambda connection: enqueue(
                connection,
                here.desk.vault,
                to,
                [Outgoing("Una necesidad")],
                now=here.now,
                kind="broadcast",
            )
        )
        rosa.says("ALTO")
        assert [text for text in rosa.heard if "necesidad" in text] == []
        assert "suppressed" in statuses(here)

    def test_registrations_are_made_once(self, here: Office, rosa: Person) -> None:
        rosa.talks(*TO_JOIN).talks("UNIRME").hears("Ya eres parte")
        assert count(here, registrations) == 1
