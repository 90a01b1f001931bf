"""`python -m benchmarks [GROUP …]`: measures, prints a table, writes benchmarks/results.json."""

import argparse
import os
from collections.abc import Callable, Mapping
from pathlib import Path

from benchmarks import (
    dispatch,
    enqueue,
    footprint,
    inbound,
    kill,
    opening,
    pace,
    postgres,
    reminders,
    webhooks,
)
from benchmarks.figures import Figure, Size, table, write
from benchmarks.places import Workshop, workshop

GROUPS: Mapping[str, Callable[[Size, Workshop], list[Figure]]] = {
    "inbound": inbound.measure,
    "webhooks": webhooks.measure,
    "postgres": postgres.measure,
    "footprint": footprint.measure,
    "enqueue": enqueue.measure,
    "dispatch": dispatch.measure,
    "pace": pace.measure,
    "kill": kill.measure,
    "reminders": reminders.measure,
    "opening": opening.measure,
}
_RESULTS = Path(__file__).parent / "results.json"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("groups", nargs="*", metavar="GROUP", help=", ".join(GROUPS))
    parser.add_argument("--quick", action="store_true", help="one small round, for development")
    parser.add_argument("--rounds", type=int, help="rounds of each figure; their median counts")
    arguments = parser.parse_args()
    if unknown := set(arguments.groups) - set(GROUPS):
        parser.error(f"no such group: {', '.join(sorted(unknown))}")
    size = Size(rounds=1, people=200) if arguments.quick else Size(rounds=5, people=2000)
    if arguments.rounds:
        size = Size(arguments.rounds, size.people)
    figures = _measure(arguments.groups or list(GROUPS), size)
    write(figures, _RESULTS)
    print(f"\n{table(figures)}\n\n{os.cpu_count()} cores; written to {_RESULTS.name}")


def _measure(groups: list[str], size: Size) -> list[Figure]:
    figures = []
    with workshop() as here:
        for group in groups:
            print(f"measuring {group} …", flush=True)
            figures += GROUPS[group](size, here)
    return figures


if __name__ == "__main__":
    main()
