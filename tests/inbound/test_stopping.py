"""Stopping and coming back by text, and the words that the provider answers itself."""

import pytest

from handlers.desk import Desk
from handlers.policy import Policy
from storage.messages import deliveries
from storage.people import RETURN, addresses, consents
from tests.inbound.conftest import TO_JOIN, running, session_of, statuses
from tests.talk import Office, Person


class TestStopping:
    def test_a_stop_in_mid_flow_ends_it_and_what_was_queued(
        self, here: Office, rosa: Person
    ) -> None:
        here.receive(rosa.message("UNIRME"))
        here.receive(rosa.message("ALTO"))
        assert session_of(here, rosa) is None
        assert statuses(here) == ["suppressed", "suppressed", "queued"]
        rosa.looks().hears("no más mensajes")

    def test_a_stop_is_kept_with_its_words_and_ends_every_address(
        self, here: Office, rosa: Person
    ) -> None:
        rosa.talks(*TO_JOIN, "ya no me manden mensajes")
        (joined, left) = here.rows(consents)
        assert (joined.act, left.act) == ("in", "out")
        assert here.desk.vault.open("consents", "words", left.id, left.words) == (
            "ya no me manden mensajes"
        )
        assert rosa.row()["consent"] == "out"
        assert {row.status for row in here.rows(addresses)} == {"opted_out"}

    def test_it_is_confirmed_once_by_what_may_reach_who_has_left(
        self, here: Office, rosa: Person
    ) -> None:
        rosa.talks(*TO_JOIN)
        rosa.says("STOP").hears("START")
        assert here.rows(deliveries)[-1].kind == "consent"
        rosa.says("STOP").hears_nothing()
        rosa.says("ALTO!!").hears_nothing()
        assert len([row for row in here.rows(consents) if row.act == "out"]) == 1

    def test_said_twice_before_the_answer_has_left_it_is_still_answered(
        self, here: Office, rosa: Person
    ) -> None:
        rosa.talks(*TO_JOIN)
        for text in ("ALTO", "ALTO"):
            here.receive(rosa.message(text))
        assert len(rosa.looks().heard) == 1

    @pytest.mark.parametrize(
        "word", ["STOP", "stop.", "Ｓｔｏｐ", "Alto", "BAJA", "PARAR", "cancel", "¡ALTO!"]
    )
    def test_a_stop_from_someone_unknown_is_honoured(self, here: Office, word: str) -> None:
        stranger = here.texter()
        stranger.says(word)
        assert len(stranger.heard) == 1
        assert stranger.row()["consent"] == "out"
        stranger.says("hola").hears_nothing()

    @pytest.mark.parametrize(
        "words",
        ["hola", "YES", "sí", "1", "PERFIL", "TEMAS", "PERSONA", "PAUSA", "ENGLISH", "60608", ""],
    )
    def test_after_a_stop_nothing_else_is_answered(
        self, here: Office, rosa: Person, words: str
    ) -> None:
        rosa.talks(*TO_JOIN, "ALTO")
        rosa.says(words).hears_nothing()
        rosa.sends(media="photo").hears_nothing()
        assert rosa.row()["consent"] == "out"
        assert {row.status for row in here.rows(addresses)} == {"opted_out"}

    @pytest.mark.parametrize("word", ["START", "start!", "ALTA", "UNIRME", "JOIN", "Inicio"])
    def test_a_start_word_brings_back(self, here: Office, rosa: Person, word: str) -> None:
        rosa.talks(*TO_JOIN, "ALTO")
        rosa.says(word).hears("Alianza Americas")
        assert rosa.row()["consent"] == "in"
        assert {row.status for row in here.rows(addresses)} == {"active"}
        assert [row.act for row in here.rows(consents)] == ["in", "out", "in"]

    @pytest.mark.parametrize("word", ["START", "UNIRME"])
    def test_who_never_agreed_to_anything_has_not_by_coming_back(
        self, here: Office, word: str
    ) -> None:
        stranger = here.texter().talks("ALTO", word).hears("¿Como quieres participar?")
        assert stranger.row()["consent"] == "none"
        stranger.says("SALIR").hears("no guardamos nada")
        assert stranger.row()["consent"] == "none"
        acts = [(row.act, row.wording == RETURN) for row in here.rows(consents)]
        assert acts == [("out", False), ("in", True)]
        assert {row.status for row in here.rows(addresses)} == {"active"}
        stranger.talks(*TO_JOIN)
        assert stranger.row()["consent"] == "in"

    @pytest.mark.parametrize("words", ["Alta Verapaz", "join the strike", "start your engines"])
    def test_a_sentence_that_begins_with_a_start_word_is_none(
        self, here: Office, rosa: Person, words: str
    ) -> None:
        rosa.talks(*TO_JOIN, "ALTO")
        rosa.says(words).hears_nothing()
        assert rosa.row()["consent"] == "out"

    def test_help_is_answered_after_a_stop(self, here: Office, rosa: Person) -> None:
        rosa.talks(*TO_JOIN, "ALTO")
        rosa.says("AYUDA").hears("Alianza Americas")
        assert here.rows(deliveries)[-1].kind == "consent"
        assert rosa.row()["consent"] == "out"

    def test_a_start_after_a_stop_in_mid_flow_begins_anew(self, here: Office, rosa: Person) -> None:
        rosa.talks("UNIRME", "2", "Rosa", "ALTO")
        rosa.says("UNIRME").hears("¿Como quieres participar?")
        assert dict(running(here, rosa).answers) == {}

    def test_cancelar_in_a_flow_asks_back_and_leaves_the_flow_as_it_was(
        self, here: Office, rosa: Person
    ) -> None:
        rosa.talks("UNIRME", "2")
        before = running(here, rosa)
        rosa.says("CANCELAR").hears("SALIR", "ALTO")
        assert running(here, rosa) == before
        assert rosa.row()["consent"] == "none"
        rosa.says("salir").hears("no guardamos nada")
        assert session_of(here, rosa) is None

    def test_cancelar_outside_a_flow_is_a_stop(self, rosa: Person) -> None:
        rosa.talks(*TO_JOIN, "cancelar")
        assert rosa.row()["consent"] == "out"

    def test_cancel_in_a_flow_is_a_stop_because_the_carrier_takes_it_so(self, rosa: Person) -> None:
        rosa.talks("JOIN", "2", "CANCEL")
        assert rosa.row()["consent"] == "out"

    def test_what_is_about_a_stop_but_no_stop_goes_on(self, rosa: Person) -> None:
        rosa.talks(*TO_JOIN)
        rosa.says("alto al fuego!")
        assert rosa.row()["consent"] == "in"


