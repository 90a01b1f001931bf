"""Replies to a shelter's ask: corpora, families of phrases, and what must never be a number."""

import json
import re
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from handlers.conversation.pledge_replies import (
    Ask,
    Delivered,
    Drop,
    No,
    Nothing,
    Pledge,
    PledgeAll,
    Reason,
    Reply,
    meaning,
    read_reply,
)
from handlers.conversation.pledge_score import phrases, score

FOLDER = Path(__file__).parent / "replies"
CORPUS = json.loads((FOLDER / "corpus.json").read_text("utf-8"))
NEVER = json.loads((FOLDER / "never_a_number.json").read_text("utf-8"))
BOX = frozenset({"box"})


def heard(
    text: str,
    *,
    remaining: int = 20,
    quantity: int = 20,
    code: str | None = "A7",
    units: frozenset[str] = BOX,
) -> Reply:
    return read_reply(text, remaining=remaining, quantity=quantity, code=code, units=units)


def reason(reply: Reply) -> Reason | None:
    return reply.reason if isinstance(reply, Ask) else None


def promises(reply: Reply) -> bool:
    return isinstance(reply, Pledge | PledgeAll)


# --- corpora


def test_every_phrase_of_the_corpus_is_understood() -> None:
    report = score(CORPUS)
    assert [str(miss) for miss in report.misses] == []
    assert report.lines() == [
        "number: precision 100.0% · recall 100.0%",
        f"right {len(CORPUS)}/{len(CORPUS)} · wrong number 0",
    ]


def test_the_corpus_is_large_bilingual_and_says_each_thing_once() -> None:
    said = [(phrase.text, phrase.lang) for phrase in phrases(CORPUS)]
    assert len(said) == len(set(said)) >= 220
    assert min(sum(lang == one for _, lang in said) for one in ("es", "en")) > 100
    meanings = {re.sub(r"^(A7 |B12 )|\d+$", "", phrase.meaning) for phrase in phrases(CORPUS)}
    assert meanings == {"pledge ", "pledge all", "drop", "delivered", "no", "ask", "none"}


@pytest.mark.parametrize(
    ("name", "right"), [("heldout", 152), ("heldout_2", 149), ("heldout_3", 111)]
)
def test_what_was_held_out_stays_as_well_understood(name: str, right: int) -> None:
    report = score(json.loads((FOLDER / f"{name}.json").read_text("utf-8")))
    assert report.wrong == 0
    assert report.total - len(report.misses) >= right


def test_texts_that_promise_no_number_are_never_read_as_one() -> None:
    everything = frozenset[str]()
    assert len(NEVER) > 500
    assert [text for text in NEVER if promises(heard(text, units=everything))] == []


# --- the ask decides


@pytest.mark.parametrize(
    ("text", "remaining", "expected"),
    [
        ("3", 3, Pledge(3)),
        ("5", 3, Ask(Reason.MORE_THAN_REMAINS, 5)),
        ("100", 3, Ask(Reason.MORE_THAN_REMAINS, 100)),
        ("60608", 3, Ask(Reason.NOT_A_COUNT)),
        ("1", 0, Ask(Reason.MORE_THAN_REMAINS, 1)),
        ("todo", 3, PledgeAll()),
        ("todo", 0, Ask(Reason.MORE_THAN_REMAINS)),
        ("llevo las 3 que faltan", 3, Pledge(3)),
        ("llevo las 3 que faltan", 5, Ask(Reason.UNCLEAR, 3)),
        ("all 3 of them", 3, Pledge(3)),
        ("the other 3", 5, Ask(Reason.UNCLEAR, 3)),
        ("mil", 2000, Ask(Reason.NOT_A_COUNT)),
    ],
)
def test_what_remains_bounds_a_number(text: str, remaining: int, expected: Reply) -> None:
    assert heard(text, remaining=remaining, quantity=100 if remaining < 101 else 20) == expected


@pytest.mark.parametrize(
    ("text", "quantity", "n"),
    [("mil cajas", 5000, 1000), ("1,000", 5000, 1000), ("one hundred boxes", 500, 100)],
)
def test_great_needs_take_great_numbers(text: str, quantity: int, n: int) -> None:
    assert heard(text, remaining=quantity, quantity=quantity) == Pledge(n)


