"""What a text costs, held against an encoder that packs real parts, one character at a time."""

import unicodedata
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from locales.formatting import time_words
from locales.gsm7 import Cost, cost, price, sms_text
from tests.locales.gsm_encoder import parts_sent

ACCENTS = "áíóúÁÍÓÚ"
PLAIN = "abc ñé¿¡\n"
DEAR = ACCENTS + "“”…–ºª漢😀👩🏽‍🚀"

texts = st.text(st.sampled_from(PLAIN + "€[]{}^" + DEAR)) | st.text()
long_texts = st.builds(
    lambda text, times: text * times,
    st.text(st.sampled_from(PLAIN + "€[^á😀"), min_size=1, max_size=12),
    st.integers(1, 60),
)
anything = st.text(st.characters(exclude_categories=()))


@given(texts | long_texts)
def test_segments_are_those_of_an_encoder_that_packs_each_part(text: str) -> None:
    assert cost(text).segments == len(parts_sent(text))


@given(texts | long_texts)
def test_units_are_those_of_the_packed_parts(text: str) -> None:
    assert cost(text).units == sum(parts_sent(text))


@given(texts | long_texts)
def test_taking_accents_off_never_costs_more(text: str) -> None:
    assert cost(sms_text(text)).segments <= cost(sms_text(text, fold="never")).segments


@given(texts | long_texts)
def test_accents_come_off_only_where_that_saves_a_segment(text: str) -> None:
    kept, sent = sms_text(text, fold="never"), sms_text(text)
    assert sent == kept or cost(sent).segments < cost(kept).segments


@given(anything)
def test_what_is_sent_costs_what_was_estimated(text: str) -> None:
    sent = sms_text(text)
    assert sms_text(sent) == sent


@given(anything)
def test_what_is_sent_is_composed_and_can_be_encoded(text: str) -> None:
    sent = sms_text(text)
    sent.encode("utf-8")
    assert unicodedata.is_normalized("NFC", sent)
    assert not any(unicodedata.category(char) in ("Cc", "Cs") for char in sent.replace("\n", ""))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", Cost("gsm7", 0, 0, ())),
        ("a" * 160, Cost("gsm7", 160, 1, ())),
        ("a" * 161, Cost("gsm7", 161, 2, ())),
        ("a" * 306, Cost("gsm7", 306, 2, ())),
        ("a" * 307, Cost("gsm7", 307, 3, ())),
        ("a" * 159 + "€", Cost("gsm7", 161, 2, ())),
        ("información", Cost("ucs2", 11, 1, ("ó",))),
        ("á" * 70, Cost("ucs2", 70, 1, ("á",))),
        ("á" * 71, Cost("ucs2", 71, 2, ("á",))),
        ("¿Cuándo? ¡Mañana! É ü", Cost("ucs2", 21, 1, ("á",))),
        ("ñ Ñ ü Ü é É ¿ ¡", Cost("gsm7", 15, 1, ())),
    ],
)
def test_a_text_costs_what_is_billed(text: str, expected: Cost) -> None:
    assert cost(text) == expected


def test_a_character_of_two_units_moves_whole_to_the_next_part() -> None:
    straddling = "a" * 152 + "€" + "a" * 152
    assert (cost(straddling).units, cost(straddling).segments) == (306, 3)
    emoji = "á" * 66 + "😀" + "á" * 66
    assert (cost(emoji).units, cost(emoji).segments) == (134, 3)


def test_offenders_are_named_once_in_the_order_they_appear() -> None:
    assert cost("ó… á ó — á").offenders == ("ó", "…", "á", "—")


def test_manana_typed_with_a_separate_tilde_stays_manana() -> None:
    assert sms_text(unicodedata.normalize("NFD", "mañana")) == "mañana"


@pytest.mark.parametrize(
    ("typed", "sent"),
    [
        ("“Hola” ‘tú’…", "\"Hola\" 'tú'..."),
        ("5–6 — 7", "5-6 - 7"),
        ("«Sí»", '"Sí"'),
        ("2:05\u202fp.\u00a0m.", "2:05 p. m."),
        ("zero\u200bwidth\ufeff", "zerowidth"),
        ("\u202eevil\u202c", "evil"),
        ("Ｓｔｏｐ！", "Stop!"),
        ("a\r\nb\rc\td\x00\x07", "a\nb\nc d"),
        ("\ud83d broken", " broken"),
        ("👩🏽\u200d🚀 ❤\ufe0f", "👩🏽\u200d🚀 ❤\ufe0f"),
        ("a\ufe0f\u200db", "ab"),
        ("ｎ\u0303", "ñ"),
        ("½ kilo", "1/2 kilo"),
    ],
)
def test_typography_goes_out_plain(typed: str, sent: str) -> None:
    assert sms_text(typed) == sent


def test_accents_stay_in_a_short_text() -> None:
    assert sms_text("¿Cuántas cajas?") == "¿Cuántas cajas?"


def test_accents_come_off_a_text_that_would_pay_double() -> None:
    text = "La reunión es mañana. " * 4
    assert sms_text(text) == "La reunion es mañana. " * 4
    assert sms_text(text, fold="never") == text


def test_accents_stay_where_another_character_is_dear_anyway() -> None:
    text = "La reunión 漢 es mañana. " * 4
    assert sms_text(text) == text


def test_a_message_costs_its_segments_at_the_countrys_price() -> None:
    from_two_segments = cost("a" * 161)
    prices: dict[str, Decimal | float] = {"US": Decimal("0.0125"), "MX": 0.09, "*": 0.06}
    assert price(from_two_segments, prices, "US") == Decimal("0.0250")
    assert price(from_two_segments, prices, "MX") == Decimal("0.18")
    assert price(from_two_segments, prices, "GT") == Decimal("0.12")
    assert price(from_two_segments, prices) == Decimal("0.12")


def test_a_country_without_a_price_costs_nothing_known() -> None:
    assert price(cost("a"), {"US": 0.01}, "MX") == 0


def test_times_of_day_do_not_double_the_price() -> None:
    at = datetime(2026, 12, 5, 16, 30, tzinfo=UTC)
    for country in ("MX", "US", "GT", "HN", "SV", "CO", None):
        assert cost(time_words(at, "America/Chicago", "es", country)).encoding == "gsm7"
    assert cost(time_words(at, "America/Chicago", "en")).encoding == "gsm7"
