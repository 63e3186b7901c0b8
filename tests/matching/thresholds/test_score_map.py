"""The map against one pair of thresholds at a time."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from matcher.errors import DataError
from matcher.matching.metrics import known_truth, listing_scores
from matcher.matching.threshold_grid import Axis
from matcher.matching.thresholds.score_map import BLOCK, even_thresholds, map_thresholds
from matcher.vectors.candidate_pairs import CandidatePairs

TRIED = np.array([0.0, 0.1, 0.5, 1.0], np.float32)
few_distances = st.sampled_from([0.0, 0.1, 0.3, 0.5, 0.9, np.inf])  # some tie with thresholds


@st.composite
def labelled(draw):
    n = draw(st.integers(2, 8))
    codes = np.array(draw(st.lists(st.integers(-1, 2), min_size=n, max_size=n)), np.int32)
    assume((codes >= 0).any())
    left, right = (side.astype(np.int32) for side in np.triu_indices(n, 1))
    distances = st.lists(few_distances, min_size=len(left), max_size=len(left))
    text, image = (np.array(draw(distances), np.float32) for _ in range(2))
    some = st.lists(st.sampled_from(list(zip(left.tolist(), right.tolist(), strict=True))), max_size=3)
    pairs = CandidatePairs(n, left, right, np.ones(len(left), np.uint16), {})
    truth = known_truth(pairs, codes, draw(some), draw(some))
    assume(truth.listings)
    return truth, Axis(text, TRIED), Axis(image, TRIED[:3])


@given(labelled(), st.sampled_from(["either", "both"]))
def test_every_point_is_what_its_thresholds_give(drawn, rule):
    truth, first, second = drawn
    found = map_thresholds(first, second, rule, truth)
    assert found.f1.shape == (4, 3)
    for row in range(4):
        for column in range(3):
            near, other = first.distance <= first.thresholds[row], second.distance <= second.thresholds[column]
            scores = listing_scores(near | other if rule == "either" else near & other, truth)
            at = found.precision[row, column], found.recall[row, column], found.f1[row, column]
            assert at == pytest.approx((scores.precision, scores.recall, scores.f1), abs=1e-6)


@pytest.mark.parametrize("rule", ["either", "both"])
def test_listings_are_scored_alike_however_many_there_are(rule):
    """More of them than are scored at a time, some without a label."""
    rng = np.random.default_rng(0)
    n = 3 * BLOCK
    left, right = (side.astype(np.int32) for side in np.triu_indices(n, 1))
    codes = np.where(rng.random(n) < 0.2, -1, rng.integers(0, 40, n)).astype(np.int32)
    near, far = rng.beta(2, 4, (2, len(left))), rng.beta(5, 3, (2, len(left)))
    text, image = np.where(codes[left] == codes[right], near, far).astype(np.float32)
    truth = known_truth(CandidatePairs(n, left, right, np.ones(len(left), np.uint16), {}), codes)
    found = map_thresholds(Axis(text, TRIED), Axis(image, TRIED), rule, truth)
    is_match = (text <= 0.5) | (image <= 0.1) if rule == "either" else (text <= 0.5) & (image <= 0.1)
    scores = listing_scores(is_match, truth)
    at = found.precision[2, 1], found.recall[2, 1], found.f1[2, 1]
    assert at == pytest.approx((scores.precision, scores.recall, scores.f1), abs=1e-6)


@given(labelled(), st.sampled_from(["either", "both"]), st.sampled_from([0.0, 0.5, 0.8, 1.0]))
def test_the_frontier_is_the_loosest_threshold_that_is_right_enough(drawn, rule, least):
    truth, first, second = drawn
    found = map_thresholds(first, second, rule, truth)
    for row, last in enumerate(found.frontier(least).tolist()):
        enough = np.flatnonzero(found.precision[row] >= least - 1e-12)
        assert last == (enough.max() if len(enough) else -1)


def test_thresholds_are_even_and_reach_the_top():
    assert even_thresholds(0.8, 5).tolist() == pytest.approx([0, 0.2, 0.4, 0.6, 0.8])


def test_without_labels_there_is_no_map():
    pairs = CandidatePairs(2, *np.array([[0], [1]], np.int32), np.ones(1, np.uint16), {})
    truth = known_truth(pairs, np.full(2, -1, np.int32), [(0, 1)])
    axis = Axis(np.zeros(1, np.float32), TRIED)
    with pytest.raises(DataError, match="No listing has a label"):
        map_thresholds(axis, axis, "either", truth)
