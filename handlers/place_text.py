"""What a person texts as a place, taken apart into possible readings. No cities, no SQL."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

from storage.place_names import HOME_COUNTRIES, Area, areas, fold_name

MAX_CHARACTERS = 300
MAX_WORDS = 24
_LONGEST_NAME = 6
_LONGEST_AREA = 5
_A_TOWN = 15_000
_A_CITY = 50_000

Words = tuple[str, ...]
Areas = frozenset[Area]
ANYWHERE: Areas = frozenset()

_SEPARATORS = re.compile(r"[,;:/|()\[\]\n\r\t]|\s[-–—]\s")
_ZIP_DIGITS = 5
_ZIP = re.compile(r"(?<![\w-])(\d{5})(?:-\d{4})?(?![\w-])", re.ASCII)
_ZIP_WORDS = frozenset(
    ["zip", "zipcode", "code", "codigo", "postal", "cp", "mi", "my", "is", "es", "the", "el"]
)


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_ZIP_WORDS = _words("zip zipcode code codigo postal cp mi my is es the el")
# Words that lead to a place and may be left out. Some begin names too ("La Paz", "El Paso"), so
# they are left out one by one, and the longest rest that is a place is taken.
_LEADING = _words(
    """
    a actualmente afueras ahora ahorita al alrededor am and aqui are area around at based
    been buenas buenos by centro cerca city ciudad close county currently de del
    departamento depto desde dias downtown el en encuentro es esta estado estamos estoy for
    from hello here hey hi hola i im in is it its just la las live lives living located
    location los lugar mas me mi municipio my near nosotros now of outside pais place por
    provincia pueblo pues radico resido right rumbo sector somos soy state stay staying
    tardes the to town trabajo ubicacion ubicada ubicado vive vivimos vivo we were yo zona
    """
)
# Those of them that begin a sentence, so that what follows its first link is the place.
_SENTENCE = _words(
    """
    actualmente ahora ahorita aqui based buenas buenos cerca currently desde en estamos
    estoy from hello hey hi hola i im in live living located me mi my near nosotros pues
    radico resido somos soy trabajo ubicada ubicado vive vivimos vivo we yo
    """
)
_LINKS = _words("around at by de desde en es from in is near of por to")
_TRAILING = _words(
    "ahorita aqui area favor gracias here metro now please por porfa porfavor thank thanks you"
)
_STREETS = _words(
    """
    apartamento apt av ave avenida avenue barrio blvd boulevard calle calz calzada carretera
    col colonia colony depto dr drive edificio esquina fracc fraccionamiento highway hwy int
    lane ln lote manzana num numero pasaje piso rd residencial road sector street suite unit
    urb urbanizacion zona
    """
)
# What people answer that is no place, though a town or an abbreviation is written alike.
_NO_PLACE = _words(
    """
    adios al alguno alto amor ayuda back bad baja bien bueno bye cancelar casa col con cual
    de decir del digo dime dios done el ella en end es exit fin final good gracias gua hecho
    hello help hi hola home id idk in info listo lo ma mas me mi mor mucho nada no nombre
    none nose nothing oh ok okay or otra otro pa pan para paz pero persona por prueba puedo que
    quiero quit sabe saber salir saltar se si sin skip son start stop tengo test thanks todo
    tu usted ustedes ver what who why yes
    """
)


@dataclass(frozen=True, slots=True)
class Reading:
    """A folded name of a city, in any of the areas (none: anywhere).

    `itself` is the country or region that the name may mean instead. `smallest` is how many
    inhabitants make the reading worth believing; `sure`, whether it needs no asking back.
    """

    name: str
    areas: Areas = ANYWHERE
    itself: Areas = ANYWHERE
    smallest: int = 0
    sure: bool = True


@dataclass(frozen=True, slots=True)
class PlaceText:
    """A text taken apart: by its commas, and as a whole with less and less filler (`cores`)."""

    segments: tuple[Words, ...]
    cores: tuple[Words, ...]


@dataclass(frozen=True, slots=True)
class ZipCode:
    """Five digits, and whether nothing else is said beside them."""

    digits: str
    alone: bool


def take_apart(text: str) -> PlaceText | None:
    """None when the text can't be a place: too long, no letters, or a word of talk alone."""
    if len(text) > MAX_CHARACTERS:
        return None
    folded = (tuple(fold_name(part).split()) for part in _SEPARATORS.split(text))
    segments = tuple(words for part in folded if (words := _without_last_numbers(part)))
    words = _without_last_numbers(tuple(word for part in segments for word in part))
    if not words or len(words) > MAX_WORDS or _NO_PLACE.issuperset(words):
        return None
    return PlaceText(segments, tuple(_cores(words)))


def zip_code(text: str) -> ZipCode | None:
    """The last US ZIP code in the text."""
    if len(text) > MAX_CHARACTERS:
        return None
    if text.isascii() and text.isdigit():
        return ZipCode(text, alone=True) if len(text) == _ZIP_DIGITS else None
    plain = unicodedata.normalize("NFKC", text)
    found = _ZIP.findall(plain)
    if not found:
        return None
    rest = fold_name(_ZIP.sub(" ", plain)).split()
    return ZipCode(found[-1], (_ZIP_WORDS | _LEADING | _TRAILING).issuperset(rest))


