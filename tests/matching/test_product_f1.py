"""The grid of thresholds against one threshold at a time."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from matcher.matching.metrics import listing_scores, per_listing_scores, truth_of
from matcher.matching.product_f1 import pair_counts, product_f1
from matcher.matching.threshold_grid import Axis
from matcher.vectors.candidate_pairs import CandidatePairs

TRIED = np.array([0.0, 0.1, 0.5, 1.0], np.float32)
few_distances = st.sampled_from([0.0, 0.1, 0.3, 0.5, 0.9, np.inf])


@st.composite
def labelled(draw):
    """A few listings, some without a label, verdicts on some pairs, distances that tie also with thresholds."""
    n = draw(st.integers(2, 8))
    codes = np.array(draw(st.lists(st.integers(-1, 2), min_size=n, max_size=n)), np.int32)
    assume((codes >= 0).any())
    left, right = np.triu_indices(n, 1)
    count = len(left)
    text, image = (
        np.array(draw(st.lists(few_distances, min_size=count, max_size=count)), np.float32) for _ in range(2)
    )
    pairs = CandidatePairs(n, left.astype(np.int32), right.astype(np.int32), np.ones(count, np.uint16), {})
    some = st.lists(st.sampled_from(list(zip(left.tolist(), right.tolist(), strict=True))), max_size=3)
    same, different = draw(some), draw(some)
    return truth_of(pairs, codes, same, different), Axis(text, TRIED), Axis(image, TRIED[:3])


def at(truth, first, second, rule, row, column):
    near = first.distance <= first.thresholds[row]
    other = second.distance <= second.thresholds[column]
    return near | other if rule == "either" else near & other


@settings(deadline=None)
@given(labelled(), st.sampled_from(["either", "both"]))
def test_every_cell_is_what_its_thresholds_give(drawn, rule):
    truth, first, second = drawn
    f1 = product_f1(first, second, rule, truth)
    matched, right = pair_counts(first, second, rule, truth)
    assert f1.shape == (4, 3, len(set(truth.codes.tolist()) - {-1}))
    for row in range(4):
        for column in range(3):
            is_match = at(truth, first, second, rule, row, column)
            assert f1[row, column].sum() / truth.listings == pytest.approx(listing_scores(is_match, truth).f1, abs=1e-6)
            counted = is_match if truth.counted is None else is_match & truth.counted
            assert matched[row, column] == counted.sum()
            assert right[row, column] == (is_match & truth.is_same).sum()


@settings(deadline=None)
@given(labelled())
def test_f1_is_summed_over_the_listings_of_each_label(drawn):
    truth, first, second = drawn
    f1 = product_f1(first, second, "either", truth)[1, 1]
    listings = per_listing_scores(at(truth, first, second, "either", 1, 1), truth)[2]
    codes = truth.codes[truth.codes >= 0]
    assert f1.tolist() == pytest.approx([listings[codes == code].sum() for code in np.unique(codes)], abs=1e-6)


def test_a_larger_catalog_counts_false_matches_more_often():
    """Listings 0 and 1 are one product; 2 matches 0 falsely. Counted three times, 0 has 3 false matches."""
    pairs = CandidatePairs(3, *np.array([[0, 0], [1, 2]], np.int32), np.ones(2, np.uint16), {})
    truth = truth_of(pairs, np.array([0, 0, 1], np.int32))
    near, far = Axis(np.zeros(2, np.float32), TRIED[:1]), Axis(np.full(2, np.inf, np.float32), TRIED[:1])
    f1 = product_f1(near, far, "either", truth, growth=3)[0, 0]
    assert f1.tolist() == pytest.approx([2 * 2 / (1 + 1 + 3 + 2) + 2 * 2 / (2 + 2), 2 * 1 / (1 + 3 + 1)])
