"""How far, how fast and how long still: one progress over many stages, rates, and times in words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.progress import WEIGHTED_UNITS, Progress, RateMeter, WeightedProgress, duration, seconds_left


class Clock:
    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


def test_stages_and_their_parts_add_up():
    told, clock = [], Clock()
    whole = WeightedProgress("Comparing", 100.0, told.append, clock)
    with whole.stage("First", {"Copies": 10.0, "Training": 30.0}) as report:
        report(Progress("Copies", 1, 2))
        report(Progress("Training", 1, 2, "epoch 3"))
        report(Progress("Something else", 0, 0))
    with whole.stage("Second", {"": 60.0}) as report:
        report(Progress("Any", 30, 60))
    assert [progress.done for progress in told] == [0, 50, 250, 0, 400, 700]
    assert {progress.total for progress in told} == {WEIGHTED_UNITS}
    assert told[1].message.endswith("First: copies")
    assert told[2].message.endswith("First: epoch 3")


def test_the_rate_so_far_corrects_the_guess():
    told, clock = [], Clock()
    whole = WeightedProgress("Comparing", 1200.0, told.append, clock)
    with whole.stage("First", {"": 600.0}):
        clock.now = 1200.0  # twice as slow as was thought
    with whole.stage("Second", {"": 600.0}):
        pass
    assert told[0].message.startswith("About 20 min left")
    assert told[1].message.startswith("About 19 min left")


def test_a_rate_is_of_the_present_step_and_without_its_start():
    meter = RateMeter()
    assert meter.measure("Encoding", 0, 0.0) == 0
    assert meter.measure("Encoding", 10, 100.0) == 0  # a model was loaded until now
    assert meter.measure("Encoding", 30, 102.0) == 10
    assert meter.measure("Encoding", 230, 112.0) == pytest.approx(220 / 12)
    assert meter.measure("Encoding", 235, 140.0) == pytest.approx(5 / 28)  # what was fast is long ago
    assert meter.measure("Searching", 5, 141.0) == 0


def test_what_is_left_of_a_training_counts_the_measuring_between_epochs():
    meter = RateMeter()
    assert meter.measure("Training", 10, 0.0) == 0
    assert meter.measure("Training", 40, 10.0) == 3
    assert meter.measure("Training", 40, 40.0) == pytest.approx(30 / 40)  # measuring
    assert meter.measure("Training", 70, 50.0) == pytest.approx(60 / 50)
    assert meter.measure("Training", 70, 80.0) == pytest.approx(60 / 80)  # two epochs of three: 40 s for the third
    assert seconds_left(70, 100, 60 / 80) == 40


@given(st.integers(0, 100), st.integers(1, 100), st.floats(0.01, 100))
def test_the_time_left_is_what_the_rate_takes_for_the_rest(done, total, rate):
    left = seconds_left(done, total, rate)
    assert left is not None
    assert left * rate == pytest.approx(max(0, total - done))


@pytest.mark.parametrize(("total", "rate"), [(0, 5.0), (10, 0.0), (0, 0.0)])
def test_nobody_can_tell_without_a_total_or_a_rate(total, rate):
    assert seconds_left(3, total, rate) is None


@pytest.mark.parametrize(
    ("seconds", "exact", "rough"),
    [
        (0.2, "under 1 s", "under 1 s"),
        (8.2, "8 s", "8 s"),
        (59.6, "1 min 00 s", "1 min"),
        (60, "1 min 00 s", "1 min"),
        (125, "2 min 05 s", "2 min"),
        (3599, "59 min 59 s", "1 h 00 min"),
        (3900, "1 h 05 min", "1 h 05 min"),
        (10 * 3600, "10 h 00 min", "10 h 00 min"),
    ],
)
def test_times_are_written_for_people(seconds, exact, rough):
    assert duration(seconds) == exact
    assert duration(seconds, rough=True) == rough