@pytest.mark.parametrize(
    ("text", "unit", "expected"),
    [
        ("5 cajas", "box", "pledge 5"),
        ("5 libras", "box", "ask"),
        ("5 bolsas", "box", "ask"),
        ("5 pañales", "box", "ask"),
        ("5 cajas de pañales", "box", "pledge 5"),
        ("5 kilos", "kg", "pledge 5"),
        ("5kg", "kg", "pledge 5"),
        ("10 litros", "liter", "pledge 10"),
        ("5 horas", "hour", "pledge 5"),
        ("a las 5 horas", "hour", "ask"),
        ("dos noches", "night", "pledge 2"),
        ("mañana en la noche llevo 2", "night", "pledge 2"),
        ("somos 5 personas", "person", "pledge 5"),
        ("5 people", "person", "pledge 5"),
        ("5 people", "box", "ask"),
        ("5 pares", "pair", "pledge 5"),
        ("un par", "pair", "ask"),
        ("un par", "box", "pledge 2"),
        ("3 viajes", "ride", "pledge 3"),
        ("5 cobijas", "cobijas", "pledge 5"),
        ("somos 6", "person", "pledge 6"),
        ("un grupo de 6 el sábado a las 9", "person", "pledge 6"),
        ("there will be 6 of us", "person", "pledge 6"),
        ("somos 5 o 6", "person", "ask"),
        ("we were 6", "person", "ask"),
        ("yo voy", "person", "ask"),
        ("voy a ver", "person", "ask"),
        ("somos 6", "box", "ask"),
        ("14 horas", "hour", "pledge 14"),
        ("3 días", "hour", "ask"),
        ("2 tarimas", "pack", "ask"),
    ],
)
def test_the_unit_of_the_need_is_the_one_that_counts(text: str, unit: str, expected: str) -> None:
    assert meaning(heard(text, units=frozenset({unit}))) == expected


@pytest.mark.parametrize(
    ("text", "code", "expected"),
    [
        ("A7 5", "A7", Pledge(5, "A7")),
        ("5 a 7", "A7", Ask(Reason.RANGE)),
        ("a 7: 5", "A7", Pledge(5, "A7")),
        ("A7", "A7", Ask(Reason.NO_NUMBER, code="A7")),
        ("B12 40", "A7", Pledge(40, "B12")),
        ("A7 40", "A7", Ask(Reason.MORE_THAN_REMAINS, 40, "A7")),
        ("A7 5 B12 3", "A7", Ask(Reason.SEVERAL_CODES)),
        ("B12 todo", None, PledgeAll("B12")),
        ("x5", "A7", Pledge(5)),
        ("x5 3", "X5", Pledge(3, "X5")),
        ("tij2 3 cajas", "TIJ2", Pledge(3, "TIJ2")),
        ("soltar a7", "A7", Drop("A7")),
        ("A7 entregado", "A7", Delivered("A7")),
        ("a7 no", "A7", No("A7")),
        ("¿A7 qué es?", "A7", Nothing()),
    ],
)
def test_codes(text: str, code: str | None, expected: Reply) -> None:
    assert heard(text, code=code) == expected


@pytest.mark.parametrize(
    ("text", "expected", "number"),
    [
        ("sí", Reason.NO_NUMBER, None),
        ("algunas", Reason.VAGUE, None),
        ("5?", Reason.QUESTION, 5),
        ("unas 5", Reason.APPROXIMATE, 5),
        ("5 o 6", Reason.RANGE, None),
        ("5 y 3", Reason.SEVERAL_NUMBERS, None),
        ("no puedo 5", Reason.NEGATED, None),
        ("no puedo hoy, mañana sí", Reason.NEGATED, None),
        ("a las 5", Reason.TIME, None),
        ("5/12", Reason.TIME, None),
        ("$5", Reason.MONEY, None),
        ("5 libras", Reason.OTHER_UNIT, None),
        ("2.5", Reason.NOT_A_COUNT, None),
        ("-5", Reason.NOT_A_COUNT, None),
        ("soltar 2", Reason.PART, None),
        ("ya entregué 5", Reason.PART, None),
    ],
)
def test_a_question_back_knows_its_reason(text: str, expected: Reason, number: int | None) -> None:
    assert heard(text) == Ask(expected, number)


@pytest.mark.parametrize(
    "text",
    [
        "ya dejé el trabajo",
        "acabo de dejar a mi hijo en la escuela",
        "no los he entregado",
        "I left the boxes at home",
        "where do I drop them off",
        "no quiero soltar",
        "cancelaron la marcha",
        "I dropped my phone",
        "I can't open the link",
        "no puedo abrir el enlace",
        "no tengo la dirección",
        "no te preocupes",
    ],
)
def test_neither_drops_nor_deliveries_nor_refusals(text: str) -> None:
    assert heard(text) == Nothing()


