"""Signed Twilio webhooks over loopback HTTP, beside the barest route that does the same."""

from collections.abc import Callable
from statistics import median

from benchmarks import loader, servers
from benchmarks.figures import Figure, Size, alone
from benchmarks.loader import Load
from benchmarks.places import Workshop

_FLIGHTS = 32
_P99_SECONDS = 0.050
_SHARE = 4
"""A webhook costs its sender as much again: a quarter of the people is enough."""


def measure(size: Size, workshop: Workshop) -> list[Figure]:
    people = max(1, size.people // _SHARE)
    ours: list[Load] = []
    bare: list[Load] = []
    for _ in range(size.rounds):
        ours.append(_load(servers.enlace, workshop.filled(), people))
        bare.append(_load(servers.rival, workshop.empty(), people))
    rate, reference = (median(load.rate for load in loads) for loads in (ours, bare))
    p99 = median(load.p99 for load in ours)
    return [
        Figure(
            "webhooks",
            "signed webhooks, against a bare route",
            rate,
            "requests/s",
            reference,
            at_least=1.0,
        ),
        Figure(
            "webhooks",
            "p99 at half of that rate, against 50 ms",
            p99 * 1000,
            "ms",
            _P99_SECONDS * 1000,
            at_most=1.0,
        ),
    ]


def _load(serve: Callable[[str, int], None], path: str, people: int) -> Load:
    with servers.serving(serve, path) as port:
        return alone(loader.measure, port, people, _FLIGHTS)
