"""The consent classifier: corpora, families of phrases, and what must never change a verdict."""

import json
import tomllib
from itertools import product
from pathlib import Path

import pytest

from handlers.consent_phrases import BOOK, PhraseBook, PhraseError
from handlers.consent_words import Consent, classify, is_provider_keyword, score

CORPORA = sorted((Path(__file__).parent / "consent").glob("*.json"))
SHARED = json.loads((Path(__file__).parent / "consent" / "shared.json").read_text("utf-8"))
KINDS = {
    "stop": Consent.STOP,
    "not_stop": Consent.NONE,
    "unclear": Consent.UNCLEAR,
    "start": Consent.START,
}
PHRASES = [(text, KINDS[kind]) for kind in KINDS for text in SHARED[kind]]


def verdict(text: str) -> Consent:
    return classify(text).consent


def not_read_as(expected: Consent, texts: list[str]) -> list[tuple[str, str, str]]:
    verdicts = ((text, classify(text)) for text in texts)
    return [
        (text, read.consent.value, read.rule) for text, read in verdicts if read.consent != expected
    ]


def phrases(*parts: str) -> list[str]:
    """Every combination of alternatives written "one|two|"."""
    return ["".join(combination) for combination in product(*(part.split("|") for part in parts))]


@pytest.mark.parametrize("corpus", CORPORA, ids=lambda path: path.stem)
def test_every_phrase_of_the_corpora_is_understood(corpus: Path) -> None:
    report = score(json.loads(corpus.read_text("utf-8")))
    assert list(report.misses) == []


STOP_FAMILIES = {
    "stop words, with courtesies": phrases(
        "|please |por favor |ya |hola |ok |¡|*|/|#",
        "stop|alto|baja|unsubscribe|parar|cancelar|paren|opt out|optout|quit|end|cancel|revoke|"
        "stopall|no más|no more|dar de baja|desuscribir",
        "| please| por favor| gracias|!!!|.| 🛑|*|?|…| 🙏🙏",
    ),
    "stop words beside a code": phrases(
        "|U4 |A17 5 |hola ",
        "stop|ALTO|baja|unsubscribe|parar",
        " U4| A17 5| B2 por favor| U4!!",
    ),
    "stop doing it": phrases(
        "|please |can you |could you please |you need to |I want you to |"
        "I moved so please |I said ",
        "stop |quit ",
        "texting me|messaging me|contacting me|sending me messages|sending me texts|"
        "sending these alerts|these messages|bothering me|spamming this number",
        "| please| now| immediately|!!!| or I'll report you| from now on",
    ),
    "do not": phrases(
        "|please |hi, |thanks but |I moved, ",
        "don't |do not |Don’t ever |never ",
        "text me|message me|contact me|send me messages|send me any more texts|text this number",
        "| anymore| again| please|!!",
    ),
    "take me off": phrases(
        "|please |can you |I'd like you to |hello, ",
        "remove me from|take me off|take my number off|get me off|drop me from|"
        "delete my number from",
        " the list| your list| this list| the texting list| your contacts",
        "| please| now| thanks| ASAP",
    ),
    "I don't want them": phrases(
        "|sorry but |hi ",
        "I don't want|I no longer want|I do not want to receive|I don't need|no more",
        " messages| your texts| any more alerts| these text messages",
        "| please| anymore| thank you| at this number",
    ),
    "ya no": phrases(
        "|por favor |les pido que |hola, |pues ",
        "ya no |no |nunca ",
        "me manden mensajes|me manden más mensajes|me envíen alertas|me mandes textos|me escriban|"
        "me escribas más|me texteen|me contacten|me vuelvan a escribir|me sigan mandando mensajes|"
        "me molesten|me llamen",
        "| por favor| gracias| nunca más| a este número| se los pido",
    ),
    "dejen de": phrases(
        "|por favor |ya |quiero que |oigan ",
        "dejen de |deja de |paren de |deje de ",
        "escribirme|mandarme mensajes|mandar mensajes|enviar alertas|molestar|textearme|llamarme",
        "| por favor| ya|!!!| hoy mismo",
    ),
    "quítenme": phrases(
        "|por favor |hola, |me mudé, ",
        "quítenme|sáquenme|bórrenme|elimínenme|remuévanme|quítame|bórrame|sáqueme",
        " de la lista| de su lista| del grupo| de su base de datos|",
        "| por favor| ya| gracias|!!!",
    ),
    "no quiero": phrases(
        "|gracias pero |disculpe, ",
        "no quiero|ya no quiero|no deseo recibir|ya no quiero recibir más|no quiero que me manden|"
        "no me interesa recibir|quiero dejar de recibir",
        " mensajes| sus alertas| textos| más sms",
        "| por favor| gracias| a este número",
    ),
    "dar de baja": phrases(
        "|por favor |hola, ",
        "dar de baja|darme de baja|dame de baja|denme de baja|quiero darme de baja|"
        "me quiero dar de baja|¿cómo me doy de baja|cancelar mi suscripción|"
        "quiero cancelar la suscripción|quiero salir de la lista|quiero desuscribirme",
        "| por favor| gracias|?| ya",
    ),
}

