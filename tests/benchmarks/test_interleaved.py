"""Rounds and ratios, with a clock and samples made here: nothing is timed."""

import pytest

from benchmarks.interleaved import Effort, Spread, added, interleave, ratio, spread


def recorder(log, values):
    """Timers that write down who was asked, and answer from a list."""
    return {
        name: lambda name=name, times=times: (log.append(name), times.pop(0))[1]
        for name, times in values.items()
    }


def test_a_round_goes_through_all_before_the_next_begins():
    log = []
    timers = recorder(log, {"a": [1, 2, 3], "b": [4, 5, 6], "c": [7, 8, 9]})
    samples = interleave(timers, Effort(3, 3, 0), clock=lambda: 0)
    assert log == ["a", "b", "c"] * 3
    assert samples == {"a": [1, 2, 3], "b": [4, 5, 6], "c": [7, 8, 9]}


@pytest.mark.parametrize(
    ("effort", "rounds"), [(Effort(2, 9, 3.5), 4), (Effort(6, 9, 3.5), 6), (Effort(1, 3, 99), 3)]
)
def test_rounds_end_with_the_time_but_not_before_the_least_number(effort, rounds):
    log = []
    timers = recorder(log, {"a": [1.0] * 9})
    samples = interleave(timers, effort, clock=lambda: len(log))  # a second for each sample
    assert len(samples["a"]) == rounds


def test_a_ratio_is_taken_within_each_round():
    # The machine slows down tenfold in the last round; the ratio does not notice.
    assert ratio([4.0, 4.0, 40.0], [2.0, 2.0, 20.0]) == Spread(2, 2, 2, 3)
    with pytest.raises(ValueError, match="zip"):
        ratio([1.0, 2.0], [1.0])


def test_median_and_quartiles():
    assert spread([5, 1, 3, 2, 4]) == Spread(3, 2, 4, 5)
    assert spread([7]) == Spread(7, 7, 7, 1)
    assert spread([1, 2, 3]).scaled(10) == Spread(20, 15, 25, 3)


def test_calls_one_after_the_other_add_up_round_by_round():
    assert added([[1, 10], [2, 20], [3, 30]]) == [6, 60]
