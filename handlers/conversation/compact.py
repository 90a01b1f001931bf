"""JSON as it is kept: no spaces, letters as they are. What goes into it is decided elsewhere."""

import json
from typing import Any

import orjson

_any_letters = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def compact_json(value: Any) -> str:
    """Whatever text is in it: a lone surrogate has no UTF-8, but the standard library writes it."""
    try:
        return orjson.dumps(value).decode()
    except TypeError:
        return _any_letters(value)


def read_json(text: str | bytes) -> Any:
    """As strict as the standard library, which also reads what is no Unicode; the same errors."""
    try:
        return orjson.loads(text)
    except ValueError:
        return json.loads(text)
