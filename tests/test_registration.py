"""Signing up, and what is kept of it: each kind, the codes that bring people, and the consent."""

import struct
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Table, select

from handlers.consent import wording
from handlers.features import COMMANDS
from handlers.inbound import receive
from handlers.registration import OFFERS, registration
from storage.messages import deliveries
from storage.network import organisations
from storage.people import addresses, consents, people, registrations, traits
from tests.talk import Office, Person

INDIVIDUAL = ("UNIRME", "2", "Me llamo Rosa", "60608", "6 7", "4", "1 11", "SÍ")
COORDINATES = (41.8523, -87.6661)


def opened(office: Office, table: Table, column: str, row: Any) -> str | None:
    sealed = getattr(row, column)
    return None if sealed is None else office.desk.vault.open(table.name, column, row.id, sealed)


def known_traits(office: Office, person: Person) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for row in office.rows(traits):
        if row.person_id == person.row()["id"]:
            found.setdefault(row.kind, set()).add(row.value)
    return found


def test_a_volunteer_is_kept_with_what_was_answered_and_no_more(office: Office) -> None:
    rosa = office.texter().talks(*INDIVIDUAL).hears("Ya eres parte, Rosa")
    row = rosa.row()
    assert office.desk.vault.open("people", "name", row["id"], row["name"]) == "Rosa"
    assert (row["country"], row["region"], row["zone"]) == ("US", "IL", "America/Chicago")
    assert (row["consent"], row["language"]) == ("in", "es")
    assert row["handle"].startswith("V-")
    assert known_traits(office, rosa) == {
        "skill": {"driving", "cooking"},
        "available": {"weekend_morning"},
        "speaks": {"es", "mix"},
    }
    (kept,) = office.rows(registrations)
    assert (kept.kind, kept.status, kept.headcount) == ("individual", "active", None)
    assert (kept.group_name, kept.offer, kept.credential) == (None, None, None)


def test_start_says_nothing_of_the_language_for_spanish_texts_ask_for_it_too(
    office: Office,
) -> None:
    rosa = office.texter().says("Hola").says("ALTO").hears("START")
    rosa.says("START").hears("quieres participar")
    assert (rosa.row()["consent"], rosa.row()["language"]) == ("none", "es")
    ben = office.texter().says("hi there").says("STOP").says("START").hears("How would you like")
    assert ben.says("UNIRME").row()["language"] == "en"


def test_at_most_eight_texts_bring_a_volunteer_in() -> None:
    assert len(INDIVIDUAL) <= 8


def test_a_member_gives_topics_and_a_place_and_no_name(office: Office) -> None:
    member = office.texter().talks("JOIN", "1", "asylum and tps", "60608").hears("You're in")
    assert member.row()["name"] is None
    assert known_traits(office, member) == {"topic": {"asylum", "tps"}}
    assert [row.kind for row in office.rows(registrations)] == ["member"]


def test_an_organisation_keeps_its_name_and_offer_sealed(office: Office) -> None:
    words = ("UNIRME", "3", "Comité Oaxaqueño", "Aurelia", "Los Angeles, CA", "somos 12")
    aurelia = office.texter().talks(*words, "comida y ropa", "40 comidas cada viernes", "sí")
    (kept,) = office.rows(registrations)
    assert (kept.kind, kept.status, kept.headcount) == ("organisational", "active", 12)
    assert opened(office, registrations, "group_name", kept) == "Comité Oaxaqueño"
    assert opened(office, registrations, "offer", kept) == "40 comidas cada viernes"
    assert known_traits(office, aurelia)["offer"] == {"food", "clothing"}


@pytest.mark.parametrize(
    ("number", "skill", "credential"),
    [
        ("1", "attorney", "Illinois 6301234"),
        ("2", "accredited_rep", "DOJ 2024"),
        ("3", "paralegal", None),
        ("4", "law_student", None),
        ("5", "interpreting", None),
    ],
)
def test_legal_experts_wait_to_be_verified(
    office: Office, number: str, skill: str, credential: str | None
) -> None:
    words = ["JOIN", "4", "Elena", number, *([credential] if credential else [])]
    elena = office.texter().talks(*words, "60608", "all", "1 2", "yes").hears("verify")
    (kept,) = office.rows(registrations)
    assert (kept.kind, kept.status) == ("legal_expert", "to_verify")
    assert opened(office, registrations, "credential", kept) == credential
    assert known_traits(office, elena)["skill"] == {skill}


