"""JSON as it is kept, whatever text is in it."""

import json
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.conversation.compact import compact_json, read_json

_ANY_TEXT = st.text(st.characters(exclude_categories=()))
_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63) | _ANY_TEXT,
    lambda inner: st.lists(inner) | st.dictionaries(_ANY_TEXT, inner),
)


@given(_VALUES)
def test_what_is_kept_is_read_as_it_was(value: object) -> None:
    assert read_json(compact_json(value)) == value
    assert json.loads(compact_json(value)) == value


@pytest.mark.parametrize(
    "text", ['{"text": "\\ud83d"}', '"\\udcff"', "[NaN]", b'"\xf1"', "[1,]", ""]
)
def test_what_comes_in_is_read_as_the_standard_library_reads_it(text: str | bytes) -> None:
    assert _outcome(read_json, text) == _outcome(json.loads, text)


def _outcome(read: Callable[[str | bytes], object], text: str | bytes) -> str:
    try:
        return repr(read(text))
    except ValueError:
        return "ValueError"
