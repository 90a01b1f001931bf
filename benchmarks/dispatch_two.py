"""Several worker processes on one PostgreSQL, which share one broadcast."""

import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from benchmarks import dispatch_enlace
from benchmarks.crowd import register
from benchmarks.dispatch_bare import Speed
from benchmarks.dispatch_enlace import Place
from benchmarks.postgres import Fresh
from storage.sealed import new_secret_key


def race(fresh: Fresh, api: str, messages: int, calls: int, workers: int) -> Speed:
    """From the first worker's first claim to the last one's end; CPU of all of them."""
    place = Place(fresh.filled(), new_secret_key())
    register(place.url, place.key, messages)
    dispatch_enlace.announce_now(place, "telegram")
    start = time.time() + 4  # all of them have been imported by then
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        shifts = [
            pool.submit(dispatch_enlace.work_until_done, place, api, messages, calls, start)
            for _ in range(workers)
        ]
        ends, cpus = zip(*(shift.result() for shift in shifts), strict=True)
    return Speed(messages / (max(ends) - start), sum(cpus) * 1000 / messages)
