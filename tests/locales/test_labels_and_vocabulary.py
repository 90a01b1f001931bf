"""Every fixed code has a name and further words, and no word of a set means two things."""

import unicodedata
from collections import defaultdict

import pytest

from locales import LANGUAGES, Language, labels, translate, vocabulary
from locales.gsm7 import cost, sms_text
from locales.labels import Labels
from locales.vocabulary import Vocabulary

SETS = (
    "KINDS",
    "SKILLS",
    "TOPICS",
    "LANGUAGES_SPOKEN",
    "AVAILABILITY",
    "CATEGORIES",
    "UNITS",
    "URGENCY",
    "EVENT_KINDS",
)
# Words that command the bot wherever a person is; an option named so could not be chosen.
COMMANDS = (
    "join start unirme unirse alta inicio stop stopall unsubscribe cancel end quit revoke optout "
    "alto baja parar cancelar help info ayuda exit back skip salir atras saltar language idioma "
    "profile topics mute pause resume link perfil temas silenciar pausa reanudar vincular needs "
    "events necesidades eventos drop delivered soltar entregado yes maybe no si hecho human "
    "persona need event alert status hold abort approve received close remove necesidad evento "
    "alerta estado detener abortar aprobar recibido cerrar quitar"
)


def folded(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text)
    return "".join(char for char in plain if not unicodedata.combining(char)).casefold()


def names(set_name: str) -> dict[str, set[str]]:
    """Word → the codes that it names."""
    named: Labels = getattr(labels, set_name)
    short: Labels = getattr(labels, f"{set_name}_SHORT", named)
    more: Vocabulary = getattr(vocabulary, set_name)
    found: dict[str, set[str]] = defaultdict(set)
    for code, label in named.items():
        shown = {translate(text, lang) for text in (label, short[code]) for lang in LANGUAGES}
        for word in shown | vocabulary.every_word(more[code]):
            found[folded(word)].add(code)
    return found


@pytest.mark.parametrize("set_name", SETS)
def test_every_option_has_a_name_and_further_words(set_name: str) -> None:
    assert set(getattr(labels, set_name)) == set(getattr(vocabulary, set_name))


@pytest.mark.parametrize("set_name", SETS)
def test_no_word_of_a_set_names_two_options(set_name: str) -> None:
    assert {word: codes for word, codes in names(set_name).items() if len(codes) > 1} == {}


@pytest.mark.parametrize("set_name", SETS)
def test_no_option_is_named_by_a_word_that_commands_the_bot(set_name: str) -> None:
    assert set(COMMANDS.split()).isdisjoint(names(set_name))


def test_every_unit_can_be_counted() -> None:
    assert set(labels.AMOUNTS) == set(labels.UNITS)
    for code, amount in labels.AMOUNTS.items():
        assert translate(amount(2), "en") == f"2 {translate(labels.UNITS[code], 'en')}"
        assert translate(amount(2), "es") == f"2 {translate(labels.UNITS[code], 'es')}"
    assert translate(labels.AMOUNTS["box"](1), "es") == "1 caja"
    assert translate(labels.AMOUNTS["pair"](5), "es") == "5 pares"


LAWYERS = {"attorney", "accredited_rep", "paralegal", "law_student", "legal_observer"}
OFFERED = {code: text for code, text in labels.SKILLS_SHORT.items() if code not in LAWYERS}
QUESTION = "¿Qué ofreces?", "Ej.: 1 3", "O SALTAR"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "options",
    [OFFERED, labels.AVAILABILITY_SHORT, labels.TOPICS, labels.LANGUAGES_SPOKEN],
    ids=["skills", "availability", "topics", "languages"],
)
def test_a_list_of_options_fits_one_sms_with_a_short_question(
    options: Labels, language: Language
) -> None:
    lines = [f"{n} {translate(text, language)}" for n, text in enumerate(options.values(), 1)]
    assert cost(sms_text("\n".join([*QUESTION, *lines]))).segments == 1
