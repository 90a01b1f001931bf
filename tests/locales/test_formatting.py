"""Dates, times, zones, money and lists as people of each region write them."""

import unicodedata
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from locales import LANGUAGES, Language, _
from locales.formatting import (
    Conjunction,
    date_time_words,
    date_words,
    list_words,
    money,
    number,
    relative_day,
    time_words,
    zone_words,
)
from locales.regions import region

RALLY = datetime(2026, 12, 5, 16, 30, tzinfo=UTC)
COUNTRIES = ("US", "MX", "GT", "HN", "SV", "NI", "CR", "CO", "HT", "ZZ", None)


def test_a_rally_is_told_in_each_language() -> None:
    assert date_time_words(RALLY, "America/Chicago", "es", "MX") == (
        "sábado 5 de diciembre, 10:30 a.m."
    )
    assert date_time_words(RALLY, "America/Chicago", "es", "GT") == (
        "sábado 5 de diciembre, 10:30 a. m."
    )
    assert date_time_words(RALLY, "America/Chicago", "en") == "Saturday, December 5, 10:30 AM"


def test_an_instant_is_told_on_the_wall_of_the_zone() -> None:
    late = datetime(2026, 12, 6, 3, 0, tzinfo=UTC)
    assert date_words(late, ZoneInfo("America/Tijuana"), "es") == "sábado 5 de diciembre"
    assert date_words(late, "UTC", "es", year=True) == "domingo 6 de diciembre de 2026"


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="naive"):
        time_words(datetime(2026, 12, 5), "America/Chicago", "es")


@pytest.mark.parametrize(
    ("zone", "es", "en"),
    [
        ("America/Chicago", "hora de Chicago", "Chicago time"),
        ("America/New_York", "hora de Nueva York", "New York time"),
        ("America/Mexico_City", "hora de Ciudad de México", "Mexico City time"),
        ("America/Indiana/Indianapolis", "hora de Indianapolis", "Indianapolis time"),
        ("America/Tegucigalpa", "hora de Tegucigalpa", "Tegucigalpa time"),
    ],
)
def test_a_zone_is_named_by_its_city(zone: str, es: str, en: str) -> None:
    assert (zone_words(zone, "es"), zone_words(zone, "en")) == (es, en)


@given(
    st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC)),
    st.sampled_from(["America/Chicago", "America/Tijuana", "America/Phoenix"]),
    st.sampled_from(LANGUAGES),
    st.sampled_from(COUNTRIES),
)
def test_nothing_has_odd_spaces(
    at: datetime, zone: str, language: Language, country: str | None
) -> None:
    text = date_time_words(at, zone, language, country) + zone_words(zone, language, country)
    assert unicodedata.is_normalized("NFC", text)
    assert all(char == " " for char in text if char.isspace())


def test_near_days_have_a_name() -> None:
    today = date(2026, 12, 31)
    near = [today + timedelta(days=days) for days in (-1, 0, 1, 2)]
    assert [relative_day(day, today, "es") for day in near] == [
        "ayer",
        "hoy",
        "mañana",
        "sábado 2 de enero de 2027",
    ]
    assert relative_day(today, today - timedelta(days=1), "en") == "tomorrow"
    assert relative_day(date(2026, 12, 25), today, "en") == "Friday, December 25"


@pytest.mark.parametrize(
    ("items", "kind", "text"),
    [
        ([], "and", ""),
        (["agua"], "and", "agua"),
        (["agua", "ropa"], "and", "agua y ropa"),
        (["agua", "ropa", "comida"], "and", "agua, ropa y comida"),
        (["agua", "higiene"], "and", "agua e higiene"),
        (["agua", "Iglesia San José"], "and", "agua e Iglesia San José"),
        (["agua", "hielo"], "and", "agua y hielo"),
        (["siete", "ocho"], "or", "siete u ocho"),
        (["esto", "otro", "hoy"], "or", "esto, otro u hoy"),
        (["esto", "aquello"], "or", "esto o aquello"),
    ],
)
def test_spanish_lists_sound_right(items: list[str], kind: Conjunction, text: str) -> None:
    assert list_words(items, "es", kind) == text


def test_lists_are_said_in_the_readers_language() -> None:
    items = (_("water"), _("clothing"), "Tochan")
    assert list_words(items, "en") == "water, clothing, and Tochan"
    assert list_words(items, "en", "or") == "water, clothing, or Tochan"
    assert list_words(items, "es", country="MX") == "agua, ropa y Tochan"


def test_money_is_dollars_and_says_so_where_another_currency_is_meant_by_the_sign() -> None:
    assert money(1234.5, "en") == "$1,234.50"
    assert money(1234.5, "es", "US") == "$1,234.50"
    assert money(1234.5, "es", "MX") == "USD 1,234.50"
    assert money(Decimal("0.0125"), "en") == "$0.0125"
    assert money(0, "en") == "$0.00"
    assert money(-2, "en") == "-$2.00"


def test_numbers_are_grouped_as_the_region_does() -> None:
    assert number(999, "es", "CO") == "999"
    assert number(100_000, "es", "MX") == "100,000"
    assert number(100_000, "es", "CO") == "100.000"
    assert number(-100_000, "en") == "-100,000"


def test_an_unknown_country_is_read_as_latin_america_and_english_is_american() -> None:
    assert str(region("es", "ZZ")) == "es_419"
    assert str(region("es", "../../x")) == "es_419"
    assert str(region("es", "GT")) == "es_GT"
    assert str(region("en", "GB")) == "en_US"
