import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.review.pace import FEWEST, LONGEST_GAP, measure_pace


@given(st.floats(0.5, LONGEST_GAP - 1), st.integers(FEWEST + 1, 60), st.floats(100, 10_000))
def test_an_even_hand_is_measured_as_it_is_whatever_the_pauses(gap, count, pause):
    times = [1e9 + gap * number for number in range(count)]
    assert measure_pace(times, times[-1]) == pytest.approx(60 / gap, rel=1e-4)
    rested = [*times, *(time + times[-1] - times[0] + pause for time in times)]
    assert measure_pace(reversed(rested), rested[-1]) == pytest.approx(60 / gap, rel=1e-4)


def test_few_answers_and_a_long_pause_say_nothing():
    times = [1e9 + 5 * number for number in range(20)]
    assert measure_pace([], 1e9) is None
    assert measure_pace(times[:FEWEST], 1e9) is None
    assert measure_pace(times, times[-1] + 601) is None
    assert measure_pace([1e9 + 100 * number for number in range(20)], 1e9 + 1900) is None