OTHER_FAMILIES = {
    "goods, not messages": phrases(
        "|por favor |hola, |ya ",
        "no me manden|no manden|ya no me manden más|dejen de mandar|no necesito|ya no quiero|"
        "no más|no quiero recibir|ya no hay",
        " pañales| agua| ropa| cobijas| voluntarios| leche",
        "| hoy| talla 4| porque ya hay| gracias",
    ),
    "goods, not messages, in English": phrases(
        "|please |hi, ",
        "don't send|don't send me|no more|stop sending|we don't need|I don't want|cancel the",
        " diapers| water| blankets| volunteers| money",
        "| today| size 4| thanks|!!",
    ),
    "causes": phrases(
        "|we must |let's |march to |hey, ",
        "stop |end |no more |stop the ",
        "deportations|family separation|raids|child detention|racism|hate",
        "|!| now| please",
    ),
    "causas": phrases(
        "|¡|hay que |ya ",
        "alto a |paren |no más |basta de |stop |parar ",
        "las deportaciones|la separación de familias|redadas|la migra|muros|la violencia",
        "|!| ya| ahora",
    ),
    "complaints that none arrive": phrases(
        "|por qué |oigan, |fíjense que ",
        "no me |ya no me ",
        "mandan|envían|llegan|mandaron|llegaron|han llegado",
        " mensajes| los mensajes| sus alertas| nada",
        "|?| desde ayer",
    ),
    "the opposite": phrases(
        "|please |I like these, ",
        "don't stop|don't stop texting me|never stop|don't remove me|don't take me off the list|"
        "I don't want to unsubscribe|don't unsubscribe me|don't cancel my subscription",
        "|!| please| thanks",
    ),
    "lo contrario": phrases(
        "|por favor |hola, ",
        "no paren|no dejen de escribirme|no me quiten de la lista|no me borren|no me den de baja|"
        "no quiero darme de baja|no quiero salir de la lista|no cancelen mi suscripción",
        "|!| por favor| me gustan",
    ),
    "cancelling something else": phrases(
        "|please |I need to |can I |how do I ",
        "cancel|remove|end|drop",
        " my pledge| my RSVP| my ride| the event| one box| 2 of my 5",
        "| please| for Saturday|?",
    ),
    "cancelar otra cosa": phrases(
        "|por favor |quiero |cómo puedo ",
        "cancelar|cancelen|quitar|borren",
        " mi promesa| mi cita| el evento| una caja| 2 de mis 5",
        "| por favor| del sábado|?",
    ),
    "stopping somewhere": phrases(
        "|can we |I'll |let's |please ",
        "stop by|stop at|stop near|stop for gas at",
        " the church| the shelter| 26th street",
        "|?| tomorrow| please",
    ),
}


