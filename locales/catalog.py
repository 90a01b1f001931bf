"""The catalogs in memory: which words a language has for a message. No file is written here."""

import functools
import gettext
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from babel.messages.pofile import read_po

from locales.languages import Language

_HERE = Path(__file__).parent

Key = str | tuple[str, str]


@dataclass(frozen=True, slots=True)
class Translations:
    """Words by message id, or by (context, id); plural forms in the catalog's own order."""

    words: Mapping[Key, tuple[str, ...]]
    plural_form: Callable[[int], int]


def template(
    language: Language, id: str, plural: str | None, context: str | None, count: int | None
) -> str:
    """The text with its {placeholders}; English when the catalog has none."""
    translations = _translations(language)
    forms = translations.words.get(id if context is None else (context, id))
    if count is None or plural is None:
        return forms[0] if forms else id
    if not forms:
        return id if count == 1 else plural
    return forms[min(translations.plural_form(count), len(forms) - 1)]


@functools.cache
def _translations(language: Language) -> Translations:
    with (_HERE / language / "LC_MESSAGES" / "enlace.po").open("rb") as file:
        catalog = read_po(file, locale=language)
    words: dict[Key, tuple[str, ...]] = {}
    for message in catalog:
        forms = _forms(message.string)
        id = _forms(message.id)[0]
        if id and all(forms) and not message.fuzzy:
            words[id if message.context is None else (message.context, id)] = forms
    return Translations(words, gettext.c2py(catalog.plural_expr))


def _forms(texts: str | Sequence[str] | None) -> tuple[str, ...]:
    return (texts,) if isinstance(texts, str) else tuple(texts or ())


def texts_said_by(folder: str) -> list[tuple[str, str | None, str | None]]:
    """(id, plural, context) of every message that the sources in a folder use, in id's order."""
    with (_HERE / "messages.pot").open("rb") as file:
        template_catalog = read_po(file)
    found = []
    for message in template_catalog:
        files = [name for name, _line in message.locations]
        if message.id and any(name.startswith(f"{folder}/") for name in files):
            forms = _forms(message.id)
            found.append((forms[0], forms[1] if len(forms) > 1 else None, message.context))
    return found
