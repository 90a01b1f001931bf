"""A reader of iCalendar (RFC 5545) that shares nothing with the library that writes it.

It refuses what a strict calendar would: bare line feeds, long lines, unknown escapes, a wall time
that its own VTIMEZONE can't place.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

_LINE = re.compile(r'([A-Z-]+)((?:;[A-Z-]+=(?:"[^"]*"|[^";:,]*))*):(.*)', re.DOTALL)
_OFFSET = re.compile(r"([+-])(\d\d)(\d\d)")


class BrokenFileError(ValueError):
    """Says what a strict reader stumbles over."""


@dataclass
class Property:
    value: str
    parameters: dict[str, str]

    @property
    def text(self) -> str:
        return re.sub(r"\\(.)", _unescaped, self.value, flags=re.DOTALL)


@dataclass
class Component:
    name: str
    properties: dict[str, Property] = field(default_factory=dict)
    parts: list["Component"] = field(default_factory=list)

    def of(self, name: str) -> list["Component"]:
        return [part for part in self.parts if part.name == name]

    def text(self, name: str) -> str:
        return self.properties[name].text


def read(content: bytes) -> Component:
    open_parts: list[Component] = []
    done: Component | None = None
    for line in _unfolded(content):
        if done is not None:
            raise BrokenFileError("something follows the end")
        name, parameters, value = _split(line)
        if name == "BEGIN":
            open_parts.append(Component(value))
        elif name == "END":
            if not open_parts or open_parts[-1].name != value:
                raise BrokenFileError(f"END:{value} ends nothing")
            closed = open_parts.pop()
            if open_parts:
                open_parts[-1].parts.append(closed)
            else:
                done = closed
        elif not open_parts or name in open_parts[-1].properties:
            raise BrokenFileError(f"{name} stands alone, or twice")
        else:
            open_parts[-1].properties[name] = Property(value, parameters)
    if done is None:
        raise BrokenFileError("it does not end")
    return done


def _unfolded(content: bytes) -> Iterator[str]:
    if not content.endswith(b"\r\n") or b"\n" in content.replace(b"\r\n", b""):
        raise BrokenFileError("lines end with CRLF")
    lines = content[:-2].split(b"\r\n")
    if longest := [line for line in lines if len(line) > 75]:
        raise BrokenFileError(f"longer than 75 octets: {longest[0]!r}")
    joined: list[bytes] = []
    for line in lines:
        if line[:1] in (b" ", b"\t"):
            joined[-1] += line[1:]
        else:
            joined.append(line)
    return (line.decode("utf-8") for line in joined)


def _split(line: str) -> tuple[str, dict[str, str], str]:
    found = _LINE.fullmatch(line)
    if found is None:
        raise BrokenFileError(f"no content line: {line!r}")
    pairs = (each.split("=", 1) for each in found[2].split(";") if each)
    return found[1], {name: value.strip('"') for name, value in pairs}, found[3]


def _unescaped(found: re.Match[str]) -> str:
    known = {"n": "\n", "N": "\n", ",": ",", ";": ";", "\\": "\\"}
    if found[1] not in known:
        raise BrokenFileError(f"unknown escape {found[0]!r}")
    return known[found[1]]


@dataclass(frozen=True)
class Observance:
    """Clocks of one kind: since when (an instant), and how far they are from UTC."""

    since: datetime
    offset: timedelta


def clocks(zone: Component) -> list[Observance]:
    """In order; an onset is told by the clocks that it ends (3.6.5)."""
    found = []
    for part in zone.parts:
        if part.name not in ("STANDARD", "DAYLIGHT"):
            raise BrokenFileError(f"{part.name} is no kind of time")
        onset = datetime.strptime(part.properties["DTSTART"].value, "%Y%m%dT%H%M%S")
        since = (onset - _offset(part, "TZOFFSETFROM")).replace(tzinfo=UTC)
        found.append(Observance(since, _offset(part, "TZOFFSETTO")))
    return sorted(found, key=lambda each: each.since)


def _offset(part: Component, name: str) -> timedelta:
    found = _OFFSET.fullmatch(part.properties[name].value)
    if found is None:
        raise BrokenFileError(f"{name}: {part.properties[name].value}")
    size = timedelta(hours=int(found[2]), minutes=int(found[3]))
    return size if found[1] == "+" else -size


def instant(calendar: Component, when: Property) -> datetime:
    """When a wall time is, by the file's own VTIMEZONE alone."""
    zones = {zone.text("TZID"): zone for zone in calendar.of("VTIMEZONE")}
    known = clocks(zones[when.parameters["TZID"]])
    wall = datetime.strptime(when.value, "%Y%m%dT%H%M%S").replace(tzinfo=UTC)
    ends = [each.since for each in known[1:]] + [datetime.max.replace(tzinfo=UTC)]
    placed = [
        wall - each.offset
        for each, end in zip(known, ends, strict=True)
        if each.since <= wall - each.offset < end
    ]
    if len(placed) != 1:
        raise BrokenFileError(f"{when.value} is {len(placed)} instants")
    return placed[0]
