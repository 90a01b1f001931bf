"""Checks parameters against Twilio's own description (twilio.json). Knows no state."""

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from bot.simulators.twilio.errors import TwilioError, invalid

Operation = Literal["create", "update", "list"]


@cache
def description() -> dict[str, Any]:
    text = files(__package__).joinpath("twilio.json").read_text("utf-8")
    return dict(json.loads(text))


def limit(operation: Operation, name: str, which: str) -> int:
    return int(description()[operation][name][which])


def read(operation: Operation, given: list[tuple[str, str]]) -> dict[str, Any]:
    """Decode form or query fields; only arrays may repeat. Raises TwilioError."""
    rules = description()[operation]
    found: dict[str, Any] = {}
    for name, text in given:
        if name not in rules:
            raise invalid(name, "is unknown or not served here")
        if rules[name]["type"] == "array":
            found.setdefault(name, []).append(text)
        elif name in found:
            raise invalid(name, "is given twice")
        else:
            found[name] = _READERS[rules[name]["type"]](name, text, rules[name])
    return found


def _string(name: str, text: str, rule: dict[str, Any]) -> str | datetime:
    if rule.get("format") == "date-time":
        return _instant(name, text)
    if "pattern" in rule and not re.fullmatch(rule["pattern"], text):
        raise invalid(name, "has the wrong form")
    if "enum" in rule and text not in rule["enum"]:
        raise invalid(name, f"must be one of {', '.join(rule['enum'])}")
    return text


def _instant(name: str, text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise invalid(name, "is no date") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _integer(name: str, text: str, rule: dict[str, Any]) -> int:
    number = int(text) if re.fullmatch(r"-?\d{1,9}", text, re.ASCII) else None
    low, high = rule.get("minimum", 0), rule.get("maximum", 10**9)
    if number is not None and low <= number <= high:
        return number
    if name == "ValidityPeriod":
        raise TwilioError(21624, "Invalid validity period value")
    raise invalid(name, f"must be a number from {low} to {high}")


def _boolean(name: str, text: str, _rule: dict[str, Any]) -> bool:
    if text.lower() not in ("true", "false"):
        raise invalid(name, "must be true or false")
    return text.lower() == "true"


_READERS: dict[str, Callable[[str, str, dict[str, Any]], Any]] = {
    "string": _string,
    "integer": _integer,
    "boolean": _boolean,
}
