"""MY DATA: everything that is held, in the person's own words, and never more of a number."""

from functools import partial

from sqlalchemy import Column, Connection, Table, update

from handlers.my_data import LINES, UNTOLD
from storage.messages import deliveries, inbound
from storage.people import people, registrations, traits
from storage.rotation import sealed_columns
from storage.schema import metadata
from tests.privacy.conftest import ZIP, joins, volunteers
from tests.talk import Office, Person


def all_of(person: Person) -> str:
    """What the last turn brought, with the accents that SMS may have taken off left out."""
    return "\n".join(person.heard).translate(str.maketrans("áíóúÁÍÓÚ", "aiouAIOU"))


def test_a_volunteer_sees_everything_by_sms(town: Office) -> None:
    ana = volunteers(town.texter("+13125550187"))

    ana.says("MIS DATOS")

    told = all_of(ana)
    for part in (
        *("Ana Lucia", str(ana.row()["handle"]), "Idioma: Español", "Chicago, IL"),
        *("Hacer voluntariado, desde el sabado 21 de noviembre de 2026", "Habilidades"),
        *("Horario", "Idiomas", "SMS: numero que termina en 87", "Recibes nuestros mensajes"),
        *('te uniste, "UNIRME / si"', "BORRAR MIS DATOS", "cada uno por 30 dias"),
    ):
        assert part in told, part
    assert "5550187" not in told
    assert max(ana.segments) <= 3


def test_an_organisation_sees_everything_on_telegram(town: Office) -> None:
    berta = town.telegrammer("en", chat="7700112233")
    for text in ("/join", "Help as an organization", "Comité Ñandú", "Berta", ZIP, "12", "all"):
        berta.says(text)
    berta.says("40 meals every Friday").says("yes").hears("You're in")

    berta.says("/mydata")

    [told] = berta.heard
    for part in ("Berta", "Comité Ñandú", "People: 12", "40 meals every Friday", "Offer: "):
        assert part in told, part
    assert "chat ending in 33" in told
    assert "77001122" not in told


def test_a_long_record_comes_in_messages_that_carry_well(town: Office) -> None:
    ana = volunteers(town.texter())
    for _ in range(14):
        ana.says("ALTO").says("ALTA")

    ana.says("mis datos").hears("cambios anteriores")

    assert max(ana.segments) <= 3
    assert all(len(text) <= 1600 for text in ana.heard)


def test_letters_that_cost_more_are_counted_as_such(town: Office) -> None:
    lukasz = volunteers(town.texter(), name="Łukasz")

    lukasz.says("mis datos").hears("Łukasz")

    assert max(lukasz.segments) <= 3


def test_it_is_answered_in_the_middle_of_a_form_which_then_goes_on(town: Office) -> None:
    ana = town.texter()
    ana.says("UNIRME").says("2").says("Ana")

    ana.says("MIS DATOS").hears("Un formulario que empezaste", "ZIP")
    ana.says(ZIP).hears("Medios")


def test_it_is_answered_after_a_stop(town: Office) -> None:
    ana = volunteers(town.texter())
    ana.says("ALTO")

    ana.says("mis datos").hears("no te mandamos nada", "Ana", '"ALTO"')

    [kind] = {row.kind for row in town.rows(deliveries)[-len(ana.heard) :]}
    assert kind == "consent"
    assert "PERFIL" not in all_of(ana)


def test_somebody_who_never_joined_is_told_how_little_there_is(town: Office) -> None:
    stranger = town.texter()

    stranger.says("My data").hears("You haven't joined.", "number ending in", "DELETE MY DATA")


def test_what_a_stopped_person_can_do_is_said_and_no_more(town: Office) -> None:
    ana = joins(town.texter())
    ana.says("STOP")

    ana.says("my data").hears("To delete everything, send: DELETE MY DATA")
    assert "PROFILE" not in all_of(ana)


def test_every_code_of_a_trait_is_told_even_one_that_is_offered_no_more(town: Office) -> None:
    ana = volunteers(town.texter())
    statement = (
        update(traits).where(traits.c.kind == "skill").values(value=traits.c.value + "_once")
    )
    town.database.run_now(lambda connection: connection.execute(statement))

    ana.says("mis datos").hears("medical_once")


def columns_of_persons() -> list[Column[object]]:
    """Of every table that belongs to a person or to an address of one."""
    return [
        column
        for table in metadata.sorted_tables
        if table.name in ("people", "addresses") or _is_about_a_person(table)
        for column in table.columns
    ]


def _is_about_a_person(table: Table) -> bool:
    referred = {key.column.table.name for key in table.foreign_keys}
    return bool(referred & {"people", "addresses"})


def test_every_column_about_a_person_is_told_or_said_to_be_untold() -> None:
    told = frozenset().union(*(line.columns for line in LINES))
    known = told | UNTOLD
    silent = [
        str(column)
        for column in columns_of_persons()
        if str(column) not in known and f"{column.table.name}.*" not in known
    ]
    assert silent == [], "handlers/my_data.py must tell these, or say why not"


def test_nothing_sealed_is_left_untold() -> None:
    told = frozenset().union(*(line.columns for line in LINES))
    sealed = {str(column) for column in sealed_columns()}
    assert sealed & {str(column) for column in columns_of_persons()} <= told


def test_no_line_tells_a_column_that_is_not_there() -> None:
    there = {str(column) for column in columns_of_persons()}
    told = frozenset().union(*(line.columns for line in LINES))
    assert told <= there
    assert {each for each in UNTOLD if not each.endswith("*")} <= there


def test_every_value_that_is_held_is_seen(town: Office) -> None:
    """Each open and sealed value of a full person, changed to something unmistakable."""
    ana = volunteers(town.texter())
    person = ana.row()["id"]
    row = town.rows(registrations)[0].id
    vault = town.desk.vault
    changes = [
        update(people).where(people.c.id == person).values(source="o_marker", region="ZZ"),
        update(registrations).values(
            status="to_verify",
            headcount=4321,
            group_name=vault.seal("registrations", "group_name", row, "Grupo Marcado"),
            offer=vault.seal("registrations", "offer", row, "oferta marcada"),
            credential=vault.seal("registrations", "credential", row, "licencia marcada"),
        ),
    ]
    town.database.run_now(lambda connection: [connection.execute(each) for each in changes])

    ana.says("mis datos").hears(
        *("o_marker", "4321", "Grupo Marcado", "oferta marcada", "licencia marcada", "verificar")
    )
    ana.says("pausa 2 semanas").says("mis datos").hears("Pausa hasta")
    ana.says("silenciar TPS").says("mis datos").hears("Silenciados: TPS")
    ana.says("persona").says("mis datos").hears("1 mensaje apartado")


def test_only_messages_whose_text_is_kept_are_counted(town: Office) -> None:
    ana = town.texter()
    ana.says("hola")
    for table, column in ((inbound, inbound.c.payload), (deliveries, deliveries.c.body)):
        statement = update(table).values({column: None})
        town.database.run_now(partial(Connection.execute, statement=statement))

    ana.says("mis datos").hears("El texto de 1 mensaje")
