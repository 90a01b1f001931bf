"""What people write to choose, in both languages: numbers, words, near misses, refusals."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.conversation.choosing import choose_many, choose_offered, choose_one, words_of
from handlers.conversation.flow import Choose, Heard, NotUnderstood, Option, Understood
from handlers.registration import registration
from locales import LANGUAGES, translate
from tests.conversation.flows import texts


def question(key: str) -> Choose:
    step = registration.step(key)
    assert isinstance(step, Choose)
    return step


def one(key: str, said: str) -> str | None:
    options = question(key).options
    hearing = choose_one(options, [option.code for option in options], Heard(said))
    return hearing.value if isinstance(hearing, Understood) else None


def many(key: str, said: str) -> list[str] | None:
    options = question(key).options
    hearing = choose_many(options, [option.code for option in options], Heard(said))
    return hearing.value if isinstance(hearing, Understood) else None


def why(key: str, said: str) -> str:
    options = question(key).options
    hear = choose_many if question(key).many else choose_one
    hearing = hear(options, [option.code for option in options], Heard(said))
    assert isinstance(hearing, NotUnderstood)
    return hearing.why.id if hearing.why else ""


@pytest.mark.parametrize(
    "said",
    [
        "2",
        "2.",
        "(2)",
        "#2",
        " 2 ",
        "２",
        "2️⃣",
        "②",
        "٢",
        "dos",
        "two",
        "el dos",
        "la segunda",
        "2º",
        "opción 2",
        "option two",
        "number 2",
        "the second one",
        "2 por favor",
        "2, please",
        "2 gracias",
        "Voluntaria",
        "voluntario",
        "quiero ayudar",
        "VOLUNTEER",
        "volunter",
        "i want to help",
        "Hacer voluntariado",
        "quiero hacer voluntariado",
        "voluntariado!!",
    ],
)
def test_volunteering_is_chosen_by_number_or_words(said: str) -> None:
    assert one("kind", said) == "individual"


@pytest.mark.parametrize(
    "said",
    [
        "",
        "0",
        "5",
        "-2",
        "2 3",
        "1-2",
        "2.5",
        "½",
        "hola",
        "no sé",
        "no quiero ayudar",
        "x" * 10000,
        "2" * 10000,
        "\ud800",
        "\x00",
        "los dos",
        "alertas o voluntariado",
        "²²",
        "٢٣",
    ],
)
def test_what_is_no_single_choice_is_not_guessed(said: str) -> None:
    assert one("kind", said) is None


@pytest.mark.parametrize("said", ["0", "5", "99", "cinco"])
def test_a_number_that_was_not_offered_says_which_were(said: str) -> None:
    assert why("kind", said) == "Please choose a number from 1 to {last}."
    assert why("skills", "1 14") == "Please choose a number from 1 to {last}."


@pytest.mark.parametrize(
    ("said", "codes"),
    [
        ("1 3 5", "interpreting medical mental_health"),
        ("1,3 y 5", "interpreting medical mental_health"),
        ("1, 3, and 5.", "interpreting medical mental_health"),
        ("5 3 1", "interpreting medical mental_health"),
        ("1y3", "interpreting medical"),
        ("1/3", "interpreting medical"),
        ("1.3", "interpreting medical"),
        ("1 1 1", "interpreting"),
        ("uno y tres", "interpreting medical"),
        ("opciones 1 y 3", "interpreting medical"),
        ("options 1 3", "interpreting medical"),
        ("el 1 y el 3", "interpreting medical"),
        ("7", "cooking"),
        ("7 Cocina", "cooking"),
        ("7. Cook", "cooking"),
        ("1 3 5 cocina", "interpreting medical mental_health cooking"),
        ("cocina", "cooking"),
        ("cosina", "cooking"),
        ("COSINAR", "cooking"),
        ("manejr", "driving"),
        ("sé cocinar y puedo manejar", "driving cooking"),
        ("puedo manejar cocinar traducir", "translation driving cooking"),
        ("I can cook and drive", "driving cooking"),
        ("enfermería, traducir", "translation nursing"),
        ("soy doctora", "medical"),
        ("niños", "childcare"),
        ("🍳 cocinar", "cooking"),
        ("nada", ""),
        ("ninguna", ""),
        ("none of them", ""),
    ],
)
def test_several_are_chosen_by_numbers_and_words(said: str, codes: str) -> None:
    assert many("skills", said) == codes.split()


@pytest.mark.parametrize("said", ["todo", "TODAS", "all", "everything", "todas las anteriores"])
def test_all_is_all(said: str) -> None:
    assert many("skills", said) == [option.code for option in question("skills").options]


@pytest.mark.parametrize(
    "said",
    ["1-3", "1 - 3", "1–3", "1 a 3", "1 al 3", "del 1 al 3", "from 1 to 3", "1-3, 5", "1-3-5"],
)
def test_a_range_is_asked_back(said: str) -> None:
    assert why("skills", said) == "Please send each number, like 1 3."


@pytest.mark.parametrize(
    "said",
    [
        "",
        "0",
        "14",
        "135",
        "1 14",
        "2 horas al día",
        "no sé",
        "todo menos 3",
        "all except 3",
        "???",
        "cocinar no",
        "no puedo manejar",
        "no driving",
        "everything but 3",
        "one three",
        "no",
    ],
)
def test_what_could_mean_something_else_is_asked_back(said: str) -> None:
    assert many("skills", said) is None


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("sábado por la mañana", "weekend_morning"),
        ("los domingos en la tarde", "weekend_afternoon"),
        ("weekend mornings", "weekend_morning"),
        ("entre semana en la noche", "weekday_evening"),
        ("urgente", "on_call"),
    ],
)
def test_a_phrase_counts_before_the_words_in_it(said: str, code: str) -> None:
    assert many("available", said) == [code]


@pytest.mark.parametrize(
    ("said", "codes"),
    [
        ("español e inglés", ["es", "en"]),
        ("english and spanish", ["es", "en"]),
        ("k'iche'", ["quc"]),
        ("quiche y mam", ["quc", "mam"]),
        ("Q’eqchi’", ["kek"]),
        ("qanjobal", ["kjb"]),
        ("los dos", None),
    ],
)
def test_languages_spoken_are_named_in_many_spellings(said: str, codes: list[str] | None) -> None:
    assert many("speaks", said) == codes


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "key", ["kind", "topics", "role", "offers", "skills", "available", "speaks"]
)
def test_every_label_names_its_own_option_in_each_language(key: str, language: str) -> None:
    step = question(key)
    for option in step.options:
        for label in filter(None, (option.label, option.short)):
            said = translate(label, "es" if language == "es" else "en")
            found = many(key, said) if step.many else one(key, said)
            assert found == ([option.code] if step.many else option.code), said


@pytest.mark.parametrize("key", ["topics", "role", "offers", "skills", "available", "speaks"])
def test_every_word_of_an_option_is_understood_in_any_dress(key: str) -> None:
    step = question(key)
    for option in step.options:
        for word in words_of(option):
            options = [each for each in step.options if word in words_of(each)]
            hearing = choose_many(step.options, [], Heard(f"  {word.upper()}!! 🙂"))
            assert isinstance(hearing, Understood), word
            assert set(hearing.value) >= {each.code for each in options}, word


class TestOffered:
    offered = ({"label": "Springfield, IL"}, {"label": "Springfield, MO"}, {"label": "León, MX"})

    @pytest.mark.parametrize(
        ("said", "place"),
        [
            ("1", 0),
            ("dos", 1),
            ("la tercera", 2),
            ("springfield mo", 1),
            ("LEON, mx", 2),
            ("Springfield, Il.", 0),
        ],
    )
    def test_a_candidate_is_taken_by_number_or_label(self, said: str, place: int) -> None:
        assert choose_offered(self.offered, Heard(said)) == Understood(self.offered[place])

    def test_the_only_candidate_is_taken_by_a_yes(self) -> None:
        only = self.offered[:1]
        assert choose_offered(only, Heard("Sí, gracias")) == Understood(only[0])
        assert choose_offered(self.offered, Heard("sí")) is None

    @pytest.mark.parametrize("said", ["", "0", "4", "chicago", "ninguno", "x" * 10_000, "\ud800"])
    def test_what_is_none_of_them_is_left_to_the_question(self, said: str) -> None:
        assert choose_offered(self.offered, Heard(said)) is None


plain_options = tuple(
    Option(code, question("kind").options[0].label, words=frozenset({code}))
    for code in ("uno", "dos")
)


@given(texts)
def test_nothing_breaks_choosing(said: str) -> None:
    options = question("skills").options
    codes = [option.code for option in options]
    single = choose_one(options, codes, Heard(said))
    several = choose_many(options, codes, Heard(said))
    if isinstance(single, Understood):
        assert single.value in codes
    if isinstance(several, Understood):
        assert several.value == [code for code in codes if code in several.value]
    choose_offered(TestOffered.offered, Heard(said))


@given(
    st.lists(st.integers(1, 13), min_size=1),
    st.sampled_from((" ", ",", ", ", " y ", " and ", ";", "\n")),
)
def test_numbers_in_any_order_with_any_separator_are_those_options(
    numbers: list[int], separator: str
) -> None:
    codes = [option.code for option in question("skills").options]
    wanted = {codes[number - 1] for number in numbers}
    assert many("skills", separator.join(map(str, numbers))) == [c for c in codes if c in wanted]


@given(st.permutations([option.code for option in question("skills").options]), st.integers(1, 13))
def test_a_number_counts_in_the_order_that_was_shown(offered: list[str], number: int) -> None:
    hearing = choose_many(question("skills").options, offered, Heard(str(number)))
    assert hearing == Understood([offered[number - 1]])
