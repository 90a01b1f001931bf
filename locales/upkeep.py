"""The catalog files: brought up to date, filled, written the same way every time. No checks."""

import fcntl
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Final

from babel.messages.catalog import Catalog
from babel.messages.catalog import Message as Entry
from babel.messages.pofile import read_po, write_po

from locales.languages import LANGUAGES
from locales.sources import PROJECT, extracted, fields

# A file's header holds no date and no tool version, so that a file changes only with its texts.
_HEADER: Final = """\
msgid ""
msgstr ""
"Project-Id-Version: enlace\\n"
"Language: {language}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"

"""

Texts = str | Sequence[str]


class RefusedError(Exception):
    """A translation that was not taken; the message says which and why."""


def template_path(project: Path = PROJECT) -> Path:
    return project / "locales" / "messages.pot"


def catalog_path(language: str, project: Path = PROJECT) -> Path:
    return project / "locales" / language / "LC_MESSAGES" / "enlace.po"


def read_catalog(path: Path, language: str | None = None) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale=language, charset="utf-8")


@contextmanager
def locked(project: Path = PROJECT) -> Iterator[None]:
    """One writer of the catalogs at a time; others wait."""
    folder = os.open(project / "locales", os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def update(project: Path = PROJECT) -> None:
    """Template and catalogs as the sources are now; English is filled, texts gone are dropped."""
    with locked(project):
        _update(project)


def add_translations(new: Mapping[str, Texts], project: Path = PROJECT) -> list[RefusedError]:
    """Sets Spanish texts by English id (`context|id` for those with a context).

    A text that the catalog can't hold is refused alone; the others are written.
    """
    refused: list[RefusedError] = []
    with locked(project):
        _update(project)
        spanish = read_catalog(catalog_path("es", project), "es")
        entries = {name_of(entry): entry for entry in entries_of(spanish)}
        for name, texts in new.items():
            try:
                _set(entries.get(name), name, texts)
            except RefusedError as problem:
                refused.append(problem)
        _write(spanish, catalog_path("es", project), "es")
    return refused


def untranslated(project: Path = PROJECT) -> dict[str, Texts]:
    """What is still to say in Spanish, shaped as add_translations takes it, empty."""
    spanish = read_catalog(catalog_path("es", project), "es")
    return {
        name_of(entry): ["", ""] if entry.pluralizable else ""
        for entry in entries_of(spanish)
        if not all(strings_of(entry))
    }


def entries_of(catalog: Catalog) -> list[Entry]:
    return [entry for entry in catalog if entry.id]


def name_of(entry: Entry) -> str:
    id = ids_of(entry)[0]
    return f"{entry.context}|{id}" if entry.context else id


def ids_of(entry: Entry) -> tuple[str, ...]:
    return (entry.id,) if isinstance(entry.id, str) else tuple(entry.id)


def strings_of(entry: Entry) -> tuple[str, ...]:
    """One text, or one a plural form; empty where there is none."""
    if isinstance(entry.string, str):
        return (entry.string,)
    return tuple(entry.string or ("",))


def _update(project: Path) -> None:
    template = extracted(project)
    _write(template, template_path(project), "")
    for language in LANGUAGES:
        path = catalog_path(language, project)
        path.parent.mkdir(parents=True, exist_ok=True)
        old = read_catalog(path, language) if path.exists() else Catalog(locale=language)
        _write(_renewed(old, template, language), path, language)


def _renewed(old: Catalog, template: Catalog, language: str) -> Catalog:
    catalog = Catalog(locale=language, charset="utf-8", fuzzy=False)
    for entry in entries_of(template):
        string = entry.id if language == "en" else _kept(old.get(entry.id, entry.context), entry)
        catalog.add(entry.id, string, locations=entry.locations, context=entry.context)
    return catalog


def _kept(old: Entry | None, entry: Entry) -> str | tuple[str, ...]:
    if old is None or old.pluralizable != entry.pluralizable:
        return ("", "") if entry.pluralizable else ""
    strings = strings_of(old)
    return strings if entry.pluralizable else strings[0]


def _set(entry: Entry | None, name: str, texts: Texts) -> None:
    if entry is None:
        raise RefusedError(f"{name!r}: the sources have no such text")
    forms = (texts,) if isinstance(texts, str) else tuple(texts)
    wanted = 2 if entry.pluralizable else 1
    if len(forms) != wanted or not all(isinstance(form, str) and form for form in forms):
        raise RefusedError(
            f"{name!r}: {wanted} text{'s' * (wanted > 1)} wanted, none of them empty"
        )
    try:
        known = {field for id in ids_of(entry) for field in fields(id)}
        strange = {field for form in forms for field in fields(form)} - known
    except ValueError as error:
        raise RefusedError(f"{name!r}: {error}") from error
    if strange:
        raise RefusedError(f"{name!r}: has no {{{sorted(strange)[0][0]}}}")
    entry.string = forms if entry.pluralizable else forms[0]


def _write(catalog: Catalog, path: Path, language: str) -> None:
    body = BytesIO()
    write_po(
        body,
        catalog,
        width=0,
        omit_header=True,
        sort_output=True,
        ignore_obsolete=True,
        include_lineno=False,
    )
    text = _HEADER.format(language=language).encode() + body.getvalue()
    if path.exists() and path.read_bytes() == text:
        return
    half = path.with_suffix(".new")
    half.write_bytes(text)
    half.replace(path)
