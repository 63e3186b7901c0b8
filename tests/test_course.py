"""One progress over many legs."""

import pytest

from matcher.course import UNITS, Course, in_words
from matcher.progress import Progress


class Clock:
    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


def test_legs_and_their_parts_add_up():
    told, clock = [], Clock()
    course = Course("Comparing", 100.0, told.append, clock)
    with course.leg("First", {"Copies": 10.0, "Training": 30.0}) as report:
        report(Progress("Copies", 1, 2))
        report(Progress("Training", 1, 2, "epoch 3"))
        report(Progress("Something else", 0, 0))
    with course.leg("Second", {"": 60.0}) as report:
        report(Progress("Any", 30, 60))
    assert [progress.done for progress in told] == [0, 50, 250, 0, 400, 700]
    assert {progress.total for progress in told} == {UNITS}
    assert told[1].message.endswith("First: copies")
    assert told[2].message.endswith("First: epoch 3")


def test_the_pace_so_far_corrects_the_guess():
    told, clock = [], Clock()
    course = Course("Comparing", 1200.0, told.append, clock)
    with course.leg("First", {"": 600.0}):
        clock.now = 1200.0  # twice as slow as was thought
    with course.leg("Second", {"": 600.0}):
        pass
    assert told[0].message.startswith("About 20 minutes left")
    assert told[1].message.startswith("About 19 minutes left")


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(3, "less than a minute"), (60, "about 1 minute"), (150, "about 2 minutes"), (3 * 3600, "about 3 hours")],
)
def test_times_in_words(seconds, words):
    assert in_words(seconds) == words