# --- families

ES = (
    "{n}", "{n} cajas", "¡{n}!", "puedo llevar {n}", "yo llevo {n} cajas mañana", "Sí, {n}",
    "apúntame con {n}", "cuenten con {n} cajas", "llevo {n} el sábado a las 5 pm", "x{n}", "+{n}",
    "hola, buenas tardes, soy Ana, puedo donar {n} cajas, gracias", "solo {n}", "{n} 👍", "{n}.",
    "llevo {n} cajas, ¿dónde las dejo?", "mejor {n}", "nuestra iglesia puede llevar {n}",
)  # fmt: skip
EN = (
    "{n}", "{n} boxes", "I can bring {n}", "I'll bring {n} boxes tomorrow", "count me in for {n}",
    "put me down for {n} please", "yes, {n}", "we can do {n}", "make it {n}", "just {n}", "{n}x",
    "I can drop off {n} boxes on Friday at 5 pm", "{n} from me", "i will donate {n} boxes, thanks",
    "My church can bring {n} boxes. Where do we take them?", "({n})", "{n} boxes for the shelter",
)  # fmt: skip
WORDS = {
    2: ("dos", "two", "un par de", "a couple of"),
    3: ("tres", "three"),
    6: ("seis", "six", "media docena de", "half a dozen"),
    12: ("doce", "twelve", "una docena de", "a dozen"),
    15: ("quince", "fifteen"),
    22: ("veintidós", "twenty-two"),
    24: ("veinticuatro", "twenty four", "dos docenas de", "two dozen"),
    36: ("treinta y seis", "thirty six", "tres docenas de"),
}


@settings(max_examples=300, deadline=None)
@given(st.integers(1, 400), st.integers(0, 400), st.sampled_from(ES + EN), st.booleans())
def test_any_number_up_to_what_remains_is_read(n: int, more: int, text: str, loud: bool) -> None:
    said = text.format(n=n)
    remaining = n + more
    reply = heard(said.upper() if loud else said, remaining=remaining, quantity=remaining)
    assert reply == Pledge(n), said


@pytest.mark.parametrize("number", WORDS)
@pytest.mark.parametrize("text", ["{n} cajas", "puedo llevar {n} boxes", "I can bring {n} cajas"])
def test_numbers_in_words_of_both_languages(number: int, text: str) -> None:
    for word in WORDS[number]:
        assert heard(text.format(n=word), remaining=50, quantity=50) == Pledge(number), word


TURNS = (
    "no {}", "no puedo llevar {}", "ya no puedo {}", "{} no", "not {}", "I can't bring {}",
    "no more than {}", "I won't bring {}", "nunca dije {}", "ni {}", "unas {}", "como {}",
    "tal vez {}", "maybe {}", "about {}", "hasta {}", "up to {}", "at least {}", "{}?", "¿{}?",
    "{} o más", "{} or so", "a las {}", "el {} de mayo", "on the {}th", "{} pm", "$ {}", "{} pesos",
    "{} dollars", "{} libras", "{} de cada", "{} each", "{}%", "-{}", "{}.5", "si puedo llevo {}",
    "if I can {}", "mi hermana lleva {}", "she can bring {}", "faltan {}", "I need {}", "menos {}",
    "{} personas", "{} minutos", "dame {}", "llevo {} cajas cuando me paguen", "todas menos {}",
    "podría llevar {}", "I might bring {}", "entre {} y 30", "{} - 30", "{} y 30", "{} + 30",
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.integers(2, 20), st.sampled_from(TURNS), st.sampled_from(["{}", "{} cajas", "{} boxes"]))
def test_a_word_that_turns_a_number_leaves_no_number(n: int, turn: str, counted: str) -> None:
    plain = turn.format(n)
    assert not promises(heard(plain)), plain
    if "cajas" not in turn and not re.search(r"\{\}\S|[a-z] de|pm|pesos|libr|dol|min|pers", turn):
        assert not promises(heard(turn.format(counted.format(n))))


def test_a_question_mark_or_a_no_takes_any_promise_of_the_corpus_back() -> None:
    promised = [each["text"] for each in CORPUS if "pledge" in each["meaning"]]
    asked = [text for text in promised if promises(heard(f"¿{text}?"))]
    assert asked == []
    denied = [text for text in promised if promises(heard(f"no {text}"))]
    assert [text for text in denied if not text.startswith(("no problem", "no hay"))] == []