def readings_of(words: Words) -> Iterator[Reading]:
    """The words as a city or an area; as a city and its state or country, in either order."""
    yield Reading(" ".join(words), itself=_named_alone(words))
    for head, meant in _splits(words):
        yield Reading(" ".join(head), meant, _inside(_named(head), meant))


def readings_by_comma(segments: tuple[Words, ...]) -> Iterator[Reading]:
    """The part before the area that the text ends with: "…, Chicago, Illinois, USA"."""
    for ending in (2, 1):
        if len(segments) > ending:
            end = tuple(word for part in segments[-ending:] for word in part)
            for meant in _senses(area_of(end), end):
                for head in _cores(segments[-ending - 1]):
                    yield Reading(" ".join(head), meant, _inside(_named(head), meant))


def readings_of_segments(segments: tuple[Words, ...]) -> Iterator[Reading]:
    """Parts between commas: one that its neighbour places; else the last city."""
    parts = [next(_cores(words)) for words in segments]
    neighbours = list(pairwise(parts))[::-1]
    for here, there in (*neighbours, *((there, here) for here, there in neighbours)):
        for meant in _senses(area_of(there), there):
            yield Reading(" ".join(here), meant)
    for part in reversed(parts):
        for reading in readings_of(part):
            yield replace(reading, smallest=0 if reading.areas else _A_TOWN)


def readings_of_address(words: Words) -> Iterator[Reading]:
    """The end of an address: what comes before the city is dropped, unread."""
    begun = False
    for start, word in enumerate(words[:-1], start=1):
        begun = begun or word in _STREETS or word[0].isdigit()
        if begun:
            for reading in readings_of(words[start:]):
                yield replace(reading, smallest=0 if reading.areas else _A_TOWN)


def readings_within(words: Words) -> Iterator[Reading]:
    """Runs of words anywhere in a longer text, the longest first: good only to be asked back."""
    for length in range(min(_LONGEST_NAME, len(words)), 0, -1):
        for start in range(len(words) - length + 1):
            run = words[start : start + length]
            if len(" ".join(run)) >= 4 and not (_LEADING | _NO_PLACE).issuperset(run):
                yield Reading(" ".join(run), smallest=_A_CITY, sure=False)


def area_of(words: Words) -> Areas:
    """Countries and regions that the words name, as a whole or as "region, country"."""
    inner = (_inside(_named(head), meant) for head, meant in _splits(words))
    return _named(words) or next(filter(None, inner), ANYWHERE)


def last_area(text: PlaceText) -> Areas:
    """The area that the text ends with, for when its city is not known."""
    if len(text.segments) > 1 and (meant := _named(text.segments[-1])):
        return meant
    ends = (text.cores[0][-length:] for length in range(_LONGEST_AREA, 0, -1))
    return next(
        (meant for end in ends if len(" ".join(end)) > 3 and (meant := _named(end))), ANYWHERE
    )


def _named_alone(words: Words) -> Areas:
    """The area that the words name with nothing beside them: of abbreviations, only the nearby."""
    name, meant = " ".join(words), _named(words)
    if name in _NO_PLACE:
        return ANYWHERE
    return frozenset(area for area in meant if len(name) > 3 or area.country in HOME_COUNTRIES)


def _named(words: Words) -> Areas:
    return areas().get(" ".join(words), ANYWHERE)


def _cores(words: Words) -> Iterator[Words]:
    seen: set[Words] = set()
    for core in _stripped(words):
        for shown in (core, _without_trailing(core)):
            if shown not in seen:
                seen.add(shown)
                yield shown


def _stripped(words: Words) -> Iterator[Words]:
    leading = 0
    while leading < len(words) - 1 and words[leading] in _LEADING:
        leading += 1
    first = 0
    if words[0] in _SENTENCE:
        links = [i for i, word in enumerate(words[:leading]) if word in _LINKS]
        first = links[0] + 1 if links else leading
    for start in range(first, leading + 1):
        yield words[start:]
    if first:
        yield words


def _without_trailing(words: Words) -> Words:
    end = len(words)
    while end > 1 and words[end - 1] in _TRAILING:
        end -= 1
    return words[:end]


def _without_last_numbers(words: Words) -> Words:
    end = len(words)
    while end and words[end - 1].isdigit():
        end -= 1
    return words[:end]


def _splits(words: Words) -> Iterator[tuple[Words, Areas]]:
    """Every (rest, area) where an area ends or begins the words; "region country" counts as one."""
    lengths = range(1, min(_LONGEST_AREA, len(words) - 1) + 1)
    for length in lengths:
        head, tail = words[:-length], words[-length:]
        for meant in _senses(_named(tail), tail):
            yield head, meant
            for inner in range(1, min(_LONGEST_AREA, len(head) - 1) + 1):
                region = _inside(_named(head[-inner:]), meant)
                if region:
                    yield head[:-inner], region
    for length in lengths:
        for meant in _senses(_named(words[:length]), words[:length]):
            yield words[length:], meant


def _senses(meant: Areas, words: Words) -> Iterator[Areas]:
    """Two letters are first a state nearby, then anything else: CA, AR, CO, PA, BC."""
    states = frozenset(area for area in meant if area.region and area.country in HOME_COUNTRIES)
    if len(" ".join(words)) > 2:
        states = ANYWHERE
    yield from filter(None, (states, meant - states))


def _inside(inner: Areas, outer: Areas) -> Areas:
    countries = {area.country for area in outer if area.region is None}
    return frozenset(area for area in inner if area.region and area.country in countries)
