"""Lists for binds of many values, by the kind of their items. How they are sent is elsewhere."""

from typing import Any


class Items(list[Any]):
    """All of one kind, or None."""


class Integers(Items):
    """Of 64 bits."""


class Texts(Items):
    pass


class Bytes(Items):
    pass


_KINDS: dict[type, type[Items]] = {int: Integers, str: Texts, bytes: Bytes}


def as_items(values: Any) -> Any:
    """A list as one of these, where its items are of one such kind; anything else as it is."""
    if type(values) is not list:
        return values
    kinds = {type(each) for each in values} - {type(None)}
    made = _KINDS.get(kinds.pop()) if len(kinds) == 1 else None
    return values if made is None else made(values)