class TestProviderKeywords:
    """Twilio confirms its own words; the bot then must not."""

    @pytest.fixture
    def twilio(self, here: Office) -> Person:
        here.desk = Desk(here.desk.vault, Policy(provider_keywords=True))
        return here.texter()

    def test_its_stop_is_obeyed_and_confirmed_by_twilio_alone(self, twilio: Person) -> None:
        twilio.talks(*TO_JOIN)
        twilio.says("STOP").hears_nothing()
        assert twilio.row()["consent"] == "out"

    def test_our_spanish_stop_is_confirmed_by_us(self, twilio: Person) -> None:
        twilio.talks(*TO_JOIN)
        twilio.says("ALTO").hears("START")

    def test_its_reading_of_any_word_counts(self, twilio: Person) -> None:
        twilio.talks(*TO_JOIN)
        twilio.says("arrêt", opt_out="stop").hears_nothing()
        assert twilio.row()["consent"] == "out"
        twilio.says("YES", opt_out="start").hears_nothing()
        assert twilio.row()["consent"] == "out"
        twilio.says("UNSTOP", opt_out="start")
        assert twilio.row()["consent"] == "in"

    def test_its_help_outside_a_flow_is_left_to_it(self, twilio: Person) -> None:
        twilio.says("HELP").hears_nothing()
        twilio.says("AYUDA").hears("Alianza Americas")

    def test_help_in_a_flow_is_ours(self, twilio: Person) -> None:
        twilio.talks("UNIRME")
        twilio.says("HELP").hears("¿Como quieres participar?")

    def test_on_telegram_nobody_else_confirms(self, here: Office, twilio: Person) -> None:
        here.telegrammer().says("STOP").hears("START")
