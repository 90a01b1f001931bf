"""Holds the locked versions to what was asked for, offline. Makes no lock: `make lock` does."""

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, requires
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

_HASH = re.compile(r"--hash=sha256:[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Pin:
    """One entry of a lock."""

    requirement: Requirement
    hashes: tuple[str, ...]

    @property
    def version(self) -> str:
        return next(iter(self.requirement.specifier)).version


@dataclass(slots=True)
class Lock:
    """A lock and the packages asked for that it was made from."""

    asked: list[Requirement]
    pins: dict[str, Pin]
    _reached: set[str] = field(default_factory=set)

    def faults(self) -> Iterator[str]:
        """Each pin without a hash, each need that is missing or unmet, each pin nobody needs."""
        yield from (f"{name} has no hash" for name, pin in self.pins.items() if not pin.hashes)
        for requirement in self.asked:
            yield from self._follow(requirement, "the .in file")
        for name in sorted(self.pins.keys() - self._reached):
            yield f"{name} is locked, but nothing needs it"

    def _follow(self, requirement: Requirement, wanted_by: str) -> Iterator[str]:
        name = canonicalize_name(requirement.name)
        pin = self.pins.get(name)
        if pin is None:
            if _applies_here(requirement):
                yield f"{name}, needed by {wanted_by}, is not locked"
            return
        if not requirement.specifier.contains(pin.version, prereleases=True):
            yield f"{name} is locked at {pin.version}, but {wanted_by} needs {requirement}"
        if name not in self._reached or requirement.extras:
            self._reached.add(name)
            for need in _needs(name, requirement.extras):
                yield from self._follow(need, name)


def _needs(name: str, extras: set[str]) -> Iterator[Requirement]:
    """What an installed package asks for, on any platform; nothing if it isn't installed here."""
    try:
        lines = requires(name) or []
    except PackageNotFoundError:
        return
    for line in lines:
        need = Requirement(line)
        if "extra" not in str(need.marker) or any(_asked_by(need, extra) for extra in extras):
            yield need


def _asked_by(need: Requirement, extra: str) -> bool:
    return need.marker is None or need.marker.evaluate({"extra": extra})


def _applies_here(requirement: Requirement) -> bool:
    return requirement.marker is None or requirement.marker.evaluate({"extra": ""})


def read_asked(path: Path) -> list[Requirement]:
    lines = (line.strip() for line in path.read_text("utf-8").splitlines())
    return [Requirement(line) for line in lines if line and not line.startswith("#")]


def read_pins(path: Path) -> dict[str, Pin]:
    entries = path.read_text("utf-8").replace("\\\n", " ").splitlines()
    pins = (
        Pin(Requirement(_HASH.sub("", entry).strip()), tuple(_HASH.findall(entry)))
        for entry in entries
        if entry.strip() and not entry.startswith("#")
    )
    return {canonicalize_name(pin.requirement.name): pin for pin in pins}


def faults(root: Path) -> list[str]:
    """What is wrong with the two locks in `root`; empty when they hold."""
    runtime = read_asked(root / "requirements.in")
    everything = runtime + read_asked(root / "requirements-dev.in")
    runtime_pins = read_pins(root / "requirements.txt")
    all_pins = read_pins(root / "requirements-dev.txt")
    found = [f"requirements.txt: {fault}" for fault in Lock(runtime, runtime_pins).faults()]
    found += [f"requirements-dev.txt: {fault}" for fault in Lock(everything, all_pins).faults()]
    found += [
        f"{name} differs between requirements.txt and requirements-dev.txt"
        for name, pin in runtime_pins.items()
        if name in all_pins and all_pins[name].version != pin.version
    ]
    return found


def main() -> int:
    found = faults(Path(__file__).resolve().parent.parent)
    for fault in found:
        print(fault, file=sys.stderr)
    if found:
        print("The locks don't match: run `make lock`.", file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
