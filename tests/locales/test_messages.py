"""Messages become words late, in the reader's language, whatever their arguments hold."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from locales import Message, _, n_, p_, speak, translate
from locales.formatting import Day, Listing, Moment, Money

NOON = datetime(2026, 12, 5, 18, 0, tzinfo=UTC)


def test_a_message_is_said_in_each_language() -> None:
    assert translate(_("tomorrow"), "es") == "mañana"
    assert translate(_("tomorrow"), "en") == "tomorrow"


def test_plurals_follow_the_language() -> None:
    assert [translate(n_("{n} box", "{n} boxes", n), "es") for n in (0, 1, 2)] == [
        "0 cajas",
        "1 caja",
        "2 cajas",
    ]
    assert [translate(n_("{n} box", "{n} boxes", n), "en") for n in (0, 1, 2)] == [
        "0 boxes",
        "1 box",
        "2 boxes",
    ]


def test_a_count_is_written_as_the_reader_writes_numbers() -> None:
    assert translate(n_("{n} box", "{n} boxes", 12500), "es", "MX") == "12,500 cajas"
    assert translate(n_("{n} box", "{n} boxes", 12500), "es", "CO") == "12.500 cajas"


def test_a_text_that_no_catalog_has_appears_in_english() -> None:
    unheard = Message("Nobody ever wrote {what}", args=(("what", "this"),))
    assert translate(unheard, "es") == "Nobody ever wrote this"
    several = Message("one fish", "{n} fish", args=(("n", 3),))
    assert translate(several, "es") == "3 fish"


def test_the_empty_text_is_empty_and_not_the_catalogs_header() -> None:
    assert translate(Message(""), "es") == ""


def test_a_context_tells_equal_texts_apart() -> None:
    assert p_("month", "May") != _("May")
    assert translate(p_("month", "May"), "en") == "May"


def test_arguments_are_put_in_the_readers_language() -> None:
    kinds = Listing((_("water"), _("hygiene"), "CAFEMIN"))
    assert _said("{x}", kinds, "es") == "agua, higiene y CAFEMIN"
    assert _said("{x}", _("water"), "es") == "agua"
    assert _said("{x}", Moment(NOON, "America/Chicago"), "es") == (
        "sábado 5 de diciembre, 12:00 p.m."
    )
    assert _said("{x}", Moment(NOON, "America/Chicago", "time", zone_named=True), "en") == (
        "12:00 PM (Chicago time)"
    )
    assert _said("{x}", Moment(NOON, "Asia/Tokyo", "date", year=True), "en") == (
        "Sunday, December 6, 2026"
    )
    assert _said("{x}", Day(date(2026, 12, 5)), "es") == "sábado 5 de diciembre"
    assert _said("{x}", Money(Decimal("3.5")), "en") == "$3.50"


def test_other_arguments_appear_as_python_writes_them() -> None:
    assert _said("{x}", 1500, "en") == "1500"
    assert _said("{x}", Decimal("2.5"), "en") == "2.5"


@given(st.text())
def test_braces_in_arguments_mean_nothing(hostile: str) -> None:
    assert _said("<{x}>", hostile, "es") == f"<{hostile}>"


def test_a_format_string_as_an_argument_is_only_text() -> None:
    assert _said("{x}", "{x.__class__} {0} {}", "es") == "{x.__class__} {0} {}"


def test_equal_messages_are_one_key_whatever_the_order_of_their_arguments() -> None:
    assert len({_("{a} {b}", a=1, b=2), _("{a} {b}", b=2, a=1)}) == 1


def test_a_count_that_is_no_number_is_a_mistake_in_the_code() -> None:
    with pytest.raises(TypeError, match="must be an int, not str"):
        translate(Message("{n} box", "{n} boxes", args=(("n", "two"),)), "es")


def test_what_is_already_words_is_said_as_it_is() -> None:
    assert speak("CAFEMIN {x}", "es") == "CAFEMIN {x}"
    assert speak(_("today"), "es") == "hoy"


def _said(text: str, argument: object, language: str) -> str:
    return translate(Message(text, args=(("x", argument),)), "es" if language == "es" else "en")
