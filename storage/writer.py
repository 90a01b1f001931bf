"""SQLite's one writer: a thread that commits the units waiting together (group commit)."""

import asyncio
import queue
import threading
import time
from collections import defaultdict, deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine

from storage.dialect import WAKES
from storage.faults import is_broken, is_id_collision, is_locked
from storage.wakes import Wakes

BATCH = 64
_FIRST_PAUSE, _LONGEST_PAUSE = 0.01, 0.5

Outcome = tuple[Any, BaseException | None]


@dataclass(frozen=True, slots=True, eq=False)
class Job:
    """A unit and where its outcome goes: a future of a loop, or one of a waiting thread."""

    unit: Callable[[Connection], Any]
    future: "asyncio.Future[Any] | Future[Any]"
    loop: asyncio.AbstractEventLoop | None


class Writer:
    """`patience`: seconds to go on trying while another process holds the file."""

    def __init__(
        self, engine: Engine, wakes: Wakes, at: Callable[[str], None], patience: float
    ) -> None:
        self._engine = engine
        self._wakes = wakes
        self._at = at
        self._patience = patience
        self._queue: queue.SimpleQueue[list[Job] | None] = queue.SimpleQueue()
        self._gathered: dict[asyncio.AbstractEventLoop, list[Job]] = {}
        self._gate = threading.Lock()
        self._closed = False
        self._connection: Connection | None = None
        self._thread = threading.Thread(target=self._work, name="enlace-writer", daemon=True)
        self._thread.start()

    async def run(self, unit: Callable[[Connection], Any]) -> Any:
        loop = asyncio.get_running_loop()
        future = loop.create_future()
        self._gather(Job(unit, future, loop), loop)
        return await future

    def run_now(self, unit: Callable[[Connection], Any]) -> Any:
        if threading.current_thread() is self._thread:
            raise RuntimeError("A unit of work cannot wait for another unit of work.")
        future: Future[Any] = Future()
        with self._gate:
            self._refuse_if_closed()
            self._queue.put([Job(unit, future, None)])
        return future.result()

    def close(self) -> None:
        """Returns when everything submitted before is committed."""
        with self._gate:
            if not self._closed:
                self._closed = True
                for jobs in self._gathered.values():
                    self._queue.put(jobs)
                self._gathered.clear()
                self._queue.put(None)
        self._thread.join()

    def _gather(self, job: Job, loop: asyncio.AbstractEventLoop) -> None:
        """What a loop submits in one go comes as one batch, and not before the loop is done.

        Two threads at work at once would hand the interpreter's lock to and fro at every statement,
        which costs more than the statements.
        """
        with self._gate:
            self._refuse_if_closed()
            jobs = self._gathered.setdefault(loop, [])
            jobs.append(job)
            if len(jobs) == 1:
                loop.call_soon(self._hand_over, loop)

    def _hand_over(self, loop: asyncio.AbstractEventLoop) -> None:
        with self._gate:
            jobs = self._gathered.pop(loop, [])
            for at in range(0, len(jobs), BATCH):
                self._queue.put(jobs[at : at + BATCH])

    def _refuse_if_closed(self) -> None:
        if self._closed:
            raise RuntimeError("The database is closed.")

    def _work(self) -> None:
        more = True
        while more:
            jobs, more = self._waiting()
            try:
                self._commit_all(jobs)
            except BaseException as error:
                self._disconnect()
                _settle([(job, (None, error)) for job in jobs])
        self._disconnect()

    def _waiting(self) -> tuple[list[Job], bool]:
        """The units waiting, at least one unless the database closes; False when it does."""
        jobs: list[Job] = []
        handed = self._queue.get()
        with suppress(queue.Empty):
            while handed is not None:
                jobs += handed
                if len(jobs) >= BATCH:
                    return jobs, True
                handed = self._queue.get_nowait()
            return jobs, False
        return jobs, True

    def _commit_all(self, jobs: list[Job]) -> None:
        """Commits all together; a unit that fails is taken out and the others go on in order."""
        pending = deque([jobs])
        collided: set[Job] = set()
        while pending:
            batch = [job for job in pending.popleft() if not job.future.cancelled()]
            if not batch:
                continue
            results: list[Any] = []
            try:
                self._commit(batch, results)
            except BaseException as error:
                if is_locked(error):  # it has waited long enough for all of them
                    _settle([(job, (None, error)) for job in batch])
                elif len(batch) > 1:
                    pending.extendleft(reversed(_split(batch, len(results))))
                elif is_id_collision(error) and batch[0] not in collided:
                    collided.add(batch[0])
                    pending.appendleft(batch)
                else:
                    _settle([(batch[0], (None, error))])
            else:
                self._committed()
                _settle([(job, (result, None)) for job, result in zip(batch, results, strict=True)])

    def _commit(self, batch: Sequence[Job], results: list[Any]) -> None:
        """One transaction for the batch. `results` tells how far it came before it failed."""
        deadline = time.monotonic() + self._patience
        pause = _FIRST_PAUSE
        while True:
            results.clear()
            try:
                self._transaction(batch, results)
            except BaseException as error:
                self._undo(error)
                if not is_locked(error) or time.monotonic() + pause > deadline:
                    raise
                time.sleep(pause)
                pause = min(pause * 2, _LONGEST_PAUSE)
            else:
                return

    def _transaction(self, batch: Sequence[Job], results: list[Any]) -> None:
        connection = self._connection = self._connection or self._engine.connect()
        connection.info.pop(WAKES, None)
        with connection.begin():
            for job in batch:
                self._at("unit.begin")
                results.append(job.unit(connection))
            self._at("unit.before_commit")

    def _committed(self) -> None:
        self._at("unit.after_commit")
        if self._connection is not None:
            self._wakes.wake(self._connection.info.pop(WAKES, ()))

    def _undo(self, error: BaseException) -> None:
        """SQLAlchemy takes a commit that failed for done; SQLite has left it open."""
        if self._connection is None or is_broken(error):
            self._disconnect()
        else:
            self._connection.connection.rollback()

    def _disconnect(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(Exception):
                connection.invalidate()
                connection.close()


def _split(batch: list[Job], failed: int) -> list[list[Job]]:
    """Before the guilty unit, itself, after it; all apart when the commit itself failed."""
    if failed == len(batch):
        return [[job] for job in batch]
    return [batch[:failed], [batch[failed]], batch[failed + 1 :]]


def _settle(outcomes: Sequence[tuple[Job, Outcome]]) -> None:
    """Hands out results with one call into each waiting loop, not one a unit."""
    by_loop: dict[asyncio.AbstractEventLoop, list[tuple[Job, Outcome]]] = defaultdict(list)
    for job, outcome in outcomes:
        if job.loop is None:
            _fulfil([(job, outcome)])
        else:
            by_loop[job.loop].append((job, outcome))
    for loop, of_loop in by_loop.items():
        with suppress(RuntimeError):  # the loop has ended: nobody waits for these
            loop.call_soon_threadsafe(_fulfil, of_loop)


def _fulfil(outcomes: Sequence[tuple[Job, Outcome]]) -> None:
    for job, (result, error) in outcomes:
        if job.future.done():
            continue
        if error is None:
            job.future.set_result(result)
        else:
            job.future.set_exception(error)
