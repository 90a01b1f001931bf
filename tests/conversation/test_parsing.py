"""Free answers: names, counts, short texts. What is taken, what is refused."""

import unicodedata

import pytest
from hypothesis import given

from handlers.conversation.flow import AskBack, Heard, NotUnderstood, Reading, Understood
from handlers.conversation.parsing import count, person_name, place, short_text, tidy
from tests.conversation.flows import texts


def name_of(said: str) -> str | None:
    hearing = person_name(Heard(said))
    return hearing.value if isinstance(hearing, Understood) else None


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("Ana", "Ana"),
        ("  ana  maría ", "ana maría"),
        ("Me llamo Rosa.", "Rosa"),
        ("me llamo Rosa", "Rosa"),
        ("Hola, soy Ana", "Ana"),
        ("Hola! Me llamo José Luis", "José Luis"),
        ("mi nombre es: Lupe", "Lupe"),
        ("llámame Chuy", "Chuy"),
        ("I'm Ana", "Ana"),
        ("I’m Ana", "Ana"),
        ("my name is O'Neil", "O'Neil"),
        ("call me Al", "Al"),
        ("Ana (mamá de Luis)", "Ana (mamá de Luis)"),
        ("¡Ana!", "Ana"),
        ("Rosa 🌸", "Rosa"),
        ("Ñ", "Ñ"),
        ("R2D2", "R2D2"),
        ("李雷", "李雷"),
        ("مريم", "مريم"),
        ("Soyla", "Soyla"),
        ("Dale", "Dale"),
        ("Ana\nRosa", "Ana Rosa"),
        ("A\u200bna", "Ana"),
        ("\u202eanA\u202c", "anA"),
    ],
)
def test_a_name_is_taken_without_what_surrounds_it(said: str, name: str) -> None:
    assert name_of(said) == name


@pytest.mark.parametrize(
    "said",
    [
        "",
        " ",
        "...",
        "123",
        "5551234567",
        "🙂🙂",
        "\u200b",
        "\ud800",
        "\x00",
        "http://x.com",
        "www.x.mx",
        "ana@example.com",
        "<b>Ana</b>",
        "{name}",
        "x" * 41,
        "x" * 10000,
        "me llamo",
        "sí",
        "NO",
        "Hola",
        "A012345678",
        "yes",
        "ok",
    ],
)
def test_what_is_no_name_is_refused_with_a_reason(said: str) -> None:
    hearing = person_name(Heard(said))
    assert isinstance(hearing, NotUnderstood)
    assert hearing.why


@pytest.mark.parametrize(
    ("said", "number"),
    [
        ("12", 12),
        ("doce", 12),
        ("12 personas", 12),
        ("somos 12", 12),
        ("we are about 12.", 12),
        ("1,200 personas", 1200),
        ("0", 0),
        ("ninguno", 0),
        ("nobody", 0),
        ("NADIE", 0),
        ("100", 100),
    ],
)
def test_a_count_is_read_with_words_around_it(said: str, number: int) -> None:
    assert count(0, 2_000)(Heard(said)) == Understood(number)


@pytest.mark.parametrize(
    "said",
    [
        "",
        "2001",
        "-3",
        "10-12",
        "20 o 30",
        "12.5",
        "½",
        "1e3",
        "muchas",
        "9" * 10_000,
        "2026-11-21",
    ],
)
def test_a_count_out_of_bounds_or_in_doubt_names_the_bounds(said: str) -> None:
    hearing = count(0, 2_000)(Heard(said))
    assert isinstance(hearing, NotUnderstood)
    assert hearing.why
    assert dict(hearing.why.args) == {"least": 0, "most": 2_000}


def test_nobody_is_no_answer_where_one_is_the_least() -> None:
    assert isinstance(count(1, 5)(Heard("ninguno")), NotUnderstood)


@pytest.mark.parametrize(
    ("said", "taken"),
    [("40 comidas\ncada viernes", "40 comidas cada viernes"), ("ok", "ok"), ("\u202eab", "ab")],
)
def test_a_short_text_becomes_one_line(said: str, taken: str) -> None:
    assert short_text(80)(Heard(said)) == Understood(taken)


@pytest.mark.parametrize("said", ["", "x", "!!!", "x" * 81, "\u200b\u200b\u200b", "x" * 10_000])
def test_a_text_too_short_too_long_or_empty_is_refused(said: str) -> None:
    assert isinstance(short_text(80)(Heard(said)), NotUnderstood)


@pytest.mark.parametrize("reading", ["several", "close", "broad"])
def test_a_place_in_doubt_is_asked_back(reading: Reading) -> None:
    hearing = place(Heard("x", places=({"label": "A"}, {"label": "B"}), reading=reading))
    assert isinstance(hearing, AskBack)
    assert len(hearing.values) == 2


def test_a_place_that_is_certain_is_taken_and_nothing_is_refused() -> None:
    assert place(Heard("x", places=({"label": "A"},), reading="one")) == Understood({"label": "A"})
    assert isinstance(place(Heard("x")), NotUnderstood)


@given(texts)
def test_what_is_kept_of_any_text_is_one_visible_line(said: str) -> None:
    kept = tidy(said)
    assert kept == kept.strip()
    assert not any(unicodedata.category(char) in ("Cc", "Cf", "Cs") for char in kept)
    for parse in (person_name, count(0, 9), short_text(80), place):
        parse(Heard(said))
    name = name_of(said)
    assert name is None or 0 < len(name) <= 40
