"""Whole numbers as people write them, and what is no single whole number."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.conversation.numbers import whole_number
from tests.conversation.flows import texts


@pytest.mark.parametrize(
    ("said", "number"),
    [
        *(("5", 5), (" 5 ", 5), ("5.", 5), ("5!", 5), ("(5)", 5), ("#5", 5), ("+5", 5), ("05", 5)),
        *(("0", 0), ("cero", 0), ("zero", 0), ("uno", 1), ("una", 1), ("one", 1), ("doce", 12)),
        *(("veinticinco", 25), ("veintidós", 22), ("veintidos", 22), ("dieciséis", 16)),
        *(("dieciseis", 16), ("treinta y dos", 32), ("ciento veinte", 120), ("mil", 1000)),
        *(("twenty-one", 21), ("five hundred", 500), ("cinco mil", 5000)),
        *(("primero", 1), ("la primera", 1), ("2do", 2), ("third", 3), ("the third one", 3)),
        *(("1,200", 1200), ("1.200", 1200), ("12,345,678", 12345678), ("999999999", 999999999)),
        *(("opción 3", 3), ("número 4", 4), ("no. 4", 4), ("la 2", 2), ("option three", 3)),
        *(("5 por favor", 5), ("five please", 5), ("cinco, gracias", 5)),
        *(("５", 5), ("٥", 5), ("५", 5), ("⑤", 5), ("5️⃣", 5), ("5\u200b", 5), ("\u202e5", 5)),
    ],
)
def test_a_number_is_read(said: str, number: int) -> None:
    assert whole_number(said) == number


@pytest.mark.parametrize(
    "said",
    [
        "",
        " ",
        "-5",
        "−5",
        "- 5",
        "5-6",
        "5 6",
        "1.5",
        "1,5",
        "½",
        "5½",
        "1e5",
        "0x5",
        "5k",
        "IV",
        "V",
        "los dos",
        "las dos",
        "a",
        "un poco",
        "uno o dos",
        "five or six",
        "cinco seis",
        "?",
        "none",
        "1" * 10,
        "1" * 10000,
        "uno " * 5000,
        "\x00",
        "\ud800",
        "٥٥٥٥٥٥٥٥٥٥٥٥",
        "∞",
        "NaN",
        "segundos",
    ],
)
def test_what_is_no_single_whole_number_is_none(said: str) -> None:
    assert whole_number(said) is None


@given(texts)
def test_any_text_is_a_number_of_nine_digits_or_none(said: str) -> None:
    number = whole_number(said)
    assert number is None or 0 <= number < 10**12


@given(st.integers(0, 999_999_999))
def test_digits_are_read_as_they_are_with_or_without_groups(number: int) -> None:
    assert whole_number(str(number)) == number
    assert whole_number(f"{number:,}") == number
    assert whole_number(f"{number:,}".replace(",", ".")) == number
