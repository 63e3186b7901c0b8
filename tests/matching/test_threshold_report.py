"""What the Thresholds page reads, against the obvious way to find it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.matching.metrics import known_truth, precision_recall_curve
from matcher.matching.threshold_report import figures_of, reach, thin_out
from matcher.vectors.candidate_pairs import CandidatePairs

distance = st.sampled_from([0.0, 0.1, 0.125, 0.25, 0.5, 0.9, 1.0, 1.5, float("inf")])


@given(st.lists(distance, min_size=1), st.floats(0, 2), st.booleans())
def test_a_slider_reaches_beyond_its_threshold_in_even_steps(values, threshold, known):
    distances = np.array(values, np.float32)
    top, step = reach(distances, threshold, distances <= 0.5 if known else None)
    assert top >= threshold
    assert 150 <= round(top / step) <= 420
    assert top / step == pytest.approx(round(top / step))


def test_a_slider_ends_where_the_same_pairs_end():
    distances = np.concatenate([np.linspace(0, 0.4, 500), np.linspace(0.4, 1.9, 5000)]).astype(np.float32)
    top, _ = reach(distances, 0.2, distances <= 0.4)
    assert 0.39 < top < 0.45
    assert reach(distances, 0.9, distances <= 0.4)[0] >= 0.9


def test_a_thinned_curve_looks_like_the_whole_one():
    rng = np.random.default_rng(5)
    distance = rng.random(20_000, np.float32) ** 0.3
    whole = precision_recall_curve(distance, rng.random(20_000) > distance)
    thin = thin_out(whole, 100)
    assert len(thin.thresholds) <= 202
    assert (thin.recall[0], thin.recall[-1]) == (whole.recall[0], whole.recall[-1])
    between = np.interp(whole.recall, thin.recall, thin.precision)[200:]
    assert np.abs(between - whole.precision[200:]).max() < 0.02
    assert np.diff(thin.recall).max() < 0.03
    assert thin_out(thin, 200) is thin


def test_nothing_of_nothing_is_no_figure():
    left, right, rank = np.array([0, 1], np.int32), np.array([1, 2], np.int32), np.ones(2, np.uint16)
    pairs = CandidatePairs(3, left, right, rank, {"text": np.zeros(2, np.float32)})
    for matched in ([False, False], [True, False]):
        said = figures_of(np.array(matched), known_truth(pairs, np.array([0, 1, -1], np.int32)))
        assert (said.pair, said.listing, said.true_pairs, said.reached) == (None, None, None, None)
    truth = known_truth(pairs, np.array([0, 1, -1], np.int32), same=[(1, 2)])
    assert figures_of(np.array([False, True]), truth).pair.f1 == 1.0
