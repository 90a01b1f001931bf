"""What must be true of the catalogs before they ship. Nothing is written here."""

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final

from babel.messages.catalog import Catalog
from babel.messages.catalog import Message as Entry

from locales.gsm7 import EXTENSION, cost
from locales.languages import LANGUAGES, Language
from locales.sources import PROJECT, extracted, fields, misuses
from locales.spanish import style_problems
from locales.upkeep import (
    catalog_path,
    entries_of,
    ids_of,
    name_of,
    read_catalog,
    strings_of,
    template_path,
)

_CHEAP_ENOUGH: Final = frozenset("áíóúÁÍÓÚ")  # taken off where that saves a segment
_PAGES: Final = "bot/web/"  # what only a page shows never goes by SMS


def problems(project: Path = PROJECT) -> list[str]:
    """Every fault, each naming its file or text; empty when the catalogs may ship."""
    faults = [f"{misuse.where}: {misuse.problem}" for misuse in misuses(project)]
    faults += _unknown_languages(project)
    template = extracted(project)
    faults += _outdated(template, template_path(project))
    for language in LANGUAGES:
        path = catalog_path(language, project)
        faults += _outdated(template, path)
        if path.exists():
            faults += _catalog_problems(read_catalog(path, language), language)
    return faults


def _unknown_languages(project: Path) -> Iterator[str]:
    for folder in sorted((project / "locales").glob("*/LC_MESSAGES")):
        if folder.parent.name not in LANGUAGES:
            yield f"locales/{folder.parent.name}: not one of the languages {', '.join(LANGUAGES)}"


def _outdated(template: Catalog, path: Path) -> Iterator[str]:
    if not path.exists():
        yield f"{path.name}: missing; run `python -m locales update`"
        return
    wanted = {(name_of(entry), ids_of(entry)) for entry in entries_of(template)}
    held = {(name_of(entry), ids_of(entry)) for entry in entries_of(read_catalog(path))}
    where = "/".join(path.parts[-3:]) if path.suffix == ".po" else path.name
    for name, _ids in sorted(wanted - held):
        yield f"{where}: lacks {name!r}; run `python -m locales update`"
    for name, _ids in sorted(held - wanted):
        yield f"{where}: has {name!r}, which no source says; run `python -m locales update`"


def _catalog_problems(catalog: Catalog, language: Language) -> Iterator[str]:
    for entry in entries_of(catalog):
        for problem in _entry_problems(entry, language):
            yield f"{language}: {name_of(entry)!r}: {problem}"


def _entry_problems(entry: Entry, language: Language) -> Iterator[str]:
    strings = strings_of(entry)
    if entry.fuzzy:
        yield "fuzzy"
    if not all(strings):
        yield "untranslated"
        return
    if language == "en" and strings != ids_of(entry):
        yield "English differs from its own text; run `python -m locales update`"
    yield from _field_problems(entry, strings)
    for number, string in enumerate(strings):
        yield from _space_problems(ids_of(entry)[min(number, len(ids_of(entry)) - 1)], string)
        for check in _TEXT_CHECKS if _is_texted(entry) else _PAGE_CHECKS:
            yield from check(string)
        if language == "es":
            yield from style_problems(string)


def _field_problems(entry: Entry, strings: Sequence[str]) -> Iterator[str]:
    try:
        originals = [fields(id) for id in ids_of(entry)]
        translated = [fields(string) for string in strings]
    except ValueError as error:
        yield f"placeholders can't be read: {error}"
        return
    for name, spec, conversion in {field for found in originals for field in found}:
        if not name.isidentifier() or spec or conversion:
            yield f"placeholder {{{name}}} must be a plain name"
    for number, found in enumerate(translated):
        original = originals[min(number, len(originals) - 1)]
        # One box or "una caja": the singular may leave its count out.
        optional = {("n", "", None)} if entry.pluralizable and number == 0 else set()
        for name, *_ in sorted((set(found) ^ set(original)) - optional):
            yield f"placeholder {{{name}}} is in only one of the languages"


def _space_problems(original: str, string: str) -> Iterator[str]:
    if _edges(original) != _edges(string):
        yield "begins or ends with another space or line break than the original"


def _edges(text: str) -> tuple[str, str]:
    return text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]


def _dear_characters(text: str) -> Iterator[str]:
    words = re.sub(r"\{\w*\}", "", text)
    dear = [char for char in cost(words).offenders if char not in _CHEAP_ENOUGH]
    dear += sorted(EXTENSION.intersection(words))
    for char in dear:
        yield f"{char!r} ({unicodedata.name(char, 'unnamed')}) makes an SMS dearer"


def _exclamations(text: str) -> Iterator[str]:
    if text.count("!") > 1:
        yield "one exclamation mark is enough"


def _composed(text: str) -> Iterator[str]:
    if not unicodedata.is_normalized("NFC", text):
        yield "is not in composed form (NFC)"


_PAGE_CHECKS: Final[Sequence[Callable[[str], Iterator[str]]]] = (_exclamations, _composed)
_TEXT_CHECKS: Final = (*_PAGE_CHECKS, _dear_characters)


def _is_texted(entry: Entry) -> bool:
    return not entry.locations or any(
        not name.startswith(_PAGES) for name, _line in entry.locations
    )
