"""Figures, and contests that produce them: interleaved rounds, each alone in a fresh process."""

import json
from collections.abc import Callable, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from statistics import median
from typing import Any, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Figure:
    """`reference` is what the value is held against: a rival's figure, or a limit.

    `at_least` or `at_most` is the ratio to reach; neither: shown for comparison only.
    """

    group: str
    name: str
    value: float
    unit: str
    reference: float
    at_least: float | None = None
    at_most: float | None = None

    @property
    def ratio(self) -> float:
        return self.value / self.reference

    @property
    def is_reached(self) -> bool:
        enough = self.at_least is None or self.ratio >= self.at_least
        return enough and (self.at_most is None or self.ratio <= self.at_most)

    @property
    def target(self) -> str:
        if self.at_least is not None:
            return f"≥ {self.at_least}"
        return "none" if self.at_most is None else f"≤ {self.at_most}"

    @property
    def verdict(self) -> str:
        if self.at_least is None and self.at_most is None:
            return ""
        return "reached" if self.is_reached else "NOT REACHED"


@dataclass(frozen=True, slots=True)
class Size:
    """How much is measured: rounds a contest, and people in each round of a sign-up."""

    rounds: int
    people: int


def alone(work: Callable[..., T], *arguments: Any) -> T:
    """Runs it in a process of its own: no other contestant's modules, garbage or warm caches."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(work, *arguments).result()


def contest(rounds: int, contestants: Mapping[str, Callable[[], float]]) -> dict[str, float]:
    """The median of each contestant's rounds; they take turns, so that a slow minute hits all."""
    seen: dict[str, list[float]] = {name: [] for name in contestants}
    for _ in range(rounds):
        for name, run in contestants.items():
            seen[name].append(run())
    return {name: median(values) for name, values in seen.items()}


def write(figures: list[Figure], path: Path) -> None:
    rows = [
        {
            "group": figure.group,
            "name": figure.name,
            "value": round(figure.value, 3),
            "unit": figure.unit,
            "reference": round(figure.reference, 3),
            "ratio": round(figure.ratio, 3),
        }
        for figure in figures
    ]
    path.write_text(json.dumps(rows, ensure_ascii=False, indent=2) + "\n", "utf-8")


def table(figures: list[Figure]) -> str:
    rows = [("", "figure", "measured", "reference", "ratio", "target", "")]
    rows += [
        (
            figure.group,
            figure.name,
            f"{figure.value:,.0f} {figure.unit}",
            f"{figure.reference:,.0f}",
            f"{figure.ratio:.2f}",
            figure.target,
            figure.verdict,
        )
        for figure in figures
    ]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ("  ".join(map(str.ljust, row, widths)).rstrip() for row in rows)
    return "\n".join(lines)