@pytest.mark.parametrize("family", STOP_FAMILIES)
def test_families_that_ask_to_stop(family: str) -> None:
    assert not_read_as(Consent.STOP, STOP_FAMILIES[family]) == []


@pytest.mark.parametrize("family", OTHER_FAMILIES)
def test_families_that_are_about_something_else(family: str) -> None:
    assert not_read_as(Consent.NONE, OTHER_FAMILIES[family]) == []


@pytest.mark.parametrize(
    "text",
    [
        "Ya me mudé. Por favor ya no me manden mensajes",
        "Hola! Gracias por todo\nalto",
        "No puedo llevar 5. STOP",
        "Who is this? Stop texting me",
        "borren mis datos y ya no me escriban",
        "stop texting me or I'll call my lawyer",
        "wrong number, stop",
    ],
)
def test_a_request_counts_wherever_it_stands(text: str) -> None:
    assert verdict(text) == Consent.STOP


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("No puedo ir. Cancelar", Consent.UNCLEAR),
        ("Sorry, I can't make it. Cancel", Consent.UNCLEAR),
        ("who is this? stop", Consent.UNCLEAR),
        ("Stop. Actually, don't stop", Consent.UNCLEAR),
        ("stop and start", Consent.UNCLEAR),
        ("¡Alto! ¡La migra!", Consent.NONE),
        ("Alto, flaco, pelo negro", Consent.NONE),
        ("Tijuana, Baja", Consent.NONE),
        ("Prioridad: alta", Consent.NONE),
        ("ya, voy para allá", Consent.NONE),
    ],
)
def test_a_bare_word_means_less_beside_other_words(text: str, expected: Consent) -> None:
    assert verdict(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "don't text me at night",
        "no me escriban tan tarde",
        "por ahora no me manden mensajes",
        "no más alertas de eventos",
        "stop texting me until January",
    ],
)
def test_less_is_asked_about(text: str) -> None:
    assert verdict(text) == Consent.UNCLEAR


@pytest.mark.parametrize(
    ("kept", "expected"),
    [
        ("solo las alertas", Consent.NONE),
        ("just the shelter needs", Consent.NONE),
        ("menos las marchas", Consent.NONE),
        ("no more action alerts, just the shelter needs", Consent.UNCLEAR),
        ("ya no me manden avisos, pero sí lo del albergue", Consent.UNCLEAR),
        ("quítenme de la lista de choferes", Consent.UNCLEAR),
        ("quítenme de la lista de voluntarios", Consent.STOP),
        ("bórrenme de la lista de Alianza Americas", Consent.STOP),
        ("sáquenme de su lista de números", Consent.STOP),
        ("Don Alto", Consent.NONE),
    ],
)
def test_what_is_still_wanted_is_asked_about_only_beside_a_stop(
    kept: str, expected: Consent
) -> None:
    assert verdict(kept) == expected


def test_bare_cancelar_is_told_apart_from_a_cancelled_subscription() -> None:
    bare = {classify(text).rule for text in ("CANCELAR", "cancelar por favor", "¡Cancelar!")}
    assert bare == {"bare cancelar"}
    assert classify("cancelar mi suscripción").rule != "bare cancelar"


@pytest.mark.parametrize("text", ["DETENER", "quitar", "REMOVE"])
def test_a_coordinators_word_on_its_own_stops_under_its_own_rule(text: str) -> None:
    assert (verdict(text), classify(text).rule) == (Consent.STOP, "coordinator word")


@pytest.mark.parametrize(
    "text", ["DETENER B7", "QUITAR V-482193", "REMOVE V-482193", "planta baja B2", "para U4"]
)
def test_a_coordinators_command_is_no_request_to_stop(text: str) -> None:
    assert verdict(text) == Consent.NONE


@pytest.mark.parametrize(
    "text", ["borrar mis datos", "BORRAR MIS DATOS", "delete my data", "elimina mis datos"]
)
def test_asking_to_delete_data_is_a_command_of_its_own(text: str) -> None:
    assert verdict(text) == Consent.NONE


