"""The messages that the sources contain, and their misuse in code. Nothing is written here."""

import ast
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from string import Formatter
from typing import Final

from babel.messages.catalog import Catalog
from babel.messages.extract import extract

PROJECT: Final = Path(__file__).resolve().parent.parent
FOLDERS: Final = ("bot", "handlers", "locales", "storage")

# function → which arguments are (context,) text and plural, as Babel wants it
_KEYWORDS: Final[Mapping[str, tuple[int | tuple[int, str], ...] | None]] = {
    "_": None,
    "n_": (1, 2),
    "p_": ((1, "c"), 2),
}
# function → how many leading arguments must be written out as plain strings
_LITERALS: Final[Mapping[str, int]] = {"_": 1, "n_": 2, "p_": 2}
_METHODS: Final[Mapping[str, str]] = {".py": "python", ".html": "jinja2.ext:babel_extract"}
_OPTIONS: Final[dict[str, object]] = {"trimmed": "true", "silent": "false", "encoding": "utf-8"}


@dataclass(frozen=True, slots=True)
class Misuse:
    """A call that no catalog can serve; `where` is file:line."""

    where: str
    problem: str


def source_files(project: Path = PROJECT) -> list[Path]:
    return sorted(
        path
        for folder in FOLDERS
        for suffix in _METHODS
        for path in (project / folder).rglob(f"*{suffix}")
    )


def extracted(project: Path = PROJECT) -> Catalog:
    """Every message of the sources, each with the files it is in (no line numbers).

    SyntaxError when a file can't be read whole: half of its texts would seem to be gone.
    """
    found: dict[tuple[str | None, str], set[str]] = defaultdict(set)
    texts: dict[tuple[str | None, str], str | tuple[str, ...]] = {}
    for path in source_files(project):
        name = path.relative_to(project).as_posix()
        for context, text in _messages(path):
            key = (context, text if isinstance(text, str) else text[0])
            found[key].add(name)
            if not isinstance(texts.get(key), tuple):
                texts[key] = text
    catalog = Catalog(charset="utf-8", fuzzy=False)
    for key in sorted(texts, key=lambda pair: (pair[1], pair[0] or "")):
        locations = [(name, 0) for name in sorted(found[key])]
        catalog.add(texts[key], locations=locations, context=key[0])
    return catalog


def misuses(project: Path = PROJECT) -> list[Misuse]:
    return [
        misuse
        for path in source_files(project)
        if path.suffix == ".py"
        for misuse in _misuses_in(path, path.relative_to(project).as_posix())
    ]


def fields(text: str) -> list[tuple[str, str, str | None]]:
    """The placeholders of a text: (name, format spec, conversion); ValueError if unreadable."""
    return [
        (name, spec or "", conversion)
        for _literal, name, spec, conversion in Formatter().parse(text)
        if name is not None
    ]


def _messages(path: Path) -> Iterator[tuple[str | None, str | tuple[str, ...]]]:
    code = path.read_bytes()
    if path.suffix == ".py":
        ast.parse(code, filename=str(path))
    file, method = BytesIO(code), _METHODS[path.suffix]
    for _line, text, _comments, context in extract(
        method, file, keywords=_KEYWORDS, options=_OPTIONS
    ):
        yield context, text


def _misuses_in(path: Path, name: str) -> Iterator[Misuse]:
    for node in ast.walk(ast.parse(path.read_bytes(), filename=name)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            literals = _LITERALS.get(node.func.id)
            if literals:
                for problem in _problems(node, node.func.id, literals):
                    yield Misuse(f"{name}:{node.lineno}", problem)


def _problems(call: ast.Call, function: str, literals: int) -> Iterator[str]:
    given = call.args[:literals]
    texts = [
        arg.value for arg in given if isinstance(arg, ast.Constant) and isinstance(arg.value, str)
    ]
    if any(isinstance(arg, ast.JoinedStr) for arg in given):
        yield f"{function}() with an f-string is never extracted: use {{placeholders}}"
    elif len(texts) < literals:
        yield f"{function}() needs its text written out as a plain string"
    elif not any(keyword.arg is None for keyword in call.keywords):
        yield from _argument_problems(call, function, texts[1:] if function == "p_" else texts)


def _argument_problems(call: ast.Call, function: str, texts: Iterable[str]) -> Iterator[str]:
    given = {keyword.arg for keyword in call.keywords}
    wanted = {name for text in texts for name in _names(text)}
    if function == "n_":
        wanted.discard("n")
    if given != wanted:
        yield f"{function}() is given {_listed(given)} but its text names {_listed(wanted)}"


def _names(text: str) -> list[str]:
    try:
        return [name for name, _spec, _conversion in fields(text)]
    except ValueError:
        return []


def _listed(names: Iterable[str | None]) -> str:
    return ", ".join(sorted(name or "" for name in names)) or "nothing"
