"""`python -m locales`: keeps the catalogs in step with the sources. Its rules live elsewhere."""

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from locales.checks import problems
from locales.sources import PROJECT
from locales.upkeep import Texts, add_translations, untranslated, update


def main(arguments: Sequence[str] | None = None, project: Path = PROJECT) -> int:
    """0; 1 when a check fails or a translation is refused; 2 when a file can't be read."""
    options = _parser().parse_args(arguments)
    try:
        return _run(options, project)
    except (OSError, SyntaxError, ValueError) as error:
        print(f"locales: {error}; no catalog was changed", file=sys.stderr)
        return 2


def _run(options: argparse.Namespace, project: Path) -> int:
    if options.command == "check":
        return _told(problems(project))
    if options.command == "translate":
        return _translate(options.file, project)
    update(project)
    if options.command == "fill":
        print(json.dumps(untranslated(project), ensure_ascii=False, indent=1))
    return 0


def _translate(file: Path, project: Path) -> int:
    refused = add_translations(_translations(file.read_text("utf-8")), project)
    for name in untranslated(project):
        print(f"still untranslated: {name!r}")
    return _told([f"refused: {refusal}" for refusal in refused])


def _translations(text: str) -> Mapping[str, Texts]:
    loaded = json.loads(text)
    if not isinstance(loaded, dict):
        raise ValueError('the file must be an object: {"English text": "texto en español"}')
    return loaded


def _told(faults: Sequence[str]) -> int:
    for fault in faults:
        print(fault, file=sys.stderr)
    return 1 if faults else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m locales", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("update", help="extract the texts of the sources into the catalogs")
    commands.add_parser("check", help="name everything that must not ship")
    commands.add_parser("fill", help="update, then print as JSON what is still to say in Spanish")
    translate = commands.add_parser("translate", help="set Spanish texts from a JSON file")
    translate.add_argument(
        "file", type=Path, help='{"One text": "Un texto", "{n} box": ["{n} caja", "{n} cajas"]}'
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
