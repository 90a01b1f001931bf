"""The simulator's own count of segments, at every boundary that is billed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.simulators.twilio.segments import segments, smart


@pytest.mark.parametrize(
    ("text", "encoding", "units", "count"),
    [
        ("", "gsm7", 0, 1),
        ("ñÑéÉüÜ¿¡àèìòù", "gsm7", 13, 1),
        ("a" * 160, "gsm7", 160, 1),
        ("a" * 161, "gsm7", 161, 2),
        ("a" * 306, "gsm7", 306, 2),
        ("a" * 307, "gsm7", 307, 3),
        ("€" * 80, "gsm7", 160, 1),
        ("a" * 152 + "€" + "a" * 152, "gsm7", 306, 3),
        ("información", "ucs2", 11, 1),
        ("á" * 70, "ucs2", 70, 1),
        ("á" * 71, "ucs2", 71, 2),
        ("á" * 134, "ucs2", 134, 2),
        ("á" * 135, "ucs2", 135, 3),
        ("😀" * 35, "ucs2", 70, 1),
        ("á" * 66 + "😀" + "á" * 66, "ucs2", 134, 3),
        ("man\u0303ana", "ucs2", 7, 1),
        ("2:05\u202fp. m.", "ucs2", 10, 1),
    ],
)
def test_segments_are_counted_as_billed(text: str, encoding: str, units: int, count: int) -> None:
    found = segments(text)
    assert (found.encoding, found.units, found.count) == (encoding, units, count)


def test_smart_encoding_maps_quotes_and_dashes_but_no_accent() -> None:
    assert smart("“Sí” – la ‘cita’…\u00a0ya") == "\"Sí\" - la 'cita'... ya"


@given(st.text(max_size=400))
def test_a_longer_text_never_costs_less(text: str) -> None:
    assert segments(text).count <= segments(text + "a").count
