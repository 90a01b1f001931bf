"""Folding, steering words, and guessing a language: small words that decide much."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.conversation.language import guess_language
from handlers.conversation.vocabulary import ALL, DONE, NO, NONE, YES, Steer, agrees, steering
from handlers.conversation.words import fold
from tests.conversation.flows import texts


@pytest.mark.parametrize(
    ("typed", "folded"),
    [
        ("ATRÁS", "atras"),
        ("Mañana", "manana"),
        ("man\u0303ana", "manana"),
        ("Ｓｔｏｐ", "stop"),
        ("¡Sí!!! 🙂", "si"),
        ("don't", "dont"),
        ("don’t", "dont"),
        ("a\u200bb", "ab"),
        ("a\u00a0b\tc\nd", "a b c d"),
        ("STRASSE straße", "strasse strasse"),
        ("ﬁn", "fin"),
        ("\u202eabc", "abc"),
        ("a.b,c", "a b c"),
        ("", ""),
        ("🙂", ""),
        ("\x00", ""),
    ],
)
def test_spelling_hides_no_meaning(typed: str, folded: str) -> None:
    assert fold(typed) == folded


@given(texts)
def test_folding_is_done_once_and_for_all(typed: str) -> None:
    folded = fold(typed)
    assert fold(folded) == folded
    assert folded == " ".join(folded.split())


@pytest.mark.parametrize(
    ("typed", "steer"),
    [
        *(("EXIT", Steer.EXIT), ("Salir.", Steer.EXIT), ("salir por favor", Steer.EXIT)),
        *(("back", Steer.BACK), ("ATRÁS", Steer.BACK), ("atras!", Steer.BACK)),
        *(("skip", Steer.SKIP), ("SALTAR", Steer.SKIP), ("/skip", Steer.SKIP)),
        *(("help", Steer.HELP), ("Ayuda!", Steer.HELP), ("?", Steer.HELP), ("¿?", Steer.HELP)),
    ],
)
def test_steering_words_steer(typed: str, steer: Steer) -> None:
    assert steering(typed) == steer


@pytest.mark.parametrize(
    "typed",
    ["", "salir de casa", "quiero ayuda legal", "go back home", "!", "cancelar", "stop", "end"],
)
def test_sentences_and_opt_outs_do_not_steer(typed: str) -> None:
    assert steering(typed) is None


def test_no_word_steers_and_answers_at_once() -> None:
    steering_words = {word for word in YES | NO | ALL | NONE | DONE if steering(word)}
    assert not steering_words
    assert not YES & NO
    assert not ALL & NONE


@pytest.mark.parametrize("typed", ["yes", "si claro", "ok gracias", "yes that's right, thank you"])
def test_a_polite_yes_agrees(typed: str) -> None:
    assert agrees(fold(typed))


@pytest.mark.parametrize("typed", ["", "gracias", "no", "si no", "yes but", "por favor", "so so"])
def test_anything_less_does_not(typed: str) -> None:
    assert not agrees(fold(typed))


@pytest.mark.parametrize(
    ("typed", "phone", "language"),
    [
        *(("Hola", None, "es"), ("hi", None, "en"), ("UNIRME", "en", "es"), ("JOIN", "es", "en")),
        *(("quiero ayudar", "en-US", "es"), ("I want to help", "es-MX", "en")),
        *(("voluntario", None, "es"), ("volunteer", None, "en"), ("ALTA", None, "es")),
        *(("¿?", "en", "es"), ("60608", "en-US", "en"), ("60608", "es-419", "es")),
        *(("", None, "es"), ("", "en", "en"), ("\x00\ud800", "fr", "en"), ("👋", None, "es")),
        *(("x" * 10_000, None, "es"), ("UNIRME CARECEN", None, "es"), ("JOIN CARECEN", None, "en")),
    ],
)
def test_the_language_is_guessed_from_the_first_words_then_from_the_phone(
    typed: str, phone: str | None, language: str
) -> None:
    assert guess_language(typed, phone) == language


@given(texts, st.one_of(st.none(), st.text(max_size=8)))
def test_a_language_is_always_found(typed: str, phone: str | None) -> None:
    assert guess_language(typed, phone) in ("es", "en")