def test_a_credential_of_a_branch_left_behind_is_not_kept(office: Office) -> None:
    words = ("JOIN", "4", "Elena", "1", "Illinois 6301234", "60608", "all", "1", "3", "paralegal")
    office.texter().talks(*words, "yes").hears("You're in")
    (kept,) = office.rows(registrations)
    assert kept.credential is None


def test_changing_the_kind_at_the_end_asks_what_is_missing_and_keeps_the_rest(
    office: Office,
) -> None:
    rosa = office.texter().talks(*INDIVIDUAL[:-1], "1", "3").hears("organización")
    rosa.talks("Club Jalisco", "5", "todo", "saltar").hears("Nombre: Rosa", "Chicago, IL")
    rosa.says("sí")
    assert [row.kind for row in office.rows(registrations)] == ["organisational"]
    assert set(known_traits(office, rosa)) == {"offer"}
    assert known_traits(office, rosa)["offer"] == set(OFFERS)


class TestConsent:
    def test_it_is_told_before_the_first_question(self, office: Office) -> None:
        heard = office.texter().says("UNIRME").heard
        assert "hasta 3 mensajes" in heard[0]
        assert all(word in heard[0] for word in ("Alianza Americas", "ALTO", "AYUDA", "cargos"))

    def test_the_version_of_the_wording_time_channel_and_words_are_kept(
        self, office: Office
    ) -> None:
        rosa = office.texter().talks(*INDIVIDUAL)
        (kept,) = office.rows(consents)
        assert (kept.act, kept.channel, kept.at) == ("in", "sms", office.now)
        assert len(kept.wording) == 12
        assert opened(office, consents, "words", kept) == "UNIRME / SÍ"
        assert kept.person_id == rosa.row()["id"]

    def test_another_wording_is_another_version(self) -> None:
        first, second = registration.title, registration.left
        assert wording(first, "es") == wording(first, "es") != wording(second, "es")

    def test_a_text_in_another_language_is_another_version(self) -> None:
        first = registration.title
        assert wording(first, "es") != wording(first, "en")

    def test_nobody_is_in_before_the_last_answer(self, office: Office) -> None:
        rosa = office.texter().talks(*INDIVIDUAL[:-1])
        assert rosa.row()["consent"] == "none"
        assert not office.rows(consents)
        assert not office.rows(registrations)

    def test_leaving_half_way_keeps_nothing_of_the_answers(self, office: Office) -> None:
        rosa = office.texter().talks(*INDIVIDUAL[:-1], "SALIR").hears("no guardamos nada")
        row = rosa.row()
        assert (row["name"], row["city_id"], row["consent"]) == (None, None, "none")
        assert known_traits(office, rosa) == {}


class TestCodes:
    @pytest.mark.parametrize(
        "words",
        ["UNIRME chicago", "JOIN CHICAGO", "unirme Chicago!", "/start o_chicago"],
    )
    def test_a_code_attributes_to_its_organisation(self, office: Office, words: str) -> None:
        rosa = office.telegrammer().says(words)
        rosa.hears("Casa Comunitaria Chicago")
        organisation = next(row for row in office.rows(organisations) if row.code == "chicago")
        assert rosa.row()["organisation_id"] == organisation.id
        assert rosa.row()["source"] == "o_chicago"

    @pytest.mark.parametrize("words", ["UNIRME carcen", "/start o_nada", "JOIN ' OR 1=1 --"])
    def test_an_unknown_code_is_said_and_stands_in_nobodys_way(
        self, office: Office, words: str
    ) -> None:
        rosa = office.telegrammer().says(words)
        assert rosa.row()["organisation_id"] is None
        assert len(rosa.heard) == 2
        assert rosa.buttons

    def test_a_payload_of_another_kind_is_not_taken_for_a_place_to_come_from(
        self, office: Office
    ) -> None:
        assert office.telegrammer().says("/start " + "x" * 64).row()["source"] is None

    def test_a_code_in_mid_flow_counts_too(self, office: Office) -> None:
        rosa = office.texter().talks("UNIRME", "2").says("UNIRME chicago")
        rosa.hears("Casa Comunitaria Chicago", "¿Cómo te llamas?")
        assert rosa.row()["source"] == "o_chicago"


