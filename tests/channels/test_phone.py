"""Numbers as people write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.phone import canonical, e164


@pytest.mark.parametrize(
    ("text", "region", "number"),
    [
        ("+13125550100", None, "+13125550100"),
        ("13125550100", None, "+13125550100"),
        ("(312) 555-0100", "US", "+13125550100"),
        ("312.555.0100", "US", "+13125550100"),
        ("+1 312 555 0100 ext. 7", None, "+13125550100"),
        ("+52 55 1234 5678", None, "+525512345678"),
        ("+52 1 55 1234 5678", None, "+525512345678"),
        ("5215512345678", None, "+525512345678"),
        ("55 1234 5678", "MX", "+525512345678"),
        ("1 55 1234 5678", "MX", "+525512345678"),
        ("044 55 1234 5678", "MX", "+525512345678"),
        ("+502 5123 4567", None, "+50251234567"),
        ("+503 7012 3456", "US", "+50370123456"),
        ("٣١٢٥٥٥٠١٠٠", "US", "+13125550100"),
        ("555-0100", "US", None),
        ("3125550100", "ZZ", None),
        ("312555010", "US", None),
        ("+52 55 1234 567", None, None),
        ("+999 1234567", None, None),
        ("72975", None, None),
        ("72975", "US", None),
        ("hola", "US", None),
        ("", None, None),
        ("+", None, None),
        ("+1\0" * 100, None, None),
    ],
)
def test_a_number_is_read_or_refused(text: str, region: str | None, number: str | None) -> None:
    assert e164(text, region) == number


@pytest.mark.parametrize(
    ("given_number", "stored"),
    [
        ("+13125550100", "+13125550100"),
        ("+5215512345678", "+525512345678"),
        ("72975", None),
        ("CARECEN", None),
        ("+0123456789", None),
        ("+1312555010012345", None),
        ("+13125550100\n", None),
        ("+1312555010٠", None),
        ("whatsapp:+13125550100", None),
    ],
)
def test_only_e164_is_canonical(given_number: str, stored: str | None) -> None:
    assert canonical(given_number) == stored


@given(text=st.text(st.characters(codec=None)), region=st.sampled_from(["US", "MX", "GT", None]))
def test_any_text_gives_a_canonical_number_or_none(text: str, region: str | None) -> None:
    number = e164(text, region)
    assert number is None or canonical(number) == number
