"""Row ids: increasing, in range, different among threads and processes."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
import time_machine

from storage import ids
from storage.ids import new_id


def test_ids_only_grow() -> None:
    made = [new_id() for _ in range(5000)]
    assert made == sorted(set(made))


def test_ids_leave_the_upper_half_to_rows_made_in_bulk() -> None:
    assert 0 < new_id() < 2**62


def test_threads_never_share_an_id_and_each_sees_them_grow() -> None:
    def many(_: int) -> list[int]:
        return [new_id() for _ in range(2000)]

    with ThreadPoolExecutor(8) as threads:
        batches = list(threads.map(many, range(8)))
    assert len({number for batch in batches for number in batch}) == 16_000
    assert all(batch == sorted(batch) for batch in batches)


def test_processes_that_start_together_do_not_meet() -> None:
    source = "from storage.ids import new_id\nfor _ in range(500): print(new_id())"
    started = [
        subprocess.Popen(
            [sys.executable, "-c", source],
            cwd=Path(__file__).parents[2],
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(3)
    ]
    made = [number for process in started for number in process.communicate(timeout=60)[0].split()]
    assert len(set(made)) == 1500


@pytest.fixture
def _fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a process that has made no id; what other tests made is put back afterwards."""
    monkeypatch.setattr(ids, "_last", 0)


@pytest.mark.usefixtures("_fresh")
def test_ids_are_ordered_by_time_and_a_clock_set_back_does_not_disturb_them() -> None:
    with time_machine.travel(datetime(2031, 5, 1, tzinfo=UTC), tick=False) as clock:
        earlier = new_id()
        clock.shift(0.002)
        later = new_id()
        clock.shift(-86_400)
        after_a_jump_back = new_id()
    assert earlier < later < after_a_jump_back
    assert (later >> 21) - (earlier >> 21) == 2, "41 bits of milliseconds, 21 below them"


@pytest.mark.usefixtures("_fresh")
def test_a_clock_beyond_the_last_id_is_said_aloud() -> None:
    with (
        time_machine.travel(datetime(2100, 1, 1, tzinfo=UTC), tick=False),
        pytest.raises(OverflowError, match="clock"),
    ):
        new_id()