def test_alta_verapaz_is_a_place_and_no_code(office: Office) -> None:
    person = office.texter("+50255550100").talks("UNIRME", "1", "1").says("Alta Verapaz")
    assert "verapaz" not in person.heard[0]


@pytest.mark.parametrize(
    "words", ["Baja California", "El Alto", "Parar de Minas", "Cancún", "Altotonga"]
)
def test_a_place_is_no_stop(office: Office, words: str) -> None:
    person = office.texter().talks("UNIRME", "1", "1").says(words)
    assert person.row()["consent"] != "out"


class TestAgain:
    def test_who_is_in_is_told_so(self, office: Office) -> None:
        rosa = office.texter().talks(*INDIVIDUAL)
        for words in ("UNIRME", "JOIN", "VOLUNTARIA", "/start"):
            rosa.says(words).hears("Ya eres parte", "PERFIL")

    def test_a_member_becomes_a_volunteer_without_giving_the_place_again(
        self, office: Office
    ) -> None:
        beto = office.texter().talks("UNIRME", "1", "1", "60608")
        beto.says("VOLUNTARIO")
        assert "cargos" not in " ".join(beto.heard)
        beto.talks("1", "Beto").hears("¿Qué ofreces?")
        beto.talks("7", "4", "1").hears("Chicago, IL")
        beto.says("sí")
        assert {row.kind for row in office.rows(registrations)} == {"member", "individual"}
        assert known_traits(office, beto)["topic"] == {"asylum"}

    def test_volunteering_offers_no_alerts_only(self, office: Office) -> None:
        offered = office.telegrammer().says("VOLUNTARIA").buttons
        assert "Recibir alertas" not in offered
        assert "Hacer voluntariado" in offered


class TestPlaces:
    def place(self, office: Office, *words: str) -> dict[str, Any]:
        return office.texter().talks("JOIN", "1", "1", *words).row()

    @pytest.mark.parametrize(
        ("words", "country", "region", "zone"),
        [
            (("60608",), "US", "IL", "America/Chicago"),
            (("tj",), "MX", "BC", "America/Tijuana"),
            (("CDMX",), "MX", "CDMX", "America/Mexico_City"),
            (("San Salvador",), "SV", None, "America/El_Salvador"),
            (("Chigago", "1"), "US", "IL", "America/Chicago"),
            (("Chigago", "sí"), "US", "IL", "America/Chicago"),
            (("Springfield", "3"), "US", "IL", "America/Chicago"),
            (("Springfield", "Springfield, MO"), "US", "MO", "America/Chicago"),
            (("Springfield", "Tucson AZ"), "US", "AZ", "America/Phoenix"),
            (("Honduras", "2"), "HN", None, "America/Tegucigalpa"),
            (("Xyzzyx", "Oaxaca"), "MX", "OAX", "America/Mexico_City"),
        ],
    )
    def test_a_place_gives_country_region_and_zone(
        self, office: Office, words: tuple[str, ...], country: str, region: str | None, zone: str
    ) -> None:
        row = self.place(office, *words)
        assert (row["country"], row["zone"]) == (country, zone)
        if region is not None:
            assert row["region"] == region

    def test_a_location_gives_the_city(self, office: Office) -> None:
        rosa = office.telegrammer("en").talks("/start", "1", "1").sends(location=COORDINATES)
        rosa.hears("You're in")
        assert rosa.row()["region"] == "IL"

    def test_a_location_at_sea_is_asked_again(self, office: Office) -> None:
        rosa = office.telegrammer("en").talks("/start", "1", "1").sends(location=(0.0, -150.0))
        rosa.hears("I don't know that place")
        assert rosa.row()["city_id"] is None

    def test_a_photo_is_no_unknown_place(self, office: Office) -> None:
        rosa = office.telegrammer("en").talks("/start", "1", "1").sends(media="photo")
        rosa.hears("Thank you", "Where are you?")


