"""Checks parameters against the Bot API's own description (telegram.json). Knows no state."""

import json
import re
from functools import cache
from importlib.resources import files
from typing import Any

from bot.simulators.bodies import Upload


class ApiError(Exception):
    """An error answer of the Bot API. `description` comes without the status's own prefix."""

    def __init__(self, code: int, description: str, parameters: dict[str, int] | None = None):
        super().__init__(description)
        self.code = code
        self.description = description
        self.parameters = parameters


def bad_request(why: str) -> ApiError:
    return ApiError(400, f"Bad Request: {why}")


@cache
def description() -> dict[str, Any]:
    text = files(__package__).joinpath("telegram.json").read_text("utf-8")
    return dict(json.loads(text))


@cache
def method_names() -> dict[str, str]:
    """The served methods by their lower-case names: the Bot API ignores case."""
    return {name.lower(): name for name in description()["methods"]}


def read(method: str, given: dict[str, Any]) -> dict[str, Any]:
    """Decode and check the parameters of a call; values in forms are strings of JSON.

    Raises ApiError for a parameter that is unknown, missing or of the wrong type.
    """
    return _fields(description()["methods"][method], given, "parameter", in_form=True)


def _fields(
    rule: dict[str, Any], given: Any, what: str, *, in_form: bool = False
) -> dict[str, Any]:
    if not isinstance(given, dict):
        raise bad_request(f"object expected as {what}")
    required, optional = rule.get("required", {}), rule.get("optional", {})
    types = required | optional
    for name in given:
        if name not in types:
            raise bad_request(f"{what} {name} is unknown or not served here")
    for name in required:
        if given.get(name) is None:
            raise bad_request("message text is empty" if name == "text" else f"{name} is empty")
    for name, only in rule.get("always", {}).items():
        if given[name] != only:
            raise bad_request(f"{name} must be {only}")
    return {name: _value(types[name], value, name, in_form) for name, value in given.items()}


def _value(type_: str, value: Any, name: str, in_form: bool) -> Any:
    alternatives = type_.split(" | ")
    if len(alternatives) > 1:
        return _first_that_fits(alternatives, value, name, in_form)
    if type_ in _PRIMITIVES:
        return _PRIMITIVES[type_](value, name, in_form)
    if in_form and isinstance(value, str):
        value = _decoded(value, name)
    if type_.startswith("Array of "):
        if not isinstance(value, list):
            raise bad_request(f"expected an Array of {name}")
        return [_value(type_.removeprefix("Array of "), item, name, False) for item in value]
    return _object(type_, value, name)


def _object(type_: str, value: Any, name: str) -> Any:
    rule = description()["types"][type_]
    if "one_of" in rule:
        return _first_that_fits(rule["one_of"], value, name, False)
    return _fields(rule, value, name)


def _first_that_fits(types: list[str], value: Any, name: str, in_form: bool) -> Any:
    if in_form and isinstance(value, str) and not _PRIMITIVES.keys() & set(types):
        value, in_form = _decoded(value, name), False
    complaint: ApiError | None = None
    for type_ in types:
        try:
            return _value(type_, value, name, in_form)
        except ApiError as error:
            if complaint is None or _is_meant(type_, value):
                complaint = error
    assert complaint is not None
    raise complaint


def _is_meant(type_: str, value: Any) -> bool:
    """Whether a value that didn't fit has at least the type's required fields."""
    rule = description()["types"].get(type_, {})
    if not isinstance(value, dict) or not rule.get("required", {}).keys() <= value.keys():
        return False
    return all(value[name] == only for name, only in rule.get("always", {}).items())


def _decoded(value: str, name: str) -> Any:
    try:
        return json.loads(value)
    except ValueError:
        raise bad_request(f"can't parse {name} JSON object") from None


def _integer(value: Any, name: str, in_form: bool) -> int:
    if in_form and isinstance(value, str) and re.fullmatch(r"-?\d{1,19}", value, re.ASCII):
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool):
        raise bad_request(f"{name} must be an Integer")
    return value


def _boolean(value: Any, name: str, in_form: bool) -> bool:
    if in_form and value in ("true", "false"):
        return bool(value == "true")
    if not isinstance(value, bool):
        raise bad_request(f"{name} must be a Boolean")
    return value


def _string(value: Any, name: str, _in_form: bool) -> str:
    if not isinstance(value, str):
        raise bad_request(f"{name} must be a String")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise bad_request("strings must be encoded in UTF-8") from None
    return value


def _input_file(value: Any, name: str, _in_form: bool) -> Upload:
    if not isinstance(value, Upload):
        raise bad_request(f"{name} must be an InputFile")
    return value


_PRIMITIVES = {
    "Integer": _integer,
    "Boolean": _boolean,
    "String": _string,
    "InputFile": _input_file,
}
