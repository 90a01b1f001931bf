"""JSON as it is kept (no spaces, letters as they are), and as it comes. Of what, is decided
elsewhere."""

import json
from typing import Any

import orjson

_OPTIONS = orjson.OPT_PASSTHROUGH_DATACLASS | orjson.OPT_PASSTHROUGH_DATETIME
_any_letters = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def compact_json(value: Any) -> str:
    """Whatever text is in it: a lone surrogate has no UTF-8, but the standard library writes it.

    TypeError for what JSON has no word for, such as a date.
    """
    try:
        return orjson.dumps(value, option=_OPTIONS).decode()
    except TypeError:
        return _any_letters(value)


def read_json(text: str | bytes) -> Any:
    """As strict as the standard library, which also reads what is no Unicode; the same errors.

    A whole number beyond 64 bits becomes a float, as to most that read JSON: nothing of ours is.
    """
    try:
        return orjson.loads(text)
    except ValueError:
        return json.loads(text)
