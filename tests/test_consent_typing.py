"""What is said about staying or leaving, however it is typed."""

import string
import unicodedata
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handlers.consent_phrases import BOOK
from handlers.consent_words import Consent, classify, is_provider_keyword
from tests.test_consent_words import PHRASES, verdict


def fullwidth(text: str) -> str:
    return "".join(chr(ord(sign) + 0xFEE0) if "!" <= sign <= "~" else sign for sign in text)


def plain(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFD", text) if unicodedata.category(c) != "Mn")


CHANGES: dict[str, Callable[[str], str]] = {
    "upper case": str.upper,
    "lower case": str.lower,
    "no accents": plain,
    "decomposed": lambda text: unicodedata.normalize("NFD", text),
    "full width": fullwidth,
    "quoted": lambda text: f"“{text}”",
    "exclaimed": lambda text: f"¡{text}!!!",
    "starred": lambda text: f" *{text}* ",
    "emoji after": lambda text: f"{text} 🙏🏽",
    "emoji before": lambda text: f"🛑{text}",
    "wide spaces": lambda text: text.replace(" ", " \u00a0 "),
    "curly apostrophes": lambda text: text.replace("'", "\u2019"),
    "invisible marks": lambda text: f"\u200f{text}\u200b\ufe0f",
    "on its own line": lambda text: f"\n\n{text}\r\n",
}


@pytest.mark.parametrize("change", CHANGES)
def test_how_it_is_typed_never_changes_a_verdict(change: str) -> None:
    changed = ((text, expected) for text, expected in PHRASES)
    wrong = [text for text, kind in changed if verdict(CHANGES[change](text)) != kind]
    assert wrong == []


@given(
    st.sampled_from(PHRASES),
    st.lists(st.sampled_from(sorted(CHANGES)), max_size=3),
    st.text("!.¡\"'()*~_🙂🙏🌎❤️ \t", max_size=6),
)
def test_no_mix_of_typing_habits_changes_a_verdict(
    phrase: tuple[str, Consent], habits: list[str], tail: str
) -> None:
    text, expected = phrase
    for habit in habits:
        text = CHANGES[habit](text)
    assert verdict(text + tail) == expected


@given(
    st.sampled_from(["stop", "alto", "baja", "unsubscribe", "parar", "cancelar"]),
    st.sampled_from([" ", ".", "-", "  ", "_", " . ", "👏", "\u200b"]),
)
def test_spelled_out_letters_make_the_word(word: str, between: str) -> None:
    assert verdict(between.join(word)) == Consent.STOP


@given(
    st.sampled_from(["stop", "alto", "baja", "parar", "unsubscribe"]),
    st.integers(min_value=0, max_value=10),
    st.integers(min_value=3, max_value=40),
)
def test_a_drawn_out_letter_changes_nothing(word: str, at: int, times: int) -> None:
    at %= len(word)
    assert verdict(word[:at] + word[at] * times + word[at + 1 :]) == Consent.STOP


@given(st.text(st.characters(), max_size=300))
@settings(max_examples=300)
def test_any_text_is_read_without_complaint(text: str) -> None:
    assert classify(text).consent in Consent
    assert is_provider_keyword(text) in ("stop", "start", "help", None)


WORDS = sorted({word for words in BOOK.lists.values() for word in words})


@given(st.lists(st.sampled_from(WORDS) | st.text(max_size=4), max_size=40).map(" ".join))
@settings(max_examples=300)
def test_any_jumble_of_our_own_words_is_read_without_complaint(text: str) -> None:
    assert classify(text).consent in Consent


@given(st.sampled_from(WORDS) | st.text(string.ascii_letters + string.digits, min_size=1))
def test_a_word_alone_is_read_like_a_word_with_a_mark(word: str) -> None:
    assert classify(word) == classify(f"{word}.")


@pytest.mark.parametrize("text", ["", " ", "\0", "\ud800", "...", "🎉", "ñ", "\u202estop\u202c"])
def test_odd_texts(text: str) -> None:
    assert verdict(text) == (Consent.STOP if "stop" in text else Consent.NONE)


@pytest.mark.parametrize("filler", ["no me ", "stop sending me the all ", "a b ", "ﷺ", "é\ud800\0"])
def test_a_request_at_the_end_of_an_endless_message_is_heard(filler: str) -> None:
    assert verdict(f"{filler * 20_000}. Ya no me manden mensajes") == Consent.STOP