@pytest.mark.parametrize(
    "around", ["  {}  ", "{}\n", "*{}*", "{} 🙏🏽", "“{}”", "\u200b{}", "{} !"]
)
def test_what_stands_around_a_reply_does_not_change_it(around: str) -> None:
    for phrase in CORPUS:
        if phrase["text"].strip(" \0\u200b."):
            text = around.format(phrase["text"])
            assert meaning(heard(text)) == meaning(heard(phrase["text"])), text


# --- properties

WORDS_WITHOUT_NUMBER = re.split(
    " ",
    "hola sí no puedo llevo llevar cajas boxes I can bring will ya mañana a las el sábado pm todo "
    "gracias ok para con de mi hermana unas algunas some few maybe si if pero but ? ¿ , . 👍 ❌ "
    "drop soltar entregado delivered dejé ayer cuando where dónde cuántas apúntame count me in "
    "for y o docenas dozens media half casi menos \0 \ud800 ñ A7 libras pesos $ % - + / : x",
)
NUMBERS = re.split(" ", "5 10 cinco two una docena par A7 B12 5.5 5/12 ½ ٣ 5️⃣ ² 99999")
NUMBERLESS = st.sampled_from(WORDS_WITHOUT_NUMBER)
NOISE = st.text() | st.lists(st.sampled_from(WORDS_WITHOUT_NUMBER + NUMBERS), max_size=12).map(
    " ".join
)


@settings(max_examples=500, deadline=None)
@given(NOISE, st.integers(0, 50), st.sampled_from(["A7", None, "x1", "(", ""]), st.booleans())
@example("9" * 400, 20, "A7", True)
@example("\ufdfa" * 400, 20, "A7", True)
@example("5 " * 200, 20, "A7", True)
@example("llevo " * 66, 20, "A7", True)
@example("9" * 5000, 20, "A7", False)
def test_no_text_raises_and_no_pledge_exceeds_what_remains(
    text: str, remaining: int, code: str | None, named: bool
) -> None:
    units = BOX if named else frozenset[str]()
    reply = heard(text, remaining=remaining, code=code, units=units)
    own = isinstance(reply, Pledge) and reply.code in (None, code)
    assert not own or (isinstance(reply, Pledge) and 1 <= reply.n <= remaining)
    assert meaning(reply)


@settings(max_examples=400, deadline=None)
@given(st.lists(NUMBERLESS, max_size=14).map(" ".join))
def test_a_text_without_a_number_never_gives_one(text: str) -> None:
    assert not isinstance(heard(text), Pledge)


@settings(max_examples=300, deadline=None)
@given(st.integers(1, 20), st.integers(1, 20), st.sampled_from(ES + EN), st.sampled_from(ES + EN))
def test_two_promises_in_one_text_are_never_taken_for_one(
    n: int, m: int, first: str, second: str
) -> None:
    text = f"{first.format(n=n)} {second.format(n=m)}"
    assert not promises(heard(text)), text


# --- the scorer


def test_a_miss_says_what_was_heard_and_what_was_due() -> None:
    report = score(
        [
            {"text": "5", "lang": "es", "meaning": "pledge 5"},
            {"text": "A7 5", "lang": "es", "meaning": "pledge 5"},
            {"text": "all 20", "lang": "en", "meaning": "pledge all"},
            {"text": "5 o 6", "lang": "es", "meaning": "pledge 5"},
            {"text": "6", "lang": "es", "meaning": "pledge 5"},
            {"text": "7", "lang": "es", "meaning": "ask"},
        ]
    )
    assert report.lines() == [
        'es "5 o 6": read as ask (a range), due pledge 5',
        'es "6": read as pledge 6, due pledge 5',
        'es "7": read as pledge 7, due ask',
        "number: precision 60.0% · recall 60.0%",
        "right 3/6 · wrong number 2",
    ]


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        ({}, "expected a list of phrases"),
        (["5"], "phrase 1: not an object"),
        ([{"text": "5", "lang": "es"}], "phrase 1: meaning must be a text"),
        ([{"text": 5, "lang": "es", "meaning": "ask"}], "phrase 1: text must be a text"),
    ],
)
def test_a_corpus_of_another_shape_is_refused(data: object, fault: str) -> None:
    with pytest.raises(ValueError, match=fault):
        score(data)


def test_every_reason_is_heard_of_somewhere() -> None:
    texts = [phrase["text"] for phrase in CORPUS]
    assert {reason(heard(text)) for text in texts} - {None} == set(Reason)
