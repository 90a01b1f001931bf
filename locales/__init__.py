"""Messages: English texts that become the reader's words as late as possible. No formatting."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from locales.catalog import template
from locales.languages import LANGUAGES, Language, Localizable
from locales.regions import number

__all__ = [
    "LANGUAGES",
    "Language",
    "Localizable",
    "Message",
    "Text",
    "_",
    "n_",
    "p_",
    "speak",
    "translate",
]


@dataclass(frozen=True, slots=True)
class Message:
    """A text not yet translated. `id` is the English text; `args` are sorted by name."""

    id: str
    plural: str | None = None
    context: str | None = None
    args: tuple[tuple[str, object], ...] = ()

    def localized(self, language: Language, country: str | None) -> str:
        if not self.args:
            return _fixed(language, self.id, self.context)
        return translate(self, language, country)


Text = Message | str


def _(id: str, /, **args: object) -> Message:
    return Message(id, args=_pairs(args))


def n_(singular: str, plural: str, n: int, /, **args: object) -> Message:
    """A message in two numbers; `{n}` in the text is the count as the reader writes numbers."""
    return Message(singular, plural, args=_pairs({**args, "n": n}))


def p_(context: str, id: str, /, **args: object) -> Message:
    return Message(id, context=context, args=_pairs(args))


def translate(message: Message, language: Language, country: str | None = None) -> str:
    """The message in the reader's words.

    Arguments that are Localizable (messages, moments, lists) are put in the same language;
    braces inside arguments mean nothing. A text without translation appears in English.
    """
    if not message.args:
        return _fixed(language, message.id, message.context)
    values = {name: _spoken(value, language, country) for name, value in message.args}
    count = _count(message)
    if count is not None:
        values["n"] = number(count, language, country)
    text = template(language, message.id, message.plural, message.context, count)
    return text.format_map(values)


@cache
def _fixed(language: Language, id: str, context: str | None) -> str:
    return template(language, id, None, context, None).format_map({})


def speak(text: Text, language: Language, country: str | None = None) -> str:
    """Like translate, for what may already be words."""
    return text if isinstance(text, str) else translate(text, language, country)


def _count(message: Message) -> int | None:
    if message.plural is None:
        return None
    count = dict(message.args)["n"]
    if not isinstance(count, int):
        raise TypeError(f"the count of a message must be an int, not {type(count).__name__}")
    return count


def _spoken(value: object, language: Language, country: str | None) -> object:
    if isinstance(value, str | int):
        return value
    # To ask whether it is a Localizable costs more than to translate it.
    localized = getattr(value, "localized", None)
    return value if localized is None else localized(language, country)


def _pairs(args: Mapping[str, object]) -> tuple[tuple[str, object], ...]:
    return tuple(sorted(args.items(), key=lambda pair: pair[0]))
