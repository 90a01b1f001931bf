"""Slots: the limit holds in any one second, whatever the arrivals, weights and lateness."""

from collections.abc import Sequence
from datetime import timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from bot.delivery.pace import AHEAD_US, LATE_US, LEAD_US, Pace, Slots, reserve, room
from handlers.conversation.messages import Outgoing

MICRO = 1_000_000


def weighed(rate: float) -> Pace:
    return Pace(rate, weigh=lambda message: len(message.text))


def simulate(
    pace: Pace, arrivals: Sequence[tuple[int, Sequence[int], int]]
) -> list[tuple[int, int]]:
    """Calls (instant, weight) of workers that ask after these pauses and call that much late."""
    slots, now, calls = Slots(), 1_700_000_000 * MICRO, []
    for pause, weights, lateness in arrivals:
        now += pause
        waiting = list(weights)
        while waiting:
            taken, slots = reserve(slots, pace, waiting, now=now, earliest=now)
            calls += [
                (slot + lateness, weight) for slot, weight in zip(taken, waiting, strict=False)
            ]
            waiting = waiting[len(taken) :]
            now += 0 if taken else AHEAD_US // 10
    return sorted(calls)


def most_in_a_second(calls: Sequence[tuple[int, int]]) -> int:
    """Over all half-open windows of one second; a window that matters begins at a call."""
    return max(
        sum(weight for at, weight in calls if start <= at < start + MICRO) for start, _ in calls
    )


pauses = st.integers(0, 3 * MICRO)
lateness = st.integers(0, LATE_US)


@given(
    st.integers(1, 40),
    st.lists(
        st.tuples(pauses, st.lists(st.just(1), max_size=40), lateness), min_size=1, max_size=8
    ).filter(lambda arrivals: any(weights for _, weights, _ in arrivals)),
)
def test_messages_never_exceed_the_limit_in_any_second(
    rate: int, arrivals: list[tuple[int, list[int], int]]
) -> None:
    assert most_in_a_second(simulate(Pace(rate), arrivals)) <= rate


@given(
    st.integers(4, 40),
    st.lists(
        st.tuples(pauses, st.lists(st.integers(1, 4), max_size=20), lateness),
        min_size=1,
        max_size=8,
    ).filter(lambda arrivals: any(weights for _, weights, _ in arrivals)),
)
def test_segments_never_exceed_the_limit_in_any_second(
    rate: int, arrivals: list[tuple[int, list[int], int]]
) -> None:
    assert most_in_a_second(simulate(weighed(rate), arrivals)) <= rate


@given(
    st.floats(0.2, 3),
    st.lists(
        st.tuples(pauses, st.lists(st.integers(1, 10), max_size=5), lateness), min_size=1
    ).filter(lambda arrivals: any(weights for _, weights, _ in arrivals)),
)
def test_a_message_above_the_limit_has_its_second_alone_and_pays_for_it_later(
    rate: float, arrivals: list[tuple[int, list[int], int]]
) -> None:
    calls = simulate(weighed(rate), arrivals)
    for (at, weight), (following, _) in pairwise(calls):
        assert following - at >= weight * MICRO / rate - LATE_US


def test_a_broadcast_reaches_nearly_the_whole_limit() -> None:
    calls = simulate(Pace(30), [(0, [1] * 2000, 0)])
    seconds = (calls[-1][0] - calls[0][0]) / MICRO
    assert 2000 / seconds >= 0.97 * 30


def test_two_segments_each_reach_nearly_the_whole_limit() -> None:
    calls = simulate(weighed(10), [(0, [2] * 500, 0)])
    seconds = (calls[-1][0] - calls[0][0]) / MICRO
    assert 1000 / seconds >= 0.97 * 10


def test_a_reply_during_a_broadcast_takes_the_next_slot_after_a_third_of_a_second_at_most() -> None:
    now = 1_700_000_000 * MICRO
    pace = Pace(30)
    _, slots = reserve(Slots(), pace, [1] * 1000, now=now, earliest=now)

    [slot], _ = reserve(slots, pace, [1], now=now + AHEAD_US // 2, earliest=now + AHEAD_US // 2)

    assert slot - (now + AHEAD_US // 2) <= AHEAD_US


def test_nothing_is_reserved_further_ahead_so_a_crash_wastes_no_more_than_that() -> None:
    now = 1_700_000_000 * MICRO
    taken, slots = reserve(Slots(), Pace(100), [1] * 1000, now=now, earliest=now)
    assert len(taken) == room(Slots(), 100, now)
    assert slots.free_at <= now + AHEAD_US + MICRO // 50


@given(st.integers(0, LEAD_US), st.integers(1, 40))
def test_however_long_a_claim_takes_there_is_a_slot_after_it(lead: int, rate: int) -> None:
    now = 1_700_000_000 * MICRO
    taken, slots = reserve(Slots(), Pace(rate), [1] * 100, now=now, earliest=now + lead)
    assert taken[0] == now + lead
    following, _ = reserve(slots, Pace(rate), [1], now=now + MICRO, earliest=now + MICRO)
    assert most_in_a_second([(slot, 1) for slot in (*taken, *following)]) <= rate


def test_an_idle_sender_sends_at_once() -> None:
    now = 1_700_000_000 * MICRO
    taken, _ = reserve(Slots(now - 60 * MICRO), Pace(1), [1], now=now, earliest=now)
    assert taken == [now]


def test_a_clock_that_was_set_back_does_not_stop_the_sender() -> None:
    now = 1_700_000_000 * MICRO
    _, slots = reserve(Slots(), Pace(1), [1], now=now, earliest=now)
    an_hour_back = now - 3600 * MICRO
    assert room(slots, 1, an_hour_back) == 1
    taken, _ = reserve(slots, Pace(1), [1], now=an_hour_back, earliest=an_hour_back)
    assert taken == [an_hour_back]


def test_without_a_limit_everything_goes_at_once() -> None:
    assert reserve(Slots(), Pace(), [1] * 500, now=7, earliest=7) == ([7] * 500, Slots())


def test_a_pace_weighs_messages_by_what_it_is_given() -> None:
    pace = Pace(1, weigh=lambda message: len(message.text), chat_gap=timedelta(seconds=1))
    assert pace.weigh is not None
    assert pace.weigh(Outgoing("abc")) == 3