@pytest.mark.parametrize("text", ["yes", "YES", "sí", "HELP", "AYUDA", "RESUME", "SALIR", "PAUSA"])
def test_words_of_other_commands_say_nothing_about_consent(text: str) -> None:
    assert verdict(text) == Consent.NONE


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("/start", Consent.START),
        ("/start o_carecen", Consent.START),
        ("/start@EnlaceBot", Consent.START),
        ("/stop@EnlaceBot", Consent.STOP),
        ("/baja", Consent.STOP),
        ("JOIN CARECEN", Consent.START),
        ("UNIRME chicago", Consent.START),
        ("quiero unirme a la marcha", Consent.NONE),
        ("join us", Consent.NONE),
        ("start the car", Consent.NONE),
    ],
)
def test_commands_and_codes(text: str, expected: Consent) -> None:
    assert verdict(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "Liked “Reply STOP to unsubscribe”",
        "Laughed at “No more messages? Send STOP”",
        "Le gustó “Manda ALTO. Para volver, START”",
        "Reacted 👍 to “Stop”",
    ],
)
def test_a_reaction_that_quotes_us_is_not_the_persons_word(text: str) -> None:
    assert verdict(text) == Consent.NONE


@pytest.mark.parametrize("name", ["Parole", "Canela", "Parral", "Paredes", "Altos", "Quito"])
def test_a_name_is_not_taken_for_a_misspelling(name: str) -> None:
    assert verdict(name) == Consent.NONE


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("STOP", "stop"),
        (" Unsubscribe\n", "stop"),
        ("optout", "stop"),
        ("yes", "start"),
        ("Unstop", "start"),
        ("INFO", "help"),
        ("stop.", None),
        ("STOP please", None),
        ("ALTO", None),
        ("opt out", None),
        ("", None),
    ],
)
def test_only_the_providers_exact_words_are_its_keywords(text: str, expected: str | None) -> None:
    assert is_provider_keyword(text) == expected


def test_every_keyword_the_provider_stops_on_stops_here() -> None:
    words = ("stop", "stopall", "unsubscribe", "cancel", "end", "quit", "revoke", "optout")
    assert not_read_as(Consent.STOP, list(words)) == []


def test_the_report_names_each_miss_and_ends_with_the_scores() -> None:
    report = score(
        {
            "about": "a list",
            "stop": ["STOP", "weekend\n"],
            "not_stop": ["ALTO", "hola"],
            "start": ["ALTA"],
        }
    )
    assert report.lines() == [
        'stop: "weekend\\n" read as none',
        'not_stop: "ALTO" read as stop (alto, baja)',
        "stop: precision 50.0% · recall 50.0%",
        "stop 1/2 · not_stop 1/2 · unclear 0/0 · start 1/1",
    ]


def test_a_not_stop_phrase_is_right_only_as_none() -> None:
    assert str(score({"not_stop": ["ya basta", "START", "hola"]}).scores["not_stop"]) == "1/3"


@pytest.mark.parametrize("wrong", ["STOP", ["STOP", 5], {"STOP": 1}, None])
def test_a_file_of_another_shape_is_refused(wrong: object) -> None:
    with pytest.raises(ValueError, match="'stop' must be a list of texts"):
        score({"stop": wrong})


def data_with(phrase: str) -> dict[str, object]:
    path = Path(__file__).parent.parent / "handlers" / "consent_phrases.toml"
    data = tomllib.loads(path.read_text("utf-8"))
    data["rule"].append({"name": "new", "says": "stop", "phrases": phrase})
    return data


@pytest.mark.parametrize("phrase", ["{nosuchlist}", "stop)", "(stop|)?", "stop & go", "..", "^ $"])
def test_a_phrase_that_cannot_be_read_or_looked_for_is_named_at_start(phrase: str) -> None:
    with pytest.raises(PhraseError):
        PhraseBook(data_with(phrase))


def test_rule_names_are_unique() -> None:
    names = [rule.name for rule in BOOK.rules]
    assert len(names) == len(set(names))