def test_nothing_of_a_person_lies_open_in_the_database(office: Office) -> None:
    """Neither coordinates, in any form, nor words, names or numbers: the bytes are searched."""
    texter = office.texter("+13125557731").talks(
        *("UNIRME chicago", "4", "Xochiquetzal", "1", "Illinois 6309876", "1823 W 17th St, 60608"),
        *("todo", "1", "sí", "PERSONA", "mi secreto es zafiro", "otra cosa rara"),
    )
    chatter = office.telegrammer(chat="987654321987").talks(
        "/start", "3", "Club Zafarranchín", "Ixchelita"
    )
    chatter.sends(location=COORDINATES).talks("5", "todo", "ofrecemos tamales", "sí", "ALTO")
    assert (texter.row()["consent"], chatter.row()["consent"]) == ("in", "out")
    assert len(office.rows(registrations)) == 2
    said = (
        *("Xochiquetzal", "6309876", "1823 W", "17th", "mi secreto", "zafiro", "otra cosa rara"),
        *("Zafarranchín", "Ixchelita", "tamales", "3125557731", "987654321987", "41.85", "87.66"),
    )
    kept = _bytes(office)
    for words in said:
        assert words.encode() not in kept, words
    for number in COORDINATES:
        assert _double(number) not in kept


def _double(number: float) -> bytes:
    """As SQLite stores it."""
    return struct.pack(">d", number)


def _bytes(office: Office) -> bytes:
    """Of the database and its journal."""
    listed = office.database.read_now(
        lambda connection: connection.exec_driver_sql("PRAGMA database_list").one()
    )
    return b"".join(part.read_bytes() for part in Path(listed.file).parent.glob("*.db*"))


def test_a_searched_name_would_be_found(office: Office) -> None:
    """The search above finds what does lie open: the name of an organisation."""
    office.texter().says("UNIRME chicago")
    assert b"Casa Comunitaria Chicago" in _bytes(office)


MENU = [name for command in COMMANDS.all for name in (command.slash or {}).values()]


@pytest.mark.parametrize("slash", MENU)
def test_every_command_of_the_menu_does_what_it_says(slash: str) -> None:
    found = COMMANDS.find(f"/{slash}")
    assert found is not None
    assert slash in (found[0].slash or {}).values()


def test_handles_say_nothing_and_are_not_given_twice(office: Office) -> None:
    for _ in range(20):
        office.texter().says("hola")
    handles = [row.handle for row in office.rows(people)]
    assert len(set(handles)) == 20
    assert all(handle[:2] == "V-" and handle[2:].isdigit() for handle in handles)


def test_an_address_is_kept_sealed_and_found_by_its_hash(office: Office) -> None:
    office.texter("+13125557731").says("hola")
    (row,) = office.rows(addresses)
    assert office.desk.vault.open("addresses", "value", row.id, row.value) == "+13125557731"
    assert row.lookup == office.desk.vault.index("sms", "+13125557731")
    found = office.database.read_now(
        lambda connection: connection.execute(select(deliveries.c.address_id)).scalars().all()
    )
    assert set(found) == {row.id}


def test_an_answer_costs_four_statements(office: Office) -> None:
    """Who writes, what they wrote, where the talk stands, what is said: nothing is to be added
    that every message pays for."""
    rosa = office.texter().says("UNIRME")
    statements: list[str] = []

    def unit(connection: Connection) -> None:
        driver: Any = connection.connection.driver_connection
        driver.set_trace_callback(statements.append)
        receive(connection, office.desk, rosa.message("2"), office.now)
        driver.set_trace_callback(None)

    office.database.run_now(unit)
    assert [statement.split()[:3] for statement in statements] == [
        ["SELECT", "addresses.person_id,", "addresses.id"],
        ["INSERT", "INTO", "inbound"],
        ["INSERT", "INTO", "sessions"],
        ["INSERT", "INTO", "deliveries"],
    ]
