"""How names of places are compared, and the names of countries and regions. No cities, no SQL.

Region names and codes are GeoNames' (CC BY 4.0, geonames.org), tidied; abbreviations are custom.
"""

import json
import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

_JOINERS = "\u200b\u200c\u200d\u2060\ufeff\u00ad'\u2018\u2019\u02bc\u02bb`\u00b4"
_SHORT = {
    "st": "saint",
    "ste": "saint",
    "ft": "fort",
    "mt": "mount",
    "cd": "ciudad",
    "sta": "santa",
    "sto": "santo",
    "sn": "san",
    "pto": "puerto",
    "gral": "general",
    "nvo": "nuevo",
    "nva": "nueva",
}
# Spellings that sound alike in Spanish or English, in the order in which they are replaced.
_SOUNDS = tuple(
    (re.compile(pattern), sound)
    for pattern, sound in (
        ("ph", "f"),
        ("[cs]h", "x"),
        ("gu(?=[ei])|g(?=u?[aou])", "g"),
        ("g(?=[ei])", "j"),
        ("qu|ck|q", "k"),
        ("c(?=[eiy])|z", "s"),
        ("c", "k"),
        ("ll", "y"),
        ("[vw]", "b"),
        ("h", ""),
        (r"(.)\1+", r"\1"),
    )
)
_CONSONANTS = re.compile("[^aeiouy0-9]")


HOME_COUNTRIES = frozenset(("US", "MX", "GT", "SV", "HN", "NI", "CR", "PA"))
"""Where the network works."""


@dataclass(frozen=True, slots=True)
class Region:
    """A state, department or province. `code` is the customary one, else GeoNames'."""

    country: str
    code: str
    name: str


@dataclass(frozen=True, slots=True)
class Area:
    """A country, or with a region code a region of it."""

    country: str
    region: str | None = None


def fold_name(text: str) -> str:
    """Lower case without accents, width, punctuation or invisible marks; abbreviations written out.

    Single letters in a row are one word ("D. F." → "df"). Any Unicode is accepted.
    """
    decomposed = unicodedata.normalize("NFKD", text)
    letters = "".join(_plain(char) for char in decomposed if char not in _JOINERS)
    words = re.sub(r"\b([a-z](?: [a-z])+)\b", _together, " ".join(letters.casefold().split()))
    parts = words.split()
    return " ".join([_SHORT.get(part, part) for part in parts[:-1]] + parts[-1:])


def _plain(char: str) -> str:
    category = unicodedata.category(char)
    if category[0] in "LN":
        return char
    return "" if category in ("Mn", "Me", "Cf") else " "


def _together(match: re.Match[str]) -> str:
    return match[1].replace(" ", "")


def sound(folded: str) -> str:
    """What a folded name sounds like, roughly: "tegucigalpha" and "tegusigalfa" are one."""
    for pattern, heard in _SOUNDS:
        folded = pattern.sub(heard, folded)
    return folded.replace(" ", "")


def skeletons(folded: str) -> set[str]:
    """Keys that a name shares with its misspellings: its consonants, and those less any one.

    Consonants are sorted and counted once, so swapped letters and wrong vowels do not matter.
    """
    bones = "".join(sorted(set(_CONSONANTS.findall(sound(folded)))))
    if len(bones) < 3:
        return {bones} if bones else set()
    return {bones} | {bones[:i] + bones[i + 1 :] for i in range(len(bones))}


@cache
def country_names() -> dict[str, str]:
    """Country code → the name that its people use."""
    return {code: names[0] for code, names in _data("countries.json").items()}


@cache
def regions() -> dict[tuple[str, str], Region]:
    """(country, GeoNames' code) → region. Not every country has regions here."""
    return {
        (country, key): Region(country, row[0], row[1])
        for country, rows in _data("regions.json").items()
        for key, row in rows.items()
    }


@cache
def areas() -> dict[str, frozenset[Area]]:
    """Folded name or abbreviation → the countries and regions that it may mean."""
    found: dict[str, set[Area]] = {}
    for code, names in _data("countries.json").items():
        for name in (code, *names):
            found.setdefault(fold_name(name), set()).add(Area(code))
    for country, rows in _data("regions.json").items():
        for row in rows.values():
            for name in (part for part in row if not part.isdigit()):
                found.setdefault(fold_name(name), set()).add(Area(country, row[0]))
    return {name: frozenset(meant) for name, meant in found.items()}


@cache
def area_names() -> dict[Area, str]:
    named = {Area(code): name for code, name in country_names().items()}
    return named | {Area(r.country, r.code): r.name for r in regions().values()}


def display_names() -> dict[str, str]:
    """ "Name, region, country" as in the source → the name that its people use."""
    shown: dict[str, str] = _data("nicknames.json")["display"]
    return shown


def nicknames() -> dict[str, list[str]]:
    """ "Name, region, country" → what else people call the place, and mean it."""
    called: dict[str, list[str]] = _data("nicknames.json")["nicknames"]
    return called


def _data(name: str) -> Any:
    return json.loads(files("storage").joinpath("data", name).read_text(encoding="utf-8"))
